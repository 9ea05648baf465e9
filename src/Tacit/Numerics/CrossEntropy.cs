using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Layers;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>The cost of symbols under a softmax, in nats, with its gradient in the same pass.</summary>
public static unsafe class CrossEntropy
{
    /// <summary>A target that costs nothing and has no gradient.</summary>
    public const int Ignored = -1;

    /// <summary>losses[r] = ln Σ_n e^(x[r, n] − max) − (x[r, target] − max).</summary>
    /// <param name="logits">x (R, N).</param>
    /// <param name="targets">(R), each from 0 to N − 1 or <see cref="Ignored"/>.</param>
    /// <param name="losses">(R), nats.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is no column.</exception>
    public static void Forward(ReadOnlySpan<float> logits, ReadOnlySpan<int> targets, Span<float> losses, WorkPool? pool = null) =>
        Run(logits, targets, losses, default, 0f, pool);

    /// <summary>The losses and gradient[r, n] = scale · (softmax(x[r])[n] − [n = target]).</summary>
    /// <param name="logits">x (R, N).</param>
    /// <param name="targets">(R), each from 0 to N − 1 or <see cref="Ignored"/>.</param>
    /// <param name="losses">(R), nats.</param>
    /// <param name="gradient">(R, N); may be the logits. Zero where below <see cref="Floors.Gradient"/>.</param>
    /// <param name="scale">The gradient of each loss, such as 1 / R for their mean.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is no column.</exception>
    public static void ForwardBackward(ReadOnlySpan<float> logits, ReadOnlySpan<int> targets, Span<float> losses, Span<float> gradient,
        float scale, WorkPool? pool = null)
    {
        if (gradient.Length != logits.Length)
            throw new ArgumentException($"CrossEntropy: a gradient of {gradient.Length} values for {logits.Length} logits.");
        Run(logits, targets, losses, gradient, scale, pool);
    }

    private static void Run(ReadOnlySpan<float> logits, ReadOnlySpan<int> targets, Span<float> losses, Span<float> gradient, float scale, WorkPool? pool)
    {
        int rows = targets.Length;
        if (losses.Length != rows || (rows == 0 ? logits.Length != 0 : logits.Length % rows != 0 || logits.IsEmpty))
            throw new ArgumentException($"CrossEntropy: {logits.Length} logits, {rows} targets, {losses.Length} losses.");
        if (rows == 0)
            return;
        int columns = logits.Length / rows;
        foreach (int target in targets)
        {
            if (target < Ignored || target >= columns)
                throw new ArgumentException($"CrossEntropy: target {target} of {columns} columns.");
        }
        fixed (float* px = logits, pl = losses, pg = gradient)
        fixed (int* pt = targets)
        {
            var kernel = new Rows { Logits = px, Losses = pl, Gradient = pg, Targets = pt, Columns = columns, Scale = scale };
            Ranges.Run(kernel, rows, 8L * columns, pool);
        }
    }

    private struct Rows : IRangeKernel
    {
        public float* Logits, Losses, Gradient;
        public int* Targets;
        public int Columns;
        public float Scale;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* terms = Gradient == null ? Scratch.Take(Scratch.Outer, Columns) : null;
            for (nint r = first; r < end; r++)
            {
                float* x = Logits + r * Columns, row = terms != null ? terms : Gradient + r * Columns;
                int target = Targets[r];
                if (target == Ignored)
                {
                    Losses[r] = 0f;
                    new Span<float>(row, Columns).Clear();
                    continue;
                }
                float atTarget = x[target];
                float sum = SoftmaxRow.Terms<L, V>(x, row, Columns, out float maximum);
                Losses[r] = SoftmaxRow.Ln(sum) - (atTarget - maximum);
                if (terms != null)
                    continue;
                float term = row[target];
                Multiply<L, V>(Scale * (1f / sum), row, Columns);
                row[target] = FlooredTo.Apply<LanesScalar, float>(Scale * (term * (1f / sum) - 1f), Floors.Gradient);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Multiply<L, V>(float factor, float* row, nint count)
            where L : struct, ILanes<V>
            where V : struct
        {
            V f = L.Create(factor);
            nint i = 0;
            for (; i <= count - L.Count; i += L.Count)
                L.Store(FlooredTo.Apply<L, V>(L.Multiply(L.Load(row + i), f), Floors.Gradient), row + i);
            for (; i < count; i++)
                row[i] = FlooredTo.Apply<LanesScalar, float>(row[i] * factor, Floors.Gradient);
        }
    }
}
