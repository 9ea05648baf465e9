using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Variables one after another along an axis.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="axis">From 0, or from −1 for the last.</param>
    /// <param name="parts">At least one; their other axes have the same sizes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Concatenate(this Tape tape, int axis, params ReadOnlySpan<Variable> parts)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("Concatenate: nothing to concatenate.");
        AxisBlocks first = AxisBlocks.Of(parts[0].Shape, axis);
        int size = 0;
        bool needs = false;
        foreach (Variable part in parts)
        {
            int mine = part.Shape.Rank == parts[0].Shape.Rank ? AxisBlocks.Of(part.Shape, axis).Size : -1;
            if (mine < 0 || !first.With(mine).Is(part.Shape))
                throw new ArgumentException($"Concatenate: {parts[0].Shape} and {part.Shape} along axis {axis}.");
            size = checked(size + mine);
            needs |= tape.Needs(part);
        }
        Tensor y = tape.Memory.Rent(first.With(size));
        AxisBlocks whole = AxisBlocks.Of(y.Shape, axis);
        int at = 0;
        foreach (Variable part in parts)
        {
            int count = AxisBlocks.Of(part.Shape, axis).Size;
            whole.CopyInto(part.Value, count, y, at, tape.Workers);
            at += count;
        }
        return needs ? tape.Record(new ConcatenateOperation(parts.ToArray(), whole, axis), y) : tape.Constant(y);
    }

    private sealed class ConcatenateOperation(Variable[] parts, AxisBlocks whole, int axis) : Operation
    {
        public override void Backward(Tape tape)
        {
            int at = 0;
            foreach (Variable part in parts)
            {
                int count = AxisBlocks.Of(part.Shape, axis).Size;
                if (part.NeedsGradient)
                {
                    Tensor gradient = tape.Memory.Rent(part.Shape);
                    whole.CopyPart(Output.Gradient, at, gradient, count, tape.Workers);
                    part.TakeGradient(tape, gradient);
                }
                at += count;
            }
        }
    }
}
