using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Contexts of a raw picture with one bit per pixel: the pixels around the next one, in the rows above too.</summary>
/// <remarks>
/// Each context has its own part of a table of bit histories, found by a hash of the pixels without a check: small
/// neighbourhoods fit without collisions, and among large ones few occur.
/// </remarks>
internal unsafe struct PixelContexts
{
    /// <summary>Contexts there are.</summary>
    public const int Count = 14;

    /// <summary>Shortest row in bytes.</summary>
    public const int MinRowLength = 5;

    // Rows are held in words so that the pixel above the next one is at this bit; lower bits are to the right.
    private const int Centre = 8;

    private readonly byte* _table;
    private readonly int _shift;
    private readonly int _partBits;
    private ulong _above1;   // seven bytes of the row above; the byte above the next one is the fourth from below
    private uint _above2;    // four bytes; the byte above is the third from below
    private uint _above3;
    private uint _above4;
    private ulong _row;      // the last seven bytes

    /// <summary>Starts on a zeroed table of <see cref="Count"/> parts or more.</summary>
    public PixelContexts(byte* table, long length)
    {
        Debug.Assert(length >= 1 << 12);
        _table = table;
        _partBits = BitOperations.Log2((ulong)(length / 16));
        _shift = 64 - _partBits;
    }

    /// <summary>The pixels nearest the next one, 11 bits.</summary>
    public int Near { get; private set; }

    /// <summary>More pixels, 16 bits.</summary>
    public uint Wide { get; private set; }

    /// <summary>A hash of yet more.</summary>
    public uint Wider { get; private set; }

    /// <summary>Looks at the rows above the next eight pixels.</summary>
    public void StartByte(in ContextHistory past, int row)
    {
        ulong above = 0;
        for (int i = 3; i >= -3; i--)
            above = above << 8 | past.Back(row + i);
        _above1 = above;
        _above2 = Window(past, 2 * row);
        _above3 = Window(past, 3 * row);
        _above4 = Window(past, 4 * row);
        _row = past.Last & 0xFFFFFFFFFFFFFF;
    }

    /// <summary>Sets the place of each context's history for the next pixel.</summary>
    public void StartBit(int partial, int bitIndex, int contexts, byte** places)
    {
        ulong row = _row << bitIndex | (uint)(partial ^ 1 << bitIndex);
        ulong wide1 = _above1 << (8 + 24 + bitIndex);   // the pixel above at bit 63
        uint above1 = (uint)(_above1 >> (23 - bitIndex));
        uint above2 = _above2 >> (15 - bitIndex), above3 = _above3 >> (15 - bitIndex), above4 = _above4 >> (15 - bitIndex);

        // How far the present colour reaches back, and how far the colours above reach to the right.
        int run = BitOperations.TrailingZeroCount((row & 1) != 0 ? ~row : row | 1UL << 56);
        int reach1 = Math.Min(BitOperations.LeadingZeroCount((long)wide1 < 0 ? ~wide1 : wide1), 24);
        uint wide2 = _above2 << (8 + bitIndex);
        int reach2 = Math.Min(BitOperations.LeadingZeroCount((int)wide2 < 0 ? ~wide2 : wide2), 15);

        Near = (int)(Part(row, 3) | Part(above1, 2, 2) << 3 | Part(above2, 1, 1) << 8);
        Wide = (uint)(Part(row, 4) | Part(above1, 3, 3) << 4 | Part(above2, 2, 2) << 11);
        ulong large = Part(row, 6) | Part(above1, 4, 4) << 6 | Part(above2, 3, 3) << 15;
        Wider = (uint)(large * 0x9E3779B97F4A7C15UL >> 40);

        ulong* c = stackalloc ulong[Count];
        c[0] = Wide;
        c[1] = large;
        c[2] = Part(row, 3) | Part(above1, 2, 2) << 3 | Part(above2, 2, 2) << 8 | Part(above3, 2, 2) << 13;
        c[3] = (uint)run | (ulong)(uint)reach1 << 6 | (ulong)(uint)reach2 << 11 | (row & 1) << 15 | (ulong)(wide1 >> 63) << 16 | (ulong)(wide2 >> 31) << 17 | Part(above1, 2, 0) << 18;
        c[4] = Part(row, 12) | Part(above1, 5, 5) << 12;
        c[5] = Part(row, 5) | Part(above1, 4, 4) << 5 | Part(above2, 4, 4) << 14 | Part(above3, 3, 3) << 23 | Part(above4, 2, 2) << 30;
        c[6] = Part(row, 2) | Part(above1, 1, 1) << 2 | Part(above2, 1, 1) << 5 | Part(above3, 1, 1) << 8 | Part(above4, 1, 1) << 11;
        c[7] = (uint)Near;
        c[8] = Part(row, 2) | Part(above1, 7, 7) << 2;
        c[9] = Part(row, 16) | Part(above1, 0, 1) << 16;
        c[10] = Part(row, 8) | Part(above1, 6, 6) << 8 | Part(above2, 5, 5) << 21 | Part(above3, 3, 3) << 32;
        c[11] = Part(row, 4) | Part(above1, 2, 6) << 4 | Part(above2, 0, 4) << 13;
        c[12] = Part(row, 24) | Part(above1, 8, 8) << 24;
        c[13] = Part(above1, 3, 3) | Part(above2, 3, 3) << 7 | Part(above3, 3, 3) << 14 | Part(above4, 3, 3) << 21;
        byte* table = _table;
        for (int i = 0; i < contexts; i++)
        {
            places[i] = table + ((c[i] + 1) * 0x9E3779B97F4A7C15UL >> _shift);
            table += 1L << _partBits;
        }
    }

    private static uint Window(in ContextHistory past, int distance) =>
        past.Back(distance + 1) << 24 | past.Back(distance) << 16 | past.Back(distance - 1) << 8 | past.Back(distance - 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Part(ulong row, int count) => row & ((1UL << count) - 1);

    // The pixels from so many left of the one above to so many right of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Part(uint above, int left, int right) => above >> (Centre - right) & ((1UL << (left + right + 1)) - 1);
}
