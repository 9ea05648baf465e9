using Tacit.Numerics.Convolving;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Two-dimensional convolution (cross-correlation, as networks use it), its transpose and their gradients.</summary>
/// <remarks>
/// <para>
/// Shapes: input (B, C, H, W), weights (O, C, R, R), output (B, O, P, Q).
/// output[b, o, p, q] = bias[o] + Σ_(c, i, j) weights[o, c, i, j] · input[b, c, p · stride + i − padding, …], a chain of
/// fused multiply-adds in the order of (c, i, j), zeros of the padding included. Along rows
/// (<see cref="ConvolutionShape.AlongRows"/>) weights are (O, C, 1, R), P is H, and input[b, c, p, q · stride + j − padding] is meant.
/// </para>
/// <para>
/// A transposed convolution is <see cref="BackwardInput"/> seen as a forward pass: its input is (B, O, P, Q), its output
/// (B, C, H, W), and <see cref="Forward"/> (of its output's gradient) and <see cref="BackwardWeights"/> (with the two
/// images exchanged in meaning, not in place) are its gradients.
/// </para>
/// <para>Work memory is bounded by one image's patches, C · R² · P · Q values per thread (along rows C · R · P · Q).</para>
/// </remarks>
public static unsafe class Convolution
{
    /// <summary>Computes the output.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="weights">(O, C, R, R), or along rows (O, C, 1, R).</param>
    /// <param name="bias">(O), or empty for none.</param>
    /// <param name="output">(B, O, P, Q).</param>
    /// <param name="pool">Threads to share the images among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void Forward(ConvolutionShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        Span<float> output, WorkPool? pool = null)
    {
        shape.Check("Forward", input.Length, weights.Length, output.Length);
        if (!bias.IsEmpty && bias.Length != shape.OutputChannels)
            throw new ArgumentException($"Convolution.Forward: a bias of {bias.Length} for {shape.OutputChannels} channels.");
        fixed (float* pi = input, pw = weights, pb = bias, po = output)
        {
            var kernel = new ForwardImages { Shape = shape, Input = pi, Weights = pw, Bias = pb, Output = po };
            Ranges.Run(kernel, shape.Batch, (long)shape.OutputChannels * shape.Taps * shape.Positions / 4, pool);
        }
    }

