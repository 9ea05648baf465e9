using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Elementary;

/// <summary>A function of one number, lane by lane.</summary>
internal interface IFunction
{
    static abstract V Apply<L, V>(V x)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>A function of two numbers, lane by lane.</summary>
internal interface IFunction2
{
    static abstract V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>A function of three numbers, lane by lane.</summary>
internal interface IFunction3
{
    static abstract V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>target[i] = F(x[i], …) for i &lt; Count. The target may be an operand.</summary>
internal unsafe struct Map<F> : IKernel
    where F : struct, IFunction
{
    public float* X, Target;
    public nint Count;

    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct => Over<L, V>(X, Target, Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i)), target + i);
        if (i == count)
            return;
        // The rest passes through the same vector code, with ones beside it.
        float* rest = stackalloc float[16];
        L.Store(L.Create(1f), rest);
        for (nint j = i; j < count; j++)
            rest[j - i] = x[j];
        L.Store(F.Apply<L, V>(L.Load(rest)), rest);
        for (nint j = i; j < count; j++)
            target[j] = rest[j - i];
    }
}

/// <inheritdoc cref="Map{F}"/>
internal unsafe struct Map2<F> : IKernel
    where F : struct, IFunction2
{
    public float* X, Y, Target;
    public nint Count;

    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct => Over<L, V>(X, Y, Target, Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* y, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i), L.Load(y + i)), target + i);
        if (i == count)
            return;
        float* rest = stackalloc float[32];
        L.Store(L.Create(1f), rest);
        L.Store(L.Create(1f), rest + 16);
        for (nint j = i; j < count; j++)
        {
            rest[j - i] = x[j];
            rest[16 + j - i] = y[j];
        }
        L.Store(F.Apply<L, V>(L.Load(rest), L.Load(rest + 16)), rest);
        for (nint j = i; j < count; j++)
            target[j] = rest[j - i];
    }
}

/// <inheritdoc cref="Map{F}"/>
internal unsafe struct Map3<F> : IKernel
    where F : struct, IFunction3
{
    public float* X, Y, Z, Target;
    public nint Count;

    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct => Over<L, V>(X, Y, Z, Target, Count);

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
