using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>x + y.</summary>
internal readonly struct Sum2 : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Add(x, y);
}

/// <summary>x − y.</summary>
internal readonly struct Difference : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Subtract(x, y);
}

/// <summary>x · y.</summary>
internal readonly struct Times : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(x, y);
}

/// <summary>x / y.</summary>
internal readonly struct Quotient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Divide(x, y);
}

/// <summary>x · y + z, rounded once.</summary>
internal readonly struct TimesPlus : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => L.Fma(x, y, z);
}

/// <summary>√x.</summary>
internal readonly struct Root : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Sqrt(x);
}
