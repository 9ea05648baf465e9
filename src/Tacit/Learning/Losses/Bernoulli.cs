using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Losses
{
    /// <summary>−t · ln p − (1 − t) · ln(1 − p) with p = sigmoid(logit), accurate for logits of any size; by default its mean.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">(…).</param>
    /// <param name="targets">t (…), from 0 to 1; kept unchanged until the tape is reset.</param>
    /// <param name="reduction">How the costs of the values become one.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Bernoulli(this Tape tape, Variable logits, Tensor targets, Reduction reduction = Reduction.Mean)
    {
        logits.Shape.Require(targets.Shape, nameof(Bernoulli));
        float factor = reduction.Factor(logits.Shape);
        Tensor costs = tape.Memory.Rent(logits.Shape);
        Elementwise.Apply2<BernoulliCost>(logits.Value.Span, targets.Span, costs.Span, tape.Workers);
        Tensor loss = Total(tape, costs, factor);
        return tape.Needs(logits) ? tape.Record(new BernoulliOperation(logits, targets, factor), loss) : tape.Constant(loss);
    }

    private sealed class BernoulliOperation(Variable logits, Tensor targets, float factor) : Operation
    {
        public override void Backward(Tape tape) =>
            Pass<BernoulliSlope>(tape, logits, logits.Value, targets, factor * Output.Gradient.Span[0]);
    }
}
