using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>Two axes exchanged: (…, A, …, B, …) to (…, B, …, A, …). Copies.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The variable.</param>
    /// <param name="first">An axis, from 0, or from −1 for the last.</param>
    /// <param name="second">The other.</param>
    /// <exception cref="ArgumentException">There are no such axes.</exception>
    public static Variable Transpose(this Tape tape, Variable x, int first, int second)
    {
        int rank = x.Shape.Rank, p = first < 0 ? first + rank : first, q = second < 0 ? second + rank : second;
        if ((uint)p >= (uint)rank || (uint)q >= (uint)rank)
            throw new ArgumentException($"Transpose: axes {first} and {second} of {x.Shape}.");
        if (p == q)
            return x;
        (p, q) = (Math.Min(p, q), Math.Max(p, q));
        Span<int> sizes = stackalloc int[rank];
        for (int axis = 0; axis < rank; axis++)
            sizes[axis] = x.Shape[axis == p ? q : axis == q ? p : axis];
        Tensor y = tape.Memory.Rent(sizes);
        Swap(x.Value, p, q, y, tape.Workers);
        return tape.Needs(x) ? tape.Record(new TransposeOperation(x, p, q), y) : tape.Constant(y);
    }

    private static void Swap(Tensor x, int p, int q, Tensor y, WorkPool? workers)
    {
        int outer = 1, middle = 1, inner = 1;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (axis < p)
                outer *= x.Shape[axis];
            else if (axis > p && axis < q)
                middle *= x.Shape[axis];
            else if (axis > q)
                inner *= x.Shape[axis];
        }
        Strided.SwapAxes(x.Span, outer, x.Shape[p], middle, x.Shape[q], inner, y.Span, workers);
    }

    private sealed class TransposeOperation(Variable x, int p, int q) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = tape.Memory.Rent(x.Shape);
            Swap(Output.Gradient, p, q, dx, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
