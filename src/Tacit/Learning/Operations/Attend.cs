using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Scaled dot-product attention: softmax(q · kᵀ / √D) · v, per head.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="q">(B, T, H · D).</param>
    /// <param name="k">(B, S, G · D), where G divides H: query head h uses key head h / (H / G).</param>
    /// <param name="v">(B, S, G · E).</param>
    /// <param name="heads">H.</param>
    /// <param name="keyHeads">G.</param>
    /// <param name="mask">What the queries see.</param>
    /// <returns>(B, T, H · E).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Attend(this Tape tape, Variable q, Variable k, Variable v, int heads, int keyHeads, AttentionMask mask)
    {
        if (q.Shape.Rank != 3 || k.Shape.Rank != 3 || v.Shape.Rank != 3 || heads < 1 || keyHeads < 1 || q.Shape[2] % heads != 0
            || k.Shape[2] % keyHeads != 0 || v.Shape[2] % keyHeads != 0 || q.Shape[2] / heads != k.Shape[2] / keyHeads
            || q.Shape[0] != k.Shape[0] || k.Shape[0] != v.Shape[0] || k.Shape[1] != v.Shape[1])
            throw new ArgumentException($"Attend: queries {q.Shape} in {heads} heads, keys {k.Shape} and values {v.Shape} in {keyHeads}.");
        var shape = new AttentionShape
        {
            Batch = q.Shape[0],
            Heads = heads,
            KeyHeads = keyHeads,
            Queries = q.Shape[1],
            Keys = k.Shape[1],
            HeadSize = q.Shape[2] / heads,
            ValueSize = v.Shape[2] / keyHeads,
            Causal = mask.Causal,
            Window = mask.Window,
            FirstPosition = mask.FirstPosition,
        };
        float scale = 1f / MathF.Sqrt(shape.HeadSize);
        bool needs = tape.Needs(q, k, v);
        Tensor y = tape.Memory.Rent(q.Shape[0], q.Shape[1], heads * shape.ValueSize);
        Tensor statistics = needs ? tape.Memory.Rent(shape.Batch, heads, shape.Queries, Attention.StatisticsPerQuery) : default;
        Attention.Forward(shape, scale, q.Value.Span, k.Value.Span, v.Value.Span, mask.Visible.Span, y.Span, statistics.Span, tape.Workers);
        return needs ? tape.Record(new AttendOperation(q, k, v, shape, scale, mask.Visible, statistics), y) : tape.Constant(y);
    }

    private sealed class AttendOperation(Variable q, Variable k, Variable v, AttentionShape shape, float scale, ReadOnlyMemory<byte> visible,
        Tensor statistics) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dq = tape.Memory.Rent(q.Shape), dk = tape.Memory.Rent(k.Shape), dv = tape.Memory.Rent(v.Shape);
            Attention.Backward(shape, scale, q.Value.Span, k.Value.Span, v.Value.Span, visible.Span, Output.Value.Span, statistics.Span,
                Output.Gradient.Span, dq.Span, dk.Span, dv.Span, tape.Workers);
            Pass(tape, q, dq);
            Pass(tape, k, dk);
            Pass(tape, v, dv);
            tape.Memory.Return(statistics);
        }

        private static void Pass(Tape tape, Variable x, Tensor dx)
        {
            if (x.NeedsGradient)
                x.TakeGradient(tape, dx);
            else
                tape.Memory.Return(dx);
        }
    }
}
