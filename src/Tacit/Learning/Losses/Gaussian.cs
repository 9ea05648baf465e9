using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Losses
{
    /// <summary>
    /// −ln of values under normal distributions, (ln 2π + v + (x − mean)² · e^−v) / 2 with v the log variance; by default its
    /// mean.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="values">x (…); kept unchanged until the tape is reset.</param>
    /// <param name="mean">(…).</param>
    /// <param name="logVariance">v (…), within about ±80.</param>
    /// <param name="reduction">How the costs of the values become one.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Gaussian(this Tape tape, Tensor values, Variable mean, Variable logVariance, Reduction reduction = Reduction.Mean)
    {
        mean.Shape.Require(values.Shape, nameof(Gaussian));
        mean.Shape.Require(logVariance.Shape, nameof(Gaussian));
        float factor = reduction.Factor(mean.Shape);
        Tensor costs = tape.Memory.Rent(mean.Shape);
        Elementwise.Apply3<GaussianCost>(values.Span, mean.Value.Span, logVariance.Value.Span, costs.Span, tape.Workers);
        Tensor loss = Total(tape, costs, factor);
        return tape.Needs(mean, logVariance) ? tape.Record(new GaussianOperation(values, mean, logVariance, factor), loss) : tape.Constant(loss);
    }

    private sealed class GaussianOperation(Tensor values, Variable mean, Variable logVariance, float factor) : Operation
    {
        public override void Backward(Tape tape)
        {
            Pass<GaussianMeanSlope>(tape, mean);
            Pass<GaussianVarianceSlope>(tape, logVariance);
        }

        private void Pass<F>(Tape tape, Variable x)
            where F : struct, IFunction3
        {
            if (!x.NeedsGradient)
                return;
            Tensor dx = tape.Memory.Rent(x.Shape);
            Elementwise.Apply3<F>(values.Span, mean.Value.Span, logVariance.Value.Span, dx.Span, tape.Workers);
            MapWith<ScaledGradient<First>>.Run(dx.Span, dx.Span, factor * Output.Gradient.Span[0], dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
