using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    // From so many rows on, widening a panel once costs less than doing so in each tile.
    private const int ManyRows = 19;

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
            else if (Rows < ManyRows)
                Run<PairDot>(4 * first, last);
            else
                RunWidened(4 * first, last);
        }

        private readonly void Run<D>(int first, int last)
            where D : struct, IIntegerDot
        {
            if (Rows == 1)
                OneRow<D>(first, last);
            else
                for (int p = first; p < last; p++)
                    Panel<D>(p, B + p * PanelBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void RunWidened(int first, int last)
        {
            byte* wide = (byte*)Scratch.Take(Scratch.Right, Steps * Int8Matrix.PanelWidth);
            for (int p = first; p < last; p++)
            {
                byte* panel = B + p * PanelBytes;
                for (nint i = 0; i < PanelBytes; i += PairDot.Bytes)
                    PairDot.Load(panel + i).Store((int*)(wide + 2 * i));
                Panel<WideDot>(p, wide);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void OneRow<D>(int first, int last)
            where D : struct, IIntegerDot
        {
            int* sums = stackalloc int[4 * Int8Matrix.PanelWidth];
            for (int p = first; p < last; p += 4)
            {
                IntegerTile.RunWide<D>(A, B + p * PanelBytes, PanelBytes, Steps, sums);
                Finish(sums, 0, 1, p * Int8Matrix.PanelWidth, Math.Min(4, last - p) * Int8Matrix.PanelWidth);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<D>(int p, byte* b)
            where D : struct, IIntegerDot
        {
            int* sums = stackalloc int[6 * Int8Matrix.PanelWidth];
            for (int r = 0; r < Rows;)
            {
                int* a = A + r * Steps;
                int height = Rows - r is int left and (> 6 and < 10) ? (left + 1) / 2 : Math.Min(6, Rows - r);
                switch (height)
                {
                    case 1: IntegerTile.Run<D, Rows1>(a, Steps, b, Steps, sums); break;
                    case 2: IntegerTile.Run<D, Rows2>(a, Steps, b, Steps, sums); break;
                    case 3: IntegerTile.Run<D, Rows3>(a, Steps, b, Steps, sums); break;
                    case 4: IntegerTile.Run<D, Rows4>(a, Steps, b, Steps, sums); break;
                    case 5: IntegerTile.Run<D, Rows5>(a, Steps, b, Steps, sums); break;
                    default: IntegerTile.Run<D, Rows6>(a, Steps, b, Steps, sums); break;
                }
                Finish(sums, r, height, p * Int8Matrix.PanelWidth, Int8Matrix.PanelWidth);
                r += height;
            }
        }

        /// <summary>Sums of some rows, from column n on, as floats.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Finish(int* sums, int row, int rows, int n, int width)
        {
            int count = Math.Min(width, Count - n);
            float* columnScales = ColumnScales + n, bias = Bias == null ? null : Bias + n;
            int* offsets = Offsets == null ? null : Offsets + n;
            for (nint r = row; r < row + rows; r++, sums += width)
            {
                float* target = C + r * CStep + n;
                float scale = RowScales[r];
                int i = 0;
                for (; Vector256.IsHardwareAccelerated && i <= count - 8; i += 8)
                {
                    Vector256<int> sum = Vector256.Load(sums + i);
                    if (offsets != null)
                        sum -= Vector256.Load(offsets + i);
                    Vector256<float> start = bias == null ? Vector256<float>.Zero : Vector256.Load(bias + i);
                    Vector256<float> factor = Vector256.Load(columnScales + i) * Vector256.Create(scale);
                    Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum), factor, start).Store(target + i);
                }
                for (; i < count; i++)
                {
                    float sum = sums[i] - (offsets == null ? 0 : offsets[i]);
                    target[i] = LanesScalar.Fma(sum, columnScales[i] * scale, bias == null ? 0f : bias[i]);
                }
            }
        }
    }
}
