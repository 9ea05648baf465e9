using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Operations of a matrix with one of its rows or columns.</summary>
/// <remarks>Shapes, row-major: x and target (R, C), a row (C), a column (R). The target may be x.</remarks>
internal static unsafe class Rowwise
{
    /// <summary>target[r, c] = F(x[r, c], row[c]).</summary>
    public static void Apply<F>(ReadOnlySpan<float> x, ReadOnlySpan<float> row, Span<float> target, WorkPool? pool)
        where F : struct, IFunction2
    {
        Check(x.Length, row.Length, target.Length);
        if (row.IsEmpty)
            return;
        fixed (float* px = x, py = row, pt = target)
            Ranges.Run(new WithRow<F> { X = px, Row = py, Target = pt, Columns = row.Length }, x.Length / row.Length, 2L * row.Length, pool);
    }

    /// <summary>sums[r] = factor · Σ_c x[r, c], the sum in the shape of <see cref="Reduce"/>.</summary>
    public static void Sum(ReadOnlySpan<float> x, int columns, float factor, Span<float> sums, WorkPool? pool)
    {
        if (x.Length != (long)sums.Length * columns)
            throw new ArgumentException($"Rowwise: {x.Length} values in rows of {columns} into {sums.Length} sums.");
        fixed (float* px = x, ps = sums)
            Ranges.Run(new RowSums { X = px, Columns = columns, Factor = factor, Sums = ps }, sums.Length, columns, pool);
    }

    /// <summary>target[r, c] = factor · column[r].</summary>
    public static void Spread(ReadOnlySpan<float> column, float factor, Span<float> target)
    {
        int columns = column.IsEmpty ? 0 : target.Length / column.Length;
        for (int r = 0; r < column.Length; r++)
            target.Slice(r * columns, columns).Fill(factor * column[r]);
    }

    private static void Check(int x, int row, int target)
    {
        if (x != target || (row == 0 ? x != 0 : x % row != 0))
            throw new ArgumentException($"Rowwise: {x} values with a row of {row} into {target}.");
    }

    private struct WithRow<F> : IRangeKernel
        where F : struct, IFunction2
    {
        public float* X, Row, Target;
        public nint Columns;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
                Map2<F>.Over<L, V>(X + r * Columns, Row, Target + r * Columns, Columns);
        }
    }

    private struct RowSums : IRangeKernel
    {
        public float* X, Sums;
        public nint Columns;
        public float Factor;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
                Sums[r] = Factor * Fold.Over<L, V, SumFold>(X + r * Columns, X + r * Columns, 0f, Columns);
        }
    }
}
