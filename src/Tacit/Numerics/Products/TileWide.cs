using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>One row by eight vectors, or one to three by four: products of few rows. See <see cref="Tile2"/>.</summary>
internal static unsafe class TileWide
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V, R, C>(in TileArguments t, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
        where C : struct, IRows
    {
        int width = Panel.Width(L.Count);
        float* a = t.A;
        nint row = t.RowStep, row2 = 2 * row;
        nint pair = L.Count == 1 ? 2 : t.PanelStep, pair2 = 2 * pair, pair3 = 3 * pair;     // a panel is two vectors, or 8 floats
        Sums<L, V, R, C> sums = default;
        if (start != null)
            sums.Load(start, t.StartStep);
        nint k = t.Depth;
        for (; k >= 2; k -= 2)
        {
            sums.Step(0, a, row, row2, b, pair, pair2, pair3);
            sums.Step(1, a, row, row2, b, pair, pair2, pair3);
            b += 2 * width;
            a += 2;
        }
        if (k != 0)
            sums.Step(0, a, row, row2, b, pair, pair2, pair3);
        sums.Store(c, t.TargetStep);
    }

    private struct Sums<L, V, R, C>
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
        where C : struct, IRows
    {
        private V _00, _01, _02, _03, _04, _05, _06, _07;
        private V _10, _11, _12, _13;
        private V _20, _21, _22, _23;

        [MethodImpl(Inline)]
        public void Load(float* s, nint step)
        {
            Load(s, ref _00, ref _01, ref _02, ref _03);
            if (C.Count > 4)
                Load(s + 4 * L.Count, ref _04, ref _05, ref _06, ref _07);
            if (R.Count > 1)
                Load(s + step, ref _10, ref _11, ref _12, ref _13);
            if (R.Count > 2)
                Load(s + 2 * step, ref _20, ref _21, ref _22, ref _23);
        }

        /// <summary>The k-th value of each row, k a constant.</summary>
        [MethodImpl(Inline)]
        public void Step(int k, float* a, nint row, nint row2, float* b, nint pair, nint pair2, nint pair3)
        {
            int n = L.Count, at = k * Panel.Width(n);
            V x = L.Create(*(a + k)), y = R.Count > 1 ? L.Create(*(a + row + k)) : default, z = R.Count > 2 ? L.Create(*(a + row2 + k)) : default;
            Add(x, y, z, L.Load(b + at), ref _00, ref _10, ref _20);
            Add(x, y, z, L.Load(b + at + n), ref _01, ref _11, ref _21);
            Add(x, y, z, L.Load(b + pair + at), ref _02, ref _12, ref _22);
            Add(x, y, z, L.Load(b + pair + at + n), ref _03, ref _13, ref _23);
            if (C.Count <= 4)
                return;
            _04 = L.Fma(x, L.Load(b + pair2 + at), _04);
            _05 = L.Fma(x, L.Load(b + pair2 + at + n), _05);
            _06 = L.Fma(x, L.Load(b + pair3 + at), _06);
            _07 = L.Fma(x, L.Load(b + pair3 + at + n), _07);
        }

        [MethodImpl(Inline)]
        public readonly void Store(float* c, nint step)
        {
            Store(_00, _01, _02, _03, c);
            if (C.Count > 4)
                Store(_04, _05, _06, _07, c + 4 * L.Count);
            if (R.Count > 1)
                Store(_10, _11, _12, _13, c + step);
            if (R.Count > 2)
                Store(_20, _21, _22, _23, c + 2 * step);
        }

        [MethodImpl(Inline)]
        private static void Add(V x, V y, V z, V b, ref V first, ref V second, ref V third)
        {
            first = L.Fma(x, b, first);
            if (R.Count > 1)
                second = L.Fma(y, b, second);
            if (R.Count > 2)
                third = L.Fma(z, b, third);
        }

        [MethodImpl(Inline)]
        private static void Load(float* s, ref V a, ref V b, ref V c, ref V d)
        {
            a = L.Load(s);
            b = L.Load(s + L.Count);
            c = L.Load(s + 2 * L.Count);
            d = L.Load(s + 3 * L.Count);
        }

        [MethodImpl(Inline)]
        private static void Store(V a, V b, V c, V d, float* target)
        {
            L.Store(a, target);
            L.Store(b, target + L.Count);
            L.Store(c, target + 2 * L.Count);
            L.Store(d, target + 3 * L.Count);
        }
    }
}
