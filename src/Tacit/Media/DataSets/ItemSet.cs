using System.Globalization;

namespace Tacit.Media.DataSets;

/// <summary>Images, vectors or pieces of sound of one shape, perhaps with labels: what models of items learn from.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ItemSet
{
    // Parameters draw from 0, 1, 2, …, batches and validations from those with the highest bit.
    private const ulong SplitStream = 5UL << 60;
    private const int FewFiles = 10, Kept = 1, Neither = 2;

    private readonly ReadOnlyMemory<float> _numbers;
    private readonly IReadOnlyList<(string Name, int End)> _sources;

    /// <summary>Items whose values are bytes, or else numbers; of the two memories one is empty.</summary>
    internal ItemSet(ItemShape shape, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<float> numbers, int highest, IReadOnlyList<(string Name, int End)> sources,
        IReadOnlyList<string>? labels)
    {
        (Shape, Bytes, _numbers, Highest, _sources, Labels) = (shape, bytes, numbers, highest, sources, labels);
        Count = Math.Max(bytes.Length, numbers.Length) / shape.Size;
    }

    /// <summary>How many there are; at least one.</summary>
    public int Count { get; }

    /// <summary>The shape of each.</summary>
    public ItemShape Shape { get; }

    /// <summary>The value that stands for 1, which the files' format says (0 stands for 0); 0 where none does.</summary>
    public int Highest { get; }

    /// <summary>Of pieces of sounds: samples a second; 0 for other items.</summary>
    public int SampleRate { get; internal init; }

    /// <summary>Of pieces of sounds: samples from the beginning of one to that of the next.</summary>
    public int Stride { get; internal init; }

    /// <summary>All values, item after item, in an item channel by channel, row by row; empty if they are not whole numbers from 0 to 255.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A label for each item; null if there are none.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>An item's name: its file, and its number there if it has several.</summary>
    public string NameOf(int item)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(item);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(item, Count);
        int low = 0, high = _sources.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sources[middle].End > item ? (low, middle) : (middle + 1, high);
        }
        int first = FirstOf(low);
        return _sources[low].End - first == 1 ? _sources[low].Name
            : string.Create(NumberFormatInfo.InvariantInfo, $"{_sources[low].Name}:{item - first}");
    }

    /// <summary>An item's values, as they are in the file.</summary>
    /// <param name="item">From 0.</param>
    /// <param name="target">As many as the shape has.</param>
    public void CopyTo(int item, Span<float> target)
    {
        int size = Shape.Size;
        if (!_numbers.IsEmpty)
        {
            _numbers.Span.Slice(item * size, size).CopyTo(target);
            return;
        }
        ReadOnlySpan<byte> bytes = Bytes.Span.Slice(item * size, size);
        for (int i = 0; i < bytes.Length; i++)
            target[i] = bytes[i];
    }

    /// <summary>An item's values as 0 to 1.</summary>
    /// <inheritdoc cref="CopyTo(int, Span{float})"/>
    /// <param name="item">From 0.</param>
    /// <param name="scale">What 0 and 1 stand for, where the format does not say (<see cref="Highest"/>).</param>
    /// <param name="target">As many as the shape has.</param>
    public void CopyTo(int item, ItemScale scale, Span<float> target)
    {
        CopyTo(item, target[..Shape.Size]);
        (Highest > 0 ? new ItemScale(0f, Highest) : scale).Apply(target[..Shape.Size]);
    }

    /// <summary>The scale that brings some items to 0 to 1: the format's, or their least and largest value.</summary>
    public ItemScale Measure(ReadOnlySpan<int> items)
    {
        if (Highest > 0)
            return new ItemScale(0f, Highest);
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        float[] values = new float[Shape.Size];
        foreach (int item in items)
        {
            CopyTo(item, values);
            foreach (float value in values)
            {
                low = value < low ? value : low;
                high = value > high ? value : high;
            }
        }
        return new ItemScale(low, high > low ? high : low + 1f);
    }

    /// <summary>
    /// The numbers of the items, parted by a seed; pieces of sounds by whole files where there are ten or more, else the end of each file is kept, and what overlaps it is in neither part.
    /// </summary>
    /// <param name="share">The part that is kept for validation, from 0 to below 1, about; at least one item if it is not 0 and there are two.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="InvalidDataException">Nothing would be left to learn from.</exception>
    public (int[] Training, int[] Validation) Split(float share, ulong seed)
    {
        if (!(share >= 0f && share < 1f))
            throw new ArgumentOutOfRangeException(nameof(share), share, "From 0 to below 1.");
        int[] order = Order(Count, seed);
        int kept = share > 0f && Count > 1 ? Math.Max(1, (int)((double)share * Count)) : 0;
        if (SampleRate == 0 || kept == 0 || Count == _sources.Count)
            return (order[kept..], order[..kept]);
        // Pieces of one sound are alike and may overlap: those of a file are learnt from, or kept, where there are files enough; else the end of each is kept.
        int[] part = new int[Count];
        if (_sources.Count >= FewFiles)
            KeepFiles(part, kept, seed);
        else
            KeepEnds(part, share);
        int[] training = Which(0), validation = Which(Kept);
        return training.Length > 0 ? (training, validation)
            : throw new InvalidDataException("the sounds are too short to keep their ends for validation; a larger stride, or other files to validate on");

        int[] Which(int wanted) => [.. Enumerable.Range(0, Count).Where(i => part[i] == wanted)];
    }

    private void KeepFiles(Span<int> part, int wanted, ulong seed)
    {
        int[] files = Order(_sources.Count, seed);
        for (int i = 0; i < files.Length - 1 && wanted > 0; i++)
        {
            int first = FirstOf(files[i]), end = _sources[files[i]].End;
            part[first..end].Fill(Kept);
            wanted -= end - first;
        }
    }

    // The pieces before those that are kept, and overlap them, are in neither part.
    private void KeepEnds(Span<int> part, float share)
    {
        for (int file = 0; file < _sources.Count; file++)
        {
            Span<int> pieces = part[FirstOf(file).._sources[file].End];
            if (pieces.Length < 2)
                continue;
            int kept = Math.Max(1, (int)((double)share * pieces.Length)), overlapping = Math.Min((Shape.Size - 1) / Stride, pieces.Length - kept);
            pieces[^kept..].Fill(Kept);
            pieces[^(kept + overlapping)..^kept].Fill(Neither);
        }
    }

    private int FirstOf(int file) => file == 0 ? 0 : _sources[file - 1].End;

    private static int[] Order(int count, ulong seed)
    {
        int[] order = new int[count];
        Permutation.Fill(order, seed, SplitStream);
        return order;
    }
}
