using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>An LSTM's way through sequences and back: sizes, and what the way back needs.</summary>
/// <remarks>
/// Inside, a step's sequences lie together, in the order in which the steps are taken: inputs (T, B, I), gates (T, B, 4H)
/// and states (T + 1, B, H) that begin with the initial one. So a step works on contiguous rows, and the products of all
/// steps are one.
/// </remarks>
internal sealed class LstmSequence
{
    // Sequences a thread takes at least: fewer rows make slow products.
    private const int LeastRows = 8;

    private ReadOnlyMemory<int> _lengths;
    private bool _backwards, _inputsAreView;

    public int Batch { get; private init; }

    public int Steps { get; private init; }

    public int InputSize { get; private init; }

    public int Size { get; private init; }

    /// <summary>(T · B, I).</summary>
    public Tensor Inputs { get; private set; }

    /// <summary>(T, B, 4H): after <see cref="Backward"/> the gradient of the products.</summary>
    public Tensor Gates { get; private set; }

    /// <summary>(T + 1, B, H).</summary>
    public Tensor Hidden { get; private set; }

    /// <summary>(T + 1, B, H).</summary>
    public Tensor Cells { get; private set; }

    public static LstmSequence Check(Shape x, Shape inputWeight, Shape recurrentWeight, Shape bias, Variable? hidden, Variable? cell,
        ReadOnlyMemory<int> lengths, bool backwards)
    {
        if (x.Rank != 3 || x.Count == 0 || inputWeight.Rank != 2 || recurrentWeight.Rank != 2 || x[2] != inputWeight[1] || recurrentWeight[1] < 1
            || inputWeight[0] != 4L * recurrentWeight[1] || recurrentWeight[0] != inputWeight[0] || bias.Count != inputWeight[0])
            throw new ArgumentException($"Lstm: {x} with weights {inputWeight}, {recurrentWeight} and a bias of {bias}.");
        int size = recurrentWeight[1];
        var state = new Shape(x[0], size);
        if ((hidden is not null && !hidden.Shape.Is(state)) || (cell is not null && !cell.Shape.Is(state)))
            throw new ArgumentException($"Lstm: states {hidden?.Shape} and {cell?.Shape}; they must be {state}.");
        if (!lengths.IsEmpty && lengths.Length != x[0])
            throw new ArgumentException($"Lstm: {lengths.Length} lengths for {x}.");
        foreach (int length in lengths.Span)
        {
            if (length < 0 || length > x[1])
                throw new ArgumentException($"Lstm: a length of {length} in {x}.");
        }
        return new LstmSequence { Batch = x[0], Steps = x[1], InputSize = x[2], Size = size, _lengths = lengths, _backwards = backwards };
    }

    public void Forward(Tape tape, Variable x, Variable inputWeight, Variable recurrentWeight, Variable bias, Variable? hidden, Variable? cell,
        out Tensor output)
    {
        TensorPool memory = tape.Memory;
        _inputsAreView = (Steps == 1 || Batch == 1) && !_backwards;
        Inputs = _inputsAreView ? x.Value.Reshape(Steps * Batch, InputSize) : memory.Rent(Steps * Batch, InputSize);
        for (int step = 0; step < Steps && !_inputsAreView; step++)
        {
            Span<float> source = x.Value.Span[(Time(step) * InputSize)..], target = Inputs.Span[(step * Batch * InputSize)..];
            Strided.Copy(source, Steps * InputSize, target, InputSize, Batch, InputSize);
        }
        Gates = memory.Rent(Steps, Batch, 4 * Size);
        Hidden = memory.Rent(Steps + 1, Batch, Size);
        Cells = memory.Rent(Steps + 1, Batch, Size);
        Begin(Hidden, hidden);
        Begin(Cells, cell);
        if (inputWeight is Parameter parameter)
            MatMul.Multiply(Inputs.AsMatrix, parameter.PackedTransposed(tape.Workers), Gates.AsTarget, bias.Value.Span, pool: tape.Workers);
        else
            MatMul.Multiply(Inputs.AsMatrix, inputWeight.Value.AsMatrix.Transposed, Gates.AsTarget, bias.Value.Span, pool: tape.Workers);
        using var own = Own(recurrentWeight, transposed: true);
        var work = new ForwardWork
        {
            Sequence = this,
            Weights = own ?? ((Parameter)recurrentWeight).PackedTransposed(tape.Workers),
            RowsPerPart = RowsPerPart(tape.Workers, out WorkPool? inner),
            Inner = inner,
        };
        Share(ref work, work.RowsPerPart, tape.Workers);
        output = memory.Rent(Batch, Steps, Size);
        for (int step = 0; step < Steps; step++)
        {
            Strided.Copy(Hidden[step + 1].Span, Size, output.Span[(Time(step) * Size)..], Steps * Size, Batch, Size);
            for (int b = 0; b < Batch; b++)
            {
                if (!Active(step, b))
                    output.Span.Slice((b * Steps + Time(step)) * Size, Size).Clear();
            }
        }
    }

