using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
/// <remarks>
/// Steps of A lie <c>aStep</c> ints apart per row; a panel of B has 16 columns, step after step, as <c>D</c> reads them.
/// Two steps per turn, as in <see cref="Tile2"/>.
/// </remarks>
internal static unsafe class IntegerTile
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<D, R>(int* a, nint aStep, byte* b, nint steps, in IntegerTarget target)
        where D : struct, IIntegerDot
        where R : struct, IRows
    {
        nint row2 = 2 * aStep;
        int* a3 = a + 3 * aStep;
        Sums<D, R> sums = default;
        nint s = steps;
        for (; s >= 2; s -= 2)
        {
            sums.Step(0, a, a3, aStep, row2, b);
            sums.Step(1, a, a3, aStep, row2, b);
            a += 2;
            if (R.Count > 3)
                a3 += 2;
            b += 4 * D.Bytes;
        }
        if (s != 0)
            sums.Step(0, a, a3, aStep, row2, b);
        sums.Finish(target);
    }

    /// <summary>One row by four panels, for enough sums in flight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunWide<D>(int* a, byte* b, nint panelBytes, nint steps, in IntegerTarget target)
        where D : struct, IIntegerDot
    {
        byte* b1 = b + panelBytes, b2 = b1 + panelBytes, b3 = b2 + panelBytes;
        WideSums<D> sums = default;
        nint s = 0, at = 0;
        for (; s < steps - 1; s += 2, at += 4 * D.Bytes)
        {
            sums.Step(0, a + s, b, b1, b2, b3, at);
            sums.Step(1, a + s, b, b1, b2, b3, at);
        }
        if (s < steps)
            sums.Step(0, a + s, b, b1, b2, b3, at);
        sums.Finish(target);
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

        /// <summary>The k-th step of each row, k a constant.</summary>
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

        /// <summary>The k-th step, k a constant.</summary>
        [MethodImpl(Inline)]
        public void Step(int k, int* a, byte* b0, byte* b1, byte* b2, byte* b3, nint at)
        {
            Vector256<int> x = Vector256.Create(*(a + k));
            _0 = D.Add(_0, x, D.Load(b0 + at + 2 * k * D.Bytes));
            _1 = D.Add(_1, x, D.Load(b0 + at + (2 * k + 1) * D.Bytes));
            _2 = D.Add(_2, x, D.Load(b1 + at + 2 * k * D.Bytes));
            _3 = D.Add(_3, x, D.Load(b1 + at + (2 * k + 1) * D.Bytes));
            _4 = D.Add(_4, x, D.Load(b2 + at + 2 * k * D.Bytes));
            _5 = D.Add(_5, x, D.Load(b2 + at + (2 * k + 1) * D.Bytes));
            _6 = D.Add(_6, x, D.Load(b3 + at + 2 * k * D.Bytes));
            _7 = D.Add(_7, x, D.Load(b3 + at + (2 * k + 1) * D.Bytes));
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
