using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Layers;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Softmax and its logarithm over the last axis, and their backward passes.</summary>
/// <remarks>
/// Shapes: rows of N values, one after another. A row is y = t / Σ t with t = e^(x − max x); terms below
/// <see cref="Floors.Softmax"/> are zero, and the sum has the shape of <see cref="Reduce"/>. Targets may be operands.
/// </remarks>
public static unsafe class Softmax
{
    /// <summary>y = softmax(x).</summary>
    /// <param name="x">(R, N).</param>
    /// <param name="columns">N, at least 1.</param>
    /// <param name="y">(R, N).</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths differ, or are not whole rows.</exception>
    public static void Forward(ReadOnlySpan<float> x, int columns, Span<float> y, WorkPool? pool = null) =>
        Run(Kind.Forward, x, x, columns, y, pool);

    /// <summary>dx = y · (dy − Σ dy · y), zero where below <see cref="Floors.Gradient"/>.</summary>
    /// <param name="y">(R, N), what <see cref="Forward"/> gave.</param>
    /// <param name="dy">(R, N), its gradient.</param>
    /// <param name="columns">N, at least 1.</param>
    /// <param name="dx">(R, N).</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <inheritdoc cref="Forward" path="/exception"/>
    public static void Backward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, int columns, Span<float> dx, WorkPool? pool = null) =>
        Run(Kind.Backward, y, dy, columns, dx, pool);

    /// <summary>y = (x − max x) − ln Σ e^(x − max x).</summary>
    /// <inheritdoc cref="Forward"/>
    public static void LogForward(ReadOnlySpan<float> x, int columns, Span<float> y, WorkPool? pool = null) =>
        Run(Kind.LogForward, x, x, columns, y, pool);

    /// <summary>dx = dy − e^y · Σ dy, zero where below <see cref="Floors.Gradient"/>.</summary>
    /// <param name="y">(R, N), what <see cref="LogForward"/> gave.</param>
    /// <param name="dy">(R, N), its gradient.</param>
    /// <param name="columns">N, at least 1.</param>
    /// <param name="dx">(R, N), not y or dy.</param>
    /// <param name="pool">Threads to share the rows among; the caller alone if null.</param>
    /// <inheritdoc cref="Forward" path="/exception"/>
    public static void LogBackward(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, int columns, Span<float> dx, WorkPool? pool = null) =>
        Run(Kind.LogBackward, y, dy, columns, dx, pool);

    /// <summary>y = e^(x − max x), zero below <see cref="Floors.Softmax"/>: the terms alone, the largest of which is 1.</summary>
    /// <inheritdoc cref="Forward"/>
    public static void Terms(ReadOnlySpan<float> x, int columns, Span<float> y, WorkPool? pool = null) =>
        Run(Kind.Terms, x, x, columns, y, pool);

    private static void Run(Kind kind, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int columns, Span<float> target, WorkPool? pool)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (x.Length != target.Length || dy.Length != target.Length || target.Length % columns != 0)
            throw new ArgumentException($"Softmax.{kind}: {x.Length} and {dy.Length} values into {target.Length}, in rows of {columns}.");
        fixed (float* px = x, pd = dy, pt = target)
        {
            var kernel = new Rows { Kind = kind, X = px, Dy = pd, Target = pt, Columns = columns };
            Ranges.Run(kernel, target.Length / columns, 8L * columns, pool);
        }
    }

    private enum Kind
    {
        Forward,
        Backward,
        LogForward,
        LogBackward,
        Terms,
    }

    private struct Rows : IRangeKernel
    {
        public Kind Kind;
        public float* X, Dy, Target;
        public nint Columns;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
            {
                float* x = X + r * Columns, dy = Dy + r * Columns, target = Target + r * Columns;
                switch (Kind)
                {
                    case Kind.Forward:
                    {
                        float sum = SoftmaxRow.Terms<L, V>(x, target, Columns, out _);
                        Scaled.Multiply<L, V>(1f / sum, target, target, Columns);
                        break;
                    }
                    case Kind.Backward:
                    {
                        float dot = Fold.Over<L, V, DotFold>(x, dy, 0f, Columns);
                        Over2<L, V, TimesDifference>(x, dy, dot, target, Columns);
                        break;
                    }
                    case Kind.Terms:
                        SoftmaxRow.Terms<L, V>(x, target, Columns, out _);
                        break;
                    case Kind.LogForward:
                    {
                        float sum = SoftmaxRow.Terms<L, V>(x, Terms(Columns), Columns, out float maximum);
                        float log = SoftmaxRow.Ln(sum);
                        Over2<L, V, MinusConstant>(x, x, maximum, target, Columns);
                        Over2<L, V, MinusConstant>(target, target, log, target, Columns);
                        break;
                    }
                    default:
                    {
                        float sum = Fold.Over<L, V, SumFold>(dy, dy, 0f, Columns);
                        SoftmaxRow.TermsBelow<L, V>(x, target, Columns, 0f);
                        Scaled.Multiply<L, V>(-sum, target, target, Columns);
                        Map2<Floored<Sum2>>.Over<L, V>(target, dy, target, Columns);
                        break;
                    }
                }
            }
        }

        private static float* Terms(nint columns) => Memory.Scratch.Take(Memory.Scratch.Outer, columns);

        // target[i] = F(x[i], y[i], c).
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Over2<L, V, F>(float* x, float* y, float c, float* target, nint count)
            where L : struct, ILanes<V>
            where V : struct
            where F : struct, IFunction3
        {
            nint i = 0;
            V constant = L.Create(c);
            for (; i <= count - L.Count; i += L.Count)
                L.Store(F.Apply<L, V>(L.Load(x + i), L.Load(y + i), constant), target + i);
            for (; i < count; i++)
                target[i] = F.Apply<LanesScalar, float>(x[i], y[i], c);
        }
    }

    /// <summary>x · (y − c), zero where below <see cref="Floors.Gradient"/>.</summary>
    private readonly struct TimesDifference : IFunction3
    {
        public static V Apply<L, V>(V x, V y, V z)
            where L : struct, ILanes<V>
            where V : struct => FlooredTo.Apply<L, V>(L.Multiply(x, L.Subtract(y, z)), Floors.Gradient);
    }

    /// <summary>x − c.</summary>
    private readonly struct MinusConstant : IFunction3
    {
        public static V Apply<L, V>(V x, V y, V z)
            where L : struct, ILanes<V>
            where V : struct => L.Subtract(x, z);
    }
}
