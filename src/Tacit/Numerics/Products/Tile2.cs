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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V, R>(in TileArguments t, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
    {
        int n = L.Count, width = Panel.Width(L.Count);
        float* a0 = t.A;
        nint row = t.RowStep;
        nint row2 = 2 * row;
        float* a3 = a0 + 3 * row;
        float* a6 = a0 + 6 * row;
        float* a9 = a0 + 9 * row;
        V c00 = L.Create(0f), c01 = L.Create(0f);
        V c10 = L.Create(0f), c11 = L.Create(0f);
        V c20 = L.Create(0f), c21 = L.Create(0f);
        V c30 = L.Create(0f), c31 = L.Create(0f);
        V c40 = L.Create(0f), c41 = L.Create(0f);
        V c50 = L.Create(0f), c51 = L.Create(0f);
        V c60 = L.Create(0f), c61 = L.Create(0f);
        V c70 = L.Create(0f), c71 = L.Create(0f);
        V c80 = L.Create(0f), c81 = L.Create(0f);
        V c90 = L.Create(0f), c91 = L.Create(0f);
        V ca0 = L.Create(0f), ca1 = L.Create(0f);
        V cb0 = L.Create(0f), cb1 = L.Create(0f);
        if (start != null)
        {
            float* s = start;
            c00 = L.Load(s);
            c01 = L.Load(s + n);
            if (R.Count > 1)
            {
                s += t.StartStep;
                c10 = L.Load(s);
                c11 = L.Load(s + n);
            }
            if (R.Count > 2)
            {
                s += t.StartStep;
                c20 = L.Load(s);
                c21 = L.Load(s + n);
            }
            if (R.Count > 3)
            {
                s += t.StartStep;
                c30 = L.Load(s);
                c31 = L.Load(s + n);
            }
            if (R.Count > 4)
            {
                s += t.StartStep;
                c40 = L.Load(s);
                c41 = L.Load(s + n);
            }
            if (R.Count > 5)
            {
                s += t.StartStep;
                c50 = L.Load(s);
                c51 = L.Load(s + n);
            }
            if (R.Count > 6)
            {
                s += t.StartStep;
                c60 = L.Load(s);
                c61 = L.Load(s + n);
            }
            if (R.Count > 7)
            {
                s += t.StartStep;
                c70 = L.Load(s);
                c71 = L.Load(s + n);
            }
            if (R.Count > 8)
            {
                s += t.StartStep;
                c80 = L.Load(s);
                c81 = L.Load(s + n);
            }
            if (R.Count > 9)
            {
                s += t.StartStep;
                c90 = L.Load(s);
                c91 = L.Load(s + n);
            }
            if (R.Count > 10)
            {
                s += t.StartStep;
                ca0 = L.Load(s);
                ca1 = L.Load(s + n);
            }
            if (R.Count > 11)
            {
                s += t.StartStep;
                cb0 = L.Load(s);
                cb1 = L.Load(s + n);
            }
        }
        V a, b0, b1;
        nint k = t.Depth;
        for (; k >= 2; k -= 2)
        {
            b0 = L.Load(b);
            b1 = L.Load(b + n);
            a = L.Create(*a0);
            c00 = L.Fma(a, b0, c00);
            c01 = L.Fma(a, b1, c01);
            if (R.Count > 1)
            {
                a = L.Create(*(a0 + row));
                c10 = L.Fma(a, b0, c10);
                c11 = L.Fma(a, b1, c11);
            }
            if (R.Count > 2)
            {
                a = L.Create(*(a0 + row2));
                c20 = L.Fma(a, b0, c20);
                c21 = L.Fma(a, b1, c21);
            }
            if (R.Count > 3)
            {
                a = L.Create(*a3);
                c30 = L.Fma(a, b0, c30);
                c31 = L.Fma(a, b1, c31);
            }
            if (R.Count > 4)
            {
                a = L.Create(*(a3 + row));
                c40 = L.Fma(a, b0, c40);
                c41 = L.Fma(a, b1, c41);
            }
            if (R.Count > 5)
            {
                a = L.Create(*(a3 + row2));
                c50 = L.Fma(a, b0, c50);
                c51 = L.Fma(a, b1, c51);
            }
            if (R.Count > 6)
            {
                a = L.Create(*a6);
                c60 = L.Fma(a, b0, c60);
                c61 = L.Fma(a, b1, c61);
            }
            if (R.Count > 7)
            {
                a = L.Create(*(a6 + row));
                c70 = L.Fma(a, b0, c70);
                c71 = L.Fma(a, b1, c71);
            }
            if (R.Count > 8)
            {
                a = L.Create(*(a6 + row2));
                c80 = L.Fma(a, b0, c80);
                c81 = L.Fma(a, b1, c81);
            }
            if (R.Count > 9)
            {
                a = L.Create(*a9);
                c90 = L.Fma(a, b0, c90);
                c91 = L.Fma(a, b1, c91);
            }
            if (R.Count > 10)
            {
                a = L.Create(*(a9 + row));
                ca0 = L.Fma(a, b0, ca0);
                ca1 = L.Fma(a, b1, ca1);
            }
            if (R.Count > 11)
            {
                a = L.Create(*(a9 + row2));
                cb0 = L.Fma(a, b0, cb0);
                cb1 = L.Fma(a, b1, cb1);
            }
            b0 = L.Load(b + width);
            b1 = L.Load(b + width + n);
            a = L.Create(*(a0 + 1));
            c00 = L.Fma(a, b0, c00);
            c01 = L.Fma(a, b1, c01);
            if (R.Count > 1)
            {
                a = L.Create(*(a0 + row + 1));
                c10 = L.Fma(a, b0, c10);
                c11 = L.Fma(a, b1, c11);
            }
            if (R.Count > 2)
            {
                a = L.Create(*(a0 + row2 + 1));
                c20 = L.Fma(a, b0, c20);
                c21 = L.Fma(a, b1, c21);
            }
            if (R.Count > 3)
            {
                a = L.Create(*(a3 + 1));
                c30 = L.Fma(a, b0, c30);
                c31 = L.Fma(a, b1, c31);
            }
            if (R.Count > 4)
            {
                a = L.Create(*(a3 + row + 1));
                c40 = L.Fma(a, b0, c40);
                c41 = L.Fma(a, b1, c41);
            }
            if (R.Count > 5)
            {
                a = L.Create(*(a3 + row2 + 1));
                c50 = L.Fma(a, b0, c50);
                c51 = L.Fma(a, b1, c51);
            }
            if (R.Count > 6)
            {
                a = L.Create(*(a6 + 1));
                c60 = L.Fma(a, b0, c60);
                c61 = L.Fma(a, b1, c61);
            }
            if (R.Count > 7)
            {
                a = L.Create(*(a6 + row + 1));
                c70 = L.Fma(a, b0, c70);
                c71 = L.Fma(a, b1, c71);
            }
            if (R.Count > 8)
            {
                a = L.Create(*(a6 + row2 + 1));
                c80 = L.Fma(a, b0, c80);
                c81 = L.Fma(a, b1, c81);
            }
            if (R.Count > 9)
            {
                a = L.Create(*(a9 + 1));
                c90 = L.Fma(a, b0, c90);
                c91 = L.Fma(a, b1, c91);
            }
            if (R.Count > 10)
            {
                a = L.Create(*(a9 + row + 1));
                ca0 = L.Fma(a, b0, ca0);
                ca1 = L.Fma(a, b1, ca1);
            }
            if (R.Count > 11)
            {
                a = L.Create(*(a9 + row2 + 1));
                cb0 = L.Fma(a, b0, cb0);
                cb1 = L.Fma(a, b1, cb1);
            }
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
        {
            b0 = L.Load(b);
            b1 = L.Load(b + n);
            a = L.Create(*a0);
            c00 = L.Fma(a, b0, c00);
            c01 = L.Fma(a, b1, c01);
            if (R.Count > 1)
            {
                a = L.Create(*(a0 + row));
                c10 = L.Fma(a, b0, c10);
                c11 = L.Fma(a, b1, c11);
            }
            if (R.Count > 2)
            {
                a = L.Create(*(a0 + row2));
                c20 = L.Fma(a, b0, c20);
                c21 = L.Fma(a, b1, c21);
            }
            if (R.Count > 3)
            {
                a = L.Create(*a3);
                c30 = L.Fma(a, b0, c30);
                c31 = L.Fma(a, b1, c31);
            }
            if (R.Count > 4)
            {
                a = L.Create(*(a3 + row));
                c40 = L.Fma(a, b0, c40);
                c41 = L.Fma(a, b1, c41);
            }
            if (R.Count > 5)
            {
                a = L.Create(*(a3 + row2));
                c50 = L.Fma(a, b0, c50);
                c51 = L.Fma(a, b1, c51);
            }
            if (R.Count > 6)
            {
                a = L.Create(*a6);
                c60 = L.Fma(a, b0, c60);
                c61 = L.Fma(a, b1, c61);
            }
            if (R.Count > 7)
            {
                a = L.Create(*(a6 + row));
                c70 = L.Fma(a, b0, c70);
                c71 = L.Fma(a, b1, c71);
            }
            if (R.Count > 8)
            {
                a = L.Create(*(a6 + row2));
                c80 = L.Fma(a, b0, c80);
                c81 = L.Fma(a, b1, c81);
            }
            if (R.Count > 9)
            {
                a = L.Create(*a9);
                c90 = L.Fma(a, b0, c90);
                c91 = L.Fma(a, b1, c91);
            }
            if (R.Count > 10)
            {
                a = L.Create(*(a9 + row));
                ca0 = L.Fma(a, b0, ca0);
                ca1 = L.Fma(a, b1, ca1);
            }
            if (R.Count > 11)
            {
                a = L.Create(*(a9 + row2));
                cb0 = L.Fma(a, b0, cb0);
                cb1 = L.Fma(a, b1, cb1);
            }
        }
        L.Store(c00, c);
        L.Store(c01, c + n);
        if (R.Count > 1)
        {
            c += t.TargetStep;
            L.Store(c10, c);
            L.Store(c11, c + n);
        }
        if (R.Count > 2)
        {
            c += t.TargetStep;
            L.Store(c20, c);
            L.Store(c21, c + n);
        }
        if (R.Count > 3)
        {
            c += t.TargetStep;
            L.Store(c30, c);
            L.Store(c31, c + n);
        }
        if (R.Count > 4)
        {
            c += t.TargetStep;
            L.Store(c40, c);
            L.Store(c41, c + n);
        }
        if (R.Count > 5)
        {
            c += t.TargetStep;
            L.Store(c50, c);
            L.Store(c51, c + n);
        }
        if (R.Count > 6)
        {
            c += t.TargetStep;
            L.Store(c60, c);
            L.Store(c61, c + n);
        }
        if (R.Count > 7)
        {
            c += t.TargetStep;
            L.Store(c70, c);
            L.Store(c71, c + n);
        }
        if (R.Count > 8)
        {
            c += t.TargetStep;
            L.Store(c80, c);
            L.Store(c81, c + n);
        }
        if (R.Count > 9)
        {
            c += t.TargetStep;
            L.Store(c90, c);
            L.Store(c91, c + n);
        }
        if (R.Count > 10)
        {
            c += t.TargetStep;
            L.Store(ca0, c);
            L.Store(ca1, c + n);
        }
        if (R.Count > 11)
        {
            c += t.TargetStep;
            L.Store(cb0, c);
            L.Store(cb1, c + n);
        }
    }
}
