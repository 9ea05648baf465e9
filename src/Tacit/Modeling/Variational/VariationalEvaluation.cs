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

    /// <summary>KL(q(z | x) ‖ p(z)), in nats for each item.</summary>
    public required double Divergence { get; init; }

    /// <summary>
    /// −ln of the mean of p(x, z) / q(z | x) over <see cref="Samples"/> of z, the mean over items: a closer bound, in nats. Burda, Grosse and
    /// Salakhutdinov, "Importance weighted autoencoders", 2016.
    /// </summary>
    public required double ImportanceWeighted { get; init; }

    /// <summary>Samples of z for each item.</summary>
    public required int Samples { get; init; }

    /// <summary>Latents whose posterior mean varies over items by more than 0.01 (its variance): those that say something. Burda et al. 2016.</summary>
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
        var sums = new Sums(d);
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < items.Count; at += batch)
        {
            int[] which = [.. Enumerable.Range(at, Math.Min(batch, items.Count - at))];
            float[] x = new float[which.Length * size], noise = new float[which.Length * d], z = new float[noise.Length];
            model.Take(tape, items, which).Span.CopyTo(x);
            (Variable mean, Variable logVariance) = model.Network.Posterior(tape, Tape.Input(Tensor.From(x, which.Length, size)));
            float[] m = mean.Value.Span.ToArray(), v = logVariance.Value.Span.ToArray(), deviation = new float[v.Length];
            tape.Reset();
            for (int i = 0; i < v.Length; i++)
                deviation[i] = 0.5f * v[i];
            Elementwise.Exp(deviation, deviation);
            double[] weights = new double[which.Length * samples];
            for (int s = 0; s < samples; s++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                RandomFill.Normal(seed, (ulong)s, noise, first: (long)at * d, pool: workers);
                Elementwise.MultiplyAdd(deviation, noise, m, z);
                Variable parameters = model.Network.Foresee(tape, Tape.Input(Tensor.From(z, which.Length, d)));
                float[] costs = model.Network.Likelihood.Costs(parameters.Value.Span, x, workers);
                tape.Reset();
                for (int n = 0; n < which.Length; n++)
                {
                    double cost = Sum(costs, n, which.Length);
                    sums.Reconstruction += cost / samples;
                    double excess = 0;      // ln q(z | x) − ln p(z)
                    for (int i = n * d; i < (n + 1) * d; i++)
                        excess += 0.5 * ((double)z[i] * z[i] - v[i] - (double)noise[i] * noise[i]);
                    weights[n * samples + s] = -cost - excess;
                }
            }
            for (int n = 0; n < which.Length; n++)
            {
                sums.Add(m.AsSpan(n * d, d), v.AsSpan(n * d, d));
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

    private sealed class Sums(int latents)
    {
        private readonly double[] _means = new double[latents], _squares = new double[latents];

        public double Reconstruction, Divergence, ImportanceWeighted;

        public void Add(ReadOnlySpan<float> mean, ReadOnlySpan<float> logVariance)
        {
            for (int i = 0; i < mean.Length; i++)
            {
                double m = mean[i], v = logVariance[i];
                Divergence += 0.5 * (DoubleFunctions.Exp(v) - 1 - v + m * m);
                _means[i] += m;
                _squares[i] += m * m;
            }
        }

        public int Active(int items)
        {
            int active = 0;
            for (int i = 0; i < _means.Length; i++)
                active += _squares[i] / items - _means[i] / items * (_means[i] / items) > 0.01 ? 1 : 0;
            return active;
        }
    }
}
