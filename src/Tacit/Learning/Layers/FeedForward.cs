using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Two linear layers with an activation between, row by row; or with a gate beside it (Shazeer 2020).</summary>
/// <remarks>y = W₂ · f(W₁ x), gated: y = W₂ · (f(W₁ x) ∘ W₃ x); with SiLU as f that is SwiGLU.</remarks>
public sealed class FeedForward : Module
{
    private readonly Linear _in, _out;
    private readonly Linear? _gated;
    private readonly Activation _activation;

    /// <summary>A feed-forward part from C columns to C columns.</summary>
    /// <param name="columns">C.</param>
    /// <param name="hidden">Columns between.</param>
    /// <param name="activation">f.</param>
    /// <param name="gated">Whether there is a W₃.</param>
    /// <param name="bias">Whether the linear layers have biases.</param>
    /// <param name="initializer">Of W₁ and W₃.</param>
    /// <param name="outputInitializer">Of W₂.</param>
    public FeedForward(int columns, int hidden, Activation activation, bool gated = false, bool bias = true,
        Initializer? initializer = null, Initializer? outputInitializer = null)
    {
        _in = Add("in", new Linear(columns, hidden, bias, initializer));
        _gated = gated ? Add("gated", new Linear(columns, hidden, bias, initializer)) : null;
        _out = Add("out", new Linear(hidden, columns, bias, outputInitializer ?? initializer));
        _activation = activation;
    }

    /// <summary>(…, C) to (…, C).</summary>
    public Variable Forward(Tape tape, Variable x)
    {
        Variable hidden = _in.Forward(tape, x, _activation);
        if (_gated is not null)
            hidden = tape.Multiply(hidden, _gated.Forward(tape, x));
        return _out.Forward(tape, hidden);
    }
}
