using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>tanh x. At most 4 ulp for every x.</summary>
/// <remarks>
/// With t = e^(2|x|) − 1, tanh |x| = t / (t + 2). t is 2^n · (e^r − 1) + (2^n − 1) as in <see cref="Exp"/>, with
/// e^r − 1 = r + r² · q(r), q of degree 5, so that it keeps its relative accuracy at zero. From |x| = 10 on it is 1.
/// </remarks>
internal readonly struct Tanh : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V magnitude = Bits.Abs<L, V>(x);
        V x2 = L.Min(L.Create(20f), L.Add(magnitude, magnitude));      // NaN stays
        V shifted = L.Fma(x2, L.Create(1.44269502f), L.Create(Bits.RoundingShift));
        V n = L.Subtract(shifted, L.Create(Bits.RoundingShift));
        V r = L.Fma(n, L.Create(-0.693147182f), x2);
        r = L.Fma(n, L.Create(1.90465421e-9f), r);
        V square = L.Multiply(r, r);
        V high = L.Fma(r, L.Create(0.000199626433f), L.Create(0.00139434205f));
        V middle = L.Fma(r, L.Create(0.00833321922f), L.Create(0.0416663252f));
        V q = L.Fma(L.Fma(high, square, middle), square, L.Fma(r, L.Create(0.166666672f), L.Create(0.5f)));
        V p = L.Fma(q, square, r);
        V power = L.AddBits(L.ShiftLeftBits(shifted, 23), L.Create(1f));       // 2^n
        V t = L.Fma(power, p, L.Subtract(power, L.Create(1f)));
        V y = L.Divide(t, L.Add(t, L.Create(2f)));
        return L.Or(y, L.And(x, L.CreateBits(Bits.Sign)));
    }
}