    /// <summary>The gradient of the input; or the forward pass of the transposed convolution.</summary>
    /// <param name="shape">The sizes of the convolution.</param>
    /// <param name="dOutput">(B, O, P, Q).</param>
    /// <param name="weights">(O, C, R, R), or along rows (O, C, 1, R).</param>
    /// <param name="bias">
    /// (C) to begin with, for the transposed convolution; empty to begin with zero. Each value then takes its terms in
    /// the order of (i, j), each a chain over o.
    /// </param>
    /// <param name="dInput">(B, C, H, W), replaced.</param>
    /// <param name="pool">Threads to share the images among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void BackwardInput(ConvolutionShape shape, ReadOnlySpan<float> dOutput, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias,
        Span<float> dInput, WorkPool? pool = null)
    {
        shape.Check("BackwardInput", dInput.Length, weights.Length, dOutput.Length);
        if (!bias.IsEmpty && bias.Length != shape.InputChannels)
            throw new ArgumentException($"Convolution.BackwardInput: a bias of {bias.Length} for {shape.InputChannels} channels.");
        fixed (float* pi = dInput, pw = weights, pb = bias, po = dOutput)
        {
            var kernel = new BackwardImages { Shape = shape, Input = pi, Weights = pw, Bias = pb, Output = po };
            Ranges.Run(kernel, shape.Batch, (long)shape.OutputChannels * shape.Taps * shape.Positions / 4, pool);
        }
    }

    /// <summary>dWeights += Σ over images, then positions, in order; dBias += Σ dOutput alike.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="dOutput">(B, O, P, Q).</param>
    /// <param name="dWeights">(O, C, R, R), or along rows (O, C, 1, R).</param>
    /// <param name="dBias">(O), or empty for none: per image a sum in the shape of <see cref="Reduce"/>, added.</param>
    /// <param name="pool">Threads to share the weights among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void BackwardWeights(ConvolutionShape shape, ReadOnlySpan<float> input, ReadOnlySpan<float> dOutput, Span<float> dWeights,
        Span<float> dBias = default, WorkPool? pool = null)
    {
        shape.Check("BackwardWeights", input.Length, dWeights.Length, dOutput.Length);
        if (!dBias.IsEmpty && dBias.Length != shape.OutputChannels)
            throw new ArgumentException($"Convolution.BackwardWeights: a bias of {dBias.Length} for {shape.OutputChannels} channels.");
        fixed (float* pi = input, pw = dWeights, po = dOutput, pb = dBias)
        {
            Ranges.Run(new BiasGradient { Shape = shape, Output = po, Bias = pb }, dBias.Length, (long)shape.Batch * shape.Positions, pool);
            // Shared by taps, each thread packs its own; where these are few, packing all of them in each costs little.
            bool byTaps = shape.Taps >= 2 * Panel.Widest;
            var kernel = new WeightGradient { Shape = shape, Input = pi, Weights = pw, Output = po, ByTaps = byTaps };
            int units = byTaps ? Panel.CountFor(shape.Taps, Panel.Widest) : (shape.OutputChannels + WeightGradient.Block - 1) / WeightGradient.Block;
            Ranges.Run(kernel, units, (long)shape.Batch * shape.OutputChannels * shape.Taps * shape.Positions / 4 / units, pool);
        }
    }

    private struct ForwardImages : IRangeKernel
    {
        public ConvolutionShape Shape;
        public float* Input, Weights, Bias, Output;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            int width = Panel.Width(L.Count), positions = Shape.Positions;
            nint panelStep = (nint)Shape.Taps * width;
            float* panels = Scratch.Take(Scratch.Outer, Panel.CountFor(positions, width) * panelStep);
            for (nint b = first; b < end; b++)
            {
                Patches.Pack(Shape, Input + b * Shape.InputSize, panels, panelStep, width);
                float* output = Output + b * Shape.OutputChannels * positions;
                for (int o = 0; Bias != null && o < Shape.OutputChannels; o++)
                    new Span<float>(output + (nint)o * positions, positions).Fill(Bias[o]);
                var product = new Product
                {
                    A = Weights,
                    ARowStep = Shape.Taps,
                    AColumnStep = 1,
                    Panels = panels,
                    PanelStep = panelStep,
                    C = output,
                    CStep = positions,
                    Start = Bias != null ? output : null,
                    StartStep = positions,
                    Depth = Shape.Taps,
                    EndRow = Shape.OutputChannels,
                    EndColumn = positions,
                };
                product.Run<L, V>();
            }
        }
    }

    private struct BackwardImages : IRangeKernel
    {
        public ConvolutionShape Shape;
        public float* Input, Weights, Bias, Output;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            int positions = Shape.Positions, channel = Shape.Height * Shape.Width;
            float* patches = Scratch.Take(Scratch.Outer, (nint)Shape.Taps * positions);
            for (nint b = first; b < end; b++)
            {
                var product = new Product
                {
                    A = Weights,
                    ARowStep = 1,
                    AColumnStep = Shape.Taps,
                    B = Output + b * Shape.OutputChannels * positions,
                    BRowStep = positions,
                    BColumnStep = 1,
                    C = patches,
                    CStep = positions,
                    Depth = Shape.OutputChannels,
                    EndRow = Shape.Taps,
                    EndColumn = positions,
                };
                product.Run<L, V>();
                float* image = Input + b * Shape.InputSize;
                for (int c = 0; c < Shape.InputChannels; c++)
                    new Span<float>(image + (nint)c * channel, channel).Fill(Bias == null ? 0f : Bias[c]);
                Patches.AddBack(Shape, patches, image);
            }
        }
    }

    /// <summary>Units are output channels.</summary>
    private struct BiasGradient : IRangeKernel
    {
        public ConvolutionShape Shape;
        public float* Output, Bias;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (int o = first; o < end; o++)
            {
                for (nint b = 0; b < Shape.Batch; b++)
                {
                    float* image = Output + (b * Shape.OutputChannels + o) * Shape.Positions;
                    Bias[o] += Fold.Over<L, V, SumFold>(image, image, 0f, Shape.Positions);
                }
            }
        }
    }

    private struct WeightGradient : IRangeKernel
    {
        /// <summary>Output channels of a unit, if units are not of taps.</summary>
        public const int Block = 12;

        public ConvolutionShape Shape;
        public float* Input, Weights, Output;
        public bool ByTaps;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            int width = Panel.Width(L.Count), positions = Shape.Positions;
            int firstTap = ByTaps ? first * Panel.Widest : 0, taps = ByTaps ? Math.Min(end * Panel.Widest, Shape.Taps) - firstTap : Shape.Taps;
            nint panelStep = (nint)positions * width;
            float* panels = Scratch.Take(Scratch.Outer, Panel.CountFor(taps, width) * panelStep);
            for (nint b = 0; b < Shape.Batch; b++)
            {
                Patches.PackTransposed(Shape, firstTap, taps, Input + b * Shape.InputSize, panels, panelStep, width);
                var product = new Product
                {
                    A = Output + b * Shape.OutputChannels * positions,
                    ARowStep = positions,
                    AColumnStep = 1,
                    Panels = panels,
                    PanelStep = panelStep,
                    C = Weights + firstTap,
                    CStep = Shape.Taps,
                    Start = Weights + firstTap,
                    StartStep = Shape.Taps,
                    Depth = positions,
                    FirstRow = ByTaps ? 0 : first * Block,
                    EndRow = ByTaps ? Shape.OutputChannels : Math.Min(end * Block, Shape.OutputChannels),
                    EndColumn = taps,
                };
                product.Run<L, V>();
            }
        }
    }
}
