using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Sums and maxima in one fixed order.</summary>
/// <remarks>
/// Along a span: 16 partial sums, element i in number i mod 16, then a tree that halves them (p with p + 8, p + 4, …).
/// Along columns: one chain per column in the order of the rows.
/// </remarks>
public static unsafe class Reduce
{
    /// <summary>Σ x; 0 of nothing.</summary>
    public static float Sum(ReadOnlySpan<float> x) => Run<SumFold>(x, x, 0f);

    /// <summary>Σ x · y; 0 of nothing.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => x.Length == y.Length ? Run<DotFold>(x, y, 0f)
        : throw new ArgumentException($"Dot: {x.Length} and {y.Length} values.");

    /// <summary>Σ x²; 0 of nothing.</summary>
    public static float SumOfSquares(ReadOnlySpan<float> x) => Run<DotFold>(x, x, 0f);

    /// <summary>The largest value; −∞ of nothing. NaN is passed over: <see cref="NanGuard"/> looks for it.</summary>
    public static float Max(ReadOnlySpan<float> x) => Run<MaxFold>(x, x, 0f);

    /// <summary>The largest magnitude; 0 of nothing. NaN is passed over.</summary>
    public static float MaxMagnitude(ReadOnlySpan<float> x) => Run<MaxMagnitudeFold>(x, x, 0f);

    /// <summary>
    /// Σ x² in double, values below <see cref="Floors.Gradient"/> left out: for the norm of a gradient, whose parts are
    /// added one after another.
    /// </summary>
    /// <remarks>Blocks of 4096 values, each summed as <see cref="SumOfSquares"/>; then the blocks in order, in double.</remarks>
    /// <param name="x">The values.</param>
    /// <param name="pool">Threads to share the blocks among; the caller alone if null.</param>
    public static double SquaredNorm(ReadOnlySpan<float> x, WorkPool? pool = null)
    {
        int blocks = (x.Length + SquaredNorms.Block - 1) / SquaredNorms.Block;
        float* sums = Memory.Scratch.Take(Memory.Scratch.Outer, blocks);
        fixed (float* px = x)
            Ranges.Run(new SquaredNorms { X = px, Count = x.Length, Sums = sums }, blocks, SquaredNorms.Block, pool);
        double total = 0;
        for (int i = 0; i < blocks; i++)
            total += sums[i];
        return total;
    }

    /// <summary>sums[c] += Σ_r x[r, c], in the order of the rows: the gradient of a bias.</summary>
    /// <param name="x">(R, C).</param>
    /// <param name="sums">(C).</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void AddColumns(Matrix x, Span<float> sums, WorkPool? pool = null)
    {
        if (sums.Length != x.Columns || x.ColumnStep != 1)
            throw new ArgumentException($"AddColumns: ({x.Rows}, {x.Columns}) into {sums.Length} sums.");
        fixed (float* px = x.Data, ps = sums)
        {
            var kernel = new ColumnSums { X = px, RowStep = x.RowStep, Rows = x.Rows, Columns = x.Columns, Sums = ps };
            Ranges.Run(kernel, (x.Columns + ColumnSums.Block - 1) / ColumnSums.Block, (long)x.Rows * ColumnSums.Block, pool);
        }
    }

    private static float Run<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float c)
        where F : struct, IFold
    {
        fixed (float* px = x, py = y)
        {
            var kernel = new Whole<F> { X = px, Y = py, C = c, Count = x.Length };
            Widest.Run(ref kernel);
            return kernel.Result;
        }
    }

    private struct Whole<F> : IKernel
        where F : struct, IFold
    {
        public float* X, Y;
        public float C, Result;
        public nint Count;

        public void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct => Result = Fold.Over<L, V, F>(X, Y, C, Count);
    }
}

/// <summary>Sums of squares of blocks of a span.</summary>
internal unsafe struct SquaredNorms : IRangeKernel
{
    public const int Block = 4096;

    public float* X, Sums;
    public nint Count;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        for (nint i = first; i < end; i++)
            Sums[i] = Fold.Over<L, V, FlooredSquareFold>(X + i * Block, X + i * Block, 0f, Math.Min(Block, Count - i * Block));
    }
}

/// <summary>Sums of columns, in blocks of them.</summary>
internal unsafe struct ColumnSums : IRangeKernel
{
    public const int Block = 64;

    public float* X, Sums;
    public nint RowStep;
    public int Rows, Columns;

    public readonly void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct
    {
        int from = first * Block, count = Math.Min(end * Block, Columns) - from;
        for (int r = 0; r < Rows; r++)
            Map2<Sum2>.Over<L, V>(Sums + from, X + r * RowStep + from, Sums + from, count);
    }
}
