using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The mixer's two inner loops, at three vector widths that give the same integers.</summary>
/// <remarks>
/// <para>
/// Shapes: inputs x (n) and weights w (n), n a multiple of <see cref="Group"/>, both aligned to 32 bytes. Weights have
/// <see cref="WeightBits"/> fraction bits and stay within ±<see cref="MaxWeight"/>; a sum uses 16 of the fraction bits,
/// the rest let small errors add up. |x| ≤ 2047, so |x · w| &lt; 2^31, and integer sums do not depend on their order: no
/// width can differ.
/// </para>
/// </remarks>
internal static unsafe class MixerKernels
{
    /// <summary>Inputs come in groups of this many.</summary>
    public const int Group = 8;

    /// <summary>Fraction bits of a weight.</summary>
    public const int WeightBits = 24;

    /// <summary>Bound of a weight: 16 − 2^-24.</summary>
    public const int MaxWeight = (16 << WeightBits) - 1;

    /// <summary>Bound of the error times the rate: its product with an input must fit 32 bits, rounding included.</summary>
    public const int MaxStep = (1 << 20) - 1;

    /// <summary>Bits dropped from each product so that 256 of them fit 32 bits; what is left is the unit of a sum.</summary>
    public const int DotShift = 8;

    // Weight bits that a sum leaves out, and bits between a step and a weight.
    private const int WeightShift = WeightBits - 16;
    private const int StepShift = 11;

    /// <summary>Σ ⌊x · ⌊w / 2^8⌋ / 2^8⌋, by the widest vectors the machine has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(int* x, int* w, int n) =>
        Vector256.IsHardwareAccelerated ? Dot256(x, w, n)
        : Vector128.IsHardwareAccelerated ? Dot128(x, w, n)
        : DotScalar(x, w, n);

    /// <summary>w += round(x · step / 2^11), held to ±MaxWeight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Train(int* x, int* w, int n, int step)
    {
        if (Vector256.IsHardwareAccelerated)
            Train256(x, w, n, step);
        else if (Vector128.IsHardwareAccelerated)
            Train128(x, w, n, step);
        else
            TrainScalar(x, w, n, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dot256(int* x, int* w, int n)
    {
        Vector256<int> sum = Vector256<int>.Zero;
        for (int i = 0; i < n; i += 8)
            sum += (Vector256.LoadAligned(x + i) * (Vector256.LoadAligned(w + i) >> WeightShift)) >> DotShift;
        return Vector256.Sum(sum);   // integers: any order gives the same
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dot128(int* x, int* w, int n)
    {
        Vector128<int> sum = Vector128<int>.Zero;
        for (int i = 0; i < n; i += 4)
            sum += (Vector128.LoadAligned(x + i) * (Vector128.LoadAligned(w + i) >> WeightShift)) >> DotShift;
        return Vector128.Sum(sum);
    }

    internal static int DotScalar(int* x, int* w, int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += (x[i] * (w[i] >> WeightShift)) >> DotShift;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Train256(int* x, int* w, int n, int step)
    {
        Vector256<int> factor = Vector256.Create(step);
        Vector256<int> half = Vector256.Create(1 << (StepShift - 1));
        Vector256<int> max = Vector256.Create(MaxWeight);
        for (int i = 0; i < n; i += 8)
        {
            Vector256<int> next = Vector256.LoadAligned(w + i)
                + ((Vector256.LoadAligned(x + i) * factor + half) >> StepShift);
            Vector256.Max(Vector256.Min(next, max), -max).StoreAligned(w + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Train128(int* x, int* w, int n, int step)
    {
        Vector128<int> factor = Vector128.Create(step);
        Vector128<int> half = Vector128.Create(1 << (StepShift - 1));
        Vector128<int> max = Vector128.Create(MaxWeight);
        for (int i = 0; i < n; i += 4)
        {
            Vector128<int> next = Vector128.LoadAligned(w + i)
                + ((Vector128.LoadAligned(x + i) * factor + half) >> StepShift);
            Vector128.Max(Vector128.Min(next, max), -max).StoreAligned(w + i);
        }
    }

    internal static void TrainScalar(int* x, int* w, int n, int step)
    {
        for (int i = 0; i < n; i++)
        {
            int next = w[i] + ((x[i] * step + (1 << (StepShift - 1))) >> StepShift);
            w[i] = Math.Clamp(next, -MaxWeight, MaxWeight);
        }
    }
}
