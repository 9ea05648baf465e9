using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>The scores of additive attention: s[b, t, k] = Σ_a v[a] · tanh(q[b, t, a] + y[b, k, a]). Bahdanau et al. 2015.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="queries">q (B, T, A).</param>
    /// <param name="keys">y (B, S, A).</param>
    /// <param name="vector">v (A).</param>
    /// <param name="visible">(B, S), nonzero where a key is seen, kept unchanged until the tape is reset; empty for all.</param>
    /// <returns>(B, T, S); −10^30 where a key is not seen, whose softmax is zero unless no key is seen.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable AdditiveScores(this Tape tape, Variable queries, Variable keys, Variable vector, ReadOnlyMemory<byte> visible = default)
    {
        if (queries.Shape.Rank != 3 || keys.Shape.Rank != 3 || queries.Shape[0] != keys.Shape[0] || queries.Shape[2] != vector.Shape.Count
            || keys.Shape[2] != vector.Shape.Count || (!visible.IsEmpty && visible.Length != keys.Shape[0] * keys.Shape[1]))
            throw new ArgumentException($"AdditiveScores: queries {queries.Shape}, keys {keys.Shape}, vector {vector.Shape}, {visible.Length} marks.");
        Tensor scores = tape.Memory.Rent(queries.Shape[0], queries.Shape[1], keys.Shape[1]);
        Numerics.AdditiveScores.Forward(queries.Value.Span, keys.Value.Span, vector.Value.Span, visible.Span, scores.Span, queries.Shape[0],
            tape.Workers);
        return tape.Needs(queries, keys, vector)
            ? tape.Record(new AdditiveScoresOperation(queries, keys, vector, visible), scores)
            : tape.Constant(scores);
    }

    private sealed class AdditiveScoresOperation(Variable queries, Variable keys, Variable vector, ReadOnlyMemory<byte> visible) : Operation
    {
        public override Parameter? Weights => vector as Parameter;

        public override void Backward(Tape tape)
        {
            int batch = queries.Shape[0], columns = keys.Shape[1];
            Span<float> dscores = Output.Gradient.Span;
            for (int i = 0; i < dscores.Length && !visible.IsEmpty; i++)
            {
                if (visible.Span[i / columns / queries.Shape[1] * columns + i % columns] == 0)
                    dscores[i] = 0f;
            }
            Tensor dqueries = tape.Memory.Rent(queries.Shape), dkeys = tape.Memory.Rent(keys.Shape);
            Tensor dvectors = tape.Memory.Rent(batch, vector.Shape.Count);
            Numerics.AdditiveScores.Backward(queries.Value.Span, keys.Value.Span, vector.Value.Span, dscores, dqueries.Span, dkeys.Span,
                dvectors.Span, batch, tape.Workers);
            if (vector.NeedsGradient)
                Reduce.AddColumns(dvectors.AsMatrix, vector.GradientSum(tape).Span, tape.Workers);
            tape.Memory.Return(dvectors);
            queries.TakeOrReturn(tape, dqueries);
            keys.TakeOrReturn(tape, dkeys);
        }
    }
}
