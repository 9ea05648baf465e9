using Tacit.Coding;

namespace Tacit.Modeling.Records;

/// <summary>The contexts of a table in the order of their places, and how a model file holds them.</summary>
/// <remarks>
/// An entry is coded by a range coder as: the distance from the place before with whether it is one byte or a list, and with the
/// class of a single one (one symbol); the tag, 12 even bits; the bytes, by how often each occurs; classes and length of a list.
/// </remarks>
internal sealed class SymbolTableCode
{
    private const int MaxStep = 7;

    /// <summary>Bits of the code of a context at least: its tag.</summary>
    public const int LeastBits = SymbolTable.TagBits;

    /// <summary>Most bytes kept of those that follow a context.</summary>
    public const int MaxSymbols = 24;

    private readonly int[] _places;
    private readonly short[] _tags;
    private readonly int[] _starts;   // of the lists, and the end
    private readonly byte[] _symbols;
    private readonly byte[] _classes;
    private readonly int _placeBits;

    /// <summary>Takes the contexts that <paramref name="keep"/> wants.</summary>
    public SymbolTableCode(ContextCounts counts, Func<int, long, bool> keep)
    {
        int expected = counts.Kept(keep);
        var entries = new List<(ulong Hash, int Start, int Length)>(expected);
        var symbols = new List<byte>(2 * expected);
        var classes = new List<byte>(2 * expected);
        counts.ForEach(keep, (hash, bytes, times, n) =>
        {
            int start = symbols.Count;
            // By class, the highest first, and within a class by byte.
            for (int size = CountClasses.Count - 1; size >= 0 && symbols.Count - start < MaxSymbols; size--)
            {
                for (int i = 0; i < n && symbols.Count - start < MaxSymbols; i++)
                {
                    if (CountClasses.Store(times[i]) != size)
                        continue;
                    symbols.Add(bytes[i]);
                    classes.Add((byte)size);
                }
            }
            entries.Add((hash, start, symbols.Count - start));
        });
        _placeBits = SymbolTable.PlaceBitsFor(entries.Count);
        (ulong Hash, int Start, int Length)[] sorted = Sort(entries);
        _places = new int[sorted.Length];
        _tags = new short[sorted.Length];
        _starts = new int[sorted.Length + 1];
        _symbols = new byte[symbols.Count];
        _classes = new byte[symbols.Count];
        int end = 0;
        long lists = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            (ulong hash, int start, int length) = sorted[i];
            lists += length == 1 ? 0 : SymbolTable.ListLength(length);
            _places[i] = SymbolTable.PlaceOf(hash, _placeBits);
            _tags[i] = (short)SymbolTable.TagOf(hash);
            _starts[i] = end;
            for (int k = 0; k < length; k++, end++)
            {
                _symbols[end] = symbols[start + k];
                _classes[end] = classes[start + k];
            }
        }
        _starts[^1] = end;
        Fits = _placeBits <= SymbolTable.MaxPlaceBits && lists < SymbolTable.MaxLists - SymbolTable.ListLength(1);
    }

    /// <summary>Contexts.</summary>
    public int Count => _places.Length;

    /// <summary>True if a table can hold them.</summary>
    public bool Fits { get; }

    /// <summary>The table itself.</summary>
    public SymbolTable Build()
    {
        var table = new SymbolTable(_placeBits, 2 * _symbols.Length + 4 * _places.Length);
        for (int i = 0; i < _places.Length; i++)
        {
            int start = _starts[i], length = _starts[i + 1] - start;
            table.Add(_places[i], _tags[i], _symbols.AsSpan(start, length), _classes.AsSpan(start, length));
        }
        return table;
    }

    /// <summary>The code: place bits, number of contexts, four frequency tables, entries.</summary>
    public byte[] Write()
    {
        ulong[] heads = new ulong[(MaxStep + 1) * 17], bytes = new ulong[256], classes = new ulong[16], lengths = new ulong[MaxSymbols];
        int place = 0;
        for (int i = 0; i < _places.Length; i++)
        {
            int step = _places[i] - place, length = _starts[i + 1] - _starts[i];
            place = _places[i];
            heads[Head(Math.Min(step, MaxStep), length, _classes[_starts[i]])]++;
            if (length > 1)
                lengths[length - 1]++;
            for (int k = _starts[i]; k < _starts[i + 1]; k++)
            {
                bytes[_symbols[k]]++;
                if (length > 1)
                    classes[_classes[k]]++;
            }
        }
        byte[] code = new byte[4096 + 10 * _places.Length + 4 * _symbols.Length];
        var encoder = new RangeEncoder(code);
        RangeCodes.Write(ref encoder, (uint)_placeBits, 5);
        RangeCodes.Write(ref encoder, (uint)_places.Length, 24);
        FrequencyTable head = RangeCodes.WriteTable(ref encoder, heads), symbol = RangeCodes.WriteTable(ref encoder, bytes), size = RangeCodes.WriteTable(ref encoder, classes),
            count = RangeCodes.WriteTable(ref encoder, lengths);
        place = 0;
        for (int i = 0; i < _places.Length; i++)
        {
            int start = _starts[i], length = _starts[i + 1] - start, step = _places[i] - place;
            place = _places[i];
            RangeCodes.Write(ref encoder, head, Head(Math.Min(step, MaxStep), length, _classes[start]));
            if (step >= MaxStep)
                RangeCodes.Write(ref encoder, (uint)(step - MaxStep), SymbolTable.MaxPlaceBits);
            RangeCodes.Write(ref encoder, (uint)_tags[i], SymbolTable.TagBits);
            if (length > 1)
                RangeCodes.Write(ref encoder, count, length - 1);
            for (int k = 0; k < length; k++)
            {
                RangeCodes.Write(ref encoder, symbol, _symbols[start + k]);
                if (length > 1)
                    RangeCodes.Write(ref encoder, size, _classes[start + k]);
            }
        }
        int written = encoder.Finish();
        return written >= 0 ? code[..written] : throw new InvalidOperationException("the bound on a table's code does not hold");
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static SymbolTable Read(ReadOnlySpan<byte> code)
    {
        var decoder = new RangeDecoder(code);
        int placeBits = (int)RangeCodes.Read(ref decoder, 5), contexts = (int)RangeCodes.Read(ref decoder, 24);
        // An entry takes more than a byte.
        if (placeBits is < 8 or > SymbolTable.MaxPlaceBits || contexts > code.Length || contexts > (1 << placeBits) * 3L / 4)
            throw Damaged();
        FrequencyTable head = RangeCodes.ReadTable(ref decoder, (MaxStep + 1) * 17), symbol = RangeCodes.ReadTable(ref decoder, 256), size = RangeCodes.ReadTable(ref decoder, 16),
            count = RangeCodes.ReadTable(ref decoder, MaxSymbols);
        var table = new SymbolTable(placeBits, 4 * code.Length);
        Span<byte> symbols = stackalloc byte[MaxSymbols], classes = stackalloc byte[MaxSymbols];
        int place = 0;
        for (int i = 0; i < contexts; i++)
        {
            int h = RangeCodes.Read(ref decoder, head);
            int step = h / 17, single = h % 17 - 1;
            if (step == MaxStep)
                step += (int)RangeCodes.Read(ref decoder, SymbolTable.MaxPlaceBits);
            place += step;
            int tag = (int)RangeCodes.Read(ref decoder, SymbolTable.TagBits);
            int length = single >= 0 ? 1 : RangeCodes.Read(ref decoder, count) + 1;
            for (int k = 0; k < length; k++)
            {
                symbols[k] = (byte)RangeCodes.Read(ref decoder, symbol);
                classes[k] = (byte)(single >= 0 ? single : RangeCodes.Read(ref decoder, size));
            }
            if (place >> placeBits != 0 || decoder.Exhausted)
                throw Damaged();
            table.Add(place, tag, symbols[..length], classes[..length]);
        }
        return table;
    }

    // They come nearly in order, for the counts have their own table by the same hashes.
    private static (ulong Hash, int Start, int Length)[] Sort(List<(ulong Hash, int Start, int Length)> entries)
    {
        (ulong Hash, int Start, int Length)[] sorted = [.. entries];
        for (int i = 1; i < sorted.Length; i++)
        {
            (ulong Hash, int Start, int Length) entry = sorted[i];
            int k = i;
            for (; k > 0 && sorted[k - 1].Hash > entry.Hash; k--)
                sorted[k] = sorted[k - 1];
            sorted[k] = entry;
        }
        return sorted;
    }

    // Symbols: 0 a list, 1 + class a single byte.
    private static int Head(int step, int length, int sizeClass) => step * 17 + (length == 1 ? 1 + sizeClass : 0);

    private static InvalidDataException Damaged() => new("The model's table of contexts is damaged.");
}
