using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Stochastic gradient descent with momentum.</summary>
/// <param name="parameters">What it changes.</param>
/// <param name="momentum">How much of the velocity stays.</param>
/// <param name="decay">Weight decay, of parameters that decay (<see cref="Parameter.Decays"/>).</param>
/// <param name="nesterov">Whether to look ahead (Sutskever et al. 2013).</param>
public sealed class Sgd(IReadOnlyList<Parameter> parameters, float momentum = 0.9f, float decay = 0f, bool nesterov = false)
    : Optimiser(parameters)
{
    private readonly Tensor[] _velocity = ZerosLike(parameters);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State => Parameters.Select((p, i) => ($"velocity.{p.Name}", _velocity[i]));

    /// <inheritdoc/>
    public override void Step(float rate, float scale = 1f, WorkPool? workers = null)
    {
        Steps++;
        for (int i = 0; i < _velocity.Length; i++)
        {
            Parameter parameter = Parameters[i];
            if (!parameter.IsTrained || parameter.Gradient.IsEmpty)
                continue;
            UpdateRule.Momentum(parameter.Value.Span, parameter.Gradient.Span, _velocity[i].Span, rate, momentum,
                parameter.Decays ? decay : 0f, nesterov, scale, workers);
            parameter.Touch();
        }
    }
}
