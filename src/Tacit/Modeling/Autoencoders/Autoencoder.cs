using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>A trained autoencoder: items to latents and back.</summary>
/// <remarks>
/// Values are 0 to 1 wherever items are given as floats; sets of items are brought to that by what their format says,
/// or by
/// <see cref="Scale"/>. Thread-safe once trained.
/// </remarks>
public sealed class Autoencoder : IItemModel, ILatentModel
{
    private readonly int _batch;

    /// <summary>A model.</summary>
    /// <param name="network">What computes.</param>
    /// <param name="scale">Which values of vectors stand for 0 and 1: those of the training data.</param>
    public Autoencoder(AutoencoderNetwork network, ItemScale scale)
    {
        ArgumentNullException.ThrowIfNull(network);
        (Network, Scale, _batch) = (network, scale, AutoencoderNetwork.ItemsAtOnce(network.Options));
    }

    /// <summary>What computes.</summary>
    public AutoencoderNetwork Network { get; }

    /// <summary>The sizes.</summary>
    public AutoencoderOptions Options => Network.Options;

    /// <summary>Which values stand for 0 and 1, where items do not say.</summary>
    public ItemScale Scale { get; }

    /// <inheritdoc/>
    public ItemShape Shape => Options.Shape;

    /// <inheritdoc/>
    public int Latents => Options.Latents;

    /// <inheritdoc/>
    public LatentFit Fit => Network.Fit;

    /// <inheritdoc/>
    public bool SeesPast => Options.IsAutoregressive;

    /// <summary>Whether values are drawn one after another: the decoder sees the past, and what it foresees are
    /// probabilities.</summary>
    public bool CanDraw => Options.Loss == ItemLoss.CrossEntropy && Options.IsAutoregressive;

    /// <inheritdoc/>
    public LatentEncoder CopyEncoder() => AutoencoderEncoder.Of(this);

    /// <inheritdoc/>
    public void CopyTo(ItemSet items, int item, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(items);
        items.CopyTo(item, Scale, target);
    }

