using Tacit.Numerics;
using Tacit.Numerics.Elementary;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>x + constant.</summary>
    public static Variable AddConstant(this Tape tape, Variable x, float constant)
    {
        Tensor y = tape.Memory.Rent(x.Shape);
        MapWith<PlusConstant>.Run(x.Value.Span, x.Value.Span, constant, y.Span, tape.Workers);
        return tape.Needs(x) ? tape.Record(new PassOperation(x), y) : tape.Constant(y);
    }

    /// <summary>dx = dy.</summary>
    private sealed class PassOperation(Variable x) : Operation
    {
        public override void Backward(Tape tape) => x.TakeGradient(tape, Output.GiveGradient());
    }
}
