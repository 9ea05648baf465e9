using Tacit.Learning;
using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Normal distributions of the latents of some items, a draw from them, and what both cost against others; sums in double.</summary>
internal sealed class LatentSample
{
    private readonly int _latents;
    private readonly float[] _means, _logVariances, _deviations, _noise, _values;

    /// <param name="mean">(B, D).</param>
    /// <param name="logVariance">(B, D).</param>
    public LatentSample(Variable mean, Variable logVariance)
    {
        _latents = mean.Shape.Columns;
        (_means, _logVariances) = (mean.Value.Span.ToArray(), logVariance.Value.Span.ToArray());
        (_deviations, _noise, _values) = (new float[_means.Length], new float[_means.Length], new float[_means.Length]);
        Elementwise.Scale(0.5f, _logVariances, _deviations);
        Elementwise.Exp(_deviations, _deviations);
    }

    /// <summary>The means (B, D).</summary>
    public ReadOnlySpan<float> Means => _means;

    /// <summary>What was drawn (B, D).</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Draws.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">Which draw.</param>
    /// <param name="first">The first item's number among all.</param>
    /// <param name="workers">Threads to use.</param>
    public void Draw(ulong seed, ulong stream, int first, WorkPool? workers)
    {
        RandomFill.Normal(seed, stream, _noise, first: (long)first * _latents, pool: workers);
        Elementwise.MultiplyAdd(_deviations, _noise, _means, _values);
    }

    /// <summary>ln q(z) − ln p(z) of what was drawn for an item, p being N(0, 1) or another distribution.</summary>
    public double Excess(int item, LatentSample? prior = null)
    {
        double sum = 0;
        for (int i = item * _latents; i < (item + 1) * _latents; i++)
            sum += Against(i, prior) - 0.5 * (_logVariances[i] + (double)_noise[i] * _noise[i]);
        return sum;
    }

    /// <summary>The mean of ln q(z) − ln N(z; 0, 1) for an item.</summary>
    public double Divergence(int item)
    {
        double sum = 0;
        for (int i = item * _latents; i < (item + 1) * _latents; i++)
            sum += 0.5 * (DoubleFunctions.Exp(_logVariances[i]) - 1 - _logVariances[i] + (double)_means[i] * _means[i]);
        return sum;
    }

    /// <summary>The mean of ln q(z) less ln p(z) of what was drawn, as p may depend on that.</summary>
    public double Divergence(int item, LatentSample prior)
    {
        double sum = 0;
        for (int i = item * _latents; i < (item + 1) * _latents; i++)
            sum += Against(i, prior) - 0.5 * (_logVariances[i] + 1);
        return sum;
    }

    // −ln p of a value, less ln 2π / 2.
    private double Against(int i, LatentSample? prior)
    {
        if (prior is null)
            return 0.5 * _values[i] * _values[i];
        double distance = _values[i] - (double)prior._means[i];
        return 0.5 * (prior._logVariances[i] + distance * distance * DoubleFunctions.Exp(-prior._logVariances[i]));
    }
}
