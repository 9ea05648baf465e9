using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Numerics.Lanes;

/// <summary>8 lanes in a Vector256.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 8;
    }

    [MethodImpl(Inline)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(Inline)]
    public static Vector256<float> CreateBits(int bits) => Vector256.Create(bits).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(Inline)]
    public static void Store(Vector256<float> x, float* target) => x.Store(target);

    [MethodImpl(Inline)]
    public static Vector256<float> Add(Vector256<float> x, Vector256<float> y) => x + y;

    [MethodImpl(Inline)]
    public static Vector256<float> Subtract(Vector256<float> x, Vector256<float> y) => x - y;

    [MethodImpl(Inline)]
    public static Vector256<float> Multiply(Vector256<float> x, Vector256<float> y) => x * y;

    [MethodImpl(Inline)]
    public static Vector256<float> Divide(Vector256<float> x, Vector256<float> y) => x / y;

    [MethodImpl(Inline)]
    public static Vector256<float> Sqrt(Vector256<float> x) => Vector256.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector256<float> Fma(Vector256<float> x, Vector256<float> y, Vector256<float> z) => Vector256.FusedMultiplyAdd(x, y, z);

    [MethodImpl(Inline)]
    public static Vector256<float> FmaNegated(Vector256<float> x, Vector256<float> y, Vector256<float> z) =>
        System.Runtime.Intrinsics.X86.Fma.IsSupported ? System.Runtime.Intrinsics.X86.Fma.MultiplyAddNegated(x, y, z) : Vector256.FusedMultiplyAdd(-x, y, z);

    // The instructions of x86 are the comparison and selection this is defined as; those of others are not.
    [MethodImpl(Inline)]
    public static Vector256<float> Min(Vector256<float> x, Vector256<float> y) => Avx.IsSupported ? Avx.Min(x, y) : Vector256.ConditionalSelect(Vector256.LessThan(x, y), x, y);

    [MethodImpl(Inline)]
    public static Vector256<float> Max(Vector256<float> x, Vector256<float> y) => Avx.IsSupported ? Avx.Max(x, y) : Vector256.ConditionalSelect(Vector256.LessThan(y, x), x, y);

    [MethodImpl(Inline)]
    public static Vector256<float> Less(Vector256<float> x, Vector256<float> y) => Vector256.LessThan(x, y);

    [MethodImpl(Inline)]
    public static Vector256<float> LessOrEqual(Vector256<float> x, Vector256<float> y) => Vector256.LessThanOrEqual(x, y);

    [MethodImpl(Inline)]
    public static Vector256<float> Select(Vector256<float> mask, Vector256<float> x, Vector256<float> y) => Vector256.ConditionalSelect(mask, x, y);

    [MethodImpl(Inline)]
    public static Vector256<float> And(Vector256<float> x, Vector256<float> y) => x & y;

    [MethodImpl(Inline)]
    public static Vector256<float> Or(Vector256<float> x, Vector256<float> y) => x | y;

    [MethodImpl(Inline)]
    public static Vector256<float> Xor(Vector256<float> x, Vector256<float> y) => x ^ y;

    [MethodImpl(Inline)]
    public static Vector256<float> AddBits(Vector256<float> x, Vector256<float> y) => (x.AsInt32() + y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> SubtractBits(Vector256<float> x, Vector256<float> y) => (x.AsInt32() - y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> MinUnsignedBits(Vector256<float> x, Vector256<float> y) => Vector256.Min(x.AsUInt32(), y.AsUInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> MultiplyBits(Vector256<float> x, Vector256<float> y, out Vector256<float> low)
    {
        Vector256<ulong> even = Multiply32(x.AsUInt64(), y.AsUInt64()), odd = Multiply32(x.AsUInt64() >> 32, y.AsUInt64() >> 32);
        Vector256<ulong> lower = Vector256.Create(0xFFFFFFFFul);
        low = Vector256.ConditionalSelect(lower, even, odd << 32).AsSingle();
        return Vector256.ConditionalSelect(lower, even >> 32, odd).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector256<float> ShiftLeftBits(Vector256<float> x, int count) => Vector256.ShiftLeft(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> ShiftRightBits(Vector256<float> x, int count) => Vector256.ShiftRightArithmetic(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> ToFloat(Vector256<float> bits) => Vector256.ConvertToSingle(bits.AsInt32());

    /// <summary>Products of the low halves of 64-bit lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector256<ulong> Multiply32(Vector256<ulong> x, Vector256<ulong> y) => Avx2.IsSupported ? Avx2.Multiply(x.AsUInt32(), y.AsUInt32())
        : (x & Vector256.Create(0xFFFFFFFFul)) * (y & Vector256.Create(0xFFFFFFFFul));
}
