using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// Finds the distribution of a pixel from what the decoder says of it and from pixels before it: W₂ · f(W₁ · [features, neighbours] + b₁) + b₂.
/// The latents then say what is where, the neighbours how a stroke goes on. Gulrajani et al., "PixelVAE", 2017; with no more than the near
/// neighbours it is the local model of Zhang, Zhang and McDonagh, "On the out-of-distribution generalization of probabilistic image modelling", 2021.
/// </summary>
/// <remarks>The same weights for all pixels. A row's answer has the same bits whatever rows are computed with it.</remarks>
public sealed class PixelNetwork : Module
{
    private readonly Learning.Linear _hidden, _output;
    private readonly VariationalOptions _options;

    internal PixelNetwork(VariationalOptions options)
    {
        _options = options;
        _hidden = Add("hidden", new Learning.Linear(InputsOf(options), options.Units));
        _output = Add("output", new Learning.Linear(options.Units, Likelihood.ParametersOfPixel(options)));
    }

    /// <summary>What it sees of a pixel.</summary>
    internal int Inputs => InputsOf(_options);

    /// <summary>Parameters of the likelihood that it gives for a pixel.</summary>
    internal int Outputs => Likelihood.ParametersOfPixel(_options);

    /// <summary>Its parameters, without making it.</summary>
    internal static long Count(VariationalOptions o) => (InputsOf(o) + 1L) * o.Units + (o.Units + 1L) * Likelihood.ParametersOfPixel(o);

    /// <summary>Numbers of the widest thing that a pixel becomes.</summary>
    internal static long WidestOf(VariationalOptions o) => Math.Max(o.Units, Math.Max(InputsOf(o), Likelihood.ParametersOfPixel(o)));

    /// <summary>Features (R, F) and neighbours (R, N) of pixels to the likelihood's parameters (R, W).</summary>
    internal Variable Forward(Tape tape, Variable features, Tensor neighbours) =>
        _output.Forward(tape, _hidden.Forward(tape, tape.Concatenate(-1, features, tape.Constant(neighbours)), _options.Activation));

    /// <summary>The same for features and neighbours that lie side by side, with memory of the caller's.</summary>
    /// <param name="seen">(R, <see cref="Inputs"/>).</param>
    /// <param name="hidden">Room for R rows of hidden units.</param>
    /// <param name="parameters">(R, <see cref="Outputs"/>), replaced.</param>
    internal void Compute(ReadOnlySpan<float> seen, Span<float> hidden, Span<float> parameters)
    {
        int rows = seen.Length / Inputs, units = _options.Units;
        Run(_hidden, new Matrix(seen, rows, Inputs), new MatrixTarget(hidden, rows, units), _options.Activation);
        Run(_output, new Matrix(hidden, rows, units), new MatrixTarget(parameters, rows, Outputs), Activation.None);

        static void Run(Learning.Linear layer, Matrix x, MatrixTarget y, Activation activation) =>
            MatMul.Multiply(x, layer.Weight.PackedTransposed(null), y, layer.Bias!.Value.Span, activation: activation);
    }

    private static int InputsOf(VariationalOptions o) => o.Features + o.Neighbours * o.Shape.Channels;
}
