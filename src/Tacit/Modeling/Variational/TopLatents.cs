using Tacit.Learning;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// A second layer of latents, the first one's prior: p(y) = N(0, 1), p(z | y) = N(m(y), s²(y)), and the posterior q(y | z). Each layer knows the one
/// beneath it only, so that bits back can go up layer by layer. Kingma, Abbeel and Ho, "Bit-Swap", 2019.
/// </summary>
/// <remarks>Both directions are linear layers as many and as wide as the encoder's, with activations between.</remarks>
public sealed class TopLatents : Module
{
    // Draws by which it is found where the first layer's latents lie.
    private const int Draws = 1024;
    private const float LeastDeviation = 1e-6f;

    private readonly LinearStack _up, _down;
    private readonly int _latents, _top;

    internal TopLatents(VariationalOptions options)
    {
        (_latents, _top) = (options.Latents, options.Top);
        _up = Add("up", new LinearStack(options.EncoderSizes, _latents, 2 * _top));
        _down = Add("down", new LinearStack(options.EncoderSizes, _top, 2 * _latents));
    }

    /// <summary>The posterior q(y | z) for z (B, D): means and log variances (B, D₂).</summary>
    public (Variable Mean, Variable LogVariance) Posterior(Tape tape, Variable latents) => VariationalNetwork.Halves(tape, _up.Forward(tape, latents));

    /// <summary>The prior p(z | y) for y (B, D₂): means and log variances (B, D).</summary>
    public (Variable Mean, Variable LogVariance) Prior(Tape tape, Variable top) => VariationalNetwork.Halves(tape, _down.Forward(tape, top));

    /// <summary>
    /// E[ln q(z | x) − ln p(z | y)] + KL(q(y | z) ‖ N(0, 1)), the mean over items. Of the first only the mean of ln q is known without a sample:
    /// Σ (ln s² − v − 1 + (z − m)² / s²) / 2 with v the log variance of q(z | x).
    /// </summary>
    /// <param name="tape">The tape; the sample of y is drawn by its seed.</param>
    /// <param name="latents">The sample of z (B, D).</param>
    /// <param name="logVariance">v (B, D).</param>
    /// <param name="freeBits">Nats that each latent of either layer may cost for nothing.</param>
    internal Variable Divergence(Tape tape, Variable latents, Variable logVariance, float freeBits)
    {
        (Variable topMean, Variable topLogVariance) = Posterior(tape, latents);
        (Variable mean, Variable prior) = Prior(tape, tape.SampleGaussian(topMean, topLogVariance));
        Variable distance = tape.Multiply(tape.Square(tape.Subtract(latents, mean)), tape.Exp(tape.Scale(prior, -1f)));
        Variable each = tape.Add(distance, tape.Subtract(prior, logVariance));
        return tape.Add(GaussianPosterior.Sum(tape, each, freeBits), GaussianPosterior.Divergence(tape, topMean, topLogVariance, freeBits));
    }

    /// <summary>Mean and deviation that each latent z has under the prior, by so many draws of y.</summary>
    /// <exception cref="InvalidDataException">They are not numbers.</exception>
    internal (float[] Mean, float[] Deviation) Moments()
    {
        const ulong Seed = 0, Stream = 0x70B1A7E5;
        var tape = new Tape { IsRecording = false };
        Tensor top = tape.Memory.Rent(Draws, _top);
        RandomFill.Normal(Seed, Stream, top.Span);
        (Variable means, Variable logVariances) = Prior(tape, Tape.Input(top));
        float[] m = means.Value.Span.ToArray(), variances = logVariances.Value.Span.ToArray();
        Elementwise.Exp(variances, variances);
        double[] sums = new double[_latents], squares = new double[_latents];
        for (int i = 0; i < m.Length; i++)
        {
            sums[i % _latents] += m[i];
            squares[i % _latents] += (double)m[i] * m[i] + variances[i];
        }
        float[] mean = new float[_latents], deviation = new float[_latents];
        for (int i = 0; i < _latents; i++)
        {
            double centre = sums[i] / Draws, variance = squares[i] / Draws - centre * centre;
            mean[i] = (float)centre;
            deviation[i] = (float)Math.Sqrt(variance > LeastDeviation * LeastDeviation ? variance : LeastDeviation * LeastDeviation);
        }
        return NanGuard.FindNonFinite(mean) < 0 && NanGuard.FindNonFinite(deviation) < 0 ? (mean, deviation)
            : throw new InvalidDataException("What the model says of its latents' prior is not a number.");
    }

    internal static long Count(VariationalOptions o) =>
        LinearStack.Count(o.EncoderSizes, o.Latents, 2L * o.Top) + LinearStack.Count(o.EncoderSizes, o.Top, 2L * o.Latents);
}
