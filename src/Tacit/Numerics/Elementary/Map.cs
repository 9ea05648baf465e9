using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Elementary;

/// <summary>The unit in which spans are shared among threads.</summary>
internal static class Stretch
{
    /// <summary>Values, a multiple of every number of lanes.</summary>
    public const int Length = 1024;

    public static int CountFor(nint length) => checked((int)((length + Length - 1) / Length));
}

/// <summary>target[i] = F(x[i], …) for i &lt; Count, in stretches. The target may be an operand.</summary>
internal unsafe struct Map<F> : IRangeKernel
    where F : struct, IFunction
{
    public float* X, Target;
    public nint Count;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        Over<L, V>(X + at, Target + at, Math.Min(Count, (nint)end * Stretch.Length) - at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i)), target + i);
        if (i < count)
            Rest<L, V>(x + i, target + i, count - i);
    }

    /// <summary>
    /// The last values, fewer than lanes, pass through the same vector code with ones beside them. On its own, or the
    /// compiler keeps the constants of both loops in more registers than there are.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rest<L, V>(float* x, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        float* rest = stackalloc float[16];
        L.Store(L.Create(1f), rest);
        for (nint j = 0; j < count; j++)
            rest[j] = x[j];
        L.Store(F.Apply<L, V>(L.Load(rest)), rest);
        for (nint j = 0; j < count; j++)
            target[j] = rest[j];
    }
}

/// <inheritdoc cref="Map{F}"/>
internal unsafe struct Map2<F> : IRangeKernel
    where F : struct, IFunction2
{
    public float* X, Y, Target;
    public nint Count;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        Over<L, V>(X + at, Y + at, Target + at, Math.Min(Count, (nint)end * Stretch.Length) - at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* y, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i), L.Load(y + i)), target + i);
        if (i < count)
            Rest<L, V>(x + i, y + i, target + i, count - i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rest<L, V>(float* x, float* y, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        float* rest = stackalloc float[32];
        L.Store(L.Create(1f), rest);
        L.Store(L.Create(1f), rest + 16);
        for (nint j = 0; j < count; j++)
        {
            rest[j] = x[j];
            rest[16 + j] = y[j];
        }
        L.Store(F.Apply<L, V>(L.Load(rest), L.Load(rest + 16)), rest);
        for (nint j = 0; j < count; j++)
            target[j] = rest[j];
    }
}

/// <inheritdoc cref="Map{F}"/>
internal unsafe struct Map3<F> : IRangeKernel
    where F : struct, IFunction3
{
    public float* X, Y, Z, Target;
    public nint Count;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        Over<L, V>(X + at, Y + at, Z + at, Target + at, Math.Min(Count, (nint)end * Stretch.Length) - at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* y, float* z, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i), L.Load(y + i), L.Load(z + i)), target + i);
        if (i == count)
            return;
        float* rest = stackalloc float[48];
        L.Store(L.Create(1f), rest);
        L.Store(L.Create(1f), rest + 16);
        L.Store(L.Create(1f), rest + 32);
        for (nint j = i; j < count; j++)
        {
            rest[j - i] = x[j];
            rest[16 + j - i] = y[j];
            rest[32 + j - i] = z[j];
        }
        L.Store(F.Apply<L, V>(L.Load(rest), L.Load(rest + 16), L.Load(rest + 32)), rest);
        for (nint j = i; j < count; j++)
            target[j] = rest[j - i];
    }
}
