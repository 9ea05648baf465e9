using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>The error function. At most 4 ulp for every x.</summary>
/// <remarks>
/// Below 15/16, x + x · p(x²) with p of degree 5 (relative error 1.9e-8); above, 1 − 2 · Φ(−√2 · x)
/// (<see cref="Normal"/>).
/// </remarks>
internal readonly struct Erf : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V t = Bits.Abs<L, V>(x);
        V square = L.Multiply(x, x);
        V fourth = L.Multiply(square, square);
        V high = L.Fma(square, L.Create(-0.000591941876f), L.Create(0.00497913035f));
        V middle = L.Fma(square, L.Create(-0.0267570354f), L.Create(0.112815522f));
        V p = L.Fma(square, L.Create(-0.37612468f), L.Create(0.128379151f));
        p = L.Fma(L.Fma(high, fourth, middle), fourth, p);
        V inner = L.Fma(p, t, t);
        V scaled = L.Multiply(t, L.Create(1.41421354f));
        V tail = L.Multiply(Normal.Density<L, V>(scaled), Normal.Ratio<L, V>(scaled));
        V outer = L.Fma(L.Create(-2f), tail, L.Create(1f));
        outer = L.Select(L.Less(L.Create(4f), t), L.Create(1f), outer);
        V y = L.Select(L.Less(t, L.Create(0.9375f)), inner, outer);
        y = L.Select(L.LessOrEqual(t, t), y, t);        // NaN stays
        return L.Or(y, L.And(x, L.CreateBits(Bits.Sign)));
    }
}
