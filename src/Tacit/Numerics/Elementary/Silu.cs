using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>x · sigmoid(x), also called swish. At most 4 ulp. Ramachandran, Zoph and Le 2017.</summary>
internal readonly struct Silu : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(x, Sigmoid.Apply<L, V>(x));
}

/// <summary>The first argument times the slope of <see cref="Silu"/> at the second: s · (1 + x · (1 − s)).</summary>
internal readonly struct SiluGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct
    {
        V one = L.Create(1f);
        V s = Sigmoid.Apply<L, V>(x);
        V slope = L.Multiply(s, L.Fma(x, L.Subtract(one, s), one));
        return L.Multiply(gradient, slope);
    }
}
