using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Losses
{
    /// <summary>
    /// The Kullback-Leibler divergence of normal distributions from the standard one, (e^v − 1 − v + mean²) / 2 with v the log
    /// variance; by default summed for each example.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="mean">(B, …).</param>
    /// <param name="logVariance">v (B, …), up to about 80.</param>
    /// <param name="reduction">How the costs of the values become one.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable GaussianDivergence(this Tape tape, Variable mean, Variable logVariance, Reduction reduction = Reduction.MeanPerExample)
    {
        mean.Shape.Require(logVariance.Shape, nameof(GaussianDivergence));
        float factor = reduction.Factor(mean.Shape);
        Tensor costs = tape.Memory.Rent(mean.Shape);
        Elementwise.Apply2<DivergenceCost>(mean.Value.Span, logVariance.Value.Span, costs.Span, tape.Workers);
        Tensor loss = Total(tape, costs, factor);
        return tape.Needs(mean, logVariance) ? tape.Record(new DivergenceOperation(mean, logVariance, factor), loss) : tape.Constant(loss);
    }

    /// <summary>
    /// The Kullback-Leibler divergence of normal distributions from others, with v and w the log variances:
    /// (e^(v − w) − 1 − (v − w) + (mean − otherMean)² · e^−w) / 2; by default summed for each example.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="mean">(B, …).</param>
    /// <param name="logVariance">v (B, …).</param>
    /// <param name="otherMean">(B, …).</param>
    /// <param name="otherLogVariance">w (B, …).</param>
    /// <param name="reduction">How the costs of the values become one.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable GaussianDivergence(this Tape tape, Variable mean, Variable logVariance, Variable otherMean, Variable otherLogVariance,
        Reduction reduction = Reduction.MeanPerExample)
    {
        // In units of the other's deviation it is the divergence from the standard distribution.
        Variable distance = tape.Multiply(tape.Subtract(mean, otherMean), tape.Exp(tape.Scale(otherLogVariance, -0.5f)));
        return tape.GaussianDivergence(distance, tape.Subtract(logVariance, otherLogVariance), reduction);
    }

    private sealed class DivergenceOperation(Variable mean, Variable logVariance, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            float scale = factor * Output.Gradient.Span[0];
            Pass<First>(tape, mean, mean.Value, logVariance.Value, scale);
            Pass<DivergenceSlope>(tape, logVariance, mean.Value, logVariance.Value, scale);
        }
    }
}
