using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>The same values in another shape; −1 stands for the size that fits. Copies nothing.</summary>
    /// <exception cref="ArgumentException">The number of values differs.</exception>
    public static Variable Reshape(this Tape tape, Variable x, params ReadOnlySpan<int> sizes)
    {
        Tensor view = x.Value.Reshape(sizes);
        return tape.Needs(x) ? tape.Record(new ReshapeOperation(x), view, isView: true) : tape.Constant(view, isView: true);
    }

    private sealed class ReshapeOperation(Variable x) : Operation
    {
        public override void Backward(Tape tape) => x.TakeGradient(tape, Output.GiveGradient().As(x.Shape));
    }
}
