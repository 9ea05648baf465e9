using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Products;

/// <summary>One row by eight vectors: a product with a single row. See <see cref="Tile2"/>.</summary>
internal static unsafe class Tile8
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V, R>(in TileArguments t, float* b, float* start, float* c)
        where L : struct, ILanes<V>
        where V : struct
        where R : struct, IRows
    {
        int n = L.Count, width = Panel.Width(L.Count);
        float* a0 = t.A;
        nint o1 = 1 * n / width * t.PanelStep + 1 * n % width;
        nint o2 = 2 * n / width * t.PanelStep + 2 * n % width;
        nint o3 = 3 * n / width * t.PanelStep + 3 * n % width;
        nint o4 = 4 * n / width * t.PanelStep + 4 * n % width;
        nint o5 = 5 * n / width * t.PanelStep + 5 * n % width;
        nint o6 = 6 * n / width * t.PanelStep + 6 * n % width;
        nint o7 = 7 * n / width * t.PanelStep + 7 * n % width;
        V c00 = L.Create(0f), c01 = L.Create(0f), c02 = L.Create(0f), c03 = L.Create(0f);
        V c04 = L.Create(0f), c05 = L.Create(0f), c06 = L.Create(0f), c07 = L.Create(0f);
        if (start != null)
        {
            float* s = start;
            c00 = L.Load(s);
            c01 = L.Load(s + n);
            c02 = L.Load(s + 2 * n);
            c03 = L.Load(s + 3 * n);
            c04 = L.Load(s + 4 * n);
            c05 = L.Load(s + 5 * n);
            c06 = L.Load(s + 6 * n);
            c07 = L.Load(s + 7 * n);
        }
        V a;
        nint k = t.Depth;
        for (; k >= 2; k -= 2)
        {
            a = L.Create(*a0);
            c00 = L.Fma(a, L.Load(b), c00);
            c01 = L.Fma(a, L.Load(b + o1), c01);
            c02 = L.Fma(a, L.Load(b + o2), c02);
            c03 = L.Fma(a, L.Load(b + o3), c03);
            c04 = L.Fma(a, L.Load(b + o4), c04);
            c05 = L.Fma(a, L.Load(b + o5), c05);
            c06 = L.Fma(a, L.Load(b + o6), c06);
            c07 = L.Fma(a, L.Load(b + o7), c07);
            a = L.Create(*(a0 + 1));
            c00 = L.Fma(a, L.Load(b + width), c00);
            c01 = L.Fma(a, L.Load(b + width + o1), c01);
            c02 = L.Fma(a, L.Load(b + width + o2), c02);
            c03 = L.Fma(a, L.Load(b + width + o3), c03);
            c04 = L.Fma(a, L.Load(b + width + o4), c04);
            c05 = L.Fma(a, L.Load(b + width + o5), c05);
            c06 = L.Fma(a, L.Load(b + width + o6), c06);
            c07 = L.Fma(a, L.Load(b + width + o7), c07);
            b += 2 * width;
            a0 += 2;
        }
        if (k != 0)
        {
            a = L.Create(*a0);
            c00 = L.Fma(a, L.Load(b), c00);
            c01 = L.Fma(a, L.Load(b + o1), c01);
            c02 = L.Fma(a, L.Load(b + o2), c02);
            c03 = L.Fma(a, L.Load(b + o3), c03);
            c04 = L.Fma(a, L.Load(b + o4), c04);
            c05 = L.Fma(a, L.Load(b + o5), c05);
            c06 = L.Fma(a, L.Load(b + o6), c06);
            c07 = L.Fma(a, L.Load(b + o7), c07);
        }
        L.Store(c00, c);
        L.Store(c01, c + n);
        L.Store(c02, c + 2 * n);
        L.Store(c03, c + 3 * n);
        L.Store(c04, c + 4 * n);
        L.Store(c05, c + 5 * n);
        L.Store(c06, c + 6 * n);
        L.Store(c07, c + 7 * n);
    }
}
