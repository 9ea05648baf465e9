using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>ln(1 + e^x). At most 4 ulp for x ≥ −80; below −86.3 it is zero.</summary>
/// <remarks>
/// max(x, 0) + ln(1 + z) with z = e^-|x|. The logarithm is taken of u = 1 + z as rounded, and what was lost, z − (u − 1),
/// comes back divided by u.
/// </remarks>
internal readonly struct Softplus : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V one = L.Create(1f);
        V z = Exp.OfNegative<L, V>(L.Or(x, L.CreateBits(Bits.Sign)));
        V u = L.Add(one, z);
        V lost = L.Subtract(z, L.Subtract(u, one));
        V log = L.Add(Log.Apply<L, V>(u), L.Divide(lost, u));
        return L.Add(log, L.Select(L.Less(x, L.Create(0f)), L.Create(0f), x));
    }
}
