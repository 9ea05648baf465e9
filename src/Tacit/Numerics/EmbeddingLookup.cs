using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Rows of a table by index, and the gradient back into it.</summary>
public static unsafe class EmbeddingLookup
{
    /// <summary>y[t] = table[indices[t]].</summary>
    /// <param name="table">(V, C).</param>
    /// <param name="columns">C, at least 1.</param>
    /// <param name="indices">(T), each from 0 to V − 1.</param>
    /// <param name="y">(T, C).</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is no row.</exception>
    public static void Gather(ReadOnlySpan<float> table, int columns, ReadOnlySpan<int> indices, Span<float> y)
    {
        Check("Gather", table.Length, columns, indices, y.Length);
        for (int t = 0; t < indices.Length; t++)
            table.Slice(indices[t] * columns, columns).CopyTo(y.Slice(t * columns, columns));
    }

    /// <summary>table[indices[t]] += dy[t], in the order of t.</summary>
    /// <param name="table">The table's gradient (V, C).</param>
    /// <param name="columns">C, at least 1.</param>
    /// <param name="indices">(T), each from 0 to V − 1.</param>
    /// <param name="dy">(T, C).</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is no row.</exception>
    public static void ScatterAdd(Span<float> table, int columns, ReadOnlySpan<int> indices, ReadOnlySpan<float> dy, WorkPool? pool = null)
    {
        Check("ScatterAdd", table.Length, columns, indices, dy.Length);
        fixed (float* pt = table, pd = dy)
        fixed (int* pi = indices)
        {
            var kernel = new Scatter { Table = pt, Dy = pd, Indices = pi, Count = indices.Length, Columns = columns };
            Ranges.Run(kernel, (columns + ColumnSums.Block - 1) / ColumnSums.Block, (long)indices.Length * ColumnSums.Block, pool);
        }
    }

    private static void Check(string name, int table, int columns, ReadOnlySpan<int> indices, int values)
    {
        if (columns < 1 || table % columns != 0 || values != (long)indices.Length * columns)
            throw new ArgumentException($"EmbeddingLookup.{name}: a table of {table} values in rows of {columns}, {indices.Length} indices, {values} values.");
        int rows = table / columns;
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)rows)
                throw new ArgumentException($"EmbeddingLookup.{name}: index {index} of a table with {rows} rows.");
        }
    }

    private struct Scatter : IRangeKernel
    {
        public float* Table, Dy;
        public int* Indices;
        public int Count;
        public nint Columns;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            nint from = (nint)first * ColumnSums.Block, count = Math.Min((nint)end * ColumnSums.Block, Columns) - from;
            for (nint t = 0; t < Count; t++)
            {
                float* row = Table + Indices[t] * Columns + from;
                Map2<Sum2>.Over<L, V>(row, Dy + t * Columns + from, row, count);
            }
        }
    }
}
