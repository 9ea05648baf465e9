using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Numerics.Quantised;

/// <summary>How a machine multiplies small integers: all ways give the same sums, as integers have no rounding.</summary>
/// <remarks>
/// A step takes 32 bits of each operand per lane: four unsigned by four signed bytes, or two by two 16-bit numbers.
/// The instructions that add byte products in saturating 16 bits (vpmaddubsw) are of no use.
/// </remarks>
internal unsafe interface IIntegerDot
{
    /// <summary>Values of k in a step: 4 bytes (the left ones 128 too large) or 2 shorts.</summary>
    static abstract int Depth { get; }

    /// <summary>Bytes of a step of eight columns as they lie in memory.</summary>
    static abstract int Bytes { get; }

    /// <summary>A step of eight columns of the right operand.</summary>
    static abstract Vector256<int> Load(byte* step);

    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b);
}

/// <summary>One instruction of AVX-VNNI, vpdpbusd: four products of bytes and the sum, all wrapping around in 32 bits.</summary>
internal readonly unsafe struct VnniDot : IIntegerDot
{
    public static int Depth => 4;

    public static int Bytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* step) => Vector256.Load((int*)step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b) =>
        AvxVnni.MultiplyWideningAndAdd(sums, a.AsByte(), b.AsSByte());
}

/// <summary>The same step as AVX-VNNI's from plain instructions; the tests hold its layout to account.</summary>
internal readonly unsafe struct ByteDot : IIntegerDot
{
    public static int Depth => 4;

    public static int Bytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* step) => Vector256.Load((int*)step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b)
    {
        Vector256<short> evenA = (a & Vector256.Create(0x00FF00FF)).AsInt16(), oddA = (a.AsUInt16() >> 8).AsInt16();
        Vector256<short> evenB = (b.AsInt16() << 8) >> 8, oddB = b.AsInt16() >> 8;
        return PairDot.Add(PairDot.Add(sums, evenA.AsInt32(), evenB.AsInt32()), oddA.AsInt32(), oddB.AsInt32());
    }
}

/// <summary>Widened to 16 bits as they are read: two products added exactly in 32.</summary>
internal readonly unsafe struct PairDot : IIntegerDot
{
    public static int Depth => 2;

    public static int Bytes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* step)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int16((sbyte*)step).AsInt32();
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Load((sbyte*)step));
        return Vector256.Create(low, high).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<int> a, Vector256<int> b)
    {
        if (Avx2.IsSupported)
            return sums + Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());
        Vector256<int> low = ((a << 16) >> 16) * ((b << 16) >> 16), high = (a >> 16) * (b >> 16);
        return sums + low + high;
    }
}
