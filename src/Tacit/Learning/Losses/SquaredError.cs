using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

/// <summary>The losses a tape records, a file each; <see cref="Operations.CrossEntropy"/> is the one of symbols. Costs are in nats.</summary>
public static partial class Losses
{
    /// <summary>(x − y)², by default its mean.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…).</param>
    /// <param name="y">(…); a gradient flows to both.</param>
    /// <param name="reduction">How the costs of the values become one.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable SquaredError(this Tape tape, Variable x, Variable y, Reduction reduction = Reduction.Mean)
    {
        x.Shape.Require(y.Shape, nameof(SquaredError));
        float factor = reduction.Factor(x.Shape);
        Tensor costs = tape.Memory.Rent(x.Shape);
        Elementwise.Apply2<Numerics.Elementary.SquaredError>(x.Value.Span, y.Value.Span, costs.Span, tape.Workers);
        Tensor loss = Total(tape, costs, factor);
        return tape.Needs(x, y) ? tape.Record(new SquaredErrorOperation(x, y, factor), loss) : tape.Constant(loss);
    }

    /// <summary>The sum of all costs times a factor; their memory goes back.</summary>
    private static Tensor Total(Tape tape, Tensor costs, float factor)
    {
        Tensor loss = tape.Memory.Rent(1);
        loss.Span[0] = Reduce.Sum(costs.Span) * factor;
        tape.Memory.Return(costs);
        return loss;
    }

    /// <summary>Passes on factor · F(a, b) as the gradient of x.</summary>
    private static void Pass<F>(Tape tape, Variable x, Tensor a, Tensor b, float factor)
        where F : struct, IFunction2
    {
        if (!x.NeedsGradient)
            return;
        Tensor dx = tape.Memory.Rent(x.Shape);
        MapWith<ScaledGradient<F>>.Run(a.Span, b.Span, factor, dx.Span, tape.Workers);
        x.TakeGradient(tape, dx);
    }

    private sealed class SquaredErrorOperation(Variable x, Variable y, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            float scale = 2f * factor * Output.Gradient.Span[0];
            Pass<Difference>(tape, x, x.Value, y.Value, scale);
            Pass<Difference>(tape, y, x.Value, y.Value, -scale);
        }
    }
}
