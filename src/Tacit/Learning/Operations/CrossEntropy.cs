using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>The mean of −ln softmax(logits)[target], in nats.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">(…, N).</param>
    /// <param name="targets">One per row, from 0 to N − 1, or <see cref="Numerics.CrossEntropy.Ignored"/>, which the mean leaves out.</param>
    /// <returns>One value; 0 if all targets are ignored.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is no column.</exception>
    public static Variable CrossEntropy(this Tape tape, Variable logits, ReadOnlyMemory<int> targets)
    {
        if (logits.Shape.Rows != targets.Length)
            throw new ArgumentException($"CrossEntropy: {targets.Length} targets for logits {logits.Shape}.");
        int counted = 0;
        foreach (int target in targets.Span)
            counted += target == Numerics.CrossEntropy.Ignored ? 0 : 1;
        float each = counted == 0 ? 0f : 1f / counted;
        Tensor losses = tape.Memory.Rent(targets.Length), mean = tape.Memory.Rent(1);
        bool needs = tape.Needs(logits);
        Tensor gradient = needs ? tape.Memory.Rent(logits.Shape) : default;
        if (needs)
            Numerics.CrossEntropy.ForwardBackward(logits.Value.Span, targets.Span, losses.Span, gradient.Span, each, tape.Workers);
        else
            Numerics.CrossEntropy.Forward(logits.Value.Span, targets.Span, losses.Span, tape.Workers);
        mean.Span[0] = Reduce.Sum(losses.Span) * each;
        tape.Memory.Return(losses);
        return needs ? tape.Record(new KnownGradient(logits, gradient), mean) : tape.Constant(mean);
    }

    /// <summary>A loss of one value whose gradient was found on the way.</summary>
    internal sealed class KnownGradient(Variable x, Tensor gradient) : Operation
    {
        public override void Backward(Tape tape)
        {
            float factor = Output.Gradient.Span[0];
            if (factor != 1f)
                MapWith<ScaledGradient<First>>.Run(gradient.Span, gradient.Span, factor, gradient.Span, tape.Workers);
            x.TakeGradient(tape, gradient);
        }
    }
}
