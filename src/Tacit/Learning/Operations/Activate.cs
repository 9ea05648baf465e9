using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>An activation of each value.</summary>
    public static Variable Activate(this Tape tape, Variable x, Activation activation)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        Elementwise.Activate(activation, x.Value.Span, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new ActivationOperation(x, activation), y) : tape.Constant(y);
    }

    private sealed class ActivationOperation(Variable x, Activation activation) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            Gradient(activation, dx, x.Value, Output.Value, dx, tape.Workers);
            x.TakeGradient(tape, dx);
        }

        /// <summary>dx = dy · activation'(x), with y = activation(x); dx may be dy or x.</summary>
        public static void Gradient(Activation activation, Tensor dy, Tensor x, Tensor y, Tensor dx, WorkPool? workers)
        {
            switch (activation)
            {
                case Activation.None: dy.Span.CopyTo(dx.Span); break;
                case Activation.Relu: Elementwise.ReluGradient(dy.Span, x.Span, dx.Span, workers); break;
                case Activation.Gelu: Elementwise.GeluGradient(dy.Span, x.Span, dx.Span, workers); break;
                case Activation.Silu: Elementwise.SiluGradient(dy.Span, x.Span, dx.Span, workers); break;
                case Activation.Tanh: Elementwise.TanhGradient(dy.Span, y.Span, dx.Span, workers); break;
                case Activation.Sigmoid: Elementwise.SigmoidGradient(dy.Span, y.Span, dx.Span, workers); break;
                default: throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation.");
            }
        }
    }
}
