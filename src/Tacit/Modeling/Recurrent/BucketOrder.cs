using Tacit.Learning;
using Tacit.Media.DataSets;

namespace Tacit.Modeling.Recurrent;

/// <summary>Which examples go together: each once in an epoch, drawn anew for every epoch, those of like length side by
/// side.</summary>
/// <remarks>
/// An epoch's order is a shuffle by the seed; pools of some batches out of it are sorted by length, cut into batches,
/// and
/// the batches shuffled. So padding is small, and what is in a batch depends on its number alone.
/// </remarks>
internal sealed class BucketOrder
{
    private const int BatchesPerPool = 64;

    private readonly int[] _lengths, _order, _batches;
    private readonly int _size;
    private readonly ulong _seed;
    private long _epoch = -1;

    public BucketOrder(int[] lengths, int size, ulong seed)
    {
        _lengths = lengths;
        _size = Math.Min(size, lengths.Length);
        _seed = seed;
        _order = new int[lengths.Length];
        _batches = new int[lengths.Length / _size];     // the rest, which is another in each epoch, is left out
    }

    /// <summary>Examples in a batch.</summary>
    public int Size => _size;

    /// <summary>The examples of a batch.</summary>
    public ReadOnlySpan<int> Batch(long number)
    {
        long epoch = number / _batches.Length;
        if (epoch != _epoch)
            Shuffle(epoch);
        return _order.AsSpan(_batches[(int)(number % _batches.Length)] * _size, _size);
    }

    private void Shuffle(long epoch)
    {
        Permutation.Fill(_order, _seed, RandomStreams.Batch(2 * epoch));
        // before sorting, or the longest were always left out
        Span<int> used = _order.AsSpan(0, _batches.Length * _size);
        for (int first = 0; first < used.Length; first += BatchesPerPool * _size)
            SortByLength(used.Slice(first, Math.Min(BatchesPerPool * _size, used.Length - first)));
        Permutation.Fill(_batches, _seed, RandomStreams.Batch(2 * epoch + 1));
        _epoch = epoch;
    }

    // By counting, which keeps the order of equals.
    private void SortByLength(Span<int> items)
    {
        int most = 0;
        foreach (int item in items)
            most = Math.Max(most, _lengths[item]);
        int[] starts = new int[most + 2];
        foreach (int item in items)
            starts[_lengths[item] + 1]++;
        for (int i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        int[] sorted = new int[items.Length];
        foreach (int item in items)
            sorted[starts[_lengths[item]]++] = item;
        sorted.CopyTo(items);
    }
}
