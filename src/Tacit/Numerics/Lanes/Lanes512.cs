using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Numerics.Lanes;

/// <summary>16 lanes in a Vector512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 16;
    }

    [MethodImpl(Inline)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(Inline)]
    public static Vector512<float> CreateBits(int bits) => Vector512.Create(bits).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(Inline)]
    public static void Store(Vector512<float> x, float* target) => x.Store(target);

    [MethodImpl(Inline)]
    public static Vector512<float> Add(Vector512<float> x, Vector512<float> y) => x + y;

    [MethodImpl(Inline)]
    public static Vector512<float> Subtract(Vector512<float> x, Vector512<float> y) => x - y;

    [MethodImpl(Inline)]
    public static Vector512<float> Multiply(Vector512<float> x, Vector512<float> y) => x * y;

    [MethodImpl(Inline)]
    public static Vector512<float> Divide(Vector512<float> x, Vector512<float> y) => x / y;

    [MethodImpl(Inline)]
    public static Vector512<float> Sqrt(Vector512<float> x) => Vector512.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector512<float> Fma(Vector512<float> x, Vector512<float> y, Vector512<float> z) => Vector512.FusedMultiplyAdd(x, y, z);

    [MethodImpl(Inline)]
    public static Vector512<float> FmaNegated(Vector512<float> x, Vector512<float> y, Vector512<float> z) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(x, y, z) : Vector512.FusedMultiplyAdd(-x, y, z);

    // The instructions of x86 are the comparison and selection this is defined as; those of others are not.
    [MethodImpl(Inline)]
    public static Vector512<float> Min(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported ? Avx512F.Min(x, y) : Vector512.ConditionalSelect(Vector512.LessThan(x, y), x, y);

    [MethodImpl(Inline)]
    public static Vector512<float> Max(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported ? Avx512F.Max(x, y) : Vector512.ConditionalSelect(Vector512.LessThan(y, x), x, y);

    [MethodImpl(Inline)]
    public static Vector512<float> Less(Vector512<float> x, Vector512<float> y) => Vector512.LessThan(x, y);

    [MethodImpl(Inline)]
    public static Vector512<float> LessOrEqual(Vector512<float> x, Vector512<float> y) => Vector512.LessThanOrEqual(x, y);

    [MethodImpl(Inline)]
    public static Vector512<float> Select(Vector512<float> mask, Vector512<float> x, Vector512<float> y) => Vector512.ConditionalSelect(mask, x, y);

    [MethodImpl(Inline)]
    public static Vector512<float> And(Vector512<float> x, Vector512<float> y) => x & y;

    [MethodImpl(Inline)]
    public static Vector512<float> Or(Vector512<float> x, Vector512<float> y) => x | y;

    [MethodImpl(Inline)]
    public static Vector512<float> Xor(Vector512<float> x, Vector512<float> y) => x ^ y;

    [MethodImpl(Inline)]
    public static Vector512<float> AddBits(Vector512<float> x, Vector512<float> y) => (x.AsInt32() + y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> SubtractBits(Vector512<float> x, Vector512<float> y) => (x.AsInt32() - y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> MinUnsignedBits(Vector512<float> x, Vector512<float> y) => Vector512.Min(x.AsUInt32(), y.AsUInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> MultiplyBits(Vector512<float> x, Vector512<float> y, out Vector512<float> low)
    {
        Vector512<ulong> even = Multiply32(x.AsUInt64(), y.AsUInt64()), odd = Multiply32(x.AsUInt64() >> 32, y.AsUInt64() >> 32);
        Vector512<ulong> lower = Vector512.Create(0xFFFFFFFFul);
        low = Vector512.ConditionalSelect(lower, even, odd << 32).AsSingle();
        return Vector512.ConditionalSelect(lower, even >> 32, odd).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector512<float> ShiftLeftBits(Vector512<float> x, int count) => Vector512.ShiftLeft(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> ShiftRightBits(Vector512<float> x, int count) => Vector512.ShiftRightArithmetic(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> ToFloat(Vector512<float> bits) => Vector512.ConvertToSingle(bits.AsInt32());

    /// <summary>Products of the low halves of 64-bit lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector512<ulong> Multiply32(Vector512<ulong> x, Vector512<ulong> y) => Avx512F.IsSupported ? Avx512F.Multiply(x.AsUInt32(), y.AsUInt32())
        : (x & Vector512.Create(0xFFFFFFFFul)) * (y & Vector512.Create(0xFFFFFFFFul));
}
