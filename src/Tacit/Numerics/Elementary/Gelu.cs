using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>x · Φ(x), Φ the standard normal distribution. At most 4 ulp; −0 below −9.12 (−∞ gives NaN).</summary>
/// <remarks>The exact form of Hendrycks and Gimpel 2016, not the one with tanh. See <see cref="Normal"/>.</remarks>
internal readonly struct Gelu : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V t = Clamped<L, V>(x);
        V density = Normal.Density<L, V>(t), ratio = Normal.Ratio<L, V>(t);
        V tail = L.Multiply(density, ratio);
        V lost = L.Fma(density, ratio, Bits.Negate<L, V>(tail));
        V negative = L.Less(x, L.Create(0f));
        V phi = L.Select(negative, tail, L.Subtract(L.Create(1f), tail));
        return L.Fma(x, phi, L.And(negative, L.Multiply(x, lost)));
    }

    /// <summary>|x|, at most 10: what lies beyond is zero, and infinity would make NaN of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Clamped<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Min(L.Create(10f), Bits.Abs<L, V>(x));     // NaN stays
}

/// <summary>The first argument times the slope of <see cref="Gelu"/> at the second: Φ(x) + x · φ(x).</summary>
internal readonly struct GeluGradient : IFunction2
{
    private const float InverseRootTwoPi = 0.398942292f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V t = Gelu.Clamped<L, V>(x);
        V density = Normal.Density<L, V>(t);
        V tail = L.Multiply(density, Normal.Ratio<L, V>(t));
        V phi = L.Select(L.Less(x, L.Create(0f)), tail, L.Subtract(L.Create(1f), tail));
        V slope = L.Fma(L.Multiply(x, L.Create(InverseRootTwoPi)), density, phi);
        return L.Multiply(gradient, slope);
    }
}
