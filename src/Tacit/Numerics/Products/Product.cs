using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;

namespace Tacit.Numerics.Products;

/// <summary>A matrix product with all it needs, or a rectangle of one: C = S + A · B, then an activation.</summary>
/// <remarks>
/// <para>
/// Shapes: A (M, K), B (K, N), C and S (M, N); steps between elements in floats. Operands nearer to zero than
/// <see cref="Floors.Product"/> count as zero. Each output is one chain of fused multiply-adds in the order of k that
/// begins with S, whatever the blocks: between two blocks of k the chain rests in C, which is exact.
/// </para>
/// <para>
/// Blocks: at most 256 of k at 512 bits and 384 below, so that a tile's part of B (32 and 24 KiB) stays in the first
/// cache while the rows of A pass; as many rows of A as stay in the second. Rows of A are read in place if they lie so
/// and hold no tiny value, which one look per block tells; else the block is copied, as it is if all rows would share
/// one set of the first cache. Source for the scheme: Goto and van de Geijn 2008.
/// </para>
/// </remarks>
internal unsafe struct Product : IKernel
{
    private const int RowBlock = 240;       // of A: 360 KiB at most
    private const int ColumnBlock = 512;    // of B where it is packed on the way: 768 KiB at most
    private const int PageFloats = 1024;

    public float* A;
    public nint ARowStep, AColumnStep;

    /// <summary>B where it lies, if <see cref="Panels"/> is null.</summary>
    public float* B;
    public nint BRowStep, BColumnStep;

    /// <summary>B in panels as wide as the vectors that run want, each of <see cref="PanelStep"/> floats.</summary>
    public float* Panels;
    public nint PanelStep;

    public float* C;
    public nint CStep;

    /// <summary>S but for the bias, or null for zeros; may be C.</summary>
    public float* Start;
    public nint StartStep;

    /// <summary>Added to each row of S; or null.</summary>
    public float* Bias;

    /// <summary>Applied to the finished C, into <see cref="Activated"/> (laid out as C), which may be C.</summary>
    public Activation Activation;
    public float* Activated;

    /// <summary>K.</summary>
    public int Depth;

    /// <summary>Whether rows of A, if many, would share one set of the first cache.</summary>
    public readonly bool CopiesRows => ARowStep % PageFloats == 0;

