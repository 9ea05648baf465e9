using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>1 / (1 + e^-x). At most 2 ulp; results below 2^-126 are zero.</summary>
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
        V z = Exp.Apply<L, V>(L.Or(x, L.CreateBits(Bits.Sign)));
        V sum = L.Add(one, z);
        V lost = L.Subtract(z, L.Subtract(sum, one));
        V inverse = L.Divide(one, sum);
        V minus = Bits.Negate<L, V>(inverse);
        V residual = L.Fma(minus, lost, L.Fma(minus, sum, one));
        inverse = L.Fma(inverse, residual, inverse);
        return L.Select(L.Less(x, L.Create(0f)), L.Multiply(z, inverse), inverse);
    }
}
