using System.Runtime.CompilerServices;
using static System.BitConverter;

namespace Tacit.Numerics.Lanes;

/// <summary>One lane: the definition the vectors are held to, and the path of machines without vectors.</summary>
internal readonly unsafe struct LanesScalar : ILanes<float>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count
    {
        [MethodImpl(Inline)]
        get => 1;
    }

    [MethodImpl(Inline)]
    public static float Create(float value) => value;

    [MethodImpl(Inline)]
    public static float CreateBits(int bits) => Int32BitsToSingle(bits);

    [MethodImpl(Inline)]
    public static float Load(float* source) => *source;

    [MethodImpl(Inline)]
    public static void Store(float x, float* target) => *target = x;

    [MethodImpl(Inline)]
    public static float Add(float x, float y) => x + y;

    [MethodImpl(Inline)]
    public static float Subtract(float x, float y) => x - y;

    [MethodImpl(Inline)]
    public static float Multiply(float x, float y) => x * y;

    [MethodImpl(Inline)]
    public static float Divide(float x, float y) => x / y;

    [MethodImpl(Inline)]
    public static float Sqrt(float x) => MathF.Sqrt(x);

    [MethodImpl(Inline)]
    public static float Fma(float x, float y, float z) => MathF.FusedMultiplyAdd(x, y, z);

    [MethodImpl(Inline)]
    public static float FmaNegated(float x, float y, float z) => MathF.FusedMultiplyAdd(-x, y, z);

    [MethodImpl(Inline)]
    public static float Min(float x, float y) => x < y ? x : y;

    [MethodImpl(Inline)]
    public static float Max(float x, float y) => x > y ? x : y;

    [MethodImpl(Inline)]
    public static float Less(float x, float y) => Int32BitsToSingle(x < y ? -1 : 0);

    [MethodImpl(Inline)]
    public static float LessOrEqual(float x, float y) => Int32BitsToSingle(x <= y ? -1 : 0);

    [MethodImpl(Inline)]
    public static float Select(float mask, float x, float y) => SingleToInt32Bits(mask) != 0 ? x : y;

    [MethodImpl(Inline)]
    public static float And(float x, float y) => Int32BitsToSingle(SingleToInt32Bits(x) & SingleToInt32Bits(y));

    [MethodImpl(Inline)]
    public static float Or(float x, float y) => Int32BitsToSingle(SingleToInt32Bits(x) | SingleToInt32Bits(y));

    [MethodImpl(Inline)]
    public static float Xor(float x, float y) => Int32BitsToSingle(SingleToInt32Bits(x) ^ SingleToInt32Bits(y));

    [MethodImpl(Inline)]
    public static float AddBits(float x, float y) => Int32BitsToSingle(SingleToInt32Bits(x) + SingleToInt32Bits(y));

    [MethodImpl(Inline)]
    public static float SubtractBits(float x, float y) => Int32BitsToSingle(SingleToInt32Bits(x) - SingleToInt32Bits(y));

    [MethodImpl(Inline)]
    public static float MinUnsignedBits(float x, float y) =>
        UInt32BitsToSingle(Math.Min(SingleToUInt32Bits(x), SingleToUInt32Bits(y)));

    [MethodImpl(Inline)]
    public static float MultiplyBits(float x, float y, out float low)
    {
        ulong product = (ulong)SingleToUInt32Bits(x) * SingleToUInt32Bits(y);
        low = UInt32BitsToSingle((uint)product);
        return UInt32BitsToSingle((uint)(product >> 32));
    }

    [MethodImpl(Inline)]
    public static float ShiftLeftBits(float x, int count) => Int32BitsToSingle(SingleToInt32Bits(x) << count);

    [MethodImpl(Inline)]
    public static float ShiftRightBits(float x, int count) => Int32BitsToSingle(SingleToInt32Bits(x) >> count);

    [MethodImpl(Inline)]
    public static float ToFloat(float bits) => SingleToInt32Bits(bits);
}
