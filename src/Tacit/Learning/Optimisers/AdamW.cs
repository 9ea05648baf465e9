using Tacit.Numerics;

namespace Tacit.Learning;

/// <summary>Adam with decoupled weight decay. Kingma and Ba 2015; Loshchilov and Hutter 2019. Adam is its case without decay.</summary>
/// <param name="parameters">What it changes.</param>
/// <param name="beta1">How much of the mean gradient stays.</param>
/// <param name="beta2">How much of the mean squared gradient stays.</param>
/// <param name="epsilon">Added to the root of the mean square.</param>
/// <param name="decay">Weight decay, of parameters that decay (<see cref="Parameter.Decays"/>).</param>
public sealed class AdamW(IReadOnlyList<Parameter> parameters, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float decay = 0f)
    : Optimiser(parameters)
{
    private readonly Tensor[] _first = ZerosLike(parameters), _second = ZerosLike(parameters);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State
    {
        get
        {
            for (int i = 0; i < _first.Length; i++)
            {
                yield return ($"first.{Parameters[i].Name}", _first[i]);
                yield return ($"second.{Parameters[i].Name}", _second[i]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Step(float rate, float scale = 1f, WorkPool? workers = null)
    {
        Steps++;
        for (int i = 0; i < _first.Length; i++)
        {
            Parameter parameter = Parameters[i];
            if (!parameter.IsTrained || parameter.Gradient.IsEmpty)
                continue;
            var settings = new AdamWSettings
            {
                Rate = rate,
                Beta1 = beta1,
                Beta2 = beta2,
                Epsilon = epsilon,
                Decay = parameter.Decays ? decay : 0f,
            };
            UpdateRule.AdamW(parameter.Value.Span, parameter.Gradient.Span, _first[i].Span, _second[i].Span, settings, Steps, scale, workers);
            parameter.Touch();
        }
    }
}
