using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;

namespace Tacit.Numerics.Quantised;

/// <summary>Floats to integers from −127 to 127.</summary>
internal static unsafe class Quantiser
{
    /// <summary>largest / 127 and its inverse; both zero for what is too small (<see cref="Floors.Product"/>).</summary>
    public static float ScaleFor(float largest, out float inverse)
    {
        inverse = largest < Floors.Product ? 0f : 127f / largest;
        return largest < Floors.Product ? 0f : largest / 127f;
    }

    /// <summary>To the nearest, ties to even, for |x| &lt; 2^22.</summary>
    public static int Round(float x) =>
        BitConverter.SingleToInt32Bits(x + Bits.RoundingShift) - BitConverter.SingleToInt32Bits(Bits.RoundingShift);

    /// <summary>Quantises a row into steps of 4 bytes, 128 too large, or 2 shorts; returns its scale, NaN if a value is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Row<L, V>(float* x, int count, int depth, int steps, int* target)
        where L : struct, ILanes<V>
        where V : struct
    {
        uint bits = MagnitudeBitsFold.Largest - BitConverter.SingleToUInt32Bits(Fold.Over<L, V, MagnitudeBitsFold>(x, x, 0f, count));
        if (bits >= BitConverter.SingleToUInt32Bits(float.PositiveInfinity))
            return float.NaN;
        float scale = ScaleFor(BitConverter.UInt32BitsToSingle(bits), out float inverse);
        if (depth == 4)
            Bytes(x, count, inverse, (byte*)target, depth * steps);
        else
            Shorts(x, count, inverse, (short*)target, depth * steps);
        return scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bytes(float* x, int count, float inverse, byte* target, int padded)
    {
        int k = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> factor = Vector256.Create(inverse);
            for (; k <= count - 32; k += 32)
            {
                Vector256<sbyte> q = Vector256.Narrow(Rounded(x + k, factor), Rounded(x + k + 16, factor));
                (q.AsByte() ^ Vector256.Create((byte)128)).Store(target + k);
            }
        }
        for (; k < padded; k++)
            target[k] = (byte)(128 + (k < count ? Round(x[k] * inverse) : 0));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Shorts(float* x, int count, float inverse, short* target, int padded)
    {
        int k = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> factor = Vector256.Create(inverse);
            for (; k <= count - 16; k += 16)
                Rounded(x + k, factor).Store(target + k);
        }
        for (; k < padded; k++)
            target[k] = (short)(k < count ? Round(x[k] * inverse) : 0);
    }

    /// <summary>16 values. The constant that rounds has zeros in its low 16 bits, so these are the integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Rounded(float* x, Vector256<float> factor)
    {
        Vector256<float> shift = Vector256.Create(Bits.RoundingShift);
        return Vector256.Narrow((Vector256.Load(x) * factor + shift).AsInt32(), (Vector256.Load(x + 8) * factor + shift).AsInt32());
    }
}