    /// <summary>Steps backwards; the gradients of the last states become those of the first.</summary>
    public void Backward(Tape tape, Variable recurrentWeight, Tensor doutput, Tensor dhidden, Tensor dcell)
    {
        using var own = Own(recurrentWeight, transposed: false);
        var work = new BackwardWork
        {
            Sequence = this,
            Weights = own ?? ((Parameter)recurrentWeight).Packed(tape.Workers),
            Doutput = doutput,
            Dhidden = dhidden,
            Dcell = dcell,
            Kept = _lengths.IsEmpty ? default : tape.Memory.Rent(2, Batch, Size),
            RowsPerPart = RowsPerPart(tape.Workers, out WorkPool? inner),
            Inner = inner,
        };
        Share(ref work, work.RowsPerPart, tape.Workers);
        if (!work.Kept.IsEmpty)
            tape.Memory.Return(work.Kept);
    }

    /// <summary>The gradient of the input (B, T, I), after <see cref="Backward"/>.</summary>
    public Tensor InputGradient(Tape tape, Variable inputWeight)
    {
        Tensor dx = tape.Memory.Rent(Batch, Steps, InputSize), inputs = _inputsAreView ? dx : tape.Memory.Rent(Steps, Batch, InputSize);
        MatMul.Multiply(Gates.AsMatrix, inputWeight.Value.AsMatrix, inputs.AsTarget, pool: tape.Workers);
        if (_inputsAreView)
            return dx;
        for (int step = 0; step < Steps; step++)
            Strided.Copy(inputs[step].Span, InputSize, dx.Span[(Time(step) * InputSize)..], Steps * InputSize, Batch, InputSize);
        tape.Memory.Return(inputs);
        return dx;
    }

    /// <summary>A copy of the last of the states (T + 1, B, H).</summary>
    public Tensor Last(Tape tape, Tensor states)
    {
        Tensor last = tape.Memory.Rent(Batch, Size);
        last.CopyFrom(states[Steps]);
        return last;
    }

    public void Return(Tape tape)
    {
        if (!_inputsAreView)
            tape.Memory.Return(Inputs);
        tape.Memory.Return(Gates);
        tape.Memory.Return(Hidden);
        tape.Memory.Return(Cells);
    }

    private static PackedMatrix? Own(Variable weight, bool transposed) => weight is Parameter ? null
        : PackedMatrix.From(transposed ? weight.Value.AsMatrix.Transposed : weight.Value.AsMatrix);

    private static void Begin(Tensor states, Variable? initial)
    {
        if (initial is null)
            states[0].Span.Clear();
        else
            states[0].CopyFrom(initial.Value);
    }

    private int Time(int step) => _backwards ? Steps - 1 - step : step;

    private bool Active(int step, int b) => _lengths.IsEmpty || Time(step) < _lengths.Span[b];

    // Sequences are independent, so threads take some each through all steps; if they are few, a step's columns.
    private int RowsPerPart(WorkPool? workers, out WorkPool? inner)
    {
        int parts = Math.Clamp(Batch / LeastRows, 1, workers?.Threads ?? 1);
        inner = parts == 1 ? workers : null;
        return (Batch + parts - 1) / parts;
    }

