using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Variational;

/// <summary>Each value is normal, its mean and variance by the decoder; for numbers that are not whole. Kingma and Welling 2014.</summary>
/// <remarks>The log variance is softplus(a + 6) − 10: no less than −10, so that a value that never changes costs no less than that.</remarks>
public sealed class GaussianLikelihood : Likelihood
{
    private const float Begin = 6f, Least = -10f, LeastError = 4.54e-5f;     // e^−10

    internal GaussianLikelihood(VariationalOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Variable Loss(Tape tape, Variable parameters, Tensor items)
    {
        int size = Options.Shape.Size;
        Variable logVariance = tape.AddConstant(tape.Softplus(tape.AddConstant(tape.Slice(parameters, -1, size, size), Begin)), Least);
        return tape.Gaussian(items, tape.Slice(parameters, -1, 0, size), logVariance, Reduction.MeanPerExample);
    }

    /// <summary>
    /// The loss if all values had one variance, the mean squared error: N (ln 2π + ln σ² + 1) / 2 for items of N values. A decoder that may call noise what it
    /// does not know yet stops learning it. Rybkin et al., "Simple and effective VAE training with calibrated decoders", 2021.
    /// </summary>
    internal Variable LossOfOneVariance(Tape tape, Variable parameters, Tensor items)
    {
        int size = Options.Shape.Size;
        Variable error = tape.SquaredError(tape.Slice(parameters, -1, 0, size), Tape.Input(items));
        return tape.Scale(tape.AddConstant(tape.Log(tape.AddConstant(error, LeastError)), 2.8378770664f), 0.5f * size);
    }

    /// <inheritdoc/>
    public override float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null)
    {
        int size = Options.Shape.Size;
        float[] costs = new float[items.Length], logVariances = new float[size];
        for (int at = 0; at < items.Length; at += size)
        {
            ReadOnlySpan<float> means = parameters.Slice(2 * at, size), raw = parameters.Slice(2 * at + size, size);
            for (int i = 0; i < size; i++)
                logVariances[i] = raw[i] + Begin;
            Elementwise.Softplus(logVariances, logVariances);
            for (int i = 0; i < size; i++)
                logVariances[i] += Least;
            Elementwise.Apply3<GaussianCost>(items.Slice(at, size), means, logVariances, costs.AsSpan(at, size), workers);
        }
        return costs;
    }

    /// <inheritdoc/>
    public override void Means(ReadOnlySpan<float> parameters, Span<float> values)
    {
        int size = Options.Shape.Size;
        for (int at = 0; at < values.Length; at += size)
            parameters.Slice(2 * at, size).CopyTo(values[at..]);
    }
}
