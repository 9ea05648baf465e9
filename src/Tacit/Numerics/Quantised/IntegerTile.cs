using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;

namespace Tacit.Numerics.Quantised;

/// <summary>Where a tile's sums go, as floats: c = sum · (rowScale · columnScale) + bias, rounded twice.</summary>
internal unsafe struct IntegerTarget
{
    /// <summary>C, and the row scales, from the tile's first row on.</summary>
    public float* C, RowScales;

    /// <summary>Floats from a row of C to the next.</summary>
    public nint Step;

    /// <summary>From the tile's first column on, as many as it has.</summary>
    public float* ColumnScales, Bias;

    /// <summary>What the left operand's 128 too much adds to each column, for steps of 4 bytes.</summary>
    public int* Offsets;
}

/// <summary>Integer products: up to six rows by 16 columns, or one row by 64.</summary>
/// <remarks>Steps of A lie <c>aStep</c> ints apart per row; B is laid out as <see cref="Int8Matrix"/> has it.</remarks>
internal static unsafe class IntegerTile
{
    // How far ahead a row asks for weights. One row reads all of them and little else, from beyond the second cache: that takes
    // 1.1 times as long if memory is asked when it is needed.
    private const int Ahead = 1024;

    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <param name="a">The rows, from the first on.</param>
    /// <param name="aStep">Ints from a row to the next.</param>
    /// <param name="b">A panel.</param>
    /// <param name="bStep">Bytes from a turn of it to the next.</param>
    /// <param name="turns">How many.</param>
    /// <param name="target">Where the sums go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<D, R>(int* a, nint aStep, byte* b, nint bStep, nint turns, in IntegerTarget target)
        where D : struct, IIntegerDot
        where R : struct, IRows
    {
        nint row2 = 2 * aStep;
        int* a3 = a + 3 * aStep;
        Sums<D, R> sums = default;
        for (; turns > 0; turns--)
        {
            sums.Step(0, a, a3, aStep, row2, b);
            if (D.Depth == 2)
                sums.Step(1, a, a3, aStep, row2, b);
            a += Int8Matrix.TurnDepth / D.Depth;
            if (R.Count > 3)
                a3 += Int8Matrix.TurnDepth / D.Depth;
            b += bStep;
        }
        sums.Finish(target);
    }

    /// <summary>One row by a group of four panels, for enough sums in flight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide<D>(int* a, byte* b, nint turns, in IntegerTarget target)
        where D : struct, IIntegerDot
    {
        WideSums<D> sums = default;
        Ask((byte*)target.ColumnScales);
        for (; turns > 0; turns--)
        {
            Ask(b + Ahead);
            sums.Step(0, a, b);
            if (D.Depth == 2)
                sums.Step(1, a, b);
            a += Int8Matrix.TurnDepth / D.Depth;
            b += Int8Matrix.GroupTurn;
        }
        sums.Finish(target);
    }

    /// <summary>Asks the memory for 256 bytes; there may be fewer, or none.</summary>
    [MethodImpl(Inline)]
    private static void Ask(byte* from)
    {
        for (int at = 0; Sse.IsSupported && at < Int8Matrix.GroupTurn; at += NativeBuffer.Alignment)
            Sse.Prefetch0(from + at);
    }

    [MethodImpl(Inline)]
    private static void Add<D>(int* a, Vector256<int> b0, Vector256<int> b1, ref Vector256<int> low, ref Vector256<int> high)
        where D : struct, IIntegerDot
    {
        Vector256<int> x = Vector256.Create(*a);
        low = D.Add(low, x, b0);
        high = D.Add(high, x, b1);
    }

