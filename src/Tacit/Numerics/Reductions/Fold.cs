using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Reductions;

/// <summary>How a reduction takes its terms in.</summary>
internal interface IFold
{
    /// <summary>What a partial result begins with.</summary>
    static abstract float Identity { get; }

    /// <summary>A partial result with the term of x and y taken in; c is the same for all.</summary>
    static abstract V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct;

    /// <summary>Two partial results made one, lane by lane.</summary>
    static abstract V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>Reductions along a span, in the one shape of the determinism contract (rule 2).</summary>
/// <remarks>
/// 16 partial results; element i is taken into number i mod 16, in the order of i. Then 16 become 8 by joining p with
/// p + 8, these 4 with p + 4, 2 and 1. Vectors hold 16, 8, 4 or one of the partial results; the shape stays.
/// </remarks>
internal static unsafe class Fold
{
    public const int Partials = 16;

    /// <param name="x">First operand.</param>
    /// <param name="y">Second operand; pass <paramref name="x"/> if F has no use for it.</param>
    /// <param name="c">A constant F may use.</param>
    /// <param name="count">Values of each operand.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Over<L, V, F>(float* x, float* y, float c, nint count)
        where L : struct, ILanes<V>
        where V : struct
        where F : struct, IFold
    {
        float* partials = stackalloc float[Partials];
        nint i = 0;
        V constant = L.Create(c);
        if (L.Count == 1)
        {
            new Span<float>(partials, Partials).Fill(F.Identity);
        }
        else if (L.Count == 16)
        {
            V p0 = L.Create(F.Identity);
            for (; i <= count - 16; i += 16)
                p0 = F.Take<L, V>(p0, L.Load(x + i), L.Load(y + i), constant);
            L.Store(p0, partials);
        }
        else if (L.Count == 8)
        {
            V p0 = L.Create(F.Identity), p1 = p0;
            for (; i <= count - 16; i += 16)
            {
                p0 = F.Take<L, V>(p0, L.Load(x + i), L.Load(y + i), constant);
                p1 = F.Take<L, V>(p1, L.Load(x + i + 8), L.Load(y + i + 8), constant);
            }
            L.Store(p0, partials);
            L.Store(p1, partials + 8);
        }
        else
        {
            V p0 = L.Create(F.Identity), p1 = p0, p2 = p0, p3 = p0;
            for (; i <= count - 16; i += 16)
            {
                p0 = F.Take<L, V>(p0, L.Load(x + i), L.Load(y + i), constant);
                p1 = F.Take<L, V>(p1, L.Load(x + i + 4), L.Load(y + i + 4), constant);
                p2 = F.Take<L, V>(p2, L.Load(x + i + 8), L.Load(y + i + 8), constant);
                p3 = F.Take<L, V>(p3, L.Load(x + i + 12), L.Load(y + i + 12), constant);
            }
            L.Store(p0, partials);
            L.Store(p1, partials + 4);
            L.Store(p2, partials + 8);
            L.Store(p3, partials + 12);
        }
        for (; i < count; i++)
            partials[i % Partials] = F.Take<LanesScalar, float>(partials[i % Partials], x[i], y[i], c);
        return L.Count == 1 ? JoinedOneByOne<F>(partials) : Joined<F>(partials);
    }

    private static float JoinedOneByOne<F>(float* partials)
        where F : struct, IFold
    {
        for (int half = Partials / 2; half > 0; half /= 2)
        {
            for (int p = 0; p < half; p++)
                partials[p] = F.Join<LanesScalar, float>(partials[p], partials[p + half]);
        }
        return partials[0];
    }

    /// <summary>The same tree without a branch: which of two numbers is larger cannot be foreseen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Joined<F>(float* partials)
        where F : struct, IFold
    {
        Vector128<float> low = F.Join<Lanes128, Vector128<float>>(Vector128.Load(partials), Vector128.Load(partials + 8));
        Vector128<float> high = F.Join<Lanes128, Vector128<float>>(Vector128.Load(partials + 4), Vector128.Load(partials + 12));
        Vector128<float> four = F.Join<Lanes128, Vector128<float>>(low, high);
        Vector128<float> two = F.Join<Lanes128, Vector128<float>>(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 2, 3)));
        return F.Join<Lanes128, Vector128<float>>(two, Vector128.Shuffle(two, Vector128.Create(1, 1, 1, 1))).ToScalar();
    }
}

/// <summary>Σ x.</summary>
internal readonly struct SumFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct => L.Add(partial, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Add(first, second);
}

/// <summary>Σ x · y, each step fused.</summary>
internal readonly struct DotFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct => L.Fma(x, y, partial);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Add(first, second);
}

/// <summary>Σ x², each step fused, without those below the floor of gradients.</summary>
internal readonly struct FlooredSquareFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct
    {
        V large = FlooredTo.Apply<L, V>(x, Floors.Gradient);
        return L.Fma(large, large, partial);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Add(first, second);
}

/// <summary>Σ (x − c)², each step fused.</summary>
internal readonly struct SpreadFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct
    {
        V distance = L.Subtract(x, c);
        return L.Fma(distance, distance, partial);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Add(first, second);
}

/// <summary>The largest x; a NaN is passed over.</summary>
internal readonly struct MaxFold : IFold
{
    public static float Identity => float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct => L.Max(x, partial);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Max(second, first);
}

/// <summary>The largest |x|; a NaN is passed over.</summary>
internal readonly struct MaxMagnitudeFold : IFold
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct => L.Max(Bits.Abs<L, V>(x), partial);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.Max(second, first);
}

/// <summary>The bits of the largest |x|, as what they lack of <see cref="Largest"/>: more than any number's if an x is not finite.</summary>
internal readonly struct MagnitudeBitsFold : IFold
{
    public const uint Largest = Bits.Magnitude;

    public static float Identity => BitConverter.UInt32BitsToSingle(Largest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<L, V>(V partial, V x, V y, V c)
        where L : struct, ILanes<V>
        where V : struct => L.MinUnsignedBits(partial, L.Xor(Bits.Abs<L, V>(x), L.CreateBits(Bits.Magnitude)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<L, V>(V first, V second)
        where L : struct, ILanes<V>
        where V : struct => L.MinUnsignedBits(first, second);
}
