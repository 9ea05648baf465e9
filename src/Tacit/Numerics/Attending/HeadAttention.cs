using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Layers;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Products;
using Tacit.Numerics.Reductions;

namespace Tacit.Numerics.Attending;

/// <summary>One head of one sequence: its operands and the two passes over them.</summary>
/// <remarks>
/// <para>
/// For query t: scores s_j = (scale · q_t) · k_j, m = max s_j, terms p_j = e^(s_j − m) (zero below
/// <see cref="Floors.Softmax"/> and for keys it does not see), o_t = (Σ_j p_j · v_j) · (1 / Σ_j p_j). The sum of the
/// terms has the 16-lane shape counted from key 0, that of the values the order of the keys. Nothing depends on the
/// block, so a cached step gives the bits of the whole sequence (determinism contract, rule 6).
/// </para>
/// <para>
/// Queries go in blocks, so that the scores in memory are a block times the keys: linear in the sequence. The backward
/// pass computes them again from m and 1 / Σ p, which the forward pass keeps per query.
/// </para>
/// </remarks>
internal unsafe struct HeadAttention
{
    private const int BlockScores = 1 << 15;

    public AttentionShape Shape;
    public float Scale;

    /// <summary>q_0, k_0, v_0 of this head; steps are the shape's.</summary>
    public float* Q, K, V;

    /// <summary>o_0 of this head, <see cref="OutputStep"/> apart.</summary>
    public float* O;
    public nint OutputStep;

    /// <summary>(T, S): nonzero where a query may see a key; null for all.</summary>
    public byte* Mask;

    /// <summary>m and 1 / Σ p per query (T, 2); may be null in the forward pass.</summary>
    public float* Statistics;

    /// <summary>Gradients, laid out as what they belong to; those of keys and values are added to.</summary>
    public float* Do, Dq, Dk, Dv;

    private readonly int BlockRows => Math.Clamp(BlockScores / Math.Max(1, Shape.Keys) / 12 * 12, 12, 96);

