using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>The tail of the standard normal distribution, the common part of erf and GELU.</summary>
/// <remarks>
/// Φ(−t) = e^(−t²/2) · h(t) for t ≥ 0, h(t) = ½ · erfcx(t / √2) = g / (t + 3) with g the polynomial of degree 8 in
/// (t − 3) / (t + 3) with the least relative error on [0, 9.2], 8.5e-9. Beyond t = 9.12 the exponential is below 2^-60
/// and taken as zero (<see cref="Floors.Product"/>).
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
        return L.Select(L.Less(L.Create(End), t), L.Create(0f), Exp.OfNegative<L, V>(s, low));
    }

    /// <summary>h(t).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Ratio<L, V>(V t)
        where L : struct, ILanes<V>
        where V : struct
    {
        V three = L.Create(3f);
        V sum = L.Add(t, three);
        V lost = L.Subtract(t, L.Subtract(sum, three));
        V inverse = L.Divide(L.Create(1f), sum);
        V residual = L.FmaNegated(inverse, lost, L.FmaNegated(inverse, sum, L.Create(1f)));
        inverse = L.Fma(inverse, residual, inverse);        // Newton: what rounding t + 3 and the quotient lost
        V u = L.Multiply(L.Subtract(t, three), inverse);
        // Estrin's order for a short chain; Horner's at the end, where roundings count.
        V square = L.Multiply(u, u);
        V g = L.Fma(L.Fma(u, L.Create(-0.000306451373f), L.Create(-0.000970294466f)), square, L.Fma(u, L.Create(0.00107262249f), L.Create(0.00696046744f)));
        g = L.Fma(g, square, L.Fma(u, L.Create(-0.0104722325f), L.Create(-0.0472622365f)));
        g = Bits.Step<L, V>(g, u, 0.230018318f);
        g = Bits.Step<L, V>(g, u, -0.509332001f);
        g = Bits.Step<L, V>(g, u, 0.729083657f);
        return L.Multiply(g, inverse);
    }
}
