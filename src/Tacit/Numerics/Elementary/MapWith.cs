using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Elementary;

/// <summary>target[i] = F(x[i], y[i], c): functions of two operands and a constant. The target may be an operand.</summary>
internal unsafe struct MapWith<F> : IRangeKernel
    where F : struct, IFunction3
{
    private float* _x, _y, _target;
    private nint _count;
    private float _constant;

    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Run(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float constant, Span<float> target, WorkPool? pool)
    {
        if (x.Length != target.Length || y.Length != target.Length)
            throw new ArgumentException($"MapWith: operands of {x.Length} and {y.Length} values, a target of {target.Length}.");
        fixed (float* px = x, py = y, pt = target)
        {
            var kernel = new MapWith<F> { _x = px, _y = py, _target = pt, _count = target.Length, _constant = constant };
            Ranges.Run(kernel, Stretch.CountFor(target.Length), 4 * Stretch.Length, pool);
        }
    }

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint at = (nint)first * Stretch.Length;
        Over<L, V>(_x + at, _y + at, _constant, _target + at, Math.Min(_count, (nint)end * Stretch.Length) - at);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Over<L, V>(float* x, float* y, float constant, float* target, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V c = L.Create(constant);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(F.Apply<L, V>(L.Load(x + i), L.Load(y + i), c), target + i);
        if (i == count)
            return;
        // The rest passes through the same vector code, with ones beside it.
        float* rest = stackalloc float[32];
        L.Store(L.Create(1f), rest);
        L.Store(L.Create(1f), rest + 16);
        for (nint j = i; j < count; j++)
        {
            rest[j - i] = x[j];
            rest[16 + j - i] = y[j];
        }
        L.Store(F.Apply<L, V>(L.Load(rest), L.Load(rest + 16), c), rest);
        for (nint j = i; j < count; j++)
            target[j] = rest[j - i];
    }
}

/// <summary>x + c.</summary>
internal readonly struct PlusConstant : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => L.Add(x, z);
}

/// <summary>c · x, zero where below <see cref="Floors.Product"/>.</summary>
internal readonly struct ScaledValue : IFunction3
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => FlooredTo.Apply<L, V>(L.Multiply(x, z), Floors.Product);
}

/// <summary>c · F(x, y), zero where below <see cref="Floors.Gradient"/>.</summary>
internal readonly struct ScaledGradient<F> : IFunction3
    where F : struct, IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y, V z)
        where L : struct, ILanes<V>
        where V : struct => FlooredTo.Apply<L, V>(L.Multiply(F.Apply<L, V>(x, y), z), Floors.Gradient);
}

/// <summary>x.</summary>
internal readonly struct First : IFunction2
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<L, V>(V x, V y)
        where L : struct, ILanes<V>
        where V : struct => x;
}
