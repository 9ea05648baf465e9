using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>The sum of all values, in the order of <see cref="Reduce"/>; one value.</summary>
    public static Variable Sum(this Tape tape, Variable x) => SumAll(tape, x, 1f);

    /// <summary>The mean of all values; one value.</summary>
    public static Variable Mean(this Tape tape, Variable x) => SumAll(tape, x, 1f / Math.Max(1, x.Shape.Count));

    /// <summary>Sums along the last axis: (…, C) to (…, 1), each in the order of <see cref="Reduce"/>.</summary>
    public static Variable SumLast(this Tape tape, Variable x) => SumEachRow(tape, x, 1f);

    /// <summary>Means along the last axis: (…, C) to (…, 1).</summary>
    public static Variable MeanLast(this Tape tape, Variable x) => SumEachRow(tape, x, 1f / Math.Max(1, x.Shape.Columns));

    /// <summary>The sum of all rows: (…, C) to (C), in the order of the rows.</summary>
    public static Variable SumRows(this Tape tape, Variable x) => SumAllRows(tape, x, 1f);

    /// <summary>The mean of all rows: (…, C) to (C).</summary>
    public static Variable MeanRows(this Tape tape, Variable x) => SumAllRows(tape, x, 1f / Math.Max(1, x.Shape.Rows));

    private static Variable SumAll(Tape tape, Variable x, float factor)
    {
        Tensor sum = tape.Memory.Rent(1);
        sum.Span[0] = factor * Reduce.Sum(x.Value.Span);
        return tape.Needs(x) ? tape.Record(new SumOperation(x, factor), sum) : tape.Constant(sum);
    }

    private static Variable SumEachRow(Tape tape, Variable x, float factor)
    {
        Tensor sums = tape.Memory.Rent(x.Shape.WithColumns(1));
        Rowwise.Sum(x.Value.Span, x.Shape.Columns, factor, sums.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new SumOperation(x, factor), sums) : tape.Constant(sums);
    }

    private static Variable SumAllRows(Tape tape, Variable x, float factor)
    {
        Tensor sums = tape.Memory.RentZeros(x.Shape.Columns);
        Reduce.AddColumns(x.Value.AsMatrix, sums.Span, tape.Workers);
        if (factor != 1f)
            Elementwise.Scale(factor, sums.Span, sums.Span);
        return tape.Needs(x) ? tape.Record(new SumRowsOperation(x, factor), sums) : tape.Constant(sums);
    }

    /// <summary>Each sum's gradient goes to all that went into it, which lie together.</summary>
    private sealed class SumOperation(Variable x, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = tape.Memory.Rent(x.Shape);
            Rowwise.Spread(Output.Gradient.Span, factor, dx.Span);
            x.TakeGradient(tape, dx);
        }
    }

    private sealed class SumRowsOperation(Variable x, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = tape.Memory.Rent(x.Shape);
            Span<float> row = Output.Gradient.Span;
            Elementwise.Scale(factor, row, row);
            Strided.Copy(row, 0, dx.Span, row.Length, x.Shape.Rows, row.Length, pool: tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
