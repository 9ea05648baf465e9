using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics.Quantised;

/// <summary>A product of <see cref="Int8Product"/> with all it needs: its rows are quantised here, then multiplied.</summary>
/// <remarks>Rows go in blocks whose quantised copy stays in the second cache: made once, then read by all columns.</remarks>
internal unsafe struct IntegerProduct : IKernel
{
    // Values of a block of rows, a row's 2 bytes each at most: 256 KiB.
    private const int QuantisedBlock = 1 << 17;
    private const int SmallestBlock = 48;
    private const int LargestBlock = 384;

    public float* A;
    public nint AStep;
    public int Rows;
    public Int8Matrix B;

    /// <summary>(N), or null.</summary>
    public float* Bias;
    public float* C;
    public nint CStep;
    public bool Vnni;
    public WorkPool? Pool;

    /// <summary>Whether A is all finite; if not, C is anything.</summary>
    public bool IsFinite { get; private set; }

    public void Run<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        int most = Math.Clamp(QuantisedBlock / Math.Max(1, B.Rows), SmallestBlock, LargestBlock);
        int blocks = (Rows + most - 1) / most, block = blocks == 0 ? 0 : (Rows + blocks - 1) / blocks;
        int* quantised = (int*)Scratch.Take(Scratch.Outer, block * ((nint)B.Steps + 1));
        float* scales = (float*)(quantised + (nint)block * B.Steps);
        IsFinite = true;
        fixed (float* columnScales = B.PaddedScales)
        fixed (int* offsets = B.Offsets)
        {
            for (int first = 0; first < Rows && IsFinite; first += block)
            {
                int rows = Math.Min(block, Rows - first);
                var quantise = new Quantisation
                {
                    A = A + (nint)first * AStep,
                    AStep = AStep,
                    Columns = B.Rows,
                    Depth = B.Depth,
                    Steps = B.Steps,
                    Target = quantised,
                    Scales = scales,
                };
                var columns = new Columns
                {
                    A = quantised,
                    RowScales = scales,
                    Rows = rows,
                    Steps = B.Steps,
                    B = B.Data,
                    PanelBytes = B.PanelBytes,
                    Panels = B.Panels,
                    ColumnScales = columnScales,
                    Offsets = B.Depth == 4 ? offsets : null,
                    Bias = Bias,
                    C = C + (nint)first * CStep,
                    CStep = CStep,
                    Count = B.Columns,
                    Vnni = Vnni,
                };
                int groups = (B.Panels + 3) / 4;
                if (Pool is null)
                    quantise.Run<L, V>(0, rows);
                else
                    Ranges.Run(quantise, rows, 2L * B.Rows, Pool);
                for (int r = 0; r < rows; r++)
                    IsFinite &= float.IsFinite(scales[r]);
                if (!IsFinite)
                    return;
                if (Pool is null)
                    columns.Run<L, V>(0, groups);
                else
                    Ranges.Run(columns, groups, (long)rows * B.Rows * 2, Pool);
            }
        }
    }

    private struct Quantisation : IRangeKernel
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
