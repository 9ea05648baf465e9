using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>x, with a constant where a mask is nonzero: no gradient flows there.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(…).</param>
    /// <param name="mask">One per value, kept unchanged until the tape is reset.</param>
    /// <param name="constant">What stands there.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Variable Fill(this Tape tape, Variable x, ReadOnlyMemory<byte> mask, float constant)
    {
        if (mask.Length != x.Shape.Count)
            throw new ArgumentException($"Fill: {mask.Length} marks for {x.Shape}.");
        Tensor y = tape.Memory.Rent(x.Shape);
        Choose(mask.Span, constant, x.Value.Span, y.Span);
        return tape.Needs(x) ? tape.Record(new FillOperation(x, mask), y) : tape.Constant(y);
    }

    /// <summary>x where a mask is nonzero, else y.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="mask">One per value, kept unchanged until the tape is reset.</param>
    /// <param name="x">(…).</param>
    /// <param name="y">(…).</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Choose(this Tape tape, ReadOnlyMemory<byte> mask, Variable x, Variable y)
    {
        x.Shape.Require(y.Shape, nameof(Choose));
        if (mask.Length != x.Shape.Count)
            throw new ArgumentException($"Choose: {mask.Length} marks for {x.Shape}.");
        Tensor z = tape.Memory.Rent(x.Shape);
        ReadOnlySpan<float> px = x.Value.Span, py = y.Value.Span;
        Span<float> pz = z.Span;
        for (int i = 0; i < pz.Length; i++)
            pz[i] = mask.Span[i] != 0 ? px[i] : py[i];
        return tape.Needs(x, y) ? tape.Record(new ChooseOperation(mask, x, y), z) : tape.Constant(z);
    }

    // target = mask != 0 ? constant : x.
    private static void Choose(ReadOnlySpan<byte> mask, float constant, ReadOnlySpan<float> x, Span<float> target)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = mask[i] != 0 ? constant : x[i];
    }

    private sealed class FillOperation(Variable x, ReadOnlyMemory<byte> mask) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            Choose(mask.Span, 0f, dx.Span, dx.Span);
            x.TakeGradient(tape, dx);
        }
    }

    private sealed class ChooseOperation(ReadOnlyMemory<byte> mask, Variable x, Variable y) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dz = Output.GiveGradient();
            if (y.NeedsGradient)
            {
                Tensor dy = tape.Memory.Rent(y.Shape);
                Choose(mask.Span, 0f, dz.Span, dy.Span);
                y.TakeGradient(tape, dy);
            }
            for (int i = 0; i < dz.Count; i++)
            {
                if (mask.Span[i] == 0)
                    dz.Span[i] = 0f;
            }
            x.TakeOrReturn(tape, dz);
        }
    }
}
