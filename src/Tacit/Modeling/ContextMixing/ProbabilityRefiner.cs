using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Secondary estimation: corrects the mixer's answer by what came of like answers in a context.</summary>
/// <remarks>
/// A row of 16 adaptive probabilities for each context, one for every whole from z = −8 to 7; an answer lies between
/// two of them and is interpolated, and the nearer of the two learns. A row fills a cache line.
/// </remarks>
internal unsafe struct ProbabilityRefiner
{
    /// <summary>Probabilities in a row.</summary>
    public const int RowLength = 16;

    private const int Limit = 1023;
    private const int KnotBits = Logistic.SumBits;   // bits of z between two knots
    private const int MaxZ = (7 << KnotBits) - 1;       // just below the last knot
    private const int MinZ = -8 << KnotBits;

    private readonly uint* _rows;
    private readonly uint _mask;
    private readonly int* _rates;
    private uint* _row;
    private uint* _pair;
    private uint* _nearest;

    /// <summary>Starts with rows that leave every answer as it is.</summary>
    public ProbabilityRefiner(byte* memory, int rows)
    {
        Debug.Assert(int.IsPow2(rows));
        _rows = (uint*)memory;
        _mask = (uint)(rows - 1);
        _rates = AdaptiveProbability.Rates;
        _row = _pair = _nearest = _rows;
        for (int i = 0; i < RowLength; i++)
        {
            uint p = Logistic.Squash(Logistic.SquashTable, MinZ + (i << KnotBits));
            _rows[i] = AdaptiveProbability.Start((int)(p >> 16), count: 6);
        }
        for (int i = 1; i < rows; i++)
            Unsafe.CopyBlock(_rows + (long)i * RowLength, _rows, RowLength * sizeof(uint));
    }

    /// <summary>Bytes of memory for so many rows.</summary>
    public static long Size(int rows) => (long)rows * RowLength * sizeof(uint);

    /// <summary>Chooses the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Select(uint context) => _row = _rows + (nuint)(context & _mask) * RowLength;

    /// <summary>Chooses the row by a bit from the pair fetched before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SelectOfPair(int bit) => _row = _pair + bit * RowLength;

    /// <summary>Chooses the pair of rows of which the coming bit will choose one, and asks for both to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ForeseePair(uint context)
    {
        _pair = _rows + (nuint)(context & _mask & ~1u) * RowLength;
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_pair);
            Sse.Prefetch0(_pair + RowLength);
        }
    }

    /// <summary>The corrected probability of an answer, in units of 2^-32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Refine(int z)
    {
        int offset = Math.Clamp(z, MinZ, MaxZ) - MinZ;
        uint* knot = _row + (offset >> KnotBits);
        uint weight = (uint)offset & ((1 << KnotBits) - 1);
        _nearest = knot + (weight >> (KnotBits - 1));
        ulong below = knot[0] | AdaptiveProbability.MaxCount, above = knot[1] | AdaptiveProbability.MaxCount;
        return (uint)((below * ((1 << KnotBits) - weight) + above * weight) >> KnotBits);
    }

    /// <summary>Learns the bit that came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Train(int bit) => AdaptiveProbability.Learn(_nearest, _rates, bit, Limit);
}
