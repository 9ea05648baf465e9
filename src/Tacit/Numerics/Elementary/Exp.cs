using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>e^x. At most 2 ulp; results below 2^-126 are zero, from x = 88.72284 on they are infinite.</summary>
/// <remarks>
/// x = n · ln 2 + r with |r| ≤ ln 2 / 2, so e^x = 2^n · e^r and e^r = 1 + r + r² · q(r). ln 2 is subtracted in two
/// floats; the first step is exact. q is the polynomial of degree 4 with the least relative error of e^r, 3.1e-9. (Few
/// enough constants and temporaries for the 16 registers of 256-bit machines: one more would be spilled in the loop.)
/// </remarks>
internal readonly struct Exp : IFunction
{
    private const float Log2E = 1.44269502f;
    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465421e-9f;
    private const float Largest = 88.7228317f;
    private const float Smallest = -87.3365402f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V shifted = L.Fma(x, L.Create(Log2E), L.Create(Bits.RoundingShift));
        return Finish<L, V>(x, shifted, Remainder<L, V>(x, shifted));
    }

    /// <summary>e^(x + low), where low is what rounding took from x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V low)
        where L : struct, ILanes<V>
        where V : struct
    {
        V shifted = L.Fma(x, L.Create(Log2E), L.Create(Bits.RoundingShift));
        return Finish<L, V>(x, shifted, L.Add(Remainder<L, V>(x, shifted), low));
    }

    /// <summary>r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Remainder<L, V>(V x, V shifted)
        where L : struct, ILanes<V>
        where V : struct
    {
        V n = L.Subtract(shifted, L.Create(Bits.RoundingShift));
        return L.Fma(n, L.Create(-Ln2Low), L.Fma(n, L.Create(-Ln2High), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Finish<L, V>(V x, V shifted, V r)
        where L : struct, ILanes<V>
        where V : struct
    {
        V q = L.Create(0.00138143206f);
        q = Bits.Step<L, V>(q, r, 0.00836885069f);
        q = Bits.Step<L, V>(q, r, 0.0416684002f);
        q = Bits.Step<L, V>(q, r, 0.166665196f);
        q = Bits.Step<L, V>(q, r, 0.49999994f);
        q = L.Fma(q, r, L.Create(1f));
        q = L.Fma(q, r, L.Create(1f));
        V y = L.AddBits(q, L.ShiftLeftBits(shifted, 23));       // times 2^n
        y = L.Select(L.Less(x, L.Create(Smallest)), L.Create(0f), y);
        // Ones shifted by 23 are −∞: x − −∞ is infinite above the largest x, and NaN stays.
        V above = L.ShiftLeftBits(L.Less(L.Create(Largest), x), 23);
        return L.Select(L.LessOrEqual(x, L.Create(Largest)), y, L.Subtract(x, above));
    }
}
