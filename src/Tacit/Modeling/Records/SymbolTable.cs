using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.Records;

/// <summary>What a model has learnt: the bytes that follow a context, with counts in classes. Read-only once made.</summary>
/// <remarks>
/// Open addressing with linear probing; contexts are added in the order of their hashes. A hash's top bits are its place; a
/// tag of <see cref="TagBits"/> further bits stands for the rest, so an unknown context is rarely mistaken for a known one;
/// training sees the same mistakes. A value is one byte with its class, or the place of a list.
/// </remarks>
internal sealed unsafe class SymbolTable
{
    /// <summary>Bits of a hash that are compared besides its place.</summary>
    public const int TagBits = 12;

    /// <summary>Most bits of a place.</summary>
    public const int MaxPlaceBits = 22;

    private const uint Single = 1u << 31;

    private readonly ushort[] _tags;
    private readonly uint[] _values;
    private byte[] _lists;
    private readonly ushort* _tag;
    private readonly uint* _value;
    private byte* _list;
    private readonly int _shift;
    private readonly uint _mask;
    private int _listEnd;

    /// <summary>An empty table of 2^placeBits places.</summary>
    public SymbolTable(int placeBits, int listCapacity = 1 << 12)
    {
        PlaceBits = placeBits;
        _shift = 64 - placeBits;
        _mask = (1u << placeBits) - 1;
        _tags = GC.AllocateArray<ushort>(1 << placeBits, pinned: true);
        _values = GC.AllocateArray<uint>(1 << placeBits, pinned: true);
        _lists = GC.AllocateArray<byte>(listCapacity, pinned: true);
        _tag = (ushort*)Unsafe.AsPointer(ref _tags[0]);
        _value = (uint*)Unsafe.AsPointer(ref _values[0]);
        _list = (byte*)Unsafe.AsPointer(ref _lists[0]);
    }

    /// <summary>Logarithm of the number of places.</summary>
    public int PlaceBits { get; }

    /// <summary>Contexts in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes it takes.</summary>
    public long Memory => _tags.Length * 6L + _lists.Length;

    /// <summary>Place bits for a number of contexts: at most two thirds of the places are taken.</summary>
    public static int PlaceBitsFor(int contexts) => Math.Max(8, BitOperations.Log2((uint)(contexts + (contexts >> 1)) | 1) + 1);

    /// <summary>The place a hash belongs to.</summary>
    public static int PlaceOf(ulong hash, int placeBits) => (int)(hash >> 64 - placeBits);

    /// <summary>The tag of a hash.</summary>
    public static int TagOf(ulong hash) => (int)(hash >> 8) & ((1 << TagBits) - 1);

    /// <summary>Adds a context; contexts come in ascending order of their places.</summary>
    /// <param name="place">Where it belongs.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="symbols">The bytes that follow, in ascending order; at least one.</param>
    /// <param name="classes">The classes of their counts.</param>
    /// <exception cref="InvalidDataException">The table is full.</exception>
    public void Add(int place, int tag, ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> classes)
    {
        if (Count >= _mask - (_mask >> 3))
            throw new InvalidDataException("A table of contexts has more of them than places.");
        uint i = (uint)place;
        while (_tag[i] != 0)
            i = (i + 1) & _mask;
        _tag[i] = (ushort)(tag | 1 << TagBits);
        Count++;
        if (symbols.Length == 1)
        {
            _value[i] = Single | (uint)symbols[0] << 8 | classes[0];
            return;
        }
        int needed = _listEnd + 1 + 2 * symbols.Length;
        if (needed > _lists.Length)
        {
            byte[] longer = GC.AllocateArray<byte>(Math.Max(needed, 2 * _lists.Length), pinned: true);
            _lists.AsSpan(0, _listEnd).CopyTo(longer);
            _lists = longer;
            _list = (byte*)Unsafe.AsPointer(ref longer[0]);
        }
        _value[i] = (uint)_listEnd;
        _list[_listEnd++] = (byte)(symbols.Length - 1);
        for (int s = 0; s < symbols.Length; s++)
        {
            _list[_listEnd++] = symbols[s];
            _list[_listEnd++] = classes[s];
        }
    }

    /// <summary>Asks for the hash's place to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_tag + (hash >> _shift));
    }

    /// <summary>Reads a context's bytes, ascending, and the sums of their counts up to each of them; returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong hash, byte* symbols, int* sums, ushort* values)
    {
        uint i = (uint)(hash >> _shift);
        ushort tag = (ushort)(TagOf(hash) | 1 << TagBits);
        while (_tag[i] != tag)
        {
            if (_tag[i] == 0)
                return 0;
            i = (i + 1) & _mask;
        }
        uint value = _value[i];
        if ((value & Single) != 0)
        {
            symbols[0] = (byte)(value >> 8);
            sums[1] = values[value & 15];
            return 1;
        }
        byte* list = _list + value;
        int n = *list++ + 1;
        int sum = 0;
        for (int s = 0; s < n; s++)
        {
            symbols[s] = list[2 * s];
            sum += values[list[2 * s + 1]];
            sums[s + 1] = sum;
        }
        return n;
    }

    /// <summary>A context's bytes with the classes of their counts: how many, a single one by itself, or their list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* FindList(ulong hash, out int count, out uint single)
    {
        uint i = (uint)(hash >> _shift);
        ushort tag = (ushort)(TagOf(hash) | 1 << TagBits);
        single = 0;
        while (_tag[i] != tag)
        {
            if (_tag[i] == 0)
            {
                count = 0;
                return null;
            }
            i = (i + 1) & _mask;
        }
        uint value = _value[i];
        if ((value & Single) != 0)
        {
            single = value;
            count = 1;
            return null;
        }
        byte* list = _list + value;
        count = *list + 1;
        return list + 1;
    }
}
