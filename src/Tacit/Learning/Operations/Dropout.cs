using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>In training: each value zero with probability <paramref name="rate"/>, else divided by 1 − rate. Srivastava et al. 2014.</summary>
    /// <remarks>The mask is a function of the tape's seed and stream number and of the value's place: no state, no order.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from 0 to below 1.</exception>
    public static Variable Dropout(this Tape tape, Variable x, float rate)
    {
        if (!tape.IsTraining || rate == 0f)
            return x;
        Tensor y = tape.Memory.Rent(x.Shape), mask = tape.Memory.Rent(x.Shape);
        RandomFill.DropoutMask(tape.Seed, tape.NextStream++, mask.Span, rate, pool: tape.Workers);
        Elementwise.Multiply(x.Value.Span, mask.Span, y.Span, tape.Workers);
        if (tape.Needs(x))
            return tape.Record(new DropoutOperation(x, mask), y);
        tape.Memory.Return(mask);
        return tape.Constant(y);
    }

    private sealed class DropoutOperation(Variable x, Tensor mask) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            Elementwise.Multiply(dx.Span, mask.Span, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
            tape.Memory.Return(mask);
        }
    }
}
