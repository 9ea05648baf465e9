using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>e^x.</summary>
    public static Variable Exp(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Exp(x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new OfValueOperation<Times>(x), y) : tape.Constant(y);
    }

    /// <summary>ln x; −∞ of zero, NaN of less.</summary>
    public static Variable Log(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Log(x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new OfInputOperation<Quotient>(x), y) : tape.Constant(y);
    }

    /// <summary>√x; its slope at zero is infinite.</summary>
    public static Variable Sqrt(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Sqrt(x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new OfValueOperation<RootGradient>(x), y) : tape.Constant(y);
    }

    /// <summary>x²; zero where below <see cref="Floors.Product"/>.</summary>
    public static Variable Square(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Apply2<FlooredProduct<Times>>(x.Value.Span, x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new OfInputOperation<SquareGradient>(x), y) : tape.Constant(y);
    }

    /// <summary>ln(1 + e^x), a smooth way to positive numbers.</summary>
    public static Variable Softplus(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Softplus(x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new OfInputOperation<SoftplusGradient>(x), y) : tape.Constant(y);
    }

    /// <summary>dx = F(dy, x).</summary>
    private sealed class OfInputOperation<F>(Variable x) : Operation
        where F : struct, IFunction2
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            Elementwise.Apply2<Floored<F>>(dx.Span, x.Value.Span, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }

    /// <summary>dx = F(dy, y).</summary>
    private sealed class OfValueOperation<F>(Variable x) : Operation
        where F : struct, IFunction2
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            Elementwise.Apply2<Floored<F>>(dx.Span, Output.Value.Span, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
