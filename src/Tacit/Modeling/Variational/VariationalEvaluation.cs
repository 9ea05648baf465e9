using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>How well a variational autoencoder knows items, and what coding them with bits back would cost.</summary>
public sealed record VariationalEvaluation
{
    /// <summary>Items.</summary>
    public required int Items { get; init; }

    /// <summary>Values of an item.</summary>
    public required int Values { get; init; }

    /// <summary>The negative evidence lower bound, in nats for each item: <see cref="Reconstruction"/> and <see cref="Divergence"/>.</summary>
    public double Nats => Reconstruction + Divergence;

    /// <summary>−E[ln p(x | z)], in nats for each item.</summary>
    public required double Reconstruction { get; init; }

    /// <summary>KL(q(z | x) ‖ p(z)), in nats for each item; of two layers that of both together, by the samples.</summary>
    public required double Divergence { get; init; }

    /// <summary>
    /// −ln of the mean of p(x, z) / q(z | x) over <see cref="Samples"/> of z, the mean over items: a closer bound, in nats. Burda, Grosse and
    /// Salakhutdinov, "Importance weighted autoencoders", 2016.
    /// </summary>
    public required double ImportanceWeighted { get; init; }

    /// <summary>Samples of z for each item.</summary>
    public required int Samples { get; init; }

    /// <summary>Latents whose posterior mean varies over items by more than 0.01 of the prior's variance: those that say something. Burda et al. 2016.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>Bits for each value of an item: what bits-back coding approaches.</summary>
    public double BitsPerValue => Nats / Values / DoubleFunctions.Ln2;

    /// <summary>Evaluates items.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">Items of its shape.</param>
    /// <param name="samples">Of z for each item, at least 1.</param>
    /// <param name="seed">Decides the samples.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The items are of another shape.</exception>
    public static VariationalEvaluation Of(VariationalAutoencoder model, ItemSet items, int samples = 1, ulong seed = 1, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        model.Check(items);
        int d = model.Latents, size = model.Shape.Size, batch = VariationalNetwork.ItemsAtOnce(model.Options);
        var sums = new Sums(model.PriorMoments().Deviation);
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < items.Count; at += batch)
        {
            int[] which = [.. Enumerable.Range(at, Math.Min(batch, items.Count - at))];
            Tensor x = Tensor.Zeros(which.Length, size);
            x.CopyFrom(model.Take(tape, items, which));
            (Variable mean, Variable logVariance) = model.Network.Posterior(tape, Tape.Input(x));
            var posterior = new LatentSample(mean, logVariance);
            tape.Reset();
            double[] weights = new double[which.Length * samples];
            for (uint s = 0; s < samples; s++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                posterior.Draw(seed, s, at, workers);
                Variable z = Tape.Input(Tensor.From(posterior.Values, which.Length, d));
                float[] costs = model.Network.Costs(tape, z, x);
                tape.Reset();
                LatentSample? top = null, prior = null;
                if (model.Network.Top is { } network)
                {
                    (mean, logVariance) = network.Posterior(tape, z);
                    top = new LatentSample(mean, logVariance);
                    top.Draw(seed, s | 1UL << 40, at, workers);
                    (mean, logVariance) = network.Prior(tape, Tape.Input(Tensor.From(top.Values, which.Length, model.Options.Top)));
                    prior = new LatentSample(mean, logVariance);
                    tape.Reset();
                }
                for (int n = 0; n < which.Length; n++)
                {
                    double cost = Sum(costs, n, which.Length);
                    sums.Reconstruction += cost / samples;
                    sums.Divergence += (top is null ? posterior.Divergence(n) : posterior.Divergence(n, prior!) + top.Divergence(n)) / samples;
                    weights[n * samples + s] = -cost - (top is null ? posterior.Excess(n) : posterior.Excess(n, prior!) + top.Excess(n));
                }
            }
            for (int n = 0; n < which.Length; n++)
            {
                sums.Add(posterior.Means.Slice(n * d, d));
                sums.ImportanceWeighted -= LogMean(weights.AsSpan(n * samples, samples));
            }
        }
        return new VariationalEvaluation
        {
            Items = items.Count,
            Values = size,
            Samples = samples,
            Reconstruction = sums.Reconstruction / items.Count,
            Divergence = sums.Divergence / items.Count,
            ImportanceWeighted = sums.ImportanceWeighted / items.Count,
            ActiveLatents = sums.Active(items.Count),
        };
    }

    private static double Sum(float[] costs, int item, int items)
    {
        int each = costs.Length / items;
        double sum = 0;
        foreach (float cost in costs.AsSpan(item * each, each))
            sum += cost;
        return sum;
    }

    private static double LogMean(ReadOnlySpan<double> logs)
    {
        double most = logs[0], sum = 0;
        foreach (double log in logs)
            most = log > most ? log : most;
        foreach (double log in logs)
            sum += DoubleFunctions.Exp(log - most);
        return most + DoubleFunctions.Log(sum / logs.Length);
    }

    private sealed class Sums(float[] deviations)
    {
        private readonly double[] _means = new double[deviations.Length], _squares = new double[deviations.Length];

        public double Reconstruction, Divergence, ImportanceWeighted;

        public void Add(ReadOnlySpan<float> means)
        {
            for (int i = 0; i < means.Length; i++)
            {
                double m = means[i];
                _means[i] += m;
                _squares[i] += m * m;
            }
        }

        public int Active(int items)
        {
            int active = 0;
            for (int i = 0; i < _means.Length; i++)
            {
                double mean = _means[i] / items, prior = deviations[i] * (double)deviations[i];
                active += _squares[i] / items - mean * mean > 0.01 * prior ? 1 : 0;
            }
            return active;
        }
    }
}
