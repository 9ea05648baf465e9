using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>One to three rows by four vectors: products of few rows. See <see cref="Tile2"/>.</summary>
internal static unsafe class Tile4
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
        V ax, ay, az, b0;
        nint k = t.Depth;
        for (; k >= 2; k -= 2)
        {
            ax = L.Create(*a0);
            ay = R.Count > 1 ? L.Create(*(a0 + row)) : default;
            az = R.Count > 2 ? L.Create(*(a0 + row2)) : default;
            b0 = L.Load(b);
            c00 = L.Fma(ax, b0, c00);
            if (R.Count > 1)
                c10 = L.Fma(ay, b0, c10);
            if (R.Count > 2)
                c20 = L.Fma(az, b0, c20);
            b0 = L.Load(b + o1);
            c01 = L.Fma(ax, b0, c01);
            if (R.Count > 1)
                c11 = L.Fma(ay, b0, c11);
            if (R.Count > 2)
                c21 = L.Fma(az, b0, c21);
            b0 = L.Load(b + o2);
            c02 = L.Fma(ax, b0, c02);
            if (R.Count > 1)
                c12 = L.Fma(ay, b0, c12);
            if (R.Count > 2)
                c22 = L.Fma(az, b0, c22);
            b0 = L.Load(b + o3);
            c03 = L.Fma(ax, b0, c03);
            if (R.Count > 1)
                c13 = L.Fma(ay, b0, c13);
            if (R.Count > 2)
                c23 = L.Fma(az, b0, c23);
            ax = L.Create(*(a0 + 1));
            ay = R.Count > 1 ? L.Create(*(a0 + row + 1)) : default;
            az = R.Count > 2 ? L.Create(*(a0 + row2 + 1)) : default;
            b0 = L.Load(b + width);
            c00 = L.Fma(ax, b0, c00);
            if (R.Count > 1)
                c10 = L.Fma(ay, b0, c10);
            if (R.Count > 2)
                c20 = L.Fma(az, b0, c20);
            b0 = L.Load(b + width + o1);
            c01 = L.Fma(ax, b0, c01);
            if (R.Count > 1)
                c11 = L.Fma(ay, b0, c11);
            if (R.Count > 2)
                c21 = L.Fma(az, b0, c21);
            b0 = L.Load(b + width + o2);
            c02 = L.Fma(ax, b0, c02);
            if (R.Count > 1)
                c12 = L.Fma(ay, b0, c12);
            if (R.Count > 2)
                c22 = L.Fma(az, b0, c22);
            b0 = L.Load(b + width + o3);
            c03 = L.Fma(ax, b0, c03);
            if (R.Count > 1)
                c13 = L.Fma(ay, b0, c13);
            if (R.Count > 2)
                c23 = L.Fma(az, b0, c23);
            b += 2 * width;
            a0 += 2;
        }
        if (k != 0)
        {
            ax = L.Create(*a0);
            ay = R.Count > 1 ? L.Create(*(a0 + row)) : default;
            az = R.Count > 2 ? L.Create(*(a0 + row2)) : default;
            b0 = L.Load(b);
            c00 = L.Fma(ax, b0, c00);
            if (R.Count > 1)
                c10 = L.Fma(ay, b0, c10);
            if (R.Count > 2)
                c20 = L.Fma(az, b0, c20);
            b0 = L.Load(b + o1);
            c01 = L.Fma(ax, b0, c01);
            if (R.Count > 1)
                c11 = L.Fma(ay, b0, c11);
            if (R.Count > 2)
                c21 = L.Fma(az, b0, c21);
            b0 = L.Load(b + o2);
            c02 = L.Fma(ax, b0, c02);
            if (R.Count > 1)
                c12 = L.Fma(ay, b0, c12);
            if (R.Count > 2)
                c22 = L.Fma(az, b0, c22);
            b0 = L.Load(b + o3);
            c03 = L.Fma(ax, b0, c03);
            if (R.Count > 1)
                c13 = L.Fma(ay, b0, c13);
            if (R.Count > 2)
                c23 = L.Fma(az, b0, c23);
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
