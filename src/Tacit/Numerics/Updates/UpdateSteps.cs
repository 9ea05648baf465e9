using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Updates;

/// <summary>See <see cref="UpdateRule.AdamW"/>.</summary>
internal unsafe struct AdamWStep : IRangeKernel
{
    public float* Weights, Gradient, First, Second;
    public nint Count;
    public float Scale, Beta1, Beta2, Epsilon;

    /// <summary>1 − rate · decay; rate / (1 − β1^t); 1 / √(1 − β2^t).</summary>
    public float Keep, Rate, InverseRoot;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = (nint)first * Stretch.Length, last = Math.Min(Count, (nint)end * Stretch.Length);
        for (; i <= last - L.Count; i += L.Count)
            Step<L, V>(i);
        for (; i < last; i++)
            Step<LanesScalar, float>(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Step<L, V>(nint i)
        where L : struct, ILanes<V>
        where V : struct
    {
        V g = FlooredTo.Apply<L, V>(L.Multiply(L.Load(Gradient + i), L.Create(Scale)), Floors.Gradient);
        V m = L.Fma(L.Load(First + i), L.Create(Beta1), L.Multiply(g, L.Create(1f - Beta1)));
        V v = L.Fma(L.Load(Second + i), L.Create(Beta2), L.Multiply(L.Multiply(g, g), L.Create(1f - Beta2)));
        m = FlooredTo.Apply<L, V>(m, Floors.Moment);
        v = FlooredTo.Apply<L, V>(v, Floors.Moment);
        V spread = L.Fma(L.Sqrt(v), L.Create(InverseRoot), L.Create(Epsilon));
        V w = L.Multiply(L.Load(Weights + i), L.Create(Keep));
        L.Store(m, First + i);
        L.Store(v, Second + i);
        L.Store(L.Fma(L.Divide(m, spread), L.Create(-Rate), w), Weights + i);
    }
}

/// <summary>See <see cref="UpdateRule.Momentum"/>.</summary>
internal unsafe struct MomentumStep : IRangeKernel
{
    public float* Weights, Gradient, Velocity;
    public nint Count;
    public float Scale, Rate, Keep, Decay;
    public bool Nesterov;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = (nint)first * Stretch.Length, last = Math.Min(Count, (nint)end * Stretch.Length);
        for (; i <= last - L.Count; i += L.Count)
            Step<L, V>(i);
        for (; i < last; i++)
            Step<LanesScalar, float>(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Step<L, V>(nint i)
        where L : struct, ILanes<V>
        where V : struct
    {
        V w = L.Load(Weights + i), keep = L.Create(Keep);
        V g = FlooredTo.Apply<L, V>(L.Multiply(L.Load(Gradient + i), L.Create(Scale)), Floors.Gradient);
        V h = L.Fma(w, L.Create(Decay), g);
        V m = FlooredTo.Apply<L, V>(L.Fma(L.Load(Velocity + i), keep, h), Floors.Moment);
        L.Store(m, Velocity + i);
        V ahead = Nesterov ? L.Fma(m, keep, h) : m;
        L.Store(L.Fma(ahead, L.Create(-Rate), w), Weights + i);
    }
}
