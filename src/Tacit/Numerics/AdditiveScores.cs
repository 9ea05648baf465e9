using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Memory;
using Tacit.Numerics.Reductions;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>The scores of additive attention: s[b, t, k] = Σ_a v[a] · tanh(q[b, t, a] + y[b, k, a]).</summary>
/// <remarks>
/// Shapes: queries q (B, T, A), keys y (B, S, A), v (A), scores (B, T, S). Values of v and of tanh below
/// <see cref="Floors.Product"/> are zero. Source: Bahdanau, Cho and Bengio 2015, appendix A.1.2.
/// </remarks>
internal static unsafe class AdditiveScores
{
    /// <summary>What a key that is not visible gets: far below any score, so that its weight is zero.</summary>
    public const float Hidden = -1e30f;

    /// <summary>Computes the scores.</summary>
    /// <param name="queries">(B, T, A).</param>
    /// <param name="keys">(B, S, A).</param>
    /// <param name="vector">v (A).</param>
    /// <param name="visible">(B, S), nonzero where a key is seen; empty for all.</param>
    /// <param name="scores">(B, T, S).</param>
    /// <param name="batch">B.</param>
    /// <param name="pool">Threads to share the queries among; the caller alone if null.</param>
    public static void Forward(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> vector, ReadOnlySpan<byte> visible,
        Span<float> scores, int batch, WorkPool? pool)
    {
        (int t, int s) = Check(queries.Length, keys.Length, vector.Length, visible.Length, scores.Length, batch);
        fixed (float* pq = queries, pk = keys, pv = vector, ps = scores)
        fixed (byte* pm = visible)
        {
            var kernel = new Scores { Queries = pq, Keys = pk, Vector = pv, Visible = pm, Target = ps, T = t, S = s, Size = vector.Length };
            Ranges.Run(kernel, batch * t, 8L * s * vector.Length, pool);
        }
    }

    /// <summary>The gradients; below <see cref="Floors.Gradient"/> they are zero. Each sequence's are added in the order of (t, k).</summary>
    /// <param name="queries">(B, T, A).</param>
    /// <param name="keys">(B, S, A).</param>
    /// <param name="vector">v (A).</param>
    /// <param name="dscores">(B, T, S), zero where a key is not visible.</param>
    /// <param name="dqueries">(B, T, A), replaced.</param>
    /// <param name="dkeys">(B, S, A), replaced.</param>
    /// <param name="dvectors">(B, A), replaced: the gradient of v from each sequence.</param>
    /// <param name="batch">B.</param>
    /// <param name="pool">Threads to share the sequences among; the caller alone if null.</param>
    public static void Backward(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> vector, ReadOnlySpan<float> dscores,
        Span<float> dqueries, Span<float> dkeys, Span<float> dvectors, int batch, WorkPool? pool)
    {
        (int t, int s) = Check(queries.Length, keys.Length, vector.Length, 0, dscores.Length, batch);
        if (dqueries.Length != queries.Length || dkeys.Length != keys.Length || dvectors.Length != batch * vector.Length)
            throw new ArgumentException("AdditiveScores: the gradients' lengths are not the operands'.");
        dqueries.Clear();
        dkeys.Clear();
        dvectors.Clear();
        fixed (float* pq = queries, pk = keys, pv = vector, ps = dscores, pdq = dqueries, pdk = dkeys, pdv = dvectors)
        {
            var kernel = new Gradients
            {
                Queries = pq,
                Keys = pk,
                Vector = pv,
                Dscores = ps,
                Dqueries = pdq,
                Dkeys = pdk,
                Dvectors = pdv,
                T = t,
                S = s,
                Size = vector.Length,
            };
            Ranges.Run(kernel, batch, 16L * t * s * vector.Length, pool);
        }
    }

    private static (int T, int S) Check(int queries, int keys, int size, int visible, int scores, int batch)
    {
        int t = size * batch == 0 ? 0 : queries / size / batch, s = size * batch == 0 ? 0 : keys / size / batch;
        if (t < 1 || s < 1 || queries != (long)batch * t * size || keys != (long)batch * s * size || scores != (long)batch * t * s
            || (visible != 0 && visible != batch * s))
            throw new ArgumentException($"AdditiveScores: {queries} values of queries, {keys} of keys, a vector of {size}, {visible} marks and {scores} scores.");
        return (t, s);
    }

    private struct Scores : IRangeKernel
    {
        public float* Queries, Keys, Vector, Target;
        public byte* Visible;
        public nint T, S, Size;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* terms = Scratch.Take(Scratch.Outer, 2 * Size), vector = terms + Size;
            Map2<FlooredProduct<First>>.Over<L, V>(Vector, Vector, vector, Size);
            for (nint row = first; row < end; row++)
            {
                nint b = row / T;
                for (nint k = 0; k < S; k++)
                {
                    if (Visible != null && Visible[b * S + k] == 0)
                    {
                        Target[row * S + k] = Hidden;
                        continue;
                    }
                    Map2<TanhOfSum>.Over<L, V>(Queries + row * Size, Keys + (b * S + k) * Size, terms, Size);
                    Target[row * S + k] = Fold.Over<L, V, DotFold>(vector, terms, 0f, Size);
                }
            }
        }
    }

    private struct Gradients : IRangeKernel
    {
        public float* Queries, Keys, Vector, Dscores, Dqueries, Dkeys, Dvectors;
        public nint T, S, Size;

        public readonly void Run<L, V>(int first, int end)
            where L : struct, ILanes<V>
            where V : struct
        {
            float* terms = Scratch.Take(Scratch.Outer, Size);
            for (nint b = first; b < end; b++)
            {
                for (nint t = b * T; t < (b + 1) * T; t++)
                {
                    for (nint k = b * S; k < (b + 1) * S; k++)
                    {
                        float ds = Dscores[t * S + k - b * S];
                        if (ds == 0f)
                            continue;
                        Map2<TanhOfSum>.Over<L, V>(Queries + t * Size, Keys + k * Size, terms, Size);
                        Scaled.Add<L, V>(ds, terms, Dvectors + b * Size, Size);
                        MapWith<TermGradient>.Over<L, V>(Vector, terms, ds, terms, Size);
                        Map2<Sum2>.Over<L, V>(Dqueries + t * Size, terms, Dqueries + t * Size, Size);
                        Map2<Sum2>.Over<L, V>(Dkeys + k * Size, terms, Dkeys + k * Size, Size);
                    }
                }
            }
        }
    }

    private readonly struct TanhOfSum : IFunction2
    {
        public static V Apply<L, V>(V x, V y)
            where L : struct, ILanes<V>
            where V : struct => FlooredTo.Apply<L, V>(Tanh.Apply<L, V>(L.Add(x, y)), Floors.Product);
    }

    /// <summary>c · v · (1 − t²), zero where below <see cref="Floors.Gradient"/>.</summary>
    private readonly struct TermGradient : IFunction3
    {
        public static V Apply<L, V>(V x, V y, V z)
            where L : struct, ILanes<V>
            where V : struct => FlooredTo.Apply<L, V>(TanhGradient.Apply<L, V>(L.Multiply(z, x), y), Floors.Gradient);
    }
}
