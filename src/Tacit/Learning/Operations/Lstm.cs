using Tacit.Numerics;

namespace Tacit.Learning;

public static partial class Operations
{
    /// <summary>A long short-term memory over sequences, one layer in one direction (<see cref="LstmCell"/>).</summary>
    /// <remarks>
    /// The product of the input is one for all steps; only that of the state is taken step by step. With several threads
    /// each takes some of the sequences through all steps. A step's values are the same bits in a sequence of any length.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, T, I), at least one step.</param>
    /// <param name="inputWeight">(4H, I), the gates in the order input, forget, candidate, output.</param>
    /// <param name="recurrentWeight">(4H, H).</param>
    /// <param name="bias">(4H): the sum of PyTorch's two.</param>
    /// <param name="hidden">The hidden state to begin with (B, H); null for zeros.</param>
    /// <param name="cell">The cell state to begin with (B, H); null for zeros.</param>
    /// <param name="lengths">
    /// The sequences' lengths (B), from 0 to T, kept unchanged until the tape is reset; empty if all are T. Steps beyond
    /// leave the state as it is, and their output is zero.
    /// </param>
    /// <param name="backwards">True to go from the last step to the first.</param>
    /// <returns>The hidden state after each step (B, T, H), and both states after the last (B, H).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a length is out of range.</exception>
    public static (Variable Output, Variable Hidden, Variable Cell) Lstm(this Tape tape, Variable x, Variable inputWeight, Variable recurrentWeight,
        Variable bias, Variable? hidden = null, Variable? cell = null, ReadOnlyMemory<int> lengths = default, bool backwards = false)
    {
        LstmSequence sequence = LstmSequence.Check(x.Shape, inputWeight.Shape, recurrentWeight.Shape, bias.Shape, hidden, cell, lengths, backwards);
        bool needs = tape.Needs(x, inputWeight, recurrentWeight) || tape.Needs(bias, hidden, cell);
        sequence.Forward(tape, x, inputWeight, recurrentWeight, bias, hidden, cell, out Tensor output);
        Tensor lastHidden = sequence.Last(tape, sequence.Hidden), lastCell = sequence.Last(tape, sequence.Cells);
        if (!needs)
        {
            sequence.Return(tape);
            return (tape.Constant(output), tape.Constant(lastHidden), tape.Constant(lastCell));
        }
        var operation = new LstmOperation(sequence, x, inputWeight, recurrentWeight, bias, hidden, cell);
        Variable all = tape.Record(operation, output);
        Variable last = tape.Record(new LstmLastState(operation, isCell: false), lastHidden);
        return (all, last, tape.Record(new LstmLastState(operation, isCell: true), lastCell));
    }

    private sealed class LstmOperation(LstmSequence sequence, Variable x, Variable inputWeight, Variable recurrentWeight, Variable bias, Variable? hidden,
        Variable? cell) : Operation
    {
        public override Parameter? Weights => inputWeight as Parameter;

        /// <summary>The gradients of the last states, if there are any.</summary>
        public Tensor LastHidden { get; set; }

        public Tensor LastCell { get; set; }

        public override void Backward(Tape tape)
        {
            Tensor dhidden = LastHidden.IsEmpty ? tape.Memory.RentZeros(sequence.Batch, sequence.Size) : LastHidden;
            Tensor dcell = LastCell.IsEmpty ? tape.Memory.RentZeros(sequence.Batch, sequence.Size) : LastCell;
            sequence.Backward(tape, recurrentWeight, Output.Gradient, dhidden, dcell);
            // The gates are their gradients now.
            Matrix dgates = new(sequence.Gates.Span, sequence.Steps * sequence.Batch, 4 * sequence.Size);
            if (x.NeedsGradient)
                x.TakeGradient(tape, sequence.InputGradient(tape, inputWeight));
            if (inputWeight.NeedsGradient)
            {
                Tensor dw = inputWeight.GradientTarget(tape, out bool accumulate);
                MatMul.Multiply(dgates.Transposed, sequence.Inputs.AsMatrix, dw.AsTarget, accumulate: accumulate, pool: tape.Workers);
            }
            if (recurrentWeight.NeedsGradient)
            {
                Tensor dw = recurrentWeight.GradientTarget(tape, out bool accumulate);
                var states = new Matrix(sequence.Hidden.Span, sequence.Steps * sequence.Batch, sequence.Size);
                MatMul.Multiply(dgates.Transposed, states, dw.AsTarget, accumulate: accumulate, pool: tape.Workers);
            }
            if (bias.NeedsGradient)
                Reduce.AddColumns(dgates, bias.GradientSum(tape).Span, tape.Workers);
            TakeOrReturn(tape, hidden, dhidden);
            TakeOrReturn(tape, cell, dcell);
            sequence.Return(tape);
        }

        private static void TakeOrReturn(Tape tape, Variable? state, Tensor gradient)
        {
            if (state is null)
                tape.Memory.Return(gradient);
            else
                state.TakeOrReturn(tape, gradient);
        }
    }

    /// <summary>A second result of an LSTM: its gradient waits there for the first's.</summary>
    private sealed class LstmLastState(LstmOperation lstm, bool isCell) : Operation
    {
        public override void Backward(Tape tape)
        {
            lstm.Output.GradientSum(tape);      // zeros, if the loss does not reach it by another way
            Tensor gradient = Output.GiveGradient();
            if (isCell)
                lstm.LastCell = gradient;
            else
                lstm.LastHidden = gradient;
        }
    }
}
