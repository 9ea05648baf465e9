using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>y[t] = table[indices[t]].</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="table">(V, C).</param>
    /// <param name="indices">As many as <paramref name="shape"/> has values, each from 0 to V − 1; kept unchanged until the tape is reset.</param>
    /// <param name="shape">(…), usually (B, T).</param>
    /// <returns>(…, C).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or an index is no row.</exception>
    public static Variable Embed(this Tape tape, Variable table, ReadOnlyMemory<int> indices, params ReadOnlySpan<int> shape)
    {
        if (table.Shape.Rank != 2 || new Shape(shape).Count != indices.Length || shape.Length >= Shape.MaxRank)
            throw new ArgumentException($"Embed: {indices.Length} indices of shape {new Shape(shape)} into a table {table.Shape}.");
        Tensor y = tape.Memory.Rent([.. shape, table.Shape[1]]);
        EmbeddingLookup.Gather(table.Value.Span, table.Shape[1], indices.Span, y.Span);
        return tape.Needs(table) ? tape.Record(new EmbedOperation(table, indices), y) : tape.Constant(y);
    }

    private sealed class EmbedOperation(Variable table, ReadOnlyMemory<int> indices) : Operation
    {
        public override Parameter? Weights => table as Parameter;

        public override void Backward(Tape tape) =>
            EmbeddingLookup.ScatterAdd(table.GradientSum(tape).Span, table.Shape[1], indices.Span, Output.Gradient.Span, tape.Workers);
    }
}
