using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Elementary;

/// <summary>target = factor · x, or target += factor · x by one fused multiply-add.</summary>
internal unsafe struct Scaled : IRangeKernel
{
    public float* X, Target;
    public nint Count;
    public float Factor;
    public bool Accumulate;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        nint count = Math.Min(Count, (nint)end * Stretch.Length) - at;
        if (Accumulate)
            Add<L, V>(Factor, X + at, Target + at, count);
        else
            Multiply<L, V>(Factor, X + at, Target + at, count);
    }

    /// <summary>target[i] += factor · x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<L, V>(float factor, float* x, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V f = L.Create(factor);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(L.Fma(f, L.Load(x + i), L.Load(target + i)), target + i);
        for (; i < count; i++)
            target[i] = LanesScalar.Fma(factor, x[i], target[i]);
    }

    /// <summary>target[i] = factor · x[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<L, V>(float factor, float* x, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V f = L.Create(factor);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(L.Multiply(f, L.Load(x + i)), target + i);
        for (; i < count; i++)
            target[i] = factor * x[i];
    }
}

/// <summary>target = |x| &lt; floor ? 0 with the sign of x : x.</summary>
internal unsafe struct FlooredTo : IRangeKernel
{
    public float* X, Target;
    public nint Count;
    public float Floor;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        nint last = Math.Min(Count, (nint)end * Stretch.Length);
        for (; at <= last - L.Count; at += L.Count)
            L.Store(Apply<L, V>(L.Load(X + at), Floor), Target + at);
        for (; at < last; at++)
            Target[at] = Apply<LanesScalar, float>(X[at], Floor);
    }

    /// <summary>By the bits: comparing denormals is what a floor is to avoid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, float floor)
        where L : struct, ILanes<V>
        where V : struct
    {
        V below = L.ShiftRightBits(L.SubtractBits(Bits.Abs<L, V>(x), L.Create(floor)), 31);
        return L.Select(below, L.And(x, L.CreateBits(Bits.Sign)), x);
    }
}
