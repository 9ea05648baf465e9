using Tacit.Learning;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// A variational autoencoder of images or vectors: an encoder that finds the posterior q(z | x) = N(μ(x), σ²(x)), a decoder that says p(x | z),
/// and the prior N(0, 1) of z. Kingma and Welling, "Auto-encoding variational Bayes", 2014.
/// </summary>
/// <remarks>Encoders and decoders are those of autoencoders; the last tensors, <c>fit.</c>, are found when training ends.</remarks>
public sealed class VariationalNetwork : Module
{
    /// <summary>A network of these sizes.</summary>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public VariationalNetwork(VariationalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistake() is { } mistake)
            throw new ArgumentException(mistake, nameof(options));
        Options = options;
        Likelihood = Likelihood.Of(options);
        Encoder = Add("encoder", ItemEncoder.Of(options.EncoderSizes));
        Decoder = Add("decoder", ItemDecoder.Of(options.DecoderSizes));
        Fit = Add("fit", new LatentFit(options.Latents));
    }

    /// <summary>The sizes.</summary>
    public VariationalOptions Options { get; }

    /// <summary>What the decoder's answer means.</summary>
    public Likelihood Likelihood { get; }

    /// <summary>Makes mean and log variance of latents.</summary>
    public ItemEncoder Encoder { get; }

    /// <summary>Makes the likelihood's parameters.</summary>
    public ItemDecoder Decoder { get; }

    /// <summary>What is known of the training data: where posterior means lie, how large errors are.</summary>
    public LatentFit Fit { get; }

    /// <summary>Numbers of a network of these sizes; without making it.</summary>
    public static long Count(VariationalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long latents = options.Latents;
        return ItemEncoder.Count(options.EncoderSizes) + ItemDecoder.Count(options.DecoderSizes) + latents * (latents + 1) + 2;
    }

    /// <summary>Values of the widest tensor that an item becomes on its way, about.</summary>
    public static long WidestCount(VariationalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Math.Max(AutoencoderNetwork.WidestCount(options.EncoderSizes), AutoencoderNetwork.WidestCount(options.DecoderSizes));
    }

    /// <inheritdoc cref="AutoencoderNetwork.ItemsAtOnce(AutoencoderOptions)"/>
    internal static int ItemsAtOnce(VariationalOptions options) => AutoencoderNetwork.ItemsAtOnce(WidestCount(options));

    /// <summary>The posterior of items (B, N): means and log variances (B, D).</summary>
    public (Variable Mean, Variable LogVariance) Posterior(Tape tape, Variable items)
    {
        Variable both = Encoder.Forward(tape, items);
        int latents = Options.Latents;
        return (tape.Slice(both, -1, 0, latents), tape.Slice(both, -1, latents, latents));
    }

    /// <summary>The likelihood's parameters for latents (B, D).</summary>
    public Variable Foresee(Tape tape, Variable latents) => Likelihood.Arrange(tape, Decoder.Forward(tape, latents, default));

    /// <summary>The negative evidence lower bound of items, in nats, the mean over them: −E[ln p(x | z)] + weight · KL(q(z | x) ‖ p(z)).</summary>
    /// <param name="tape">The tape; the sample of z is drawn by its seed.</param>
    /// <param name="items">What the encoder sees (B, N), perhaps with noise.</param>
    /// <param name="target">x (B, N), kept unchanged until the tape is reset.</param>
    /// <param name="weight">Of the divergence: 1 for the bound.</param>
    /// <param name="freeBits">Nats below which the mean divergence of a latent costs no less, so that each may be used. Kingma et al. 2016.</param>
    public Variable Loss(Tape tape, Variable items, Tensor target, float weight = 1f, float freeBits = 0f)
    {
        ArgumentNullException.ThrowIfNull(tape);
        (Variable mean, Variable logVariance) = Posterior(tape, items);
        Variable cost = Likelihood.Loss(tape, Foresee(tape, tape.SampleGaussian(mean, logVariance)), target);
        return tape.Add(cost, tape.Scale(GaussianPosterior.Divergence(tape, mean, logVariance, freeBits), weight));
    }
}
