namespace Tacit.Learning;

/// <summary>A long short-term memory of one or more layers. Hochreiter and Schmidhuber 1997, with a forget gate (Gers et al. 2000).</summary>
/// <remarks>
/// Step by step, with the states handed on, it gives the same bits as for the whole sequence at once. Initial values are
/// uniform in ±1 / √H, as PyTorch's.
/// </remarks>
public sealed class Lstm : Module
{
    private readonly Direction[] _directions;
    private readonly int _perLayer;
    private readonly float _dropout;

    /// <summary>A stack of layers.</summary>
    /// <param name="inputs">I.</param>
    /// <param name="hidden">H.</param>
    /// <param name="layers">How many, each on the output of the one before.</param>
    /// <param name="bidirectional">Whether each layer also runs from the end, its output beside the other's.</param>
    /// <param name="dropout">Of the outputs between layers, in training.</param>
    public Lstm(int inputs, int hidden, int layers = 1, bool bidirectional = false, float dropout = 0f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        if (!(dropout >= 0f && dropout < 1f))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "From 0 to below 1.");
        Hidden = hidden;
        _dropout = dropout;
        _perLayer = bidirectional ? 2 : 1;
        _directions = new Direction[layers * _perLayer];
        for (int i = 0; i < _directions.Length; i++)
        {
            int columns = i < _perLayer ? inputs : _perLayer * hidden;
            _directions[i] = Add($"{(i % _perLayer == 0 ? "layers" : "backwards")}.{i / _perLayer}", new Direction(columns, hidden));
        }
    }

    /// <summary>H.</summary>
    public int Hidden { get; }

    /// <summary>Columns of the output: H, or 2H with two directions.</summary>
    public int OutputColumns => _perLayer * Hidden;

    /// <summary>(B, T, I) to (B, T, H) or (B, T, 2H), and the states after.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">(B, T, I), at least one step.</param>
    /// <param name="state">The states to begin with; null for zeros.</param>
    /// <param name="lengths">
    /// The sequences' lengths (B), kept unchanged until the tape is reset; empty if all are T. Padding leaves the states as
    /// they are, and its output is zero.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a length is out of range.</exception>
    public (Variable Output, LstmState State) Forward(Tape tape, Variable x, LstmState? state = null, ReadOnlyMemory<int> lengths = default)
    {
        if (state is not null && state.Count != _directions.Length)
            throw new ArgumentException($"Lstm: {state.Count} states for {_directions.Length} layers and directions.");
        var last = new (Variable Hidden, Variable Cell)[_directions.Length];
        for (int i = 0; i < _directions.Length; i += _perLayer)
        {
            if (i > 0)
                x = tape.Dropout(x, _dropout);
            Variable output = Run(i, backwards: false);
            x = _perLayer == 1 ? output : tape.Concatenate(-1, output, Run(i + 1, backwards: true));
        }
        return (x, new LstmState(last));

        Variable Run(int i, bool backwards)
        {
            Direction d = _directions[i];
            (Variable output, last[i].Hidden, last[i].Cell) =
                tape.Lstm(x, d.InputWeight, d.RecurrentWeight, d.Bias, state?[i].Hidden, state?[i].Cell, lengths, backwards);
            return output;
        }
    }

    private sealed class Direction : Module
    {
        public Direction(int inputs, int hidden)
        {
            Initializer initial = Initializer.ForInputs(hidden);
            InputWeight = Add(new Parameter("input_weight", initial, 4 * hidden, inputs));
            RecurrentWeight = Add(new Parameter("recurrent_weight", initial, 4 * hidden, hidden));
            Bias = Add(new Parameter("bias", initial, 4 * hidden));
        }

        public Parameter InputWeight { get; }

        public Parameter RecurrentWeight { get; }

        public Parameter Bias { get; }
    }
}
