using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Parts [first, first + count) of an axis.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The whole.</param>
    /// <param name="axis">From 0, or from −1 for the last.</param>
    /// <param name="first">The first part.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">There is no such axis, or not so many parts.</exception>
    public static Variable Slice(this Tape tape, Variable x, int axis, int first, int count)
    {
        AxisBlocks blocks = AxisBlocks.Of(x.Shape, axis);
        if (first < 0 || count < 0 || (long)first + count > blocks.Size)
            throw new ArgumentException($"Slice: parts {first} to {(long)first + count} of axis {axis} of {x.Shape}.");
        if (blocks.Outer == 1)
        {
            // The parts lie together: they are a view.
            Tensor view = x.Value.Reshape(blocks.Size, blocks.Inner).Slice(first, count).As(blocks.With(count));
            return tape.Needs(x) ? tape.Record(new SliceOperation(x, blocks, first, count), view, isView: true) : tape.Constant(view, isView: true);
        }
        Tensor y = tape.Memory.Rent(blocks.With(count));
        blocks.CopyPart(x.Value, first, y, count, tape.Workers);
        return tape.Needs(x) ? tape.Record(new SliceOperation(x, blocks, first, count), y) : tape.Constant(y);
    }

    private sealed class SliceOperation(Variable x, AxisBlocks blocks, int first, int count) : Operation
    {
        public override void Backward(Tape tape) => blocks.AddPart(Output.Gradient, count, x.GradientSum(tape), first, tape.Workers);
    }
}
