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

    /// <summary>The network that answers with the mean of these networks' answers: it has the hidden units of all of them.</summary>
    public static LagNetwork Mean(IReadOnlyList<LagNetwork> networks)
    {
        int lags = networks[0].Lags, hidden = networks[0].Hidden;
        var mean = new LagNetwork(lags, hidden * networks.Count);
        for (int m = 0; m < networks.Count; m++)
        {
            LagNetwork one = networks[m];
            one._hidden.Weight.Value.Span.CopyTo(mean._hidden.Weight.Value.Span[(m * hidden * lags)..]);
            one._hidden.Bias!.Value.Span.CopyTo(mean._hidden.Bias!.Value.Span[(m * hidden)..]);
            for (int i = 0; i < hidden; i++)
                mean._output.Weight.Value.Span[m * hidden + i] = one._output.Weight.Value.Span[i] / networks.Count;
            mean._output.Bias!.Value.Span[0] += one._output.Bias!.Value.Span[0] / networks.Count;
        }
        return mean;
    }
}
