using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Numerics.Lanes;

/// <summary>4 lanes in a Vector128.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 4;
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(Inline)]
    public static Vector128<float> CreateBits(int bits) => Vector128.Create(bits).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(Inline)]
    public static void Store(Vector128<float> x, float* target) => x.Store(target);

    [MethodImpl(Inline)]
    public static Vector128<float> Add(Vector128<float> x, Vector128<float> y) => x + y;

    [MethodImpl(Inline)]
    public static Vector128<float> Subtract(Vector128<float> x, Vector128<float> y) => x - y;

    [MethodImpl(Inline)]
    public static Vector128<float> Multiply(Vector128<float> x, Vector128<float> y) => x * y;

    [MethodImpl(Inline)]
    public static Vector128<float> Divide(Vector128<float> x, Vector128<float> y) => x / y;

    [MethodImpl(Inline)]
    public static Vector128<float> Sqrt(Vector128<float> x) => Vector128.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector128<float> Fma(Vector128<float> x, Vector128<float> y, Vector128<float> z) => Vector128.FusedMultiplyAdd(x, y, z);

    [MethodImpl(Inline)]
    public static Vector128<float> FmaNegated(Vector128<float> x, Vector128<float> y, Vector128<float> z) =>
        System.Runtime.Intrinsics.X86.Fma.IsSupported ? System.Runtime.Intrinsics.X86.Fma.MultiplyAddNegated(x, y, z) : Vector128.FusedMultiplyAdd(-x, y, z);

    // The instructions of x86 are the comparison and selection this is defined as; those of others are not.
    [MethodImpl(Inline)]
    public static Vector128<float> Min(Vector128<float> x, Vector128<float> y) => Sse.IsSupported ? Sse.Min(x, y) : Vector128.ConditionalSelect(Vector128.LessThan(x, y), x, y);

    [MethodImpl(Inline)]
    public static Vector128<float> Max(Vector128<float> x, Vector128<float> y) => Sse.IsSupported ? Sse.Max(x, y) : Vector128.ConditionalSelect(Vector128.LessThan(y, x), x, y);

    [MethodImpl(Inline)]
    public static Vector128<float> Less(Vector128<float> x, Vector128<float> y) => Vector128.LessThan(x, y);

    [MethodImpl(Inline)]
    public static Vector128<float> LessOrEqual(Vector128<float> x, Vector128<float> y) => Vector128.LessThanOrEqual(x, y);

    [MethodImpl(Inline)]
    public static Vector128<float> Select(Vector128<float> mask, Vector128<float> x, Vector128<float> y) => Vector128.ConditionalSelect(mask, x, y);

    [MethodImpl(Inline)]
    public static Vector128<float> And(Vector128<float> x, Vector128<float> y) => x & y;

    [MethodImpl(Inline)]
    public static Vector128<float> Or(Vector128<float> x, Vector128<float> y) => x | y;

    [MethodImpl(Inline)]
    public static Vector128<float> Xor(Vector128<float> x, Vector128<float> y) => x ^ y;

    [MethodImpl(Inline)]
    public static Vector128<float> AddBits(Vector128<float> x, Vector128<float> y) => (x.AsInt32() + y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> SubtractBits(Vector128<float> x, Vector128<float> y) => (x.AsInt32() - y.AsInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> MinUnsignedBits(Vector128<float> x, Vector128<float> y) => Vector128.Min(x.AsUInt32(), y.AsUInt32()).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> MultiplyBits(Vector128<float> x, Vector128<float> y, out Vector128<float> low)
    {
        Vector128<ulong> even = Multiply32(x.AsUInt64(), y.AsUInt64()), odd = Multiply32(x.AsUInt64() >> 32, y.AsUInt64() >> 32);
        Vector128<ulong> lower = Vector128.Create(0xFFFFFFFFul);
        low = Vector128.ConditionalSelect(lower, even, odd << 32).AsSingle();
        return Vector128.ConditionalSelect(lower, even >> 32, odd).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector128<float> ShiftLeftBits(Vector128<float> x, int count) => Vector128.ShiftLeft(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> ShiftRightBits(Vector128<float> x, int count) => Vector128.ShiftRightArithmetic(x.AsInt32(), count).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> ToFloat(Vector128<float> bits) => Vector128.ConvertToSingle(bits.AsInt32());

    /// <summary>Products of the low halves of 64-bit lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector128<ulong> Multiply32(Vector128<ulong> x, Vector128<ulong> y) => Sse2.IsSupported ? Sse2.Multiply(x.AsUInt32(), y.AsUInt32())
        : (x & Vector128.Create(0xFFFFFFFFul)) * (y & Vector128.Create(0xFFFFFFFFul));
}
