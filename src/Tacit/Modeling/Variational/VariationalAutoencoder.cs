using Tacit.Coding;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>A trained variational autoencoder: items to posteriors of latents, latents to items.</summary>
/// <remarks>
/// The latents of an item are the means of its posterior. Where items are drawn to be 0 or 1, they are drawn by <see cref="Binarisation.Seed"/> and
/// their numbers in their set. Thread-safe once trained.
/// </remarks>
public sealed class VariationalAutoencoder : IItemModel, ILatentModel
{
    private readonly int _batch;

    /// <summary>A model.</summary>
    /// <param name="network">What computes.</param>
    /// <param name="scale">Which values stand for 0 and 1.</param>
    public VariationalAutoencoder(VariationalNetwork network, ItemScale scale)
    {
        ArgumentNullException.ThrowIfNull(network);
        (Network, Scale, _batch) = (network, scale, VariationalNetwork.ItemsAtOnce(network.Options));
    }

    /// <summary>What computes.</summary>
    public VariationalNetwork Network { get; }

    /// <summary>The sizes.</summary>
    public VariationalOptions Options => Network.Options;

    /// <inheritdoc/>
    public ItemShape Shape => Options.Shape;

    /// <inheritdoc/>
    public int Latents => Options.Latents;

    /// <inheritdoc/>
    public ItemScale Scale { get; }

    /// <inheritdoc/>
    public LatentFit Fit => Network.Fit;

    /// <inheritdoc/>
    public bool SeesPast => Options.Neighbours > 0;

    /// <inheritdoc/>
    public LatentEncoder CopyEncoder() => VariationalEncoder.Of(this);

    /// <inheritdoc/>
    void IItemModel.CopyTo(ItemSet items, int item, Span<float> target) => CopyPlain(items, item, target);

    /// <inheritdoc/>
    public float[] Encode(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default) =>
        Posterior(items, which, workers, cancellationToken).Mean;

