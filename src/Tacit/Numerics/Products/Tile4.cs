using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>Two or three rows (or one) by four vectors: products of few rows. See <see cref="Tile2"/>.</summary>
internal static unsafe class Tile4
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V, R>(in TileArguments t, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
    {
        byte* a0 = t.A;
        nint row = t.RowStep, column = t.ColumnStep;
        nint row2 = 2 * row;
        int n = L.Count, width = Panel.Width(L.Count);
        nint o1 = 1 * n / width * t.PanelStep + 1 * n % width;
        nint o2 = 2 * n / width * t.PanelStep + 2 * n % width;
        nint o3 = 3 * n / width * t.PanelStep + 3 * n % width;
        V c00 = L.Create(0f), c01 = L.Create(0f), c02 = L.Create(0f), c03 = L.Create(0f);
        V c10 = L.Create(0f), c11 = L.Create(0f), c12 = L.Create(0f), c13 = L.Create(0f);
        V c20 = L.Create(0f), c21 = L.Create(0f), c22 = L.Create(0f), c23 = L.Create(0f);
        if (start != null)
        {
            float* s = start;
            c00 = L.Load(s);
            c01 = L.Load(s + n);
            c02 = L.Load(s + 2 * n);
            c03 = L.Load(s + 3 * n);
            if (R.Count > 1)
            {
                s += t.StartStep;
                c10 = L.Load(s);
                c11 = L.Load(s + n);
                c12 = L.Load(s + 2 * n);
                c13 = L.Load(s + 3 * n);
            }
            if (R.Count > 2)
            {
                s += t.StartStep;
                c20 = L.Load(s);
                c21 = L.Load(s + n);
                c22 = L.Load(s + 2 * n);
                c23 = L.Load(s + 3 * n);
            }
        }
        for (nint k = t.Depth; k > 0; k--)
        {
            V x0 = L.Create(*(float*)a0);
            V x1 = R.Count > 1 ? L.Create(*(float*)(a0 + row)) : default;
            V x2 = R.Count > 2 ? L.Create(*(float*)(a0 + row2)) : default;
            V b0 = L.Load(b);
            c00 = L.Fma(x0, b0, c00);
            if (R.Count > 1)
                c10 = L.Fma(x1, b0, c10);
            if (R.Count > 2)
                c20 = L.Fma(x2, b0, c20);
            V b1 = L.Load(b + o1);
            c01 = L.Fma(x0, b1, c01);
            if (R.Count > 1)
                c11 = L.Fma(x1, b1, c11);
            if (R.Count > 2)
                c21 = L.Fma(x2, b1, c21);
            V b2 = L.Load(b + o2);
            c02 = L.Fma(x0, b2, c02);
            if (R.Count > 1)
                c12 = L.Fma(x1, b2, c12);
            if (R.Count > 2)
                c22 = L.Fma(x2, b2, c22);
            V b3 = L.Load(b + o3);
            c03 = L.Fma(x0, b3, c03);
            if (R.Count > 1)
                c13 = L.Fma(x1, b3, c13);
            if (R.Count > 2)
                c23 = L.Fma(x2, b3, c23);
            b += width;
            a0 += column;
        }
        L.Store(c00, c);
        L.Store(c01, c + n);
        L.Store(c02, c + 2 * n);
        L.Store(c03, c + 3 * n);
        if (R.Count > 1)
        {
            c += t.TargetStep;
            L.Store(c10, c);
            L.Store(c11, c + n);
            L.Store(c12, c + 2 * n);
            L.Store(c13, c + 3 * n);
        }
        if (R.Count > 2)
        {
            c += t.TargetStep;
            L.Store(c20, c);
            L.Store(c21, c + n);
            L.Store(c22, c + 2 * n);
            L.Store(c23, c + 3 * n);
        }
    }
}
