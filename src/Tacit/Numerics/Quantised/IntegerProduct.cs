using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        int blocks = (Rows + most - 1) / most, block = blocks < 2 ? Rows : (Rows + blocks - 1) / blocks;
        int* quantised = (int*)Scratch.Take(Scratch.Outer, block * ((nint)B.Steps + 1));
        float* scales = (float*)(quantised + (nint)block * B.Steps);
        var quantise = new Quantisation { A = A, AStep = AStep, Columns = B.Rows, Depth = B.Depth, Steps = B.Steps, Target = quantised, Scales = scales };
        var columns = new Columns
        {
            A = quantised,
            RowScales = scales,
            Rows = block,
            Steps = B.Steps,
            Turns = B.Turns,
            B = B.Data,
            GroupBytes = B.GroupBytes,
            ColumnScales = B.PaddedScales,
            Offsets = B.Depth == 4 ? B.Offsets : null,
            Bias = Bias,
            C = C,
            CStep = CStep,
            Count = B.Columns,
            Vnni = Vnni,
        };
        IsFinite = true;
        for (int first = 0; first < Rows && IsFinite; first += block)
        {
            int rows = columns.Rows = Math.Min(block, Rows - first);
            if (Pool is null)
                quantise.Run<L, V>(0, rows);
            else
                Ranges.Run(quantise, rows, 2L * B.Rows, Pool);
            for (int r = 0; r < rows; r++)
                IsFinite &= float.IsFinite(scales[r]);
            if (IsFinite && Pool is null)
                columns.Run<L, V>(0, B.Groups);
            else if (IsFinite)
                Ranges.Run(columns, B.Groups, (long)rows * B.Rows * 2, Pool);
            quantise.A += block * AStep;
            columns.C += block * CStep;
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

    /// <summary>Groups of columns.</summary>
    private struct Columns : IRangeKernel
    {
        // From so many rows on panels are copied apart first: the lines of one lie four apart, in few sets of the first cache.
        private const int CopiedRows = 12;

        public int* A, Offsets;
        public byte* B;
        public float* RowScales, ColumnScales, Bias, C;
        public int Rows, Count;
        public nint Steps, Turns, GroupBytes, CStep;
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

        private readonly void Run<D>(int first, int end)
            where D : struct, IIntegerDot
        {
            if (Rows == 1)
            {
                OneRow<D>(first, end);
                return;
            }
            for (int g = first; g < end; g++)
            {
                byte* group = B + g * GroupBytes;
                nint panelStep = Int8Matrix.PanelTurn, step = Int8Matrix.GroupTurn;
                if (Rows >= CopiedRows)
                {
                    group = Apart(group);
                    (panelStep, step) = (Turns * Int8Matrix.PanelTurn, Int8Matrix.PanelTurn);
                }
                int n = g * Int8Matrix.GroupWidth, last = Math.Min(Count, n + Int8Matrix.GroupWidth);
                for (; n < last; n += Int8Matrix.PanelWidth, group += panelStep)
                    Panel<D>(n, group, step);
            }
        }

        /// <summary>A copy of a group, panel after panel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly byte* Apart(byte* group)
        {
            byte* copy = (byte*)Scratch.Take(Scratch.Left, GroupBytes / sizeof(float));
            nint panel = Turns * Int8Matrix.PanelTurn;
            for (byte* to = copy; to < copy + panel; to += Int8Matrix.PanelTurn, group += Int8Matrix.GroupTurn)
            {
                for (nint p = 0; p < Int8Matrix.GroupWidth / Int8Matrix.PanelWidth; p++)
                    Vector512.Load(group + p * Int8Matrix.PanelTurn).Store(to + p * panel);
            }
            return copy;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void OneRow<D>(int first, int end)
            where D : struct, IIntegerDot
        {
            const int Width = Int8Matrix.GroupWidth;
            float* spare = stackalloc float[2 * Width];
            int whole = Math.Min(end, Count / Width);
            IntegerTarget target = Target(first * Width, Width, Width, spare);
            for (int g = first; g < whole; g++)
            {
                IntegerTile.RunWide<D>(A, B + g * GroupBytes, Turns, target);
                target.C += Width;
                target.ColumnScales += Width;
                target.Offsets += Width;
                target.Bias += Bias == null ? 0 : Width;
            }
            if (whole == end)
                return;
            int n = whole * Width;
            target = Target(n, Count - n, Width, spare);
            IntegerTile.RunWide<D>(A, B + whole * GroupBytes, Turns, target);
            new Span<float>(target.C, Count - n).CopyTo(new Span<float>(C + n, Count - n));
        }

        /// <summary>All rows by the panel of columns from n on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Panel<D>(int n, byte* b, nint bStep)
            where D : struct, IIntegerDot
        {
            const int Width = Int8Matrix.PanelWidth;
            float* spare = stackalloc float[7 * Width];
            int count = Math.Min(Width, Count - n);
            IntegerTarget target = Target(n, count, Width, spare);
            for (nint r = 0; r < Rows;)
            {
                int* a = A + r * Steps;
                int left = Rows - (int)r, height = left is > 6 and < 10 ? (left + 1) / 2 : Math.Min(6, left);
                switch (height)
                {
                    case 1: IntegerTile.Run<D, Rows1>(a, Steps, b, bStep, Turns, target); break;
                    case 2: IntegerTile.Run<D, Rows2>(a, Steps, b, bStep, Turns, target); break;
                    case 3: IntegerTile.Run<D, Rows3>(a, Steps, b, bStep, Turns, target); break;
                    case 4: IntegerTile.Run<D, Rows4>(a, Steps, b, bStep, Turns, target); break;
                    case 5: IntegerTile.Run<D, Rows5>(a, Steps, b, bStep, Turns, target); break;
                    default: IntegerTile.Run<D, Rows6>(a, Steps, b, bStep, Turns, target); break;
                }
                if (count == Width)
                    target.C += height * CStep;
                for (int i = 0; count < Width && i < height; i++)
                    new Span<float>(target.C + i * Width, count).CopyTo(new Span<float>(C + (r + i) * CStep + n, count));
                target.RowScales += height;
                r += height;
            }
        }

        /// <summary>Columns of C from n on; the last ones, fewer than a tile has, by way of spare memory, all zeros: a row for the bias, then the results.</summary>
        private readonly IntegerTarget Target(int n, int count, int width, float* spare)
        {
            bool whole = count == width;
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
