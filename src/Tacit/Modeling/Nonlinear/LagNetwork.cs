using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Nonlinear;

/// <summary>One hidden layer over a series' lags: g(z) = v · tanh(W z + b) + d. It starts as g = 0.</summary>
internal sealed class LagNetwork : Module
{
    private readonly Learning.Linear _hidden, _output;

    public LagNetwork(int lags, int hidden)
    {
        (Lags, Hidden) = (lags, hidden);
        _hidden = Add("hidden", new Learning.Linear(lags, hidden));
        _output = Add("output", new Learning.Linear(hidden, 1, initializer: Initializer.Zeros));
    }

    /// <summary>Values z has.</summary>
    public int Lags { get; }

    /// <summary>Hidden units.</summary>
    public int Hidden { get; }

    /// <summary>z (B, lags) to g (B, 1).</summary>
    public Variable Forward(Tape tape, Variable z) => _output.Forward(tape, _hidden.Forward(tape, z, Activation.Tanh));
}
