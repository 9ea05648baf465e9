using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>1 / (1 + e^-x). At most 2 ulp; results below 2^-124.5 are zero.</summary>
/// <remarks>
/// With z = e^-|x|, which is at most 1: 1 / (1 + z), and z times that for negative x. One step of Newton's makes good
/// what rounding 1 + z and the quotient lost.
/// </remarks>
internal readonly struct Sigmoid : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V one = L.Create(1f);
        V z = Exp.OfNegative<L, V>(L.Or(x, L.CreateBits(Bits.Sign)));
        V inverse = L.Divide(one, L.Add(one, z));
        V residual = L.FmaNegated(inverse, z, L.Subtract(one, inverse));    // the difference is exact
        inverse = L.Fma(inverse, residual, inverse);
        return L.Select(L.Less(x, L.Create(0f)), L.Multiply(z, inverse), inverse);
    }
}
