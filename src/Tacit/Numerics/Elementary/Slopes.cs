using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>A value that further products will take: zero where below <see cref="Floors.Product"/>.</summary>
internal readonly struct FlooredProduct<F> : IFunction2
    where F : struct, IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => FlooredTo.Apply<L, V>(F.Apply<L, V>(x, y), Floors.Product);
}

/// <summary>A gradient, zero where below <see cref="Floors.Gradient"/>.</summary>
internal readonly struct Floored3<F> : IFunction3
    where F : struct, IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => FlooredTo.Apply<L, V>(F.Apply<L, V>(x, y, z), Floors.Gradient);
}

/// <summary>The first argument times the slope of √ where its value is the second: dy / 2y.</summary>
internal readonly struct RootGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Divide(L.Multiply(L.Create(0.5f), gradient), y);
}

/// <summary>The first argument times the slope of x² at the second: 2 · dy · x.</summary>
internal readonly struct SquareGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(L.Add(gradient, gradient), x);
}

/// <summary>The first argument times the slope of softplus at the second: dy · sigmoid(x).</summary>
internal readonly struct SoftplusGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(gradient, Sigmoid.Apply<L, V>(x));
}

/// <summary>The gradient of a divisor, from those of the quotient, the quotient and the divisor: −dq · q / y.</summary>
internal readonly struct DivisorGradient : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V quotient, V divisor)
        where L : struct, ILanes<V>
        where V : struct => Bits.Negate<L, V>(L.Divide(L.Multiply(gradient, quotient), divisor));
}
