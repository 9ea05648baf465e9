using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>ln x. At most 2 ulp for normal x. Zero and denormals give −∞, negative x NaN.</summary>
/// <remarks>
/// x = 2^e · m with m in [√½, √2), f = m − 1: ln x = e · ln 2 + (f − f²/2 + f³ · q(f)), q of degree 7 with the least
/// relative error of ln(1 + f), 5.9e-9.
/// </remarks>
internal readonly struct Log : IFunction
{
    private const int SqrtHalfBits = 0x3F3504F3;
    private const float Ln2High = 0.693359375f;         // 9 bits, so that e times it is exact
    private const float Ln2Low = -2.12194442e-4f;
    private const float SmallestNormal = 1.17549435e-38f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V offset = L.SubtractBits(x, L.CreateBits(SqrtHalfBits));
        V exponent = L.ShiftRightBits(offset, 23);
        V m = L.SubtractBits(x, L.ShiftLeftBits(exponent, 23));
        V e = L.ToFloat(exponent);
        V f = L.Subtract(m, L.Create(1f));
        V square = L.Multiply(f, f), fourth = L.Multiply(square, square);
        V high = L.Fma(L.Fma(f, L.Create(-0.0763449371f), L.Create(0.12761575f)), square, L.Fma(f, L.Create(-0.131601825f), L.Create(0.142017588f)));
        V low = L.Fma(L.Fma(f, L.Create(-0.166233569f), L.Create(0.200012267f)), square, L.Fma(f, L.Create(-0.250008196f), L.Create(0.333333313f)));
        V q = L.Fma(high, fourth, low);
        V tail = L.Fma(L.Multiply(f, square), q, L.Multiply(e, L.Create(Ln2Low)));
        tail = L.Fma(L.Create(-0.5f), square, tail);
        V y = L.Fma(e, L.Create(Ln2High), L.Add(f, tail));
        y = L.Select(L.Less(x, L.Create(float.PositiveInfinity)), y, x);        // ∞ and NaN stay
        V special = L.Select(L.Less(x, L.Create(0f)), L.Create(float.NaN), L.Create(float.NegativeInfinity));
        return L.Select(L.Less(x, L.Create(SmallestNormal)), special, y);
    }
}
