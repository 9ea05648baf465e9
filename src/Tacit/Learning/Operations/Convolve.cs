using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Two-dimensional convolution (<see cref="Convolution"/>).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="weight">(O, C, R, R); or (O, C, 1, R) for a kernel that goes along rows, each row by itself.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="stride">Step of the kernel.</param>
    /// <param name="padding">Zeros around the input on each side; along rows to the left and right only.</param>
    /// <returns>(B, O, P, Q), P = ⌊(H + 2 · padding − R) / stride⌋ + 1, Q alike; along rows P is H.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Convolve(this Tape tape, Variable x, Variable weight, Variable? bias = null, int stride = 1, int padding = 0)
    {
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[1] != weight.Shape[1] || !IsKernel(weight) || stride < 1
            || padding < 0 || x.Shape[3] + 2L * padding < weight.Shape[3] || (!IsRow(weight) && x.Shape[2] + 2L * padding < weight.Shape[2]) || (bias is not null && bias.Shape.Count != weight.Shape[0]))
            throw new ArgumentException($"Convolve: {x.Shape} with {weight.Shape} + {bias?.Shape.ToString() ?? "nothing"}, stride {stride}, padding {padding}.");
        var shape = new ConvolutionShape
        {
            Batch = x.Shape[0],
            InputChannels = x.Shape[1],
            OutputChannels = weight.Shape[0],
            Height = x.Shape[2],
            Width = x.Shape[3],
            Kernel = weight.Shape[3],
            Stride = stride,
            Padding = padding,
            AlongRows = IsRow(weight),
        };
        Tensor y = tape.Memory.Rent(shape.Batch, shape.OutputChannels, shape.OutputHeight, shape.OutputWidth);
        Convolution.Forward(shape, x.Value.Span, weight.Value.Span, bias is null ? default : bias.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x, weight, bias) ? tape.Record(new ConvolveOperation(shape, x, weight, bias), y) : tape.Constant(y);
    }

    private static bool IsKernel(Variable weight) => weight.Shape[2] == weight.Shape[3] || weight.Shape[2] == 1;

    private static bool IsRow(Variable weight) => weight.Shape[2] == 1 && weight.Shape[3] > 1;

    private sealed class ConvolveOperation(ConvolutionShape shape, Variable x, Variable weight, Variable? bias) : Operation
    {
        public override Parameter? Weights => weight as Parameter;

        public override void Backward(Tape tape)
        {
            Span<float> dy = Output.Gradient.Span, dbias = bias is { NeedsGradient: true } ? bias.GradientSum(tape).Span : default;
            if (weight.NeedsGradient)
                Convolution.BackwardWeights(shape, x.Value.Span, dy, weight.GradientSum(tape).Span, dbias, tape.Workers);
            else if (!dbias.IsEmpty)
                AddChannels(dy, shape.Batch, dbias);
            if (!x.NeedsGradient)
                return;
            Tensor dx = tape.Memory.Rent(x.Shape);
            Convolution.BackwardInput(shape, dy, weight.Value.Span, default, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }

    // sums[o] += Σ over images, each the sum of a channel.
    private static void AddChannels(ReadOnlySpan<float> dy, int batch, Span<float> sums)
    {
        int positions = batch == 0 ? 0 : dy.Length / (batch * sums.Length);
        for (int i = 0; i < batch * sums.Length; i++)
            sums[i % sums.Length] += Reduce.Sum(dy.Slice(i * positions, positions));
    }
}
