using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Modeling.Variational;

/// <summary>Each value is normal, its mean and variance by the decoder; for numbers that are not whole. Kingma and Welling 2014.</summary>
public sealed class GaussianLikelihood : Likelihood
{
    internal GaussianLikelihood(VariationalOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public override Variable Loss(Tape tape, Variable parameters, Tensor items)
    {
        int size = Options.Shape.Size;
        Variable logVariance = GaussianVariance.Log(tape, tape.Slice(parameters, -1, size, size));
        return tape.Gaussian(items, tape.Slice(parameters, -1, 0, size), logVariance, Reduction.MeanPerExample);
    }

    /// <summary>The loss if all values had one variance, that of the errors there are.</summary>
    internal Variable LossOfOneVariance(Tape tape, Variable parameters, Tensor items)
    {
        int size = Options.Shape.Size;
        Variable error = tape.SquaredError(tape.Slice(parameters, -1, 0, size), Tape.Input(items));
        return tape.Scale(GaussianVariance.CostOfOne(tape, error), size);
    }

    /// <inheritdoc/>
    public override float[] Costs(ReadOnlySpan<float> parameters, ReadOnlySpan<float> items, WorkPool? workers = null)
    {
        int size = Options.Shape.Size;
        float[] costs = new float[items.Length], logVariances = new float[size];
        for (int at = 0; at < items.Length; at += size)
        {
            ReadOnlySpan<float> means = parameters.Slice(2 * at, size), raw = parameters.Slice(2 * at + size, size);
            GaussianVariance.Log(raw, logVariances);
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
