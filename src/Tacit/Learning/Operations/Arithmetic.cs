using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>x + y, of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Add(this Tape tape, Variable x, Variable y)
    {
        x.Shape.Require(y.Shape, nameof(Add));
        Tensor sum = tape.Memory.Rent(x.Shape);
        Elementwise.Add(x.Value.Span, y.Value.Span, sum.Span, tape.Workers);
        return tape.Needs(x, y) ? tape.Record(new AddOperation(x, y), sum) : tape.Constant(sum);
    }

    /// <summary>x − y, of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Subtract(this Tape tape, Variable x, Variable y)
    {
        x.Shape.Require(y.Shape, nameof(Subtract));
        Tensor difference = tape.Memory.Rent(x.Shape);
        Elementwise.Subtract(x.Value.Span, y.Value.Span, difference.Span, tape.Workers);
        return tape.Needs(x, y) ? tape.Record(new SubtractOperation(x, y), difference) : tape.Constant(difference);
    }

    /// <summary>x · y, value by value, of the same shape; zero where below <see cref="Floors.Product"/>.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Multiply(this Tape tape, Variable x, Variable y)
    {
        x.Shape.Require(y.Shape, nameof(Multiply));
        Tensor product = tape.Memory.Rent(x.Shape);
        Elementwise.Apply2<FlooredProduct<Times>>(x.Value.Span, y.Value.Span, product.Span, tape.Workers);
        return tape.Needs(x, y) ? tape.Record(new MultiplyOperation(x, y), product) : tape.Constant(product);
    }

    /// <summary>factor · x; zero where below <see cref="Floors.Product"/>.</summary>
    public static Variable Scale(this Tape tape, Variable x, float factor)
    {
        Tensor scaled = tape.Memory.Rent(x.Shape);
        MapWith<ScaledValue>.Run(x.Value.Span, x.Value.Span, factor, scaled.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new ScaleOperation(x, factor), scaled) : tape.Constant(scaled);
    }

    private sealed class AddOperation(Variable x, Variable y) : Operation
    {
        public override void Backward(Tape tape)
        {
            if (y.NeedsGradient)
                y.AddGradient(tape, Output.Gradient.Span);
            if (x.NeedsGradient)
                x.TakeGradient(tape, Output.GiveGradient());
        }
    }

    private sealed class SubtractOperation(Variable x, Variable y) : Operation
    {
        public override void Backward(Tape tape)
        {
            if (y.NeedsGradient)
                Elementwise.AddScaled(-1f, Output.Gradient.Span, y.GradientSum(tape).Span, tape.Workers);
            if (x.NeedsGradient)
                x.TakeGradient(tape, Output.GiveGradient());
        }
    }

    private sealed class MultiplyOperation(Variable x, Variable y) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor gradient = Output.GiveGradient();
            if (y.NeedsGradient)
            {
                Tensor dy = tape.Memory.Rent(y.Shape);
                Elementwise.Apply2<Floored<Times>>(gradient.Span, x.Value.Span, dy.Span, tape.Workers);
                y.TakeGradient(tape, dy);
            }
            if (x.NeedsGradient)
                Elementwise.Apply2<Floored<Times>>(gradient.Span, y.Value.Span, gradient.Span, tape.Workers);
            x.TakeOrReturn(tape, gradient);
        }
    }

    private sealed class ScaleOperation(Variable x, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor gradient = Output.GiveGradient();
            MapWith<ScaledGradient<First>>.Run(gradient.Span, gradient.Span, factor, gradient.Span, tape.Workers);
            x.TakeGradient(tape, gradient);
        }
    }
}
