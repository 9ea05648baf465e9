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
    public static Variable Divergence(Tape tape, Variable mean, Variable logVariance, float freeBits) => freeBits <= 0f
        ? tape.GaussianDivergence(mean, logVariance)
        : Sum(tape, tape.Add(tape.Subtract(tape.Exp(logVariance), logVariance), tape.Square(mean)), freeBits);

    /// <summary>Σ over latents of the mean over items of (e − 1) / 2 for e (B, D), no latent's below λ.</summary>
    public static Variable Sum(Tape tape, Variable each, float freeBits)
    {
        Variable latents = tape.Scale(tape.AddConstant(tape.MeanRows(each), -1f), 0.5f);
        return freeBits <= 0f ? tape.Sum(latents)
            : tape.Sum(tape.AddConstant(tape.Activate(tape.AddConstant(latents, -freeBits), Activation.Relu), freeBits));     // λ + relu(… − λ)
    }
}
