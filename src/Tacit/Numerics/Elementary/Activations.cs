using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics;

/// <summary>Functions a product can apply to its result.</summary>
public enum Activation
{
    /// <summary>None: the result as it is.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x · Φ(x), Φ the standard normal distribution.</summary>
    Gelu,

    /// <summary>x · sigmoid(x).</summary>
    Silu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,
}

/// <summary>Applies an <see cref="Activation"/>.</summary>
internal static unsafe class Activations
{
    public static void Apply<L, V>(Activation activation, float* x, float* y, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        switch (activation)
        {
            case Activation.None:
                if (x != y)
                    Buffer.MemoryCopy(x, y, count * sizeof(float), count * sizeof(float));
                break;
            case Activation.Relu: Map<Relu>.Over<L, V>(x, y, count); break;
            case Activation.Gelu: Map<Gelu>.Over<L, V>(x, y, count); break;
            case Activation.Silu: Map<Silu>.Over<L, V>(x, y, count); break;
            case Activation.Tanh: Map<Tanh>.Over<L, V>(x, y, count); break;
            case Activation.Sigmoid: Map<Sigmoid>.Over<L, V>(x, y, count); break;
            default: throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation.");
        }
    }
}

/// <summary>x &gt; 0 ? x : 0; NaN stays.</summary>
internal readonly struct Relu : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct => L.Select(L.LessOrEqual(x, L.Create(0f)), L.Create(0f), x);
}

/// <summary>A gradient, zero where below <see cref="Floors.Gradient"/>.</summary>
internal readonly struct Floored<F> : IFunction2
    where F : struct, IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => FlooredTo.Apply<L, V>(F.Apply<L, V>(x, y), Floors.Gradient);
}

/// <summary>The first argument where the second is positive, else 0.</summary>
internal readonly struct ReluGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V x)
        where L : struct, ILanes<V>
        where V : struct => L.Select(L.Less(L.Create(0f), x), gradient, L.Create(0f));
}

/// <summary>The first argument times the slope of tanh where its value is the second: 1 − y².</summary>
internal readonly struct TanhGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(gradient, L.Fma(Bits.Negate<L, V>(y), y, L.Create(1f)));
}

/// <summary>The first argument times the slope of sigmoid where its value is the second: y − y².</summary>
internal readonly struct SigmoidGradient : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V gradient, V y)
        where L : struct, ILanes<V>
        where V : struct => L.Multiply(gradient, L.Fma(Bits.Negate<L, V>(y), y, y));
}