    /// <summary>Eight sums of a row, from a column of the tile on.</summary>
    [MethodImpl(Inline)]
    private static void Finish<D>(Vector256<int> sums, in IntegerTarget target, nint row, int column)
        where D : struct, IIntegerDot
    {
        if (D.Depth == 4)
            sums -= Vector256.Load(target.Offsets + column);
        Vector256<float> scale = Vector256.Load(target.ColumnScales + column) * Vector256.Create(target.RowScales[row]);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sums), scale, Vector256.Load(target.Bias + column)).Store(target.C + row * target.Step + column);
    }

    private struct Sums<D, R>
        where D : struct, IIntegerDot
        where R : struct, IRows
    {
        private Vector256<int> _00, _01, _10, _11, _20, _21, _30, _31, _40, _41, _50, _51;

        /// <summary>The k-th step of a turn of each row, k a constant.</summary>
        [MethodImpl(Inline)]
        public void Step(int k, int* a, int* a3, nint row, nint row2, byte* b)
        {
            Vector256<int> b0 = D.Load(b + 2 * k * D.Bytes), b1 = D.Load(b + (2 * k + 1) * D.Bytes);
            Add<D>(a + k, b0, b1, ref _00, ref _01);
            if (R.Count > 1)
                Add<D>(a + row + k, b0, b1, ref _10, ref _11);
            if (R.Count > 2)
                Add<D>(a + row2 + k, b0, b1, ref _20, ref _21);
            if (R.Count > 3)
                Add<D>(a3 + k, b0, b1, ref _30, ref _31);
            if (R.Count > 4)
                Add<D>(a3 + row + k, b0, b1, ref _40, ref _41);
            if (R.Count > 5)
                Add<D>(a3 + row2 + k, b0, b1, ref _50, ref _51);
        }

        [MethodImpl(Inline)]
        public readonly void Finish(in IntegerTarget target)
        {
            FinishRow(_00, _01, target, 0);
            if (R.Count > 1)
                FinishRow(_10, _11, target, 1);
            if (R.Count > 2)
                FinishRow(_20, _21, target, 2);
            if (R.Count > 3)
                FinishRow(_30, _31, target, 3);
            if (R.Count > 4)
                FinishRow(_40, _41, target, 4);
            if (R.Count > 5)
                FinishRow(_50, _51, target, 5);
        }

        [MethodImpl(Inline)]
        private static void FinishRow(Vector256<int> low, Vector256<int> high, in IntegerTarget target, nint row)
        {
            IntegerTile.Finish<D>(low, target, row, 0);
            IntegerTile.Finish<D>(high, target, row, 8);
        }
    }

    private struct WideSums<D>
        where D : struct, IIntegerDot
    {
        private Vector256<int> _0, _1, _2, _3, _4, _5, _6, _7;

        /// <summary>The k-th step of a turn, k a constant.</summary>
        [MethodImpl(Inline)]
        public void Step(int k, int* a, byte* b)
        {
            const int Panel = Int8Matrix.PanelTurn;
            Vector256<int> x = Vector256.Create(*(a + k));
            b += 2 * k * D.Bytes;
            _0 = D.Add(_0, x, D.Load(b));
            _1 = D.Add(_1, x, D.Load(b + D.Bytes));
            _2 = D.Add(_2, x, D.Load(b + Panel));
            _3 = D.Add(_3, x, D.Load(b + Panel + D.Bytes));
            _4 = D.Add(_4, x, D.Load(b + 2 * Panel));
            _5 = D.Add(_5, x, D.Load(b + 2 * Panel + D.Bytes));
            _6 = D.Add(_6, x, D.Load(b + 3 * Panel));
            _7 = D.Add(_7, x, D.Load(b + 3 * Panel + D.Bytes));
        }

        [MethodImpl(Inline)]
        public readonly void Finish(in IntegerTarget target)
        {
            IntegerTile.Finish<D>(_0, target, 0, 0);
            IntegerTile.Finish<D>(_1, target, 0, 8);
            IntegerTile.Finish<D>(_2, target, 0, 16);
            IntegerTile.Finish<D>(_3, target, 0, 24);
            IntegerTile.Finish<D>(_4, target, 0, 32);
            IntegerTile.Finish<D>(_5, target, 0, 40);
            IntegerTile.Finish<D>(_6, target, 0, 48);
            IntegerTile.Finish<D>(_7, target, 0, 56);
        }
    }
}