    /// <summary>The latents of items: features for other models.</summary>
    /// <param name="items">Items of the model's shape.</param>
    /// <param name="which">Which of them.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(which, D), row by row.</returns>
    /// <exception cref="ArgumentException">The items are of another shape.</exception>
    /// <exception cref="InvalidOperationException">The model has no latents.</exception>
    public float[] Encode(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        Check(items);
        ItemEncoder encoder = Encoder();
        float[] latents = new float[which.Length * Options.Latents];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < which.Length; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor batch = Take(tape, items, which.Slice(at, Math.Min(_batch, which.Length - at)));
            encoder.Forward(tape, Tape.Input(batch)).Value.Span.CopyTo(latents.AsSpan(at * Options.Latents));
            tape.Reset();
        }
        return latents;
    }

    /// <summary>Items of latents; a decoder that sees the past goes by what it has made itself.</summary>
    /// <param name="latents">(count, D); of a model without latents count is their length.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(count, values), from 0 to 1.</returns>
    public float[] Decode(ReadOnlySpan<float> latents, WorkPool? workers = null,
        CancellationToken cancellationToken = default) =>
        Decode(latents, draw: null, workers, cancellationToken);

    /// <summary>Items given back: decoded from their latents.</summary>
    /// <inheritdoc cref="Encode"/>
    /// <returns>(which, values), from 0 to 1.</returns>
    public float[] Reconstruct(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        Check(items);
        float[] latents = Options.Latents == 0 ? new float[which.Length]
            : Encode(items, which, workers, cancellationToken);
        return Decode(latents, workers, cancellationToken);
    }

    /// <summary>What a decoder that sees the past foresees of each value when that past is the item's own.</summary>
    /// <inheritdoc cref="Reconstruct"/>
    public float[] Foresee(ItemSet items, ReadOnlySpan<int> which, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        Check(items);
        float[] foreseen = new float[which.Length * Options.Shape.Size];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < which.Length; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor batch = Take(tape, items, which.Slice(at, Math.Min(_batch, which.Length - at)));
            Variable x = Network.Decoder.Forward(tape, Network.Encoder?.Forward(tape, Tape.Input(batch)), batch);
            x.Value.Span.CopyTo(foreseen.AsSpan(at * Options.Shape.Size));
            tape.Reset();
        }
        Network.Settle(foreseen);
        return foreseen;
    }

    /// <summary>New items: latents drawn from the normal distribution that fits those of the training data,
    /// decoded.</summary>
    /// <remarks>An autoencoder is not taught where its latents lie, so this is a rough guess of it; a variational one
    /// is.</remarks>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same items everywhere.</param>
    /// <param name="temperature">What the latents' deviation is multiplied by.</param>
    /// <param name="draw">
    /// Whether each value is drawn, 0 or 1, of the probability foreseen, and is then the past of the next; of a model
    /// of
    /// cross-entropy whose decoder sees the past.
    /// </param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public float[] Generate(int count, ulong seed, float temperature = 1f, bool draw = false, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (draw && !CanDraw)
            throw new ArgumentException("Autoencoder.Generate: only a decoder that sees the past and is taught " +
                "cross-entropy has values to draw.", nameof(draw));
        float[] latents = Options.Latents > 0 ? Network.Fit.Draw(count, seed, temperature) : new float[count];
        return Decode(latents, draw ? seed : null, workers, cancellationToken);
    }

    /// <summary>Finds what <see cref="LatentFit"/> holds, of items the model was trained on and of those it was
    /// validated on.</summary>
    /// <param name="items">What the model was trained on.</param>
    /// <param name="training">Which of them.</param>
    /// <param name="held">What it was validated on; the same if there is nothing.</param>
    /// <param name="validation">Which of those; at most 2,000 are looked at.</param>
    /// <param name="workers">Threads to use; the caller alone if null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void Finish(ItemSet items, int[] training, ItemSet held, int[] validation, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        const int Most = 2000;
        ArgumentNullException.ThrowIfNull(held);
        if (Options.Latents > 0)
            Network.Fit.FitLatents(Encode(items, training, workers, cancellationToken));
        int[] some = validation.Length > Most ? validation[..Most] : validation;
        Network.Fit.FitErrors(ItemErrors.SquaredErrors(this, held, some,
            Reconstruct(held, some, workers, cancellationToken)));
    }

    private float[] Decode(ReadOnlySpan<float> latents, ulong? draw, WorkPool? workers,
        CancellationToken cancellationToken)
    {
        int d = Options.Latents, size = Options.Shape.Size, count = latents.Length / Math.Max(1, d);
        if (d > 0 && latents.Length % d != 0)
            throw new ArgumentException($"Autoencoder.Decode: {latents.Length} numbers are no rows of {d} latents.");
        float[] items = new float[checked(count * size)];
        var tape = new Tape(workers) { IsRecording = false };
        for (int at = 0; at < count; at += _batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(_batch, count - at), first = at;
            Tensor target = tape.Memory.Rent(rows, size);
            target.Span.Clear();
            Variable? z = d == 0 ? null : Tape.Input(Tensor.From(latents.Slice(at * d, rows * d), rows, d));
            Network.Decoder.Decode(tape, z, target, (values, number) => Settle(values, first, number, draw));
            target.Span.CopyTo(items.AsSpan(at * size));
            tape.Reset();
        }
        return items;
    }

    // Of a row's values each has its number among all values of all items: its own random number.
    private void Settle(Tensor values, int firstItem, int firstValue, ulong? draw)
    {
        Network.Settle(values.Span);
        if (draw is not { } seed)
            return;
        int rows = values.Shape[0], width = values.Count / rows;
        Span<float> uniform = stackalloc float[1];
        for (int b = 0; b < rows; b++)
        {
            Span<float> row = values[b].Span;
            for (int i = 0; i < width; i++)
            {
                RandomFill.Uniform(seed, stream: 1, uniform,
                    (long)(firstItem + b) * Options.Shape.Size + firstValue + i);
                row[i] = uniform[0] < row[i] ? 1f : 0f;
            }
        }
    }

    private Tensor Take(Tape tape, ItemSet items, ReadOnlySpan<int> which)
    {
        Tensor batch = tape.Memory.Rent(which.Length, Options.Shape.Size);
        for (int i = 0; i < which.Length; i++)
            CopyTo(items, which[i], batch[i].Span);
        return batch;
    }

    private ItemEncoder Encoder() => Network.Encoder
        ?? throw new InvalidOperationException("Autoencoder: the model has no latents.");

    private void Check(ItemSet items)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Shape != Options.Shape)
            throw new ArgumentException($"Autoencoder: items of {items.Shape}, the model's are {Options.Shape}.",
                nameof(items));
    }
}
