using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>(x − y)², zero where below <see cref="Floors.Product"/>.</summary>
internal readonly struct SquaredError : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct
    {
        V d = L.Subtract(x, y);
        return FlooredTo.Apply<L, V>(L.Multiply(d, d), Floors.Product);
    }
}

/// <summary>−ln of t's probability under sigmoid(x): softplus(−|x|) + max(x, 0) − t · x.</summary>
/// <remarks>Where t says what x does, max(x, 0) − t · x is exactly zero and the small rest keeps its digits.</remarks>
internal readonly struct BernoulliCost : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct
    {
        V positive = L.Select(L.Less(x, L.Create(0f)), L.Create(0f), x);
        V rest = L.Fma(Bits.Negate<L, V>(y), x, positive);
        return L.Add(Softplus.Apply<L, V>(L.Or(x, L.CreateBits(Bits.Sign))), rest);
    }
}

/// <summary>The slope of <see cref="BernoulliCost"/> along x: sigmoid(x) − t.</summary>
internal readonly struct BernoulliSlope : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Subtract(Sigmoid.Apply<L, V>(x), y);
}

/// <summary>−ln of x under a normal distribution of mean y and variance e^z: (ln 2π + z + (x − y)² · e^−z) / 2.</summary>
internal readonly struct GaussianCost : IFunction3
{
    /// <summary>ln 2π: with z = −ln 2π and x = y the cost is 0 exactly.</summary>
    public const float LogTwoPi = 1.8378770664f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct
    {
        V squared = SquaredError.Apply<L, V>(x, y);
        V sum = L.Fma(squared, Exp.Apply<L, V>(Bits.Negate<L, V>(z)), L.Add(z, L.Create(LogTwoPi)));
        return L.Multiply(L.Create(0.5f), sum);
    }
}

/// <summary>The slope of <see cref="GaussianCost"/> along the mean: (y − x) · e^−z.</summary>
internal readonly struct GaussianMeanSlope : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(L.Subtract(y, x), Exp.Apply<L, V>(Bits.Negate<L, V>(z)));
}

/// <summary>The slope of <see cref="GaussianCost"/> along the log variance: (1 − (x − y)² · e^−z) / 2.</summary>
internal readonly struct GaussianVarianceSlope : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct
    {
        V half = L.Create(0.5f);
        V ratio = L.Multiply(SquaredError.Apply<L, V>(x, y), Exp.Apply<L, V>(Bits.Negate<L, V>(z)));
        return L.Fma(Bits.Negate<L, V>(half), ratio, half);
    }
}

/// <summary>The divergence of a normal distribution of mean x and variance e^y from the standard one: (e^y − 1 − y + x²) / 2.</summary>
internal readonly struct DivergenceCost : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct
    {
        V squared = FlooredTo.Apply<L, V>(L.Multiply(x, x), Floors.Product);
        V variance = L.Subtract(L.Subtract(Exp.Apply<L, V>(y), L.Create(1f)), y);
        return L.Multiply(L.Create(0.5f), L.Add(variance, squared));
    }
}

/// <summary>The slope of <see cref="DivergenceCost"/> along y: (e^y − 1) / 2.</summary>
internal readonly struct DivergenceSlope : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(L.Create(0.5f), L.Subtract(Exp.Apply<L, V>(y), L.Create(1f)));
}
