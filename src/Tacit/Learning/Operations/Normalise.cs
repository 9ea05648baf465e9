using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Layer norm over the last axis: (x − mean) / √(variance + ε) · gain + bias.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="bias">(C).</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable LayerNorm(this Tape tape, Variable x, Variable gain, Variable bias, float epsilon)
    {
        CheckNorm(nameof(LayerNorm), x, gain, bias);
        Tensor y = tape.Memory.Rent(x.Shape), mean = tape.Memory.Rent(x.Shape.Rows), scale = tape.Memory.Rent(x.Shape.Rows);
        LayerNormalization.Forward(x.Value.Span, gain.Value.Span, bias.Value.Span, epsilon, y.Span, mean.Span, scale.Span, tape.Workers);
        if (tape.Needs(x, gain, bias))
            return tape.Record(new LayerNormOperation(x, gain, bias, mean, scale), y);
        tape.Memory.Return(mean);
        tape.Memory.Return(scale);
        return tape.Constant(y);
    }

    /// <summary>Root-mean-square norm over the last axis: x / √(mean x² + ε) · gain.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…, C).</param>
    /// <param name="gain">(C).</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable RmsNorm(this Tape tape, Variable x, Variable gain, float epsilon)
    {
        CheckNorm(nameof(RmsNorm), x, gain, gain);
        Tensor y = tape.Memory.Rent(x.Shape), scale = tape.Memory.Rent(x.Shape.Rows);
        RmsNormalization.Forward(x.Value.Span, gain.Value.Span, epsilon, y.Span, scale.Span, tape.Workers);
        if (tape.Needs(x, gain))
            return tape.Record(new RmsNormOperation(x, gain, scale), y);
        tape.Memory.Return(scale);
        return tape.Constant(y);
    }

    private static void CheckNorm(string name, Variable x, Variable gain, Variable bias)
    {
        if (gain.Shape.Count != x.Shape.Columns || bias.Shape.Count != x.Shape.Columns)
            throw new ArgumentException($"{name}: {x.Shape} with a gain of {gain.Shape} and a bias of {bias.Shape}.");
    }

    private sealed class LayerNormOperation(Variable x, Variable gain, Variable bias, Tensor mean, Tensor scale) : Operation
    {
        public override Parameter? Weights => gain as Parameter;

        public override void Backward(Tape tape)
        {
            if (gain.NeedsGradient || bias.NeedsGradient)
            {
                // The kernel makes both; what is not needed goes nowhere.
                Tensor spare = gain.NeedsGradient && bias.NeedsGradient ? default : tape.Memory.RentZeros(gain.Shape.Count);
                Tensor dgain = gain.NeedsGradient ? gain.GradientSum(tape) : spare, dbias = bias.NeedsGradient ? bias.GradientSum(tape) : spare;
                LayerNormalization.BackwardParameters(x.Value.Span, mean.Span, scale.Span, Output.Gradient.Span, dgain.Span, dbias.Span, tape.Workers);
                if (!spare.IsEmpty)
                    tape.Memory.Return(spare);
            }
            if (x.NeedsGradient)
            {
                Tensor dx = Output.GiveGradient();
                LayerNormalization.Backward(x.Value.Span, gain.Value.Span, mean.Span, scale.Span, dx.Span, dx.Span, tape.Workers);
                x.TakeGradient(tape, dx);
            }
            tape.Memory.Return(mean);
            tape.Memory.Return(scale);
        }
    }

    private sealed class RmsNormOperation(Variable x, Variable gain, Tensor scale) : Operation
    {
        public override Parameter? Weights => gain as Parameter;

        public override void Backward(Tape tape)
        {
            if (gain.NeedsGradient)
                RmsNormalization.BackwardParameters(x.Value.Span, scale.Span, Output.Gradient.Span, gain.GradientSum(tape).Span, tape.Workers);
            if (x.NeedsGradient)
            {
                Tensor dx = Output.GiveGradient();
                RmsNormalization.Backward(x.Value.Span, gain.Value.Span, scale.Span, dx.Span, dx.Span, tape.Workers);
                x.TakeGradient(tape, dx);
            }
            tape.Memory.Return(scale);
        }
    }
}
