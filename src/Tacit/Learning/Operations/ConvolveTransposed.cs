using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Transposed two-dimensional convolution: from the output's size of a convolution to its input's.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, I, P, Q).</param>
    /// <param name="weight">(I, O, R, R), as PyTorch keeps it; or (I, O, 1, R) for a kernel that goes along rows, each row by itself.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="stride">Step of the kernel.</param>
    /// <param name="padding">What the convolution padded its input by.</param>
    /// <param name="outputPadding">Rows and columns more, below the stride: those the convolution would not have reached.</param>
    /// <returns>(B, O, H, W), H = (P − 1) · stride − 2 · padding + R + outputPadding, W alike; along rows H is P.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable ConvolveTransposed(this Tape tape, Variable x, Variable weight, Variable? bias = null, int stride = 1, int padding = 0,
        int outputPadding = 0)
    {
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[1] != weight.Shape[0] || !IsKernel(weight) || stride < 1
            || padding < 0 || outputPadding < 0 || outputPadding >= stride || (bias is not null && bias.Shape.Count != weight.Shape[1])
            || Height() < 1 || Size(x.Shape[3]) < 1)
            throw new ArgumentException($"ConvolveTransposed: {x.Shape} with {weight.Shape} + {bias?.Shape.ToString() ?? "nothing"}, stride {stride}, "
                + $"padding {padding} and {outputPadding}.");
        // The convolution whose transpose it is.
        var shape = new ConvolutionShape
        {
            Batch = x.Shape[0],
            InputChannels = weight.Shape[1],
            OutputChannels = weight.Shape[0],
            Height = (int)Height(),
            Width = (int)Size(x.Shape[3]),
            Kernel = weight.Shape[3],
            Stride = stride,
            Padding = padding,
            AlongRows = IsRow(weight),
        };
        Tensor y = tape.Memory.Rent(shape.Batch, shape.InputChannels, shape.Height, shape.Width);
        Convolution.BackwardInput(shape, x.Value.Span, weight.Value.Span, bias is null ? default : bias.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x, weight, bias) ? tape.Record(new ConvolveTransposedOperation(shape, x, weight, bias), y) : tape.Constant(y);

        long Size(int size) => (size - 1L) * stride - 2L * padding + weight.Shape[3] + outputPadding;

        long Height() => IsRow(weight) ? x.Shape[2] : Size(x.Shape[2]);
    }

    private sealed class ConvolveTransposedOperation(ConvolutionShape shape, Variable x, Variable weight, Variable? bias) : Operation
    {
        public override Parameter? Weights => weight as Parameter;

        public override void Backward(Tape tape)
        {
            Span<float> dy = Output.Gradient.Span;
            if (bias is { NeedsGradient: true })
                AddChannels(dy, shape.Batch, bias.GradientSum(tape).Span);
            if (weight.NeedsGradient)
                Convolution.BackwardWeights(shape, dy, x.Value.Span, weight.GradientSum(tape).Span, default, tape.Workers);
            if (!x.NeedsGradient)
                return;
            Tensor dx = tape.Memory.Rent(x.Shape);
            Convolution.Forward(shape, dy, weight.Value.Span, default, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
