using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>What a posterior N(μ, σ²) of latents costs against the prior N(0, 1).</summary>
internal static class GaussianPosterior
{
    /// <summary>Σ over latents of the mean over items of their divergence, no latent's below λ: max(λ, mean of (e^v − 1 − v + μ²) / 2).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="mean">μ (B, D).</param>
    /// <param name="logVariance">v (B, D).</param>
    /// <param name="freeBits">λ, in nats. Kingma et al., "Improved variational inference with inverse autoregressive flow", 2016.</param>
    public static Variable Divergence(Tape tape, Variable mean, Variable logVariance, float freeBits)
    {
        if (freeBits <= 0f)
            return tape.GaussianDivergence(mean, logVariance);
        Variable each = tape.Add(tape.Subtract(tape.Exp(logVariance), logVariance), tape.Square(mean));
        Variable latents = tape.Scale(tape.AddConstant(tape.MeanRows(each), -1f), 0.5f);
        return tape.Sum(tape.AddConstant(tape.Activate(tape.AddConstant(latents, -freeBits), Activation.Relu), freeBits));     // λ + relu(… − λ)
    }
}
