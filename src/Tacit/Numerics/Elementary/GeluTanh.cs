using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>GELU's approximation with tanh: x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))). At most 4 ulp from −8 on.</summary>
/// <remarks>
/// Hendrycks and Gimpel 2016; what GPT-2 was trained with, up to 5e-4 away from <see cref="Gelu"/>. It is x · sigmoid(u),
/// with u = x · (k + l · x²) twice what tanh is taken of. For negative x it is nearly x · e^u, so u is kept with what
/// its roundings lost. −0 below −9.95, where e^-u is zero (−∞ gives NaN).
/// </remarks>
internal readonly struct GeluTanh : IFunction
{
    // 2 · √(2/π) and 0.044715 times that, each in two floats.
    private const float K = 1.59576917f, KLow = -4.53406805e-8f;
    private const float C = 0.0713548139f, CLow = 2.39883247e-9f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(x, Gate<L, V>(x, out _));

    /// <summary>sigmoid(u), and what it lacks of 1: sigmoid(−u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gate<L, V>(V x, out V other)
        where L : struct, ILanes<V>
        where V : struct
    {
        V t = Gelu.Clamped<L, V>(x);
        V square = L.Multiply(t, t);
        V squareLow = L.Fma(t, t, Bits.Negate<L, V>(square));
        V p = L.Multiply(L.Create(C), square);
        V pLow = L.Fma(L.Create(C), square, Bits.Negate<L, V>(p));
        V w = L.Add(p, L.Create(K));
        V back = L.Subtract(w, p);      // Knuth's sum of two without loss
        V wLow = L.Add(L.Subtract(p, L.Subtract(w, back)), L.Subtract(L.Create(K), back));
        V more = L.Fma(L.Create(C), squareLow, L.Fma(L.Create(CLow), square, L.Create(KLow)));
        wLow = L.Add(wLow, L.Add(pLow, more));
        V u = L.Multiply(t, w);
        V uLow = L.Fma(t, wLow, L.Fma(t, w, Bits.Negate<L, V>(u)));
        // With z = e^-u for t = |x|, 1 / (1 + z) or z / (1 + z).
        V z = Exp.OfNegative<L, V>(Bits.Negate<L, V>(u), Bits.Negate<L, V>(uLow));
        V inverse = L.Divide(L.Create(1f), L.Add(L.Create(1f), z));
        V small = L.Multiply(z, inverse), negative = L.Less(x, L.Create(0f));
        other = L.Select(negative, inverse, small);
        return L.Select(negative, small, inverse);
    }

    /// <summary>u' = k + 3 · l · x².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Fma(L.Multiply(L.Create(3f * C), x), x, L.Create(K));
}

/// <summary>The first argument times the slope of <see cref="GeluTanh"/> at the second: s + x · s · (1 − s) · u'.</summary>
internal readonly struct GeluTanhGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V t = Gelu.Clamped<L, V>(x);
        V s = GeluTanh.Gate<L, V>(x, out V other);
        V signed = L.Or(t, L.And(x, L.CreateBits(Bits.Sign)));      // x, at most 10 either way: beyond, the slope is 0 or 1
        V rise = L.Multiply(L.Multiply(signed, s), other);
        return L.Multiply(gradient, L.Fma(rise, GeluTanh.Slope<L, V>(t), s));
    }
}
