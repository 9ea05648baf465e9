using System.Runtime.CompilerServices;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;

namespace Tacit.Numerics.Products;

/// <summary>A product with a single row: what generating a token is made of.</summary>
/// <remarks>
/// The chains of <see cref="Product"/>, and so its bits, without what it does for many rows: no blocks, since nothing is
/// read twice, and as many chains side by side as a tile has.
/// </remarks>
internal static unsafe class RowProduct
{
    /// <summary>target[n] = start[n] + Σ_k a[k] · b[k, n].</summary>
    /// <param name="a">(K); values nearer to zero than <see cref="Floors.Product"/> count as zeros.</param>
    /// <param name="depth">K.</param>
    /// <param name="panels">b in panels, from the first column on.</param>
    /// <param name="panelStep">Floats from a panel to the next.</param>
    /// <param name="start">(N), or null for zeros; may be the target.</param>
    /// <param name="target">(N).</param>
    /// <param name="columns">N.</param>
    /// <param name="floored">True if there are no such values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V>(float* a, int depth, float* panels, nint panelStep, float* start, float* target, int columns, bool floored = false)
        where L : struct, ILanes<V>
        where V : struct
    {
        if (!floored && Packing.AnyTiny<L, V>(a, 0, 1, depth))
        {
            float* copy = Scratch.Take(Scratch.Left, depth);
            Packing.Copy<L, V>(a, 0, copy, 0, 1, depth);
            a = copy;
        }
        TileArguments t;
        t.A = a;
        t.RowStep = t.StartStep = t.TargetStep = 0;
        t.PanelStep = panelStep;
        t.Depth = depth;
        int panel = Panel.Width(L.Count), n = 0;
        while (n < columns)
        {
            int left = columns - n;
            float* b = panels + n / panel * panelStep + n % panel;
            float* s = start == null ? null : start + n;
            if (left >= 8 * L.Count)
            {
                TileWide.Run<L, V, Rows1, Rows8>(t, b, s, target + n);
                n += 8 * L.Count;
            }
            else if (left >= 4 * L.Count)
            {
                TileWide.Run<L, V, Rows1, Rows4>(t, b, s, target + n);
                n += 4 * L.Count;
            }
            else if (left >= 2 * L.Count)
            {
                Tile2.Run<L, V, Rows1>(t, b, s, target + n);
                n += 2 * L.Count;
            }
            else
            {
                Last<L, V>(t, b, s, target + n, left);
                return;
            }
        }
    }

    // The last columns, fewer than a tile has: through a copy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Last<L, V>(in TileArguments t, float* b, float* start, float* target, int columns)
        where L : struct, ILanes<V>
        where V : struct
    {
        float* tile = stackalloc float[Panel.Widest];
        new Span<float>(tile, Panel.Widest).Clear();
        for (int i = 0; start != null && i < columns; i++)
            tile[i] = start[i];
        Tile2.Run<L, V, Rows1>(t, b, start == null ? null : tile, tile);
        for (int i = 0; i < columns; i++)
            target[i] = tile[i];
    }
}
