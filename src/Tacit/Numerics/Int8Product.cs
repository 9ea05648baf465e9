using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Quantised;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Products with weights in eight bits, the left operand quantised row by row on the way.</summary>
/// <remarks>
/// c[m, n] = (Σ_k q_a[m, k] · q_b[k, n]) · (scale_a[m] · scale_b[n]) + bias[n]: an exact integer sum, made a float
/// (nearest even), one product of the scales and one fused multiply-add. scale_a[m] = max_k |a[m, k]| / 127 and q_a is
/// a · (127 / max) rounded to nearest even. K is at most 2^17, so that sums fit 32 bits.
/// </remarks>
public static unsafe class Int8Product
{
    /// <summary>The largest K.</summary>
    public const int MaxDepth = 1 << 17;

    // Values of a block of rows, a row's 2 bytes each at most: 256 KiB.
    private const int QuantisedBlock = 1 << 17;
    private const int SmallestBlock = 48;
    private const int LargestBlock = 384;

    /// <summary>Computes c.</summary>
    /// <param name="a">(M, K), not transposed.</param>
    /// <param name="b">(K, N).</param>
    /// <param name="c">(M, N).</param>
    /// <param name="bias">(N), or empty for none.</param>
    /// <param name="pool">Threads to share the columns among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply(Matrix a, Int8Matrix b, MatrixTarget c, ReadOnlySpan<float> bias = default, WorkPool? pool = null) =>
        Multiply(a, b, c, bias, pool, AvxVnni.IsSupported);

    internal static void Multiply(Matrix a, Int8Matrix b, MatrixTarget c, ReadOnlySpan<float> bias, WorkPool? pool, bool vnni)
    {
        ArgumentNullException.ThrowIfNull(b);
        if (a.Columns != b.Rows || c.Rows != a.Rows || c.Columns != b.Columns || a.ColumnStep != 1 || a.Columns > MaxDepth
            || (!bias.IsEmpty && bias.Length != b.Columns))
            throw new ArgumentException($"Int8Product: ({a.Rows}, {a.Columns}) · ({b.Rows}, {b.Columns}) into ({c.Rows}, {c.Columns}) with a bias of {bias.Length}.");
        if (a.Rows == 0)
            return;
        // Rows in blocks whose quantised copy stays in the second cache: made once, here, then read by all.
        int most = Math.Clamp(QuantisedBlock / Math.Max(1, a.Columns), SmallestBlock, LargestBlock);
        int blocks = (a.Rows + most - 1) / most, block = (a.Rows + blocks - 1) / blocks;
        int* quantised = (int*)Scratch.Take(Scratch.Outer, block * ((nint)b.Steps + 1));
        float* scales = (float*)(quantised + (nint)block * b.Steps);
        fixed (float* pa = a.Data, pc = c.Data, pb = bias, ps = b.PaddedScales)
        fixed (int* po = b.Offsets)
        {
            for (int first = 0; first < a.Rows; first += block)
            {
                int rows = Math.Min(block, a.Rows - first);
                var quantise = new QuantiseRows
                {
                    A = pa + (nint)first * a.RowStep,
                    AStep = a.RowStep,
                    Columns = a.Columns,
                    Depth = b.Depth,
                    Steps = b.Steps,
                    Target = quantised,
                    Scales = scales,
                };
                Ranges.Run(quantise, rows, 2L * a.Columns, pool);
                var kernel = new Columns
                {
                    A = quantised,
                    RowScales = scales,
                    Rows = rows,
                    Steps = b.Steps,
                    B = b.Data,
                    PanelBytes = b.PanelBytes,
                    Panels = b.Panels,
                    ColumnScales = ps,
                    Offsets = b.Depth == 4 ? po : null,
                    Bias = pb,
                    C = pc + (nint)first * c.RowStep,
                    CStep = c.RowStep,
                    Count = b.Columns,
                    Vnni = vnni,
                };
                Ranges.Run(kernel, (b.Panels + 3) / 4, (long)rows * a.Columns * 2, pool);
            }
        }
        GC.KeepAlive(b);
    }

