using Tacit.Numerics.Lanes;
using Tacit.Numerics.Products;

namespace Tacit.Numerics;

/// <summary>Matrix products: C[m, n] = S[m, n] + Σ_k A[m, k] · B[k, n].</summary>
/// <remarks>
/// <para>
/// Shapes: A (M, K), B (K, N), C (M, N). Any of A and B may be transposed or have rows apart. S is zero, or a residual
/// or C itself, plus a bias per column. Each output is one chain of fused multiply-adds that begins with S and takes k = 0, 1, 2, … in
/// order, whatever the shape, the vector width, the number of threads or the rows computed together. Operands nearer to
/// zero than <see cref="Floors.Product"/> count as zeros of their sign.
/// </para>
/// <para>A target must not overlap an operand. Nothing is allocated after the first calls of a thread.</para>
/// </remarks>
public static unsafe class MatMul
{
    // Below so many multiplications a product is not worth waking a thread for (about 30 µs of work).
    private const long SmallestSplit = 1 << 20;

    /// <summary>C = S + A · B with B packed.</summary>
    /// <param name="a">(M, K).</param>
    /// <param name="b">(K, N).</param>
    /// <param name="c">(M, N).</param>
    /// <param name="bias">N values, added to each row of S; empty for none.</param>
    /// <param name="accumulate">True to begin with what C holds, for sums of gradients.</param>
    /// <param name="activation">Applied to the finished C.</param>
    /// <param name="activated">
    /// Where the activation's results go, laid out as <paramref name="c"/>; empty to replace C by them.
    /// </param>
    /// <param name="residual">(M, N) to begin with, instead of what C holds; empty for none.</param>
    /// <param name="pool">Threads to share the work among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply(Matrix a, PackedMatrix b, MatrixTarget c, ReadOnlySpan<float> bias = default, bool accumulate = false,
        Activation activation = Activation.None, Span<float> activated = default, Matrix residual = default, WorkPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(b);
        Check(a.Rows, a.Columns, b.Rows, b.Columns, c, bias, accumulate, activation, activated, residual);
        fixed (float* pa = a.Data, pc = c.Data, ps = bias, py = activated, pr = residual.Data)
        {
            Product product = Describe(a, pa, c, pc, ps, accumulate, activation, py);
            if (pr != null)
            {
                product.Start = pr;
                product.StartStep = residual.RowStep;
            }
            product.Panels = b.Panels;
            product.PanelStep = b.PanelStep;
            Run(product, b.Lanes, pool);
        }
        GC.KeepAlive(b);
    }

    /// <summary>C = S + A · B, with B packed on the way.</summary>
    /// <inheritdoc cref="Multiply(Matrix, PackedMatrix, MatrixTarget, ReadOnlySpan{float}, bool, Activation, Span{float}, Matrix, WorkPool?)"/>
    public static void Multiply(Matrix a, Matrix b, MatrixTarget c, ReadOnlySpan<float> bias = default, bool accumulate = false,
        Activation activation = Activation.None, Span<float> activated = default, Matrix residual = default, WorkPool? pool = null)
    {
        Check(a.Rows, a.Columns, b.Rows, b.Columns, c, bias, accumulate, activation, activated, residual);
        fixed (float* pa = a.Data, pb = b.Data, pc = c.Data, ps = bias, py = activated, pr = residual.Data)
        {
            Product product = Describe(a, pa, c, pc, ps, accumulate, activation, py);
            if (pr != null)
            {
                product.Start = pr;
                product.StartStep = residual.RowStep;
            }
            product.B = pb;
            product.BRowStep = b.RowStep;
            product.BColumnStep = b.ColumnStep;
            Run(product, Widest.Lanes, pool);
        }
    }

    /// <summary>c = a · b over the last axes: (…, K) · (K, N) into (…, N), the axes before flattened to rows.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit; the message has all.</exception>
    /// <inheritdoc cref="Multiply(Matrix, PackedMatrix, MatrixTarget, ReadOnlySpan{float}, bool, Activation, Span{float}, Matrix, WorkPool?)" path="/param"/>
    public static void Multiply(Tensor a, Tensor b, Tensor c, bool accumulate = false, WorkPool? pool = null)
    {
        if (b.Shape.Rank != 2 || a.Shape.Columns != b.Shape[0] || c.Shape.Columns != b.Shape[1] || c.Shape.Rows != a.Shape.Rows)
            throw new ArgumentException($"Multiply: {a.Shape} · {b.Shape} into {c.Shape}.");
        Multiply(a.AsMatrix, b.AsMatrix, c.AsTarget, accumulate: accumulate, pool: pool);
    }

    /// <summary>C_i = S + A_i · B_i for i &lt; count: the same shapes at equal distances.</summary>
    /// <param name="count">How many products, at least 0.</param>
    /// <param name="a">A_0 (M, K), in a span that holds all.</param>
    /// <param name="aStep">Values from A_i to A_(i + 1); 0 for one A.</param>
    /// <param name="b">B_0 (K, N), in a span that holds all.</param>
    /// <param name="bStep">Values from B_i to B_(i + 1); 0 for one B.</param>
    /// <param name="c">C_0 (M, N), in a span that holds all.</param>
    /// <param name="cStep">Values from C_i to C_(i + 1); the targets must not overlap.</param>
    /// <param name="accumulate">True to begin with what C holds.</param>
    /// <param name="pool">Threads to share the products among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes or lengths do not fit.</exception>
    public static void MultiplyBatch(int count, Matrix a, int aStep, Matrix b, int bStep, MatrixTarget c, int cStep,
        bool accumulate = false, WorkPool? pool = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(aStep);
        ArgumentOutOfRangeException.ThrowIfNegative(bStep);
        Check(a.Rows, a.Columns, b.Rows, b.Columns, c, default, accumulate, Activation.None, default, default);
        if (count == 0)
            return;
        CheckBatch("A", count, a.Data.Length, Extent(a), aStep);
        CheckBatch("B", count, b.Data.Length, Extent(b), bStep);
        long target = (c.Rows - 1L) * c.RowStep + c.Columns;
        CheckBatch("C", count, c.Data.Length, target, cStep);
        fixed (float* pa = a.Data, pb = b.Data, pc = c.Data)
        {
            Product product = Describe(a, pa, c, pc, null, accumulate, Activation.None, null);
            product.B = pb;
            product.BRowStep = b.RowStep;
            product.BColumnStep = b.ColumnStep;
            var work = new BatchWork { First = product, AStep = aStep, BStep = bStep, CStep = cStep };
            if (pool is not null && (long)count * a.Rows * a.Columns * c.Columns >= SmallestSplit)
                pool.Run(ref work, count);
            else
                for (int i = 0; i < count; i++)
                    work.Run(i);
        }
    }

    /// <summary>Runs a product, with the lanes B is packed for, in parts.</summary>
    internal static void Run(in Product product, int lanes, WorkPool? pool)
    {
        if (product.EndRow == 0 || product.EndColumn == 0)
            return;
        (int rows, int columns) = PartOf(product, pool?.Threads ?? 1);
        if (rows == product.EndRow && columns == product.EndColumn)
        {
            Product whole = product;
            Widest.Run(ref whole, lanes);
            return;
        }
        var work = new SplitWork { Whole = product, Lanes = lanes, RowsPerPart = rows, ColumnsPerPart = columns };
        pool!.Run(ref work, rows < product.EndRow ? (product.EndRow + rows - 1) / rows : (product.EndColumn + columns - 1) / columns);
    }

    /// <summary>Rows and columns of a part for so many threads: some of the rows, or some of the columns, or all of both.</summary>
    internal static (int Rows, int Columns) PartOf(in Product product, int threads)
    {
        int rows = product.EndRow, columns = product.EndColumn;
        if (threads == 1 || (long)rows * product.Depth * columns < SmallestSplit)
            return (rows, columns);
        int panels = Panel.CountFor(columns, Panel.Widest);
        // What a part does that others do as well: parts of the rows pack all of B, parts of the columns look at all of A, or copy it.
        int perColumn = product.Panels != null ? 0 : 4, perRow = product.AColumnStep != 1 ? 5 : product.CopiesRows ? 3 : 1;
        long ofRows = (long)columns * perColumn, ofColumns = (long)rows * perRow;
        // Twice as many parts as threads, so that a thread that comes late leaves the rest to the others, if that is no
        // more than 5 % of the work.
        int wanted = 96 * Math.Min(ofRows, ofColumns) > (long)rows * columns ? threads : 2 * threads;
        if (product.Panels != null ? rows >= 48 * wanted : rows >= 24 * wanted && (panels < wanted || ofRows < ofColumns))
            return (((rows + wanted - 1) / wanted + 11) / 12 * 12, columns);
        int perPart = (panels + wanted - 1) / wanted;
        return (rows, Math.Min(columns, perPart * Panel.Widest));
    }

    internal static Product Describe(Matrix a, float* pa, MatrixTarget c, float* pc, float* bias, bool accumulate, Activation activation, float* activated) => new()
    {
        A = pa,
        ARowStep = a.RowStep,
        AColumnStep = a.ColumnStep,
        C = pc,
        CStep = c.RowStep,
        Start = accumulate ? pc : null,
        StartStep = c.RowStep,
        Bias = bias,
        Activation = activation,
        Activated = activated == null ? pc : activated,
        Depth = a.Columns,
        EndRow = c.Rows,
        EndColumn = c.Columns,
    };

    private static long Extent(Matrix m) => (m.Rows - 1L) * m.RowStep + (m.Columns - 1L) * m.ColumnStep + 1;

    private static void CheckBatch(string name, int count, int length, long one, int step)
    {
        long needed = (count - 1L) * step + one;
        if (length < needed)
            throw new ArgumentException($"MultiplyBatch: {count} of {name}, {step} apart, need {needed} values; the span has {length}.");
    }

    private static void Check(int aRows, int aColumns, int bRows, int bColumns, MatrixTarget c, ReadOnlySpan<float> bias,
        bool accumulate, Activation activation, Span<float> activated, Matrix residual)
    {
        if (aColumns != bRows || c.Rows != aRows || c.Columns != bColumns)
            throw new ArgumentException($"Multiply: ({aRows}, {aColumns}) · ({bRows}, {bColumns}) into ({c.Rows}, {c.Columns}).");
        if (!bias.IsEmpty && bias.Length != bColumns)
            throw new ArgumentException($"Multiply: a bias of {bias.Length} for {bColumns} columns.");
        if (!residual.Data.IsEmpty && (residual.Rows != c.Rows || residual.Columns != c.Columns || residual.ColumnStep != 1 || accumulate))
            throw new ArgumentException(accumulate ? "Multiply: a residual and accumulation exclude each other."
                : $"Multiply: a residual of ({residual.Rows}, {residual.Columns}) for ({c.Rows}, {c.Columns}).");
        if (!activated.IsEmpty && activated.Length < c.Data.Length)
            throw new ArgumentException($"Multiply: {activated.Length} values for the activation of {c.Data.Length}.");
        if ((uint)activation > (uint)Activation.GeluTanh)
            throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation.");
    }

    private struct SplitWork : IWork
    {
        public Product Whole;
        public int Lanes, RowsPerPart, ColumnsPerPart;

        public readonly void Run(int part)
        {
            Product mine = Whole;
            if (RowsPerPart < Whole.EndRow)
            {
                mine.FirstRow = part * RowsPerPart;
                mine.EndRow = Math.Min(mine.FirstRow + RowsPerPart, Whole.EndRow);
            }
            else if (ColumnsPerPart < Whole.EndColumn)
            {
                mine.FirstColumn = part * ColumnsPerPart;
                mine.EndColumn = Math.Min(mine.FirstColumn + ColumnsPerPart, Whole.EndColumn);
            }
            Widest.Run(ref mine, Lanes);
        }
    }

    private struct BatchWork : IWork
    {
        public Product First;
        public nint AStep, BStep, CStep;

        public readonly void Run(int part)
        {
            Product mine = First;
            mine.A += part * AStep;
            mine.B += part * BStep;
            mine.C += part * CStep;
            mine.Activated = mine.C;
            if (mine.Start != null)
                mine.Start = mine.C;
            Widest.Run(ref mine);
        }
    }
}