    /// <summary>The posterior of items.</summary>
    /// <inheritdoc cref="Encode"/>
    /// <returns>Means and log variances (which, D), row by row.</returns>
    public (float[] Mean, float[] LogVariance) Posterior(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        Check(items);
        float[] means = new float[which.Length * Latents], logVariances = new float[means.Length];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < which.Length; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor batch = Take(tape, items, which.Slice(at, Math.Min(_batch, which.Length - at)));
            (Variable mean, Variable logVariance) = Network.Posterior(tape, Tape.Input(batch));
            mean.Value.Span.CopyTo(means.AsSpan(at * Latents));
            logVariance.Value.Span.CopyTo(logVariances.AsSpan(at * Latents));
            tape.Reset();
        }
        return (means, logVariances);
    }

    /// <inheritdoc/>
    public float[] Decode(ReadOnlySpan<float> latents, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        int count = latents.Length / Latents, size = Shape.Size;
        if (latents.Length % Latents != 0)
            throw new ArgumentException($"VariationalAutoencoder.Decode: {latents.Length} numbers are no rows of {Latents} latents.");
        float[] items = new float[checked(count * size)];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < count; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(_batch, count - at);
            Variable z = Tape.Input(Tensor.From(latents.Slice(at * Latents, rows * Latents), rows, Latents));
            Network.Means(tape, z, items.AsSpan(at * size, rows * size));
            tape.Reset();
        }
        return items;
    }

    /// <inheritdoc/>
    public float[] Reconstruct(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default) =>
        Decode(Encode(items, which, workers, cancellationToken), workers, cancellationToken);

    /// <inheritdoc/>
    public float[] Foresee(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        Check(items);
        int size = Shape.Size;
        float[] foreseen = new float[which.Length * size];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < which.Length; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor batch = Take(tape, items, which.Slice(at, Math.Min(_batch, which.Length - at)));
            Network.Means(tape, Network.Posterior(tape, Tape.Input(batch)).Mean, batch, foreseen.AsSpan(at * size, batch.Count));
            tape.Reset();
        }
        return foreseen;
    }

    /// <summary>
    /// New items: latents drawn from the prior, decoded to the mean of each value. Where the likelihood knows neighbours each value is drawn, since its
    /// neighbours are to be such as there are: random bits are decoded as items.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same items everywhere.</param>
    /// <param name="temperature">What the latents' deviation is multiplied by.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(count, values), from 0 to 1.</returns>
    /// <exception cref="InvalidDataException">What the model says of values is not a number.</exception>
    public float[] Generate(int count, ulong seed, float temperature = 1f, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        float[] latents = DrawLatents(count, seed, temperature);
        return Options.Neighbours > 0 ? DrawItems(latents, seed, cancellationToken) : Decode(latents, workers, cancellationToken);
    }

    /// <summary>Finds what <see cref="Fit"/> holds, of items the model was trained on and of those it was validated on.</summary>
    /// <param name="items">What the model was trained on.</param>
    /// <param name="training">Which of them.</param>
    /// <param name="held">What it was validated on; the same if there is nothing.</param>
    /// <param name="validation">Which of those; at most 2,000 are looked at.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void Finish(ItemSet items, int[] training, ItemSet held, int[] validation, WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        const int Most = 2000;
        ArgumentNullException.ThrowIfNull(held);
        Fit.FitLatents(Encode(items, training, workers, cancellationToken));
        int[] some = validation.Length > Most ? validation[..Most] : validation;
        Fit.FitErrors(ItemErrors.SquaredErrors(this, held, some, Reconstruct(held, some, workers, cancellationToken)));
    }

    /// <summary>Of each latent how much the means of its posterior differ over the training data: their standard deviation.</summary>
    public float[] Deviations()
    {
        float[] deviations = new float[Latents];
        for (int i = 0; i < deviations.Length; i++)
            deviations[i] = MathF.Sqrt(Reduce.SumOfSquares(Fit.Factor!.Value[i].Span));
        return deviations;
    }

    /// <summary>Mean and deviation of each latent under the prior: 0 and 1, unless the prior is a second layer's.</summary>
    /// <exception cref="InvalidDataException">They are not numbers.</exception>
    public (float[] Mean, float[] Deviation) PriorMoments()
    {
        if (Network.Top is { } top)
            return top.Moments();
        float[] deviation = new float[Latents];
        deviation.AsSpan().Fill(1f);
        return (new float[Latents], deviation);
    }

    /// <summary>Items as the model sees them, as a file: drawn to be 0 or 1 if that is what it knows.</summary>
    /// <exception cref="ArgumentException">They are of another shape.</exception>
    /// <exception cref="InvalidDataException">Their values are not whole numbers from 0 to 255.</exception>
    public Idx AsSeen(ItemSet items)
    {
        Check(items);
        int size = Shape.Size;
        byte[] bytes = new byte[checked(items.Count * size)];
        float[] item = new float[size];
        for (int n = 0; n < items.Count; n++)
        {
            CopyTo(items, n, item);
            Scale.Undo(item);
            for (int i = 0; i < size; i++)
            {
                float whole = item[i] + 0.5f;
                byte value = whole is >= 0f and < 256f ? (byte)(int)whole : throw new InvalidDataException($"{items.NameOf(n)} has values that are no bytes");
                bytes[n * size + i] = MathF.Abs(value - item[i]) < 0.01f ? value : throw new InvalidDataException($"{items.NameOf(n)} has values that are not whole numbers");
            }
        }
        int[] sizes = Shape.Channels > 1 ? [items.Count, Shape.Channels, Shape.Height, Shape.Width] : Shape.Height > 1 ? [items.Count, Shape.Height, Shape.Width] : [items.Count, size];
        return new Idx(sizes, bytes);
    }

    /// <summary>An item as the model is to see it: from 0 to 1, and drawn to be 0 or 1 if that is what the model knows.</summary>
    /// <exception cref="InvalidDataException">It has values the model's likelihood does not know.</exception>
    internal void CopyTo(ItemSet items, int item, Span<float> target)
    {
        CopyPlain(items, item, target);
        if (Options.Binarise)
            Binarisation.Draw(Binarisation.Seed, 0, (long)item * target.Length, target);
    }

    /// <summary>The same before any draw.</summary>
    internal void CopyPlain(ItemSet items, int item, Span<float> target) => CopyPlain(Options, Scale, items, item, target);

    /// <summary>An item's values as 0 to 1 by a model's scale, whatever the item's format says.</summary>
    /// <exception cref="InvalidDataException">It has values the model's likelihood does not know.</exception>
    internal static void CopyPlain(VariationalOptions options, ItemScale scale, ItemSet items, int item, Span<float> target)
    {
        items.CopyTo(item, target);
        scale.Apply(target);
        if (options.Likelihood != LikelihoodKind.Gaussian && target.ContainsAnyExceptInRange(0f, 1f))
            throw new InvalidDataException($"item {items.NameOf(item)} has values beyond those of the model, {scale.Lowest} to {scale.Highest}");
    }

    /// <summary>Refuses items of another shape.</summary>
    internal void Check(ItemSet items)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Shape != Shape)
            throw new ArgumentException($"VariationalAutoencoder: items of {items.Shape}, the model's are {Shape}.", nameof(items));
    }

    /// <summary>Items (which, N) on a tape.</summary>
    internal Tensor Take(Tape tape, ItemSet items, ReadOnlySpan<int> which)
    {
        Tensor batch = tape.Memory.Rent(which.Length, Shape.Size);
        for (int i = 0; i < which.Length; i++)
            CopyTo(items, which[i], batch[i].Span);
        return batch;
    }

    private float[] DrawLatents(int count, ulong seed, float temperature)
    {
        float[] latents = new float[checked(count * Latents)];
        if (Network.Top is not { } network)
        {
            RandomFill.Normal(seed, stream: 0, latents, deviation: temperature);
            return latents;
        }
        float[] top = new float[checked(count * Options.Top)];
        RandomFill.Normal(seed, stream: 0, top, deviation: temperature);
        RandomFill.Normal(seed, stream: 1, latents, deviation: temperature);
        (Variable mean, Variable logVariance) = network.Prior(new Tape { IsRecording = false }, Tape.Input(Tensor.From(top, count, Options.Top)));
        float[] deviation = new float[latents.Length];
        Elementwise.Scale(0.5f, logVariance.Value.Span, deviation);
        Elementwise.Exp(deviation, deviation);
        Elementwise.MultiplyAdd(deviation, latents, mean.Value.Span, latents);
        return latents;
    }

    // What a stack of random words decodes to.
    private float[] DrawItems(float[] latents, ulong seed, CancellationToken cancellationToken)
    {
        const ulong Stream = 2;
        ItemCoder coder = ItemCoder.Of(this);
        var stack = new RansCoder(word => BitsBackCoder.RandomWord(seed, Stream, word));
        int count = latents.Length / Latents, size = Shape.Size;
        byte[] bytes = new byte[checked(count * size)];
        var tape = new Tape { IsRecording = false };
        for (int at = 0; at < count; at += BitsBackCoder.MostItems)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(BitsBackCoder.MostItems, count - at);
            try
            {
                coder.Pop(stack, tape, Tensor.From(latents.AsSpan(at * Latents, rows * Latents), rows, Latents), bytes.AsSpan(at * size, rows * size));
            }
            catch (ArithmeticException e)
            {
                throw new InvalidDataException(e.Message, e);
            }
            tape.Reset();
        }
        float[] items = Array.ConvertAll(bytes, b => (float)b);
        Scale.Apply(items);
        return items;
    }
}
