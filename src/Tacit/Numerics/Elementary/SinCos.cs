using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>sin x. At most 4 ulp for |x| ≤ 65536; beyond, defined but inaccurate.</summary>
internal readonly struct Sin : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => QuarterTurn.Apply<L, V>(x, 0);
}

/// <summary>cos x. At most 4 ulp for |x| ≤ 65536; beyond, defined but inaccurate.</summary>
internal readonly struct Cos : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => QuarterTurn.Apply<L, V>(x, 1);
}

/// <summary>sin(x + quarters · π/2).</summary>
/// <remarks>
/// x = n · π/2 + r with |r| ≤ π/4; π/2 is subtracted in three floats (Cody and Waite 1980), the first step exactly. Of
/// the two polynomials, each of degree 2 in r² with the least relative error (3.6e-9 and 1.2e-10), the last bits of n
/// choose one and its sign.
/// </remarks>
internal static class QuarterTurn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, int quarters)
        where L : struct, ILanes<V>
        where V : struct
    {
        V shifted = L.Fma(x, L.Create(0.636619747f), L.Create(Bits.RoundingShift));
        V n = L.Subtract(shifted, L.Create(Bits.RoundingShift));
        V r = L.Fma(n, L.Create(-1.57079637f), x);
        r = L.Fma(n, L.Create(4.37113883e-8f), r);
        r = L.Fma(n, L.Create(1.71512451e-15f), r);
        V square = L.Multiply(r, r);
        V s = L.Create(-0.000195166562f);
        s = Bits.Step<L, V>(s, square, 0.00833217334f);
        s = Bits.Step<L, V>(s, square, -0.166666552f);
        s = L.Fma(s, L.Multiply(square, r), r);
        V c = L.Create(2.44324128e-5f);
        c = Bits.Step<L, V>(c, square, -0.00138873095f);
        c = Bits.Step<L, V>(c, square, 0.0416666456f);
        c = Bits.Step<L, V>(c, square, -0.5f);
        c = Bits.Step<L, V>(c, square, 1f);
        V turn = L.AddBits(shifted, L.CreateBits(quarters));
        V odd = L.SubtractBits(L.CreateBits(0), L.And(turn, L.CreateBits(1)));      // ones where n is odd
        V sign = L.ShiftLeftBits(L.And(turn, L.CreateBits(2)), 30);
        return L.Xor(L.Select(odd, c, s), sign);
    }
}
