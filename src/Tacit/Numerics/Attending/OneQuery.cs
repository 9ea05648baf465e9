using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Layers;
using Tacit.Numerics.Products;
using Tacit.Numerics.Reductions;

namespace Tacit.Numerics.Attending;

/// <summary>A head's output for a single query and packed keys and values: what generating a token is made of.</summary>
/// <remarks>The definition, and so the bits, of <see cref="HeadAttention"/>, without blocks and copies.</remarks>
internal static unsafe class OneQuery
{
    /// <summary>Floats of scratch memory.</summary>
    public static nint ScratchFor(int keys, int headSize) => Padded(keys, Panel.Widest) + headSize;

    /// <summary>o = Σ_j p_j · v_j / Σ_j p_j for the keys j from <paramref name="from"/> to before <paramref name="end"/>.</summary>
    /// <param name="scale">Of the scores.</param>
    /// <param name="q">(D).</param>
    /// <param name="keys">Kᵀ (D, S) in panels.</param>
    /// <param name="values">V (S, E) in panels.</param>
    /// <param name="from">The first key seen.</param>
    /// <param name="end">Keys, all of which after the first are seen.</param>
    /// <param name="o">(E).</param>
    /// <param name="scratch">As many floats as <see cref="ScratchFor"/> says.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<L, V>(float scale, float* q, PackedMatrix keys, PackedMatrix values, int from, int end, float* o, float* scratch)
        where L : struct, ILanes<V>
        where V : struct
    {
        int d = keys.Rows, e = values.Columns, padded = Padded(end, Fold.Partials);
        float* scores = scratch, scaled = scratch + Padded(end, Panel.Widest);
        Scaled.Multiply<L, V>(scale, q, scaled, d);
        Packing.Copy<L, V>(scaled, 0, scaled, 0, 1, d);
        // Of whole panels, as products of single keys at the end of one cost more.
        RowProduct.Run<L, V>(scaled, d, keys.Panels, keys.PanelStep, null, scores, Padded(end, Panel.Width(L.Count)), floored: true);
        // Scores of minus infinity have terms of zero, which no sum shows: so there are whole vectors, too.
        for (int j = end; j < padded; j++)
            scores[j] = float.NegativeInfinity;
        for (int j = 0; j < from; j++)
            scores[j] = 0f;
        float maximum = Fold.Over<L, V, MaxFold>(scores + from, scores, 0f, padded - from);
        if (float.IsNegativeInfinity(maximum))
            new Span<float>(scores, padded).Clear();
        else
            SoftmaxRow.TermsBelow<L, V>(scores + from, scores + from, padded - from, maximum);
        float sum = Fold.Over<L, V, SumFold>(scores, scores, 0f, padded);
        RowProduct.Run<L, V>(scores, end, values.Panels, values.PanelStep, null, o, e, floored: true);     // as terms are
        Scaled.Multiply<L, V>(sum > 0f ? 1f / sum : 0f, o, o, e);
    }

    private static int Padded(int count, int unit) => (count + unit - 1) / unit * unit;
}
