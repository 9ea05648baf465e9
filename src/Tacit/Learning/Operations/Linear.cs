using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>y = activation(x · Wᵀ + b).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…, I).</param>
    /// <param name="weight">W (O, I), as PyTorch keeps it.</param>
    /// <param name="bias">b (O), or null.</param>
    /// <param name="activation">Applied to the sums.</param>
    /// <returns>(…, O).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Linear(this Tape tape, Variable x, Variable weight, Variable? bias = null, Activation activation = Activation.None)
    {
        if (weight.Shape.Rank != 2 || x.Shape.Columns != weight.Shape[1] || (bias is not null && bias.Shape.Count != weight.Shape[0]))
            throw new ArgumentException($"Linear: {x.Shape} · {weight.Shape}ᵀ + {bias?.Shape.ToString() ?? "nothing"}.");
        Tensor y = tape.Memory.Rent(x.Shape.WithColumns(weight.Shape[0]));
        ReadOnlySpan<float> b = bias is null ? default : bias.Value.Span;
        bool needs = tape.Needs(x, weight, bias);
        // The gradient of an activation takes the sums that went into it.
        Tensor sums = needs && activation != Activation.None ? tape.Memory.Rent(y.Shape) : default;
        MatrixTarget target = sums.IsEmpty ? y.AsTarget : sums.AsTarget;
        Span<float> activated = sums.IsEmpty ? default : y.Span;
        if (weight is Parameter parameter)
            MatMul.Multiply(x.Value.AsMatrix, parameter.PackedTransposed(tape.Workers), target, b, activation: activation, activated: activated, pool: tape.Workers);
        else
            MatMul.Multiply(x.Value.AsMatrix, weight.Value.AsMatrix.Transposed, target, b, activation: activation, activated: activated, pool: tape.Workers);
        return needs ? tape.Record(new LinearOperation(x, weight, bias, activation, sums), y) : tape.Constant(y);
    }

    private sealed class LinearOperation(Variable x, Variable weight, Variable? bias, Activation activation, Tensor sums) : Operation
    {
        public override Parameter? Weights => weight as Parameter;

        public override void Backward(Tape tape)
        {
            Tensor dy = Output.Gradient;
            if (activation != Activation.None)
            {
                ActivationOperation.Gradient(activation, dy, sums, Output.Value, sums, tape.Workers);
                dy = sums;
            }
            if (x.NeedsGradient)
            {
                Tensor dx = x.GradientTarget(tape, out bool accumulate);
                MatMul.Multiply(dy.AsMatrix, weight.Value.AsMatrix, dx.AsTarget, accumulate: accumulate, pool: tape.Workers);
            }
            if (weight.NeedsGradient)
            {
                Tensor dw = weight.GradientTarget(tape, out bool accumulate);
                MatMul.Multiply(dy.AsMatrix.Transposed, x.Value.AsMatrix, dw.AsTarget, accumulate: accumulate, pool: tape.Workers);
            }
            if (bias is { NeedsGradient: true })
                Reduce.AddColumns(dy.AsMatrix, bias.GradientSum(tape).Span, tape.Workers);
            if (!sums.IsEmpty)
                tape.Memory.Return(sums);
        }
    }
}