    /// <summary>Computes o.</summary>
    /// <param name="keys">Kᵀ in panels (D, S), or null to pack it here.</param>
    /// <param name="keyStep">Floats from a panel to the next.</param>
    /// <param name="values">V in panels (S, E), or null to pack it here.</param>
    /// <param name="valueStep">Floats from a panel to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Forward<L, VV>(float* keys, nint keyStep, float* values, nint valueStep)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        int d = Shape.HeadSize, e = Shape.ValueSize, s = Shape.Keys, width = Panel.Width(L.Count);
        int rows = Math.Min(BlockRows, Shape.Queries);
        nint keySize = keys != null ? 0 : (nint)Panel.CountFor(s, width) * d * width;
        nint valueSize = values != null ? 0 : (nint)Panel.CountFor(e, width) * s * width;
        nint scoreStep = ScoreStep(s);
        float* scratch = Scratch.Take(Scratch.Outer, keySize + valueSize + rows * (scoreStep + d));
        if (keys == null)
        {
            keys = scratch;
            keyStep = (nint)d * width;
            Packing.Pack<L, VV>(K, 1, Shape.KeyStep, d, s, keys, keyStep);
        }
        if (values == null)
        {
            values = scratch + keySize;
            valueStep = (nint)s * width;
            Packing.Pack<L, VV>(V, Shape.ValueStep, 1, s, e, values, valueStep);
        }
        float* scores = scratch + keySize + valueSize, scaled = scores + rows * scoreStep;
        float* inverse = stackalloc float[96];
        for (int first = 0; first < Shape.Queries; first += rows)
        {
            int count = Math.Min(rows, Shape.Queries - first);
            int end = Shape.Seen(first + count - 1).End;
            Scores<L, VV>(first, count, end, keys, keyStep, scaled, scores, scoreStep);
            for (int r = 0; r < count; r++)
            {
                float maximum = Terms<L, VV>(first + r, end, scores + r * scoreStep);
                float sum = Fold.Over<L, VV, SumFold>(scores + r * scoreStep, scores, 0f, end);
                inverse[r] = sum > 0f ? 1f / sum : 0f;
                if (Statistics != null)
                {
                    Statistics[2 * (first + r)] = maximum;
                    Statistics[2 * (first + r) + 1] = inverse[r];
                }
            }
            float* output = O + first * OutputStep;
            var product = new Product
            {
                A = scores,
                ARowStep = scoreStep,
                AColumnStep = 1,
                Panels = values,
                PanelStep = valueStep,
                C = output,
                CStep = OutputStep,
                Depth = end,
                EndRow = count,
                EndColumn = e,
            };
            product.Run<L, VV>();
            for (int r = 0; r < count; r++)
                Scaled.Multiply<L, VV>(inverse[r], output + r * OutputStep, output + r * OutputStep, e);
        }
    }

    /// <summary>Computes dq and adds to dk and dv, query by query in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Backward<L, VV>()
        where L : struct, ILanes<VV>
        where VV : struct
    {
        int d = Shape.HeadSize, e = Shape.ValueSize, s = Shape.Keys, width = Panel.Width(L.Count);
        int rows = Math.Min(BlockRows, Shape.Queries);
        nint keyStep = (nint)d * width, valueStep = (nint)e * width, rowKeyStep = (nint)s * width;
        nint keySize = Panel.CountFor(s, width) * keyStep, valueSize = Panel.CountFor(s, width) * valueStep;
        nint rowKeySize = Panel.CountFor(d, width) * rowKeyStep, scoreStep = ScoreStep(s);
        float* keys = Scratch.Take(Scratch.Outer, keySize + valueSize + rowKeySize + rows * (2 * scoreStep + d));
        float* values = keys + keySize, rowKeys = values + valueSize;
        float* terms = rowKeys + rowKeySize, slopes = terms + rows * scoreStep, scaled = slopes + rows * scoreStep;
        Packing.Pack<L, VV>(K, 1, Shape.KeyStep, d, s, keys, keyStep);
        Packing.Pack<L, VV>(V, 1, Shape.ValueStep, e, s, values, valueStep);
        Packing.Pack<L, VV>(K, Shape.KeyStep, 1, s, d, rowKeys, rowKeyStep);
        for (int first = 0; first < Shape.Queries; first += rows)
        {
            int count = Math.Min(rows, Shape.Queries - first);
            int end = Shape.Seen(first + count - 1).End;
            float* output = O + first * OutputStep, dOutput = Do + first * OutputStep;
            Scores<L, VV>(first, count, end, keys, keyStep, scaled, terms, scoreStep);
            for (int r = 0; r < count; r++)
            {
                TermsBelow<L, VV>(first + r, end, terms + r * scoreStep, Statistics[2 * (first + r)]);
                Scaled.Multiply<L, VV>(Statistics[2 * (first + r) + 1], terms + r * scoreStep, terms + r * scoreStep, end);
            }

            // dv += pᵀ · do
            Run<L, VV>(terms, 1, scoreStep, dOutput, OutputStep, Dv, Shape.ValueStep, true, end, count, e);

            // dp = do · vᵀ, ds = p · (dp − do · o)
            var product = new Product
            {
                A = dOutput,
                ARowStep = OutputStep,
                AColumnStep = 1,
                Panels = values,
                PanelStep = valueStep,
                C = slopes,
                CStep = scoreStep,
                Depth = e,
                EndRow = count,
                EndColumn = WholePanels<L, VV>(end),
            };
            product.Run<L, VV>();
            for (int r = 0; r < count; r++)
            {
                float along = Fold.Over<L, VV, DotFold>(dOutput + r * OutputStep, output + r * OutputStep, 0f, e);
                Slopes<L, VV>(terms + r * scoreStep, slopes + r * scoreStep, along, end);
            }

            // dq = (ds · k) · scale, dk += dsᵀ · (scale · q)
            product = new Product
            {
                A = slopes,
                ARowStep = scoreStep,
                AColumnStep = 1,
                Panels = rowKeys,
                PanelStep = rowKeyStep,
                C = Dq + (nint)first * Shape.QueryStep,
                CStep = Shape.QueryStep,
                Depth = end,
                EndRow = count,
                EndColumn = d,
            };
            product.Run<L, VV>();
            for (int r = 0; r < count; r++)
            {
                float* dq = Dq + (nint)(first + r) * Shape.QueryStep;
                Scaled.Multiply<L, VV>(Scale, dq, dq, d);
            }
            Run<L, VV>(slopes, 1, scoreStep, scaled, d, Dk, Shape.KeyStep, true, end, count, d);
        }
    }

    /// <summary>scores = (scale · q) · Kᵀ for a block of queries and the keys up to <paramref name="end"/>.</summary>
    private readonly void Scores<L, VV>(int first, int count, int end, float* keys, nint keyStep, float* scaled, float* scores, nint scoreStep)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        int d = Shape.HeadSize;
        for (int r = 0; r < count; r++)
            Scaled.Multiply<L, VV>(Scale, Q + (nint)(first + r) * Shape.QueryStep, scaled + r * d, d);
        var product = new Product
        {
            A = scaled,
            ARowStep = d,
            AColumnStep = 1,
            Panels = keys,
            PanelStep = keyStep,
            C = scores,
            CStep = scoreStep,
            Depth = d,
            EndRow = count,
            EndColumn = WholePanels<L, VV>(end),
        };
        product.Run<L, VV>();
    }

    // Room for a row of scores.
    private static nint ScoreStep(int keys) => (keys + Panel.Widest - 1) & ~(Panel.Widest - 1);

    // Products of single keys at the end of a panel cost more than those of the rest of it, at which nobody looks.
    private static int WholePanels<L, VV>(int end)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        int width = Panel.Width(L.Count);
        return Panel.CountFor(end, width) * width;
    }

    /// <summary>Replaces a row of scores by its terms, with zeros for keys not seen; returns the maximum.</summary>
    private readonly float Terms<L, VV>(int query, int end, float* row)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        (int from, int to) = Shape.Seen(query);
        Hide(query, from, to, row);
        float maximum = Fold.Over<L, VV, MaxFold>(row + from, row, 0f, to - from);
        Apply<L, VV>(from, to, end, row, maximum);
        return maximum;
    }

    private readonly void TermsBelow<L, VV>(int query, int end, float* row, float maximum)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        (int from, int to) = Shape.Seen(query);
        Hide(query, from, to, row);
        Apply<L, VV>(from, to, end, row, maximum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Hide(int query, int from, int to, float* row)
    {
        if (Mask == null)
            return;
        byte* mask = Mask + (nint)query * Shape.Keys;
        for (int j = from; j < to; j++)
        {
            if (mask[j] == 0)
                row[j] = float.NegativeInfinity;
        }
    }

    private static void Apply<L, VV>(int from, int to, int end, float* row, float maximum)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        if (float.IsNegativeInfinity(maximum))      // a query that sees nothing
            to = from;
        new Span<float>(row, from).Clear();
        new Span<float>(row + to, end - to).Clear();
        SoftmaxRow.TermsBelow<L, VV>(row + from, row + from, to - from, maximum);
    }

    /// <summary>slopes = terms · (slopes − along), zero below the floor of gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slopes<L, VV>(float* terms, float* slopes, float along, nint count)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        VV a = L.Create(along);
        nint i = 0;
        for (; i <= count - L.Count; i += L.Count)
            L.Store(FlooredTo.Apply<L, VV>(L.Multiply(L.Load(terms + i), L.Subtract(L.Load(slopes + i), a)), Floors.Gradient), slopes + i);
        for (; i < count; i++)
            slopes[i] = FlooredTo.Apply<LanesScalar, float>(terms[i] * (slopes[i] - along), Floors.Gradient);
    }

    private static void Run<L, VV>(float* a, nint aRowStep, nint aColumnStep, float* b, nint bStep, float* c, nint cStep, bool accumulate, int m, int k, int n)
        where L : struct, ILanes<VV>
        where VV : struct
    {
        var product = new Product
        {
            A = a,
            ARowStep = aRowStep,
            AColumnStep = aColumnStep,
            B = b,
            BRowStep = bStep,
            BColumnStep = 1,
            C = c,
            CStep = cStep,
            Start = accumulate ? c : null,
            StartStep = cStep,
            Depth = k,
            EndRow = m,
            EndColumn = n,
        };
        product.Run<L, VV>();
    }
}
