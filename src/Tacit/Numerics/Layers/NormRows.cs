using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>The rows of layer and RMS norms: the latter is the former with a mean of zero and no bias.</summary>
internal static class NormRows
{
    public static int Count(string name, int length, int columns) => columns > 0 && length % columns == 0 ? length / columns
        : throw new ArgumentException($"{name}: {length} values in rows of {columns}.");

    public static void Check(string name, int length, int columns, params ReadOnlySpan<(int Actual, int Expected)> others)
    {
        foreach ((int actual, int expected) in others)
        {
            if (actual != expected)
                throw new ArgumentException($"{name}: x is ({length / columns}, {columns}), and {actual} values are where {expected} are expected.");
        }
    }
}

/// <summary>y = (x − mean) · scale · gain + bias, row by row; without bias, mean is zero.</summary>
internal unsafe struct NormForward : IRangeKernel
{
    public float* X, Gain, Bias, Y, Mean, Scale;
    public float Epsilon;
    public nint Columns;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        for (nint r = first; r < end; r++)
        {
            float* x = X + r * Columns;
            float mean = 0f;
            if (Bias != null)
                Mean[r] = mean = Fold.Over<L, V, SumFold>(x, x, 0f, Columns) / Columns;
            float square = Fold.Over<L, V, SpreadFold>(x, x, mean, Columns);
            float scale = Scale[r] = 1f / MathF.Sqrt(square / Columns + Epsilon);
            Apply<L, V>(x, Gain, Bias, mean, scale, Y + r * Columns, Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<L, V>(float* x, float* gain, float* bias, float mean, float scale, float* y, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V m = L.Create(mean), s = L.Create(scale);
        nint i = 0;
        if (bias != null)
        {
            for (; i <= count - L.Count; i += L.Count)
                L.Store(L.Fma(L.Multiply(L.Subtract(L.Load(x + i), m), s), L.Load(gain + i), L.Load(bias + i)), y + i);
            for (; i < count; i++)
                y[i] = LanesScalar.Fma((x[i] - mean) * scale, gain[i], bias[i]);
            return;
        }
        for (; i <= count - L.Count; i += L.Count)
            L.Store(FlooredTo.Apply<L, V>(L.Multiply(L.Multiply(L.Load(x + i), s), L.Load(gain + i)), Floors.Product), y + i);
        for (; i < count; i++)
            y[i] = FlooredTo.Apply<LanesScalar, float>(x[i] * scale * gain[i], Floors.Product);
    }
}

/// <summary>dx of the norms; without <see cref="Mean"/>, of RMS norm.</summary>
internal unsafe struct NormBackward : IRangeKernel
{
    public float* X, Gain, Mean, Scale, Dy, Dx;
    public nint Columns;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        float* g = Memory.Scratch.Take(Memory.Scratch.Outer, 2 * Columns);
        float* unit = g + Columns;
        for (nint r = first; r < end; r++)
        {
            float* x = X + r * Columns, dy = Dy + r * Columns;
            float scale = Scale[r];
            Normalise<L, V>(x, Mean == null ? 0f : Mean[r], scale, unit, Columns);
            Map2<Times>.Over<L, V>(dy, Gain, g, Columns);
            float along = Fold.Over<L, V, DotFold>(g, unit, 0f, Columns) / Columns;
            float mean = Mean == null ? 0f : Fold.Over<L, V, SumFold>(g, g, 0f, Columns) / Columns;
            Apply<L, V>(g, unit, along, mean, scale, Dx + r * Columns, Columns);
        }
    }

    /// <summary>unit = (x − mean) · scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise<L, V>(float* x, float mean, float scale, float* unit, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V m = L.Create(mean), s = L.Create(scale);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(L.Multiply(L.Subtract(L.Load(x + i), m), s), unit + i);
        for (; i < count; i++)
            unit[i] = (x[i] - mean) * scale;
    }

    /// <summary>dx = ((g − mean) − unit · along) · scale, zero where below <see cref="Floors.Gradient"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<L, V>(float* g, float* unit, float along, float mean, float scale, float* dx, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V a = L.Create(-along), m = L.Create(mean), s = L.Create(scale);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(FlooredTo.Apply<L, V>(L.Multiply(L.Fma(L.Load(unit + i), a, L.Subtract(L.Load(g + i), m)), s), Floors.Gradient), dx + i);
        for (; i < count; i++)
            dx[i] = FlooredTo.Apply<LanesScalar, float>(LanesScalar.Fma(unit[i], -along, g[i] - mean) * scale, Floors.Gradient);
    }
}

/// <summary>dgain and dbias of the norms, in blocks of columns; without <see cref="Mean"/>, of RMS norm.</summary>
internal unsafe struct NormParameters : IRangeKernel
{
    public float* X, Mean, Scale, Dy, Dgain, Dbias;
    public int Rows;
    public nint Columns;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        nint from = (nint)first * ColumnSums.Block, count = Math.Min((nint)end * ColumnSums.Block, Columns) - from;
        for (nint r = 0; r < Rows; r++)
        {
            float* x = X + r * Columns + from, dy = Dy + r * Columns + from;
            Apply<L, V>(x, dy, Mean == null ? 0f : Mean[r], Scale[r], Dgain + from, count);
            if (Dbias != null)
                Map2<Sum2>.Over<L, V>(Dbias + from, dy, Dbias + from, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<L, V>(float* x, float* dy, float mean, float scale, float* dgain, nint count)
        where L : struct, ILanes<V>
        where V : struct
    {
        V m = L.Create(mean), s = L.Create(scale);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
        {
            V unit = FlooredTo.Apply<L, V>(L.Multiply(L.Subtract(L.Load(x + i), m), s), Floors.Product);
            L.Store(L.Fma(L.Load(dy + i), unit, L.Load(dgain + i)), dgain + i);
        }
        for (; i < count; i++)
            dgain[i] = LanesScalar.Fma(dy[i], FlooredTo.Apply<LanesScalar, float>((x[i] - mean) * scale, Floors.Product), dgain[i]);
    }
}
