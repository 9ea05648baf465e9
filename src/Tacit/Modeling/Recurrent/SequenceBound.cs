using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Recurrent;

/// <summary>How well a variational <see cref="LstmAutoencoder"/> knows sequences: its evidence lower bound, of one sample of z for each.</summary>
public sealed class SequenceBound
{
    // Of the prior's variance, which is 1. Burda et al. 2016.
    private const double LeastVariance = 0.01;

    private SequenceBound()
    {
    }

    /// <summary>Tokens and ends, or values, that there were.</summary>
    public long Items { get; private init; }

    /// <summary>The negative bound in nats for each of them, <see cref="Divergence"/> included; values are normalised ones.</summary>
    public double Nats { get; private init; }

    /// <summary>The part of it that is KL(q(z | x) ‖ N(0, 1)).</summary>
    public double Divergence { get; private init; }

    /// <summary>Latents whose posterior mean varies over sequences by more than 0.01: those that say something.</summary>
    public int ActiveLatents { get; private init; }

    /// <summary>Finds it.</summary>
    /// <param name="model">A variational model.</param>
    /// <param name="data">Sequences.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The model is not variational.</exception>
    public static SequenceBound Of(LstmAutoencoder model, SequenceSet data, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (!model.Options.Variational)
            throw new ArgumentException("The model is not variational: it has no bound.", nameof(model));
        double given = 0, divergences = 0;
        long items = 0;
        int z = model.Options.Latent;
        double[] sums = new double[z], squares = new double[z];
        SequenceReconstruction.InBatches(model, data, workers, (tape, batch, _) =>
        {
            LstmAutoencoder.Encoding encoding = model.Encode(tape, batch);
            (Variable cost, Variable divergence) = model.Bound(tape, batch, encoding);
            given += (double)cost.Value.Span[0] * batch.Items;
            divergences += (double)divergence.Value.Span[0] * batch.Count;
            items += batch.Items;
            ReadOnlySpan<float> means = encoding.Latent.Value.Span;
            for (int i = 0; i < means.Length; i++)
            {
                sums[i % z] += means[i];
                squares[i % z] += (double)means[i] * means[i];
            }
        }, cancellationToken);
        int active = 0;
        for (int i = 0; i < z; i++)
            active += squares[i] / data.Count - sums[i] / data.Count * (sums[i] / data.Count) > LeastVariance ? 1 : 0;
        return new SequenceBound { Items = items, Nats = (given + divergences) / items, Divergence = divergences / items, ActiveLatents = active };
    }
}
