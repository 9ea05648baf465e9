using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>Up to 12 rows by two vectors of a product: the tile of large products.</summary>
/// <remarks>
/// See <see cref="TileArguments"/>. One accumulator per output vector, so 24 registers at 12 rows, which only
/// 512-bit machines have; the others stop at six. Eight accumulators or more keep both multipliers busy. Two k per
/// turn, so that the loop itself costs little. The compiler drops the lines of the rows beyond R.
/// </remarks>
internal static unsafe class Tile2
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V, R>(in TileArguments t, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
    {
        int width = Panel.Width(L.Count);
        nint row = t.RowStep, row2 = 2 * row;
        float* a0 = t.A;
        float* a3 = a0 + 3 * row;
        float* a6 = a0 + 6 * row;
        float* a9 = a0 + 9 * row;
        Sums<L, V, R> sums = default;
        if (start != null)
            sums.Load(start, t.StartStep);
        nint k = t.Depth;
        for (; k >= 2; k -= 2)
        {
            sums.Step(0, a0, a3, a6, a9, row, row2, b);
            sums.Step(1, a0, a3, a6, a9, row, row2, b);
            b += 2 * width;
            a0 += 2;
            if (R.Count > 3)
                a3 += 2;
            if (R.Count > 6)
                a6 += 2;
            if (R.Count > 9)
                a9 += 2;
        }
        if (k != 0)
            sums.Step(0, a0, a3, a6, a9, row, row2, b);
        sums.Store(c, t.TargetStep);
    }

    /// <summary>The accumulators. The compiler keeps each field it uses in a register.</summary>
    private struct Sums<L, V, R>
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
    {
        private V _00, _01, _10, _11, _20, _21, _30, _31, _40, _41, _50, _51;
        private V _60, _61, _70, _71, _80, _81, _90, _91, _a0, _a1, _b0, _b1;

        [MethodImpl(Inline)]
        public void Load(float* s, nint step)
        {
            (_00, _01) = (L.Load(s), L.Load(s + L.Count));
            if (R.Count > 1)
                Load(s += step, ref _10, ref _11);
            if (R.Count > 2)
                Load(s += step, ref _20, ref _21);
            if (R.Count > 3)
                Load(s += step, ref _30, ref _31);
            if (R.Count > 4)
                Load(s += step, ref _40, ref _41);
            if (R.Count > 5)
                Load(s += step, ref _50, ref _51);
            if (R.Count > 6)
                Load(s += step, ref _60, ref _61);
            if (R.Count > 7)
                Load(s += step, ref _70, ref _71);
            if (R.Count > 8)
                Load(s += step, ref _80, ref _81);
            if (R.Count > 9)
                Load(s += step, ref _90, ref _91);
            if (R.Count > 10)
                Load(s += step, ref _a0, ref _a1);
            if (R.Count > 11)
                Load(s + step, ref _b0, ref _b1);
        }

        /// <summary>The k-th value of each row, k a constant.</summary>
        [MethodImpl(Inline)]
        public void Step(int k, float* a0, float* a3, float* a6, float* a9, nint row, nint row2, float* b)
        {
            V b0 = L.Load(b + k * Panel.Width(L.Count)), b1 = L.Load(b + k * Panel.Width(L.Count) + L.Count);
            Add(a0 + k, b0, b1, ref _00, ref _01);
            if (R.Count > 1)
                Add(a0 + row + k, b0, b1, ref _10, ref _11);
            if (R.Count > 2)
                Add(a0 + row2 + k, b0, b1, ref _20, ref _21);
            if (R.Count > 3)
                Add(a3 + k, b0, b1, ref _30, ref _31);
            if (R.Count > 4)
                Add(a3 + row + k, b0, b1, ref _40, ref _41);
            if (R.Count > 5)
                Add(a3 + row2 + k, b0, b1, ref _50, ref _51);
            if (R.Count > 6)
                Add(a6 + k, b0, b1, ref _60, ref _61);
            if (R.Count > 7)
                Add(a6 + row + k, b0, b1, ref _70, ref _71);
            if (R.Count > 8)
                Add(a6 + row2 + k, b0, b1, ref _80, ref _81);
            if (R.Count > 9)
                Add(a9 + k, b0, b1, ref _90, ref _91);
            if (R.Count > 10)
                Add(a9 + row + k, b0, b1, ref _a0, ref _a1);
            if (R.Count > 11)
                Add(a9 + row2 + k, b0, b1, ref _b0, ref _b1);
        }

        [MethodImpl(Inline)]
        public readonly void Store(float* c, nint step)
        {
            Store(_00, _01, c);
            if (R.Count > 1)
                Store(_10, _11, c += step);
            if (R.Count > 2)
                Store(_20, _21, c += step);
            if (R.Count > 3)
                Store(_30, _31, c += step);
            if (R.Count > 4)
                Store(_40, _41, c += step);
            if (R.Count > 5)
                Store(_50, _51, c += step);
            if (R.Count > 6)
                Store(_60, _61, c += step);
            if (R.Count > 7)
                Store(_70, _71, c += step);
            if (R.Count > 8)
                Store(_80, _81, c += step);
            if (R.Count > 9)
                Store(_90, _91, c += step);
            if (R.Count > 10)
                Store(_a0, _a1, c += step);
            if (R.Count > 11)
                Store(_b0, _b1, c + step);
        }

        [MethodImpl(Inline)]
        private static void Load(float* s, ref V low, ref V high)
        {
            low = L.Load(s);
            high = L.Load(s + L.Count);
        }

        [MethodImpl(Inline)]
        private static void Add(float* a, V b0, V b1, ref V low, ref V high)
        {
            V x = L.Create(*a);
            low = L.Fma(x, b0, low);
            high = L.Fma(x, b1, high);
        }

        [MethodImpl(Inline)]
        private static void Store(V low, V high, float* c)
        {
            L.Store(low, c);
            L.Store(high, c + L.Count);
        }
    }
}
