using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Softmax along the last axis; terms below <see cref="Floors.Softmax"/> of the largest are zero.</summary>
    public static Variable Softmax(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Numerics.Softmax.Forward(x.Value.Span, x.Shape.Columns, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new SoftmaxOperation(x, logarithm: false), y) : tape.Constant(y);
    }

    /// <summary>The logarithm of softmax along the last axis.</summary>
    public static Variable LogSoftmax(this Tape tape, Variable x)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Numerics.Softmax.LogForward(x.Value.Span, x.Shape.Columns, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new SoftmaxOperation(x, logarithm: true), y) : tape.Constant(y);
    }

    private sealed class SoftmaxOperation(Variable x, bool logarithm) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = tape.Memory.Rent(x.Shape);
            if (logarithm)
                Numerics.Softmax.LogBackward(Output.Value.Span, Output.Gradient.Span, x.Shape.Columns, dx.Span, tape.Workers);
            else
                Numerics.Softmax.Backward(Output.Value.Span, Output.Gradient.Span, x.Shape.Columns, dx.Span, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
