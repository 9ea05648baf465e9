using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Rotary position embedding: queries and keys turned by their position. Su et al. 2021.</summary>
/// <param name="positions">Positions there are.</param>
/// <param name="headSize">Columns of a head, even.</param>
/// <param name="frequencyBase">Of the slowest frequency.</param>
public sealed class Rope(int positions, int headSize, double frequencyBase = 10000)
{
    private readonly RotaryTable _table = new(positions, headSize, frequencyBase);

    /// <summary>The heads of each row turned by its position.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, T, heads · head size).</param>
    /// <param name="firstPosition">The position of the first row of each sequence.</param>
    /// <exception cref="ArgumentException">The shape does not fit, or there are not so many positions.</exception>
    public Variable Forward(Tape tape, Variable x, int firstPosition)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] % _table.HeadSize != 0)
            throw new ArgumentException($"Rope: {x.Shape} in heads of {_table.HeadSize}.");
        Tensor y = tape.Memory.Rent(x.Shape);
        x.Value.Span.CopyTo(y.Span);
        Turn(y, firstPosition, back: false, tape.Workers);
        return tape.Needs(x) ? tape.Record(new RopeOperation(this, x, firstPosition), y) : tape.Constant(y);
    }

    private void Turn(Tensor x, int firstPosition, bool back, WorkPool? workers) =>
        _table.Turn(x.Span, x.Shape[1], x.Shape[2] / _table.HeadSize, 0, firstPosition, back, workers);

    private sealed class RopeOperation(Rope rope, Variable x, int firstPosition) : Operation
    {
        public override void Backward(Tape tape)
        {
            Tensor dx = Output.GiveGradient();
            rope.Turn(dx, firstPosition, back: true, tape.Workers);
            x.TakeGradient(tape, dx);
        }
    }
}
