using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>x / y, value by value, of the same shape; y must not be zero.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Divide(this Tape tape, Variable x, Variable y)
    {
        x.Shape.Require(y.Shape, nameof(Divide));
        Tensor quotient = tape.Memory.Rent(x.Shape);
        Elementwise.Apply2<FlooredProduct<Quotient>>(x.Value.Span, y.Value.Span, quotient.Span, tape.Workers);
        return tape.Needs(x, y) ? tape.Record(new DivideOperation(x, y), quotient) : tape.Constant(quotient);
    }

    private sealed class DivideOperation(Variable x, Variable y) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor gradient = Output.GiveGradient();
            if (y.NeedsGradient)
            {
                Tensor dy = tape.Memory.Rent(y.Shape);
                Elementwise.Apply3<Floored3<DivisorGradient>>(gradient.Span, Output.Value.Span, y.Value.Span, dy.Span, tape.Workers);
                y.TakeGradient(tape, dy);
            }
            if (x.NeedsGradient)
                Elementwise.Apply2<Floored<Quotient>>(gradient.Span, y.Value.Span, gradient.Span, tape.Workers);
            x.TakeOrReturn(tape, gradient);
        }
    }
}
