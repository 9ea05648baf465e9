using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Losses
{
    /// <summary>−ln of whole numbers under a mixture of discretised logistic distributions (<see cref="Numerics.LogisticMixture"/>).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="parameters">(…, P), P = 3K for one channel and 10K for three.</param>
    /// <param name="values">A value from 0 to levels − 1 for each row and channel, kept unchanged until the tape is reset.</param>
    /// <param name="channels">1, or 3: a red, a green that knows it, a blue that knows both.</param>
    /// <param name="levels">How many values there are, at least 2.</param>
    /// <param name="reduction">How the costs of the values become one; the mean is over rows and channels.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a value is out of range.</exception>
    public static Variable LogisticMixture(this Tape tape, Variable parameters, ReadOnlyMemory<byte> values, int channels = 1, int levels = 256,
        Reduction reduction = Reduction.Mean)
    {
        float factor = reduction.Factor(parameters.Shape);
        if (reduction == Reduction.Mean)
            factor = 1f / Math.Max(1, values.Length);
        bool needs = tape.Needs(parameters);
        Tensor costs = tape.Memory.Rent(parameters.Shape.Rows), gradient = needs ? tape.Memory.Rent(parameters.Shape) : default;
        Numerics.LogisticMixture.Run(parameters.Value.Span, values.Span, channels, levels, costs.Span, gradient.Span, factor, tape.Workers);
        Tensor loss = Total(tape, costs, factor);
        return needs ? tape.Record(new Operations.KnownGradient(parameters, gradient), loss) : tape.Constant(loss);
    }
}
