using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.Records;

/// <summary>What a model has learnt: the bytes that follow a context, with counts in classes. Read-only once made.</summary>
/// <remarks>
/// Open addressing with linear probing; contexts are added in the order of their hashes. A hash's top bits are its place; a
/// tag of <see cref="TagBits"/> further bits stands for the rest, so an unknown context is rarely mistaken for a known one;
/// training sees the same mistakes. An entry is a word: the tag, whether one byte follows, and that byte with its class or
/// else the place of a list, in units of <see cref="ListUnit"/> bytes.
/// </remarks>
internal sealed unsafe class SymbolTable
{
    /// <summary>Bits of a hash that are compared besides its place.</summary>
    public const int TagBits = 11;

    /// <summary>Most bits of a place.</summary>
    public const int MaxPlaceBits = 22;

    private const uint Single = 1u << PayloadBits;
    private const int PayloadBits = 20, TagShift = PayloadBits + 1;
    private const int ListUnit = 4, HeadLength = 4;
    private const int ReadBeyond = 16;   // bytes a reader may take in besides a list's own

    // Longest run of taken places. Of random hashes at two thirds of the places, one of 300 is never seen; a table with longer
    // ones was made up to make every look-up walk through it.
    private const int MaxRun = 4096;

    private readonly uint[] _entries;
    private byte[] _lists;
    private readonly uint* _entry;
    private byte* _list;
    private readonly int _shift;
    private readonly uint _mask;
    private int _listEnd;
    private long _last = -2;    // where the entry added last stands, before it wraps around
    private int _run;           // taken places up to it, without a free one between

    /// <summary>An empty table of 2^placeBits places.</summary>
    public SymbolTable(int placeBits, int listCapacity)
    {
        PlaceBits = placeBits;
        _shift = 64 - placeBits;
        _mask = (1u << placeBits) - 1;
        _entries = GC.AllocateArray<uint>(1 << placeBits, pinned: true);
        _lists = GC.AllocateArray<byte>(listCapacity + ListUnit + ReadBeyond, pinned: true);
        _listEnd = ListUnit;    // no list is at 0, for an entry of 0 is none
        _entry = (uint*)Unsafe.AsPointer(ref _entries[0]);
        _list = (byte*)Unsafe.AsPointer(ref _lists[0]);
    }

    /// <summary>Logarithm of the number of places.</summary>
    public int PlaceBits { get; }

    /// <summary>Contexts in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes it takes.</summary>
    public long Memory => _entries.Length * 4L + _lists.Length;

    /// <summary>Place bits for a number of contexts: at most two thirds of the places are taken.</summary>
    public static int PlaceBitsFor(int contexts) => Math.Max(8, BitOperations.Log2((uint)(contexts + (contexts >> 1)) | 1) + 1);

    /// <summary>The place a hash belongs to.</summary>
    public static int PlaceOf(ulong hash, int placeBits) => (int)(hash >> 64 - placeBits);

    /// <summary>The tag of a hash.</summary>
    public static int TagOf(ulong hash) => (int)(hash >> 8) & ((1 << TagBits) - 1);

    /// <summary>Bytes that lists may take in all.</summary>
    public const int MaxLists = (1 << PayloadBits) * ListUnit - ListUnit;

    /// <summary>Bytes of a list of so many symbols, at least two; a single one takes none.</summary>
    public static int ListLength(int symbols) => (HeadLength + 2 * symbols + ListUnit - 1) / ListUnit * ListUnit;

    /// <summary>Adds a context; contexts come in ascending order of their places.</summary>
    /// <param name="place">Where it belongs.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="symbols">The bytes that follow, the most frequent first; at least one.</param>
    /// <param name="classes">The classes of their counts, less than <see cref="CountClasses.Count"/>.</param>
    /// <exception cref="InvalidDataException">The table is full, or its places run together.</exception>
    public void Add(int place, int tag, ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> classes)
    {
        if (Count >= _mask - (_mask >> 3))
            throw new InvalidDataException("A table of contexts has more of them than places.");
        uint i = Take(place);
        Count++;
        if (symbols.Length == 1)
        {
            _entry[i] = (uint)tag << TagShift | Single | (uint)symbols[0] << 8 | classes[0];
            return;
        }
        int needed = _listEnd + ListLength(symbols.Length);
        if (needed > MaxLists)
            throw new InvalidDataException("A table of contexts has longer lists than it may.");
        if (needed + ReadBeyond > _lists.Length)
        {
            byte[] longer = GC.AllocateArray<byte>(Math.Max(needed + ReadBeyond, 2 * _lists.Length), pinned: true);
            _lists.AsSpan(0, _listEnd).CopyTo(longer);
            _lists = longer;
            _list = (byte*)Unsafe.AsPointer(ref longer[0]);
        }
        _entry[i] = (uint)tag << TagShift | (uint)(_listEnd / ListUnit);
        int at = _listEnd + HeadLength;
        uint total = 0;
        for (int s = 0; s < symbols.Length; s++)
        {
            _list[at++] = symbols[s];
            _list[at++] = classes[s];
            total += CountClasses.Values[classes[s]];
        }
        *(uint*)(_list + _listEnd) = total << 8 | (uint)(symbols.Length - 1);
        _listEnd = needed;
    }

    // The first free place from there on. Since contexts come in order, none before the last one is free.
    private uint Take(int place)
    {
        long at = Math.Max(place, _last + 1);
        _run = at == _last + 1 ? _run + 1 : 1;
        while (_entry[(uint)at & _mask] != 0)
        {
            at++;
            _run++;
        }
        if (_run > MaxRun)
            throw new InvalidDataException("The model's table of contexts was made up: its places run together.");
        _last = at;
        return (uint)at & _mask;
    }

    /// <summary>Asks for the hash's place to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_entry + (hash >> _shift));
    }

    /// <summary>The entry of a context, 0 if it is unknown; its list, if it has one, is asked to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Entry(ulong hash)
    {
        uint i = (uint)(hash >> _shift);
        uint tag = (uint)TagOf(hash);
        uint entry;
        while ((entry = _entry[i]) >> TagShift != tag && entry != 0)
            i = (i + 1) & _mask;
        if (Sse.IsSupported)
            Sse.Prefetch0(ListOf(entry));
        return entry;
    }

    /// <summary>What follows a context.</summary>
    /// <param name="entry">Its entry.</param>
    /// <param name="count">How many bytes; 0 if it is unknown.</param>
    /// <param name="head">Of a single byte: its class in the low byte, then itself. Else: the sum of all counts, from bit 8 on.</param>
    /// <returns>Pairs of byte and class, the most frequent first; none for a single byte.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Read(uint entry, out int count, out uint head)
    {
        if (entry == 0 || (entry & Single) != 0)
        {
            count = entry == 0 ? 0 : 1;
            head = entry;
            return null;
        }
        byte* list = ListOf(entry);
        head = *(uint*)list;
        count = (int)(head & 0xFF) + 1;
        return list + HeadLength;
    }

    private byte* ListOf(uint entry) => _list + (nuint)(entry & Single - 1) * ListUnit;
}