    private void Share<TWork>(ref TWork work, int rowsPerPart, WorkPool? workers)
        where TWork : struct, IWork
    {
        int parts = (Batch + rowsPerPart - 1) / rowsPerPart;
        if (parts == 1)
            work.Run(0);
        else
            workers!.Run(ref work, parts);
    }

    private void ForwardRows(PackedMatrix weights, int first, int rows, WorkPool? workers)
    {
        for (int step = 0; step < Steps; step++)
        {
            Span<float> hidden = Rows(Hidden[step], first, rows), nextHidden = Rows(Hidden[step + 1], first, rows);
            Span<float> cell = Rows(Cells[step], first, rows), nextCell = Rows(Cells[step + 1], first, rows);
            Span<float> gates = Rows(Gates[step], first, rows);
            MatMul.Multiply(new Matrix(hidden, rows, Size), weights, new MatrixTarget(gates, rows, 4 * Size), accumulate: true, pool: workers);
            LstmCell.Forward(gates, cell, nextCell, nextHidden, Size, workers);
            CopyInactive(step, first, hidden, nextHidden);
            CopyInactive(step, first, cell, nextCell);
        }
    }

    private void BackwardRows(PackedMatrix weights, Tensor doutput, Tensor dhiddens, Tensor dcells, Tensor kept, int first, int rows,
        WorkPool? workers)
    {
        Span<float> dhidden = Rows(dhiddens, first, rows), dcell = Rows(dcells, first, rows);
        Span<float> keptHidden = kept.IsEmpty ? default : Rows(kept[0], first, rows), keptCell = kept.IsEmpty ? default : Rows(kept[1], first, rows);
        for (int step = Steps - 1; step >= 0; step--)
        {
            Span<float> gates = Rows(Gates[step], first, rows);
            for (int r = 0; r < rows; r++)
            {
                Span<float> row = dhidden.Slice(r * Size, Size);
                if (Active(step, first + r))
                    Elementwise.Add(row, doutput.Span.Slice(((first + r) * Steps + Time(step)) * Size, Size), row);
            }
            // A step that a sequence does not take passes the gradients of its states on as they are.
            CopyInactive(step, first, dhidden, keptHidden);
            CopyInactive(step, first, dcell, keptCell);
            LstmCell.Backward(gates, Rows(Cells[step], first, rows), Rows(Cells[step + 1], first, rows), dhidden, dcell, gates, Size, workers);
            for (int r = 0; r < rows; r++)
            {
                if (!Active(step, first + r))
                    gates.Slice(4 * r * Size, 4 * Size).Clear();
            }
            MatMul.Multiply(new Matrix(gates, rows, 4 * Size), weights, new MatrixTarget(dhidden, rows, Size), pool: workers);
            CopyInactive(step, first, keptHidden, dhidden);
            CopyInactive(step, first, keptCell, dcell);
        }
    }

    // The rows of sequences that do not take a step.
    private void CopyInactive(int step, int first, ReadOnlySpan<float> source, Span<float> target)
    {
        for (int r = 0; r < source.Length / Size; r++)
        {
            if (!Active(step, first + r))
                source.Slice(r * Size, Size).CopyTo(target[(r * Size)..]);
        }
    }

    private static Span<float> Rows(Tensor all, int first, int rows) => all.Span.Slice(first * all.Shape.Columns, rows * all.Shape.Columns);

    private struct ForwardWork : IWork
    {
        public LstmSequence Sequence;
        public PackedMatrix Weights;
        public WorkPool? Inner;
        public int RowsPerPart;

        public readonly void Run(int part)
        {
            int first = part * RowsPerPart;
            Sequence.ForwardRows(Weights, first, Math.Min(RowsPerPart, Sequence.Batch - first), Inner);
        }
    }

    private struct BackwardWork : IWork
    {
        public LstmSequence Sequence;
        public PackedMatrix Weights;
        public Tensor Doutput, Dhidden, Dcell, Kept;
        public WorkPool? Inner;
        public int RowsPerPart;

        public readonly void Run(int part)
        {
            int first = part * RowsPerPart;
            Sequence.BackwardRows(Weights, Doutput, Dhidden, Dcell, Kept, first, Math.Min(RowsPerPart, Sequence.Batch - first), Inner);
        }
    }
}
