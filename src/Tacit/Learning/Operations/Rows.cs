using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>x + row for every row of x.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…, C).</param>
    /// <param name="row">(C).</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable AddRow(this Tape tape, Variable x, Variable row)
    {
        CheckRow(nameof(AddRow), x, row);
        Tensor y = tape.Memory.Rent(x.Shape);
        Rowwise.Apply<Sum2>(x.Value.Span, row.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x, row) ? tape.Record(new AddRowOperation(x, row), y) : tape.Constant(y);
    }

    /// <summary>x · row, value by value, for every row of x; zero where below <see cref="Floors.Product"/>.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…, C).</param>
    /// <param name="row">(C).</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable MultiplyRow(this Tape tape, Variable x, Variable row)
    {
        CheckRow(nameof(MultiplyRow), x, row);
        Tensor y = tape.Memory.Rent(x.Shape);
        Rowwise.Apply<FlooredProduct<Times>>(x.Value.Span, row.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x, row) ? tape.Record(new MultiplyRowOperation(x, row), y) : tape.Constant(y);
    }

    private static void CheckRow(string name, Variable x, Variable row)
    {
        if (x.Shape.Rank == 0 || row.Shape.Rank != 1 || row.Shape.Columns != x.Shape.Columns)
            throw new ArgumentException($"{name}: {x.Shape} with a row of {row.Shape}.");
    }

    private sealed class AddRowOperation(Variable x, Variable row) : Operation
    {
        public override Parameter? Weights => row as Parameter;

        public override void Backward(Tape tape)
        {
            if (row.NeedsGradient)
                Reduce.AddColumns(Output.Gradient.AsMatrix, row.GradientSum(tape).Span, tape.Workers);
            if (x.NeedsGradient)
                x.TakeGradient(tape, Output.GiveGradient());
        }
    }

    private sealed class MultiplyRowOperation(Variable x, Variable row) : Operation
    {
        public override Parameter? Weights => row as Parameter;

        public override void Backward(Tape tape)
        {
            Tensor dy = Output.GiveGradient();
            if (row.NeedsGradient)
            {
                Tensor products = tape.Memory.Rent(x.Shape);
                Elementwise.Apply2<Floored<Times>>(dy.Span, x.Value.Span, products.Span, tape.Workers);
                Reduce.AddColumns(products.AsMatrix, row.GradientSum(tape).Span, tape.Workers);
                tape.Memory.Return(products);
            }
            if (x.NeedsGradient)
                Rowwise.Apply<Floored<Times>>(dy.Span, row.Value.Span, dy.Span, tape.Workers);
            x.TakeOrReturn(tape, dy);
        }
    }
}
