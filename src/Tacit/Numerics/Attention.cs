using Tacit.Numerics.Attending;
using Tacit.Numerics.Lanes;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Scaled dot-product attention, exact and in two passes: the maximum, then sums in the order of the keys.</summary>
/// <remarks>
/// <para>
/// Shapes: q (B, T, H, D), k (B, S, G, D), v (B, S, G, E), o (B, T, H, E), as linear layers give them; rows of q, k and v
/// may lie further apart (<see cref="AttentionShape.QueryStep"/>). o_t = Σ_s p_s · v_s with p = softmax(scale · q_t · k_s)
/// over the keys the query sees; zero if it sees none.
/// </para>
/// <para>
/// The result at a position does not depend on the queries computed with it, so the whole sequence and steps with an
/// <see cref="AttentionCache"/> agree to the bit. Memory beyond the operands is linear in S. Vaswani et al. 2017; the
/// recomputing backward pass as in Dao et al. 2022, without their online maximum.
/// </para>
/// </remarks>
public static unsafe class Attention
{
    /// <summary>Floats per query that <see cref="Forward"/> keeps for <see cref="Backward"/>.</summary>
    public const int StatisticsPerQuery = 2;

    /// <summary>Computes o.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Of the scores, usually 1 / √D.</param>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="mask">
    /// (T, S) for all sequences or (B, T, S): nonzero where a query may see a key, as far as the shape allows; empty for
    /// all.
    /// </param>
    /// <param name="o">Outputs (B, T, H, E).</param>
    /// <param name="statistics">(B, H, T, 2) for the backward pass; empty if there is none.</param>
    /// <param name="pool">Threads to share the heads among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void Forward(AttentionShape shape, float scale, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v,
        ReadOnlySpan<byte> mask, Span<float> o, Span<float> statistics = default, WorkPool? pool = null)
    {
        shape = shape.Checked();
        Check("Forward", shape, q.Length, k.Length, v.Length, mask.Length, o.Length, statistics.Length, statistics.IsEmpty);
        fixed (float* pq = q, pk = k, pv = v, po = o, ps = statistics)
        fixed (byte* pm = mask)
        {
            var kernel = new Heads
            {
                Shape = shape,
                Scale = scale,
                Q = pq,
                K = pk,
                V = pv,
                O = po,
                Statistics = ps,
                Mask = pm,
                MaskStep = mask.Length == (long)shape.Queries * shape.Keys ? 0 : (nint)shape.Queries * shape.Keys,
            };
            Ranges.Run(kernel, shape.Batch * shape.Heads, (long)shape.Queries * shape.Keys * shape.HeadSize, pool);
        }
    }

    /// <summary>Computes dq, dk and dv.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Of the scores.</param>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="mask">As in the forward pass.</param>
    /// <param name="o">Outputs of the forward pass.</param>
    /// <param name="statistics">Of the forward pass.</param>
    /// <param name="dOutput">The gradient of o, laid out as o.</param>
    /// <param name="dq">The gradient of q, laid out as q; replaced.</param>
    /// <param name="dk">The gradient of k, laid out as k; replaced.</param>
    /// <param name="dv">The gradient of v, laid out as v; replaced.</param>
    /// <param name="pool">Threads to share the key heads among; the caller alone if null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void Backward(AttentionShape shape, float scale, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v,
        ReadOnlySpan<byte> mask, ReadOnlySpan<float> o, ReadOnlySpan<float> statistics, ReadOnlySpan<float> dOutput,
        Span<float> dq, Span<float> dk, Span<float> dv, WorkPool? pool = null)
    {
        shape = shape.Checked();
        Check("Backward", shape, q.Length, k.Length, v.Length, mask.Length, o.Length, statistics.Length, false);
        Check("Backward, gradients", shape, dq.Length, dk.Length, dv.Length, 0, dOutput.Length, 0, true);
        fixed (float* pq = q, pk = k, pv = v, po = o, ps = statistics, pd = dOutput, pdq = dq, pdk = dk, pdv = dv)
        fixed (byte* pm = mask)
        {
            var kernel = new Heads
            {
                Shape = shape,
                Scale = scale,
                Q = pq,
                K = pk,
                V = pv,
                O = po,
                Statistics = ps,
                Mask = pm,
                MaskStep = mask.Length == (long)shape.Queries * shape.Keys ? 0 : (nint)shape.Queries * shape.Keys,
                Do = pd,
                Dq = pdq,
                Dk = pdk,
                Dv = pdv,
            };
            Ranges.Run(kernel, shape.Batch * shape.KeyHeads, 3L * shape.Queries * shape.Keys * shape.HeadSize, pool);
        }
    }

    private static void Check(string name, in AttentionShape s, int q, int k, int v, int mask, int o, int statistics, bool noStatistics)
    {
        long tq = (long)s.Batch * s.Queries, tk = (long)s.Batch * s.Keys;
        bool fits = q >= Extent(tq, s.QueryStep, s.Heads * s.HeadSize) && k >= Extent(tk, s.KeyStep, s.KeyHeads * s.HeadSize)
            && v >= Extent(tk, s.ValueStep, s.KeyHeads * s.ValueSize) && o >= tq * s.Heads * s.ValueSize
            && (mask == 0 || mask == (long)s.Queries * s.Keys || mask == tq * s.Keys)
            && (noStatistics || statistics >= tq * s.Heads * StatisticsPerQuery);
        if (!fits)
            throw new ArgumentException($"Attention.{name}: {q}, {k} and {v} values, {mask} of a mask, {o} outputs and {statistics} statistics do not fit {s}.");
    }

    private static long Extent(long count, long step, long last) => count == 0 ? 0 : (count - 1) * step + last;

    /// <summary>Forward per head, backward per key head (whose gradients are sums over its query heads, in order).</summary>
    private struct Heads : IRangeKernel
    {
        public AttentionShape Shape;
        public float Scale;
        public float* Q, K, V, O, Statistics, Do, Dq, Dk, Dv;
        public byte* Mask;
        public nint MaskStep;

        public readonly void Run<L, VV>(int first, int end)
            where L : struct, ILanes<VV>
            where VV : struct
        {
            int group = Shape.Heads / Shape.KeyHeads;
            for (int i = first; i < end; i++)
            {
                if (Dq == null)
                {
                    Head(i / Shape.Heads, i % Shape.Heads).Forward<L, VV>(null, 0, null, 0);
                    continue;
                }
                int b = i / Shape.KeyHeads, g = i % Shape.KeyHeads;
                HeadAttention head = Head(b, g * group);
                for (int s = 0; s < Shape.Keys; s++)
                {
                    new Span<float>(head.Dk + (nint)s * Shape.KeyStep, Shape.HeadSize).Clear();
                    new Span<float>(head.Dv + (nint)s * Shape.ValueStep, Shape.ValueSize).Clear();
                }
                for (int h = g * group; h < (g + 1) * group; h++)
                    Head(b, h).Backward<L, VV>();
            }
        }

        private readonly HeadAttention Head(nint b, nint h)
        {
            nint g = h / (Shape.Heads / Shape.KeyHeads);
            nint query = b * Shape.Queries * Shape.QueryStep + h * Shape.HeadSize;
            nint key = b * Shape.Keys * Shape.KeyStep + g * Shape.HeadSize;
            nint value = b * Shape.Keys * Shape.ValueStep + g * Shape.ValueSize;
            nint outputStep = (nint)Shape.Heads * Shape.ValueSize;
            nint output = b * Shape.Queries * outputStep + h * Shape.ValueSize;
            return new HeadAttention
            {
                Shape = Shape,
                Scale = Scale,
                Q = Q + query,
                K = K + key,
                V = V + value,
                O = O + output,
                OutputStep = outputStep,
                Mask = Mask == null ? null : Mask + b * MaskStep,
                Statistics = Statistics == null ? null : Statistics + (b * Shape.Heads + h) * Shape.Queries * StatisticsPerQuery,
                Do = Do == null ? null : Do + output,
                Dq = Dq == null ? null : Dq + query,
                Dk = Dk == null ? null : Dk + key,
                Dv = Dv == null ? null : Dv + value,
            };
        }
    }
}