    /// <summary>The rectangle of C to compute; columns begin at a multiple of <see cref="Panel.Widest"/>.</summary>
    public int FirstRow, EndRow, FirstColumn, EndColumn;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        int width = Panel.Width(L.Count);
        if (EndRow - FirstRow == 1 && AColumnStep == 1 && Panels != null)
        {
            Row<L, V>(width);
            return;
        }
        int most = L.Count == 16 ? 256 : 384;
        int blocks = Math.Max(1, (Depth + most - 1) / most);
        int depthBlock = ((Depth + blocks - 1) / blocks + 7) & ~7;
        int k = 0;
        do
        {
            int depth = Math.Min(depthBlock, Depth - k);
            bool last = k + depth == Depth;
            int columnBlock = Panels != null ? EndColumn - FirstColumn : ColumnBlock;
            for (int n = FirstColumn; n < EndColumn; n += columnBlock)
            {
                int endColumn = Math.Min(n + columnBlock, EndColumn);
                float* panels = Panels + n / width * PanelStep + (nint)k * width;
                nint panelStep = PanelStep;
                if (Panels == null)
                {
                    panelStep = (nint)depth * width;
                    panels = Scratch.Take(Scratch.Right, Panel.CountFor(endColumn - n, width) * panelStep);
                    Packing.Pack<L, V>(B + k * BRowStep + n * BColumnStep, BRowStep, BColumnStep, depth, endColumn - n, panels, panelStep);
                }
                Rows<L, V>(k, depth, last, panels, panelStep, n, endColumn);
            }
            k += depth;
        }
        while (k < Depth);
    }

    private readonly void Row<L, V>(int width)
        where L : struct, ILanes<V>
        where V : struct
    {
        int columns = EndColumn - FirstColumn;
        float* target = C + FirstRow * CStep + FirstColumn, start = Bias == null ? null : Bias + FirstColumn;
        if (Start != null)
        {
            start = Start + FirstRow * StartStep + FirstColumn;
            if (Bias != null)
            {
                Map2<Sum2>.Over<L, V>(start, Bias + FirstColumn, target, columns);
                start = target;
            }
        }
        RowProduct.Run<L, V>(A + FirstRow * ARowStep, Depth, Panels + FirstColumn / width * PanelStep, PanelStep, start, target, columns);
        if (Activation != Activation.None)
            Activations.Apply<L, V>(Activation, target, Activated + FirstRow * CStep + FirstColumn, columns);
    }

    /// <summary>One block of B against all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Rows<L, V>(int k, int depth, bool last, float* panels, nint panelStep, int firstColumn, int endColumn)
        where L : struct, ILanes<V>
        where V : struct
    {
        int rows = EndRow - FirstRow;
        int blocks = (rows + RowBlock - 1) / RowBlock;
        int block = ((rows + blocks - 1) / blocks + 11) / 12 * 12;
        for (int m = FirstRow; m < EndRow; m += block)
        {
            int count = Math.Min(block, EndRow - m);
            TileArguments t;
            float* a = A + m * ARowStep + k * AColumnStep;
            t.A = a;
            t.RowStep = ARowStep;
            if (AColumnStep != 1 || (CopiesRows && count >= 48) || Packing.AnyTiny<L, V>(a, ARowStep, count, depth))
            {
                // Rows a little more than a power of two apart, so that they do not share the cache's sets.
                t.RowStep = depth + 16;
                t.A = Scratch.Take(Scratch.Left, t.RowStep * count);
                if (AColumnStep == 1)
                    Packing.Copy<L, V>(a, ARowStep, t.A, t.RowStep, count, depth);
                else if (ARowStep == 1)
                    Packing.CopyTransposed(a, AColumnStep, t.A, t.RowStep, depth, count);
                else
                    Gather(a, t.A, t.RowStep, count, depth);
            }
            t.PanelStep = panelStep;
            t.Depth = depth;
            t.TargetStep = CStep;
            float* target = C + m * CStep + firstColumn;
            float* start = target;
            t.StartStep = CStep;
            if (k == 0 && Start != null && Bias != null)
            {
                for (int r = 0; r < count; r++)
                    Map2<Sum2>.Over<L, V>(Start + (m + r) * StartStep + firstColumn, Bias + firstColumn, target + r * CStep, endColumn - firstColumn);
            }
            else if (k == 0)
            {
                start = Start != null ? Start + m * StartStep + firstColumn : Bias != null ? Bias + firstColumn : null;
                t.StartStep = Start != null ? StartStep : 0;
            }
            Columns<L, V>(t, panels, start, target, count, endColumn - firstColumn);
            if (last && Activation != Activation.None)
            {
                float* activated = Activated + m * CStep + firstColumn;
                for (int r = 0; r < count; r++)
                    Activations.Apply<L, V>(Activation, target + r * CStep, activated + r * CStep, endColumn - firstColumn);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(float* a, float* copy, nint step, int rows, int depth)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int k = 0; k < depth; k++)
                copy[r * step + k] = Packing.Floored(a[r * ARowStep + k * AColumnStep]);
        }
    }

    /// <summary>One block of A against one of B: columns outside, so that a tile's part of B is read from the first cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<L, V>(in TileArguments t, float* panels, float* start, float* target, int rows, int columns)
        where L : struct, ILanes<V>
        where V : struct
    {
        int panel = Panel.Width(L.Count);
        int padded = Panel.CountFor(columns, panel) * panel;
        for (int n = 0; n < columns;)
        {
            // Few rows take more vectors each, to have enough chains in flight.
            int vectors = rows switch { 1 => 8, 2 or 3 => 4, _ => 2 };
            while (vectors > 2 && n + vectors * L.Count > padded)
                vectors /= 2;
            int width = vectors * L.Count;
            float* b = panels + n / panel * t.PanelStep + n % panel;
            float* s = start == null ? null : start + n;
            if (n + width <= columns)
                Column<L, V>(t, vectors, b, s, target + n, rows);
            else
                EdgeColumn<L, V>(t, vectors, b, s, target + n, rows, columns - n);
            n += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Column<L, V>(TileArguments t, int vectors, float* b, float* start, float* target, int rows)
        where L : struct, ILanes<V>
        where V : struct
    {
        while (rows > 0)
        {
            int height = TileRows(rows, L.Count == 16 ? 12 : 6);
            Tile<L, V>(t, vectors, height, b, start, target);
            rows -= height;
            t.A += height * t.RowStep;
            target += height * t.TargetStep;
            if (start != null)
                start += height * t.StartStep;
        }
    }

    /// <summary>The last columns, fewer than a tile has: through a copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeColumn<L, V>(TileArguments t, int vectors, float* b, float* start, float* target, int rows, int columns)
        where L : struct, ILanes<V>
        where V : struct
    {
        const int MaxTile = 12 * Panel.Widest;
        float* tile = stackalloc float[MaxTile];
        TileArguments edge = t;
        edge.TargetStep = edge.StartStep = vectors * L.Count;
        while (rows > 0)
        {
            int height = TileRows(rows, L.Count == 16 ? 12 : 6);
            new Span<float>(tile, MaxTile).Clear();
            for (int r = 0; start != null && r < height; r++)
                Copy(start + r * t.StartStep, tile + r * edge.TargetStep, columns);
            Tile<L, V>(edge, vectors, height, b, start == null ? null : tile, tile);
            for (int r = 0; r < height; r++)
                Copy(tile + r * edge.TargetStep, target + r * t.TargetStep, columns);
            rows -= height;
            edge.A += height * t.RowStep;
            target += height * t.TargetStep;
            if (start != null)
                start += height * t.StartStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, float* target, int count)
    {
        for (int i = 0; i < count; i++)
            target[i] = source[i];
    }

    /// <summary>Rows of the next tile, so that none of the last ones is left with one to three if there are more.</summary>
    private static int TileRows(int rows, int most) => rows <= most ? rows : rows < most + 4 ? (rows + 1) / 2 : most;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<L, V>(in TileArguments t, int vectors, int rows, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
    {
        if (vectors == 8)
        {
            TileWide.Run<L, V, Rows1, Rows8>(t, b, start, c);
            return;
        }
        if (vectors == 4)
        {
            switch (rows)
            {
                case 1: TileWide.Run<L, V, Rows1, Rows4>(t, b, start, c); return;
                case 2: TileWide.Run<L, V, Rows2, Rows4>(t, b, start, c); return;
                default: TileWide.Run<L, V, Rows3, Rows4>(t, b, start, c); return;
            }
        }
        switch (rows)
        {
            case 1: Tile2.Run<L, V, Rows1>(t, b, start, c); return;
            case 2: Tile2.Run<L, V, Rows2>(t, b, start, c); return;
            case 3: Tile2.Run<L, V, Rows3>(t, b, start, c); return;
            case 4: Tile2.Run<L, V, Rows4>(t, b, start, c); return;
            case 5: Tile2.Run<L, V, Rows5>(t, b, start, c); return;
            case 6: Tile2.Run<L, V, Rows6>(t, b, start, c); return;
            case 7: Tile2.Run<L, V, Rows7>(t, b, start, c); return;
            case 8: Tile2.Run<L, V, Rows8>(t, b, start, c); return;
            case 9: Tile2.Run<L, V, Rows9>(t, b, start, c); return;
            case 10: Tile2.Run<L, V, Rows10>(t, b, start, c); return;
            case 11: Tile2.Run<L, V, Rows11>(t, b, start, c); return;
            default: Tile2.Run<L, V, Rows12>(t, b, start, c); return;
        }
    }
}
