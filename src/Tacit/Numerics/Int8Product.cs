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
        // The left operand is small: quantised once, here, then read by all.
        int* quantised = (int*)Scratch.Take(Scratch.Outer, a.Rows * ((nint)b.Steps + 1));
        float* scales = (float*)(quantised + (nint)a.Rows * b.Steps);
        fixed (float* pa = a.Data, pc = c.Data, pb = bias, ps = b.PaddedScales)
        fixed (int* po = b.Offsets)
        {
            var rows = new QuantiseRows { A = pa, AStep = a.RowStep, Columns = a.Columns, Depth = b.Depth, Steps = b.Steps, Target = quantised, Scales = scales };
            Ranges.Run(rows, a.Rows, 2L * a.Columns, pool);
            var kernel = new Columns
            {
                A = quantised,
                RowScales = scales,
                Rows = a.Rows,
                Steps = b.Steps,
                B = b.Data,
                PanelStep = b.PanelStep,
                Panels = b.Panels,
                ColumnScales = ps,
                Offsets = b.Depth == 4 ? po : null,
                Bias = pb,
                C = pc,
                CStep = c.RowStep,
                Count = b.Columns,
                Vnni = vnni,
            };
            Ranges.Run(kernel, (b.Panels + 3) / 4, (long)a.Rows * a.Columns * 2, pool);
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
        public int* A, B, Offsets;
        public float* RowScales, ColumnScales, Bias, C;
        public int Rows, Panels, Count;
        public nint Steps, PanelStep, CStep;
        public bool Vnni;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            if (Vnni)
                Run<VnniDot>(first, end);
            else if (Offsets != null)
                Run<ByteDot>(first, end);
            else
                Run<PairDot>(first, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run<D>(int first, int end)
            where D : struct, IIntegerDot
        {
            int* sums = stackalloc int[6 * Int8Matrix.PanelWidth];
            int last = Math.Min(4 * end, Panels);
            if (Rows == 1)
            {
                for (int p = 4 * first; p < last; p += 4)
                {
                    IntegerTile.RunWide<D>(A, B + p * PanelStep, PanelStep, Steps, sums);
                    for (int i = 0; i < 4 && p + i < last; i++)
                        Finish(sums + i * Int8Matrix.PanelWidth, 0, 1, p + i);
                }
                return;
            }
            for (int p = 4 * first; p < last; p++)
            {
                int* b = B + p * PanelStep;
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
                    Finish(sums, r, height, p);
                    r += height;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Finish(int* sums, int row, int rows, int panel)
        {
            const int Width = Int8Matrix.PanelWidth;
            int n = panel * Width, count = Math.Min(Width, Count - n);
            for (int r = 0; r < rows; r++, sums += Width)
            {
                float* target = C + (row + r) * CStep + n;
                float scale = RowScales[row + r];
                if (count == Width && Vector256.IsHardwareAccelerated)
                {
                    for (int i = 0; i < Width; i += 8)
                    {
                        Vector256<int> sum = Vector256.Load(sums + i);
                        if (Offsets != null)
                            sum -= Vector256.Load(Offsets + n + i);
                        Vector256<float> start = Bias == null ? Vector256<float>.Zero : Vector256.Load(Bias + n + i);
                        Vector256<float> factor = Vector256.Load(ColumnScales + n + i) * Vector256.Create(scale);
                        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum), factor, start).Store(target + i);
                    }
                    continue;
                }
                for (int i = 0; i < count; i++)
                {
                    float sum = sums[i] - (Offsets == null ? 0 : Offsets[n + i]);
                    target[i] = LanesScalar.Fma(sum, ColumnScales[n + i] * scale, Bias == null ? 0f : Bias[n + i]);
                }
            }
        }
    }
}
