using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>The tail of the standard normal distribution, the common part of erf and GELU.</summary>
/// <remarks>
/// Φ(−t) = e^(−t²/2) · h(t) for t ≥ 0, with h(t) = ½ · erfcx(t / √2) a polynomial of degree 9 in (t − 3) / (t + 3) with
/// the least relative error on [0, 9.2], 5.9e-9. Beyond t = 9.12 the exponential is below 2^-60 and taken as zero
/// (<see cref="Floors.Product"/>).
/// </remarks>
internal static class Normal
{
    private const float End = 9.12f;

    /// <summary>e^(−t²/2), zero beyond 9.12; the rounding of t² is made good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Density<L, V>(V t)
        where L : struct, ILanes<V>
        where V : struct
    {
        V half = L.Multiply(t, L.Create(-0.5f));
        V s = L.Multiply(half, t);
        V low = L.Fma(half, t, Bits.Negate<L, V>(s));
        V e = Exp.Apply<L, V>(s);
        e = L.Fma(e, low, e);
        return L.Select(L.Less(L.Create(End), t), L.Create(0f), e);
    }

    /// <summary>h(t).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Ratio<L, V>(V t)
        where L : struct, ILanes<V>
        where V : struct
    {
        V three = L.Create(3f);
        V u = L.Divide(L.Subtract(t, three), L.Add(t, three));
        V h = L.Create(5.31105579e-5f);
        h = Bits.Step<L, V>(h, u, 0.000113749018f);
        h = Bits.Step<L, V>(h, u, -0.000340857689f);
        h = Bits.Step<L, V>(h, u, -0.000983257429f);
        h = Bits.Step<L, V>(h, u, 0.00290531479f);
        h = Bits.Step<L, V>(h, u, 0.00613208115f);
        h = Bits.Step<L, V>(h, u, -0.0462134033f);
        h = Bits.Step<L, V>(h, u, 0.123225026f);
        h = Bits.Step<L, V>(h, u, -0.206402615f);
        return Bits.Step<L, V>(h, u, 0.121513948f);
    }
}
