using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>e^x. At most 2 ulp; results below 2^-124.5 are zero, from x = 88.72284 on they are infinite.</summary>
/// <remarks>
/// <para>
/// x = n · ln 2 + r with |r| ≤ ln 2 / 2, so e^x = 2^n + 2^n · (e^r − 1) and e^r − 1 = r + r² · q(r). ln 2 is subtracted in
/// two floats; the first step is exact. q is the polynomial of degree 4 with the least relative error of e^r, 3.1e-9.
/// The constant that rounds to n carries the bias of the exponent, so that a shift makes 2^n of it.
/// </para>
/// <para>
/// What it costs on 256-bit machines: a processor looks ahead some 60 steps, about four vectors, so q is in Estrin's
/// order for a short chain. Its 16 registers hold eleven constants and five temporaries, no more.
/// </para>
/// </remarks>
internal readonly struct Exp : IFunction
{
    private const float Log2E = 1.44269502f;
    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465421e-9f;
    private const float Largest = 89f;              // n is 128 still, and the result infinite
    private const int Smallest = -124;              // the least n whose power is not taken for zero
    private const float Shift = Bits.RoundingShift + 127f;

    /// <summary>As twice e^x / 2, which reaches infinity without a special case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        x = L.Min(L.Create(Largest), x);            // NaN stays
        V shifted = L.Fma(x, L.Create(Log2E), L.Create(Shift - 1f));
        V half = Power<L, V>(shifted, Remainder<L, V>(x, L.Subtract(shifted, L.Create(Shift - 1f))), Shift - 1f);
        return L.Add(half, half);
    }

    /// <summary>The same for x ≤ 88.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfNegative<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V shifted = L.Fma(x, L.Create(Log2E), L.Create(Shift));
        return Power<L, V>(shifted, Remainder<L, V>(x, L.Subtract(shifted, L.Create(Shift))), Shift);
    }

    /// <summary>e^(x + low) for x ≤ 88, where low is what rounding took from x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfNegative<L, V>(V x, V low)
        where L : struct, ILanes<V>
        where V : struct
    {
        V shifted = L.Fma(x, L.Create(Log2E), L.Create(Shift));
        return Power<L, V>(shifted, L.Add(Remainder<L, V>(x, L.Subtract(shifted, L.Create(Shift))), low), Shift);
    }

    /// <summary>r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Remainder<L, V>(V x, V n)
        where L : struct, ILanes<V>
        where V : struct => L.Fma(n, L.Create(-Ln2Low), L.Fma(n, L.Create(-Ln2High), x));

    /// <summary>2^m · e^r where the low bits of <paramref name="shifted"/> are m + 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Power<L, V>(V shifted, V r, float shift)
        where L : struct, ILanes<V>
        where V : struct
    {
        V square = L.Multiply(r, r);
        V q = L.Fma(r, L.Create(0.00836885069f), L.Create(0.0416684002f));
        q = L.Fma(square, L.Create(0.00138143206f), q);
        q = L.Fma(q, square, L.Fma(r, L.Create(0.166665196f), L.Create(0.49999994f)));
        q = L.Fma(q, square, r);
        V scale = L.ShiftLeftBits(shifted, 23);
        return L.Select(L.Less(shifted, L.Create(shift + Smallest)), L.Create(0f), L.Fma(q, scale, scale));
    }
}
