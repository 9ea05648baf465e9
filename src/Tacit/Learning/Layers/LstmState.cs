using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>The states of an LSTM's layers between steps: hidden and cell (B, H) of each layer and direction.</summary>
public sealed class LstmState
{
    private readonly (Variable Hidden, Variable Cell)[] _states;

    /// <summary>States of all layers, first to last; of both directions, forwards first.</summary>
    public LstmState(params (Variable Hidden, Variable Cell)[] states)
    {
        ArgumentNullException.ThrowIfNull(states);
        _states = states;
    }

    /// <summary>Layers times directions.</summary>
    public int Count => _states.Length;

    /// <summary>The states of a layer and direction.</summary>
    public (Variable Hidden, Variable Cell) this[int index] => _states[index];

    /// <summary>The same values in memory of their own: they outlive the tape's reset, and no gradient flows past them.</summary>
    public LstmState Detach() => new(Array.ConvertAll(_states, s => (Copy(s.Hidden), Copy(s.Cell))));

    private static Variable Copy(Variable x) => Tape.Input(Tensor.From(x.Value.Span, x.Shape[0], x.Shape[1]));
}
