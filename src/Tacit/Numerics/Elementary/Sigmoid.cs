using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>1 / (1 + e^-x). At most 2 ulp; results below 2^-126 are zero.</summary>
/// <remarks>With z = e^-|x|, which is at most 1: 1 / (1 + z), and z / (1 + z) for negative x.</remarks>
internal readonly struct Sigmoid : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V one = L.Create(1f);
        V z = Exp.Apply<L, V>(L.Or(x, L.CreateBits(Bits.Sign)));
        return L.Divide(L.Select(L.Less(x, L.Create(0f)), z, one), L.Add(one, z));
    }
}