    private struct QuantiseRows : IRangeKernel
    {
        public float* A, Scales;
        public nint AStep;
        public int Columns, Depth, Steps;
        public int* Target;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            for (nint r = first; r < end; r++)
                Scales[r] = Quantiser.Row<L, V>(A + r * AStep, Columns, Depth, Steps, Target + r * Steps);
        }
    }

    /// <summary>Groups of four panels.</summary>
    private struct Columns : IRangeKernel
    {
        public int* A, Offsets;
        public byte* B;
        public float* RowScales, ColumnScales, Bias, C;
        public int Rows, Panels, Count;
        public nint Steps, PanelBytes, CStep;
        public bool Vnni;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            int last = Math.Min(4 * end, Panels);
            if (Vnni)
                Run<VnniDot>(4 * first, last);
            else if (Offsets != null)
                Run<ByteDot>(4 * first, last);
            else
                Run<PairDot>(4 * first, last);
        }

        private readonly void Run<D>(int first, int last)
            where D : struct, IIntegerDot
        {
            if (Rows == 1)
                OneRow<D>(first, last);
            else
                for (int p = first; p < last; p++)
                    Panel<D>(p);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void OneRow<D>(int first, int last)
            where D : struct, IIntegerDot
        {
            const int Width = 4 * Int8Matrix.PanelWidth;
            float* spare = stackalloc float[2 * Width];
            for (int p = first; p < last; p += 4)
            {
                int n = p * Int8Matrix.PanelWidth, count = Math.Min(Width, Count - n);
                IntegerTarget target = Target(n, count, Width, spare);
                IntegerTile.RunWide<D>(A, B + p * PanelBytes, PanelBytes, Steps, target);
                if (count < Width)
                    new Span<float>(target.C, count).CopyTo(new Span<float>(C + n, count));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<D>(int p)
            where D : struct, IIntegerDot
        {
            const int Width = Int8Matrix.PanelWidth;
            float* spare = stackalloc float[7 * Width];
            byte* b = B + p * PanelBytes;
            int n = p * Width, count = Math.Min(Width, Count - n);
            IntegerTarget target = Target(n, count, Width, spare);
            for (nint r = 0; r < Rows;)
            {
                int* a = A + r * Steps;
                int left = Rows - (int)r, height = left is > 6 and < 10 ? (left + 1) / 2 : Math.Min(6, left);
                switch (height)
                {
                    case 1: IntegerTile.Run<D, Rows1>(a, Steps, b, Steps, target); break;
                    case 2: IntegerTile.Run<D, Rows2>(a, Steps, b, Steps, target); break;
                    case 3: IntegerTile.Run<D, Rows3>(a, Steps, b, Steps, target); break;
                    case 4: IntegerTile.Run<D, Rows4>(a, Steps, b, Steps, target); break;
                    case 5: IntegerTile.Run<D, Rows5>(a, Steps, b, Steps, target); break;
                    default: IntegerTile.Run<D, Rows6>(a, Steps, b, Steps, target); break;
                }
                if (count == Width)
                    target.C += height * CStep;
                for (int i = 0; count < Width && i < height; i++)
                    new Span<float>(target.C + i * Width, count).CopyTo(new Span<float>(C + (r + i) * CStep + n, count));
                target.RowScales += height;
                r += height;
            }
        }

        /// <summary>Columns of C from n on; the last ones, fewer than a tile has, by way of spare memory: a row for the bias, then the results.</summary>
        private readonly IntegerTarget Target(int n, int count, int width, float* spare)
        {
            bool whole = count == width;
            if (!whole || Bias == null)
                new Span<float>(spare, width).Clear();
            if (!whole && Bias != null)
                new Span<float>(Bias + n, count).CopyTo(new Span<float>(spare, count));
            return new IntegerTarget
            {
                C = whole ? C + n : spare + width,
                Step = whole ? CStep : width,
                RowScales = RowScales,
                ColumnScales = ColumnScales + n,
                Bias = whole && Bias != null ? Bias + n : spare,
                Offsets = Offsets + n,
            };
        }
    }
}
