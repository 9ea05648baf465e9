using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>
/// The batches of items that a model learns from: the next ones of an order that is drawn anew for each pass over them,
/// each changed by an augmentation.
/// </summary>
internal sealed class ItemBatches(ItemSet items, int[] training, int size, Augmentation augmentation, ulong seed)
{
    private readonly int[] _order = new int[training.Length];
    private readonly float[] _scratch = new float[items.Shape.Size];
    private long _pass = -1;

    /// <summary>Brings an item of the set to what a model sees of it.</summary>
    public delegate void Copy(int item, Span<float> target);

    /// <summary>Items in a batch.</summary>
    public int Size => size;

    /// <summary>Whether items are taken as they are.</summary>
    public bool IsPlain => augmentation == default;

    /// <summary>The place among the training items of the b-th item of a batch.</summary>
    public int PlaceOf(long batch, int b)
    {
        long number = batch * size + b, pass = number / training.Length;
        if (pass != _pass)
        {
            // Streams beside those of validations.
            Permutation.Fill(_order, seed, RandomStreams.Validation | 1UL << 61 | (ulong)pass);
            _pass = pass;
        }
        return _order[(int)(number % training.Length)];
    }

    /// <summary>The items of a batch (B, N), moved and mirrored; memory of the tape.</summary>
    public Tensor Take(Tape tape, long batch, Copy copy)
    {
        Tensor target = tape.Memory.Rent(size, items.Shape.Size);
        for (int b = 0; b < size; b++)
        {
            Span<float> item = target[b].Span;
            copy(training[PlaceOf(batch, b)], item);
            augmentation.Apply(items.Shape, item, _scratch, seed, RandomStreams.Batch(batch), b);
        }
        return target;
    }

    /// <summary>What an encoder sees of them, with the augmentation's noise.</summary>
    public Variable Seen(Tape tape, Tensor batch)
    {
        Variable seen = Tape.Input(batch);
        return augmentation.Noise > 0f && tape.IsTraining
            ? tape.Add(seen, tape.Scale(tape.NormalNoise(batch.Shape), augmentation.Noise)) : seen;
    }
}
