using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>
/// A variational autoencoder of images or vectors: an encoder that finds the posterior q(z | x) = N(μ(x), σ²(x)), a decoder that says p(x | z),
/// and the prior of z, N(0, 1) or a second layer's. Kingma and Welling, "Auto-encoding variational Bayes", 2014.
/// </summary>
/// <remarks>
/// Encoders and decoders are those of autoencoders. With neighbours the decoder gives features of each pixel, and a <see cref="PixelNetwork"/>
/// finds its distribution from these and from pixels before it. The last tensors, <c>fit.</c>, are found when training ends.
/// </remarks>
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
        Encoder = Add("encoder", ItemEncoder.Of(options.EncoderSizes));
        Decoder = Add("decoder", ItemDecoder.Of(options.DecoderSizes));
        if (options.Top > 0)
            Top = Add("top", new TopLatents(options));
        if (options.Neighbours > 0)
        {
            Pixels = Add("pixels", new PixelNetwork(options));
            Neighbourhood = new Neighbourhood(options.Shape, options.Neighbours);
        }
        Likelihood = Likelihood.Of(Pixels is null ? options : options with { Shape = new ItemShape(options.Shape.Channels, 1, 1) });
        Fit = Add("fit", new LatentFit(options.Latents));
    }

    /// <summary>The sizes.</summary>
    public VariationalOptions Options { get; }

    /// <summary>Makes mean and log variance of latents.</summary>
    public ItemEncoder Encoder { get; }

    /// <summary>Makes the likelihood's parameters, or features of pixels.</summary>
    public ItemDecoder Decoder { get; }

    /// <summary>The prior of the latents, if that has latents too.</summary>
    public TopLatents? Top { get; }

    /// <summary>Makes the likelihood's parameters of features and neighbours, if the likelihood knows these.</summary>
    public PixelNetwork? Pixels { get; }

    /// <summary>What is known of the training data: where posterior means lie, how large errors are.</summary>
    public LatentFit Fit { get; }

    /// <summary>What the parameters mean: of an item, or of a pixel if its neighbours are known.</summary>
    internal Likelihood Likelihood { get; }

    internal Neighbourhood? Neighbourhood { get; }

    private int PixelCount => Options.Shape.Height * Options.Shape.Width;

    /// <summary>Numbers of a network of these sizes; without making it.</summary>
    public static long Count(VariationalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long latents = options.Latents;
        return ItemEncoder.Count(options.EncoderSizes) + ItemDecoder.Count(options.DecoderSizes) + (options.Top > 0 ? TopLatents.Count(options) : 0)
            + (options.Neighbours > 0 ? PixelNetwork.Count(options) : 0) + latents * (latents + 1) + 2;
    }

    /// <summary>Values of the widest tensor that an item becomes on its way, about.</summary>
    public static long WidestCount(VariationalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long widest = Math.Max(AutoencoderNetwork.WidestCount(options.EncoderSizes), AutoencoderNetwork.WidestCount(options.DecoderSizes));
        return options.Neighbours == 0 ? widest : Math.Max(widest, (long)options.Shape.Height * options.Shape.Width * PixelNetwork.WidestOf(options));
    }

    /// <inheritdoc cref="AutoencoderNetwork.ItemsAtOnce(AutoencoderOptions)"/>
    internal static int ItemsAtOnce(VariationalOptions options) => AutoencoderNetwork.ItemsAtOnce(WidestCount(options));

    /// <summary>The posterior of items (B, N): means and log variances (B, D).</summary>
    public (Variable Mean, Variable LogVariance) Posterior(Tape tape, Variable items) => Halves(tape, Encoder.Forward(tape, items));

    /// <summary>The likelihood's parameters, a row for each distribution.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="latents">(B, D).</param>
    /// <param name="items">x (B, N), of which a likelihood that knows neighbours sees those of each pixel; else not looked at.</param>
    internal Variable Foresee(Tape tape, Variable latents, Tensor items)
    {
        if (Pixels is null)
            return Likelihood.Arrange(tape, Decoder.Forward(tape, latents, default));
        int pixels = PixelCount;
        Tensor seen = tape.Memory.Rent(items.Shape[0] * pixels, Neighbourhood!.Width);
        Span<float> all = seen.Span;
        for (int n = 0; n < items.Shape[0]; n++)
        {
            ReadOnlySpan<float> item = items[n].Span;
            for (int p = 0; p < pixels; p++)
                Neighbourhood.Copy(item, p, all.Slice((n * pixels + p) * Neighbourhood.Width, Neighbourhood.Width));
        }
        return Pixels.Forward(tape, Features(tape, latents), seen);
    }

    /// <summary>What the decoder says of pixels (B · pixels, F), for latents (B, D).</summary>
    internal Variable Features(Tape tape, Variable latents)
    {
        Variable planes = tape.Reshape(Decoder.Forward(tape, latents, default), latents.Shape[0], Options.Features, PixelCount);
        return tape.Reshape(tape.Transpose(planes, 1, 2), -1, Options.Features);
    }

    /// <summary>−ln p(x | z), the mean over items.</summary>
    internal Variable Cost(Tape tape, Variable latents, Tensor items, bool oneVariance = false)
    {
        Variable parameters = Foresee(tape, latents, items);
        return oneVariance && Likelihood is GaussianLikelihood gaussian ? gaussian.LossOfOneVariance(tape, parameters, items) : Likelihood.Loss(tape, parameters, Ordered(tape, items));
    }

    /// <summary>−ln p(x | z) in parts: the same number for each item, item after item.</summary>
    internal float[] Costs(Tape tape, Variable latents, Tensor items) =>
        Likelihood.Costs(Foresee(tape, latents, items).Value.Span, Ordered(tape, items).Span, tape.Workers);

    /// <summary>
    /// The mean of each value (B, N). Where the likelihood knows neighbours, these are the means already found: what the latents alone say.
    /// </summary>
    internal void Means(Tape tape, Variable latents, Span<float> items)
    {
        if (Pixels is null)
        {
            Likelihood.Means(Foresee(tape, latents, default).Value.Span, items);
            return;
        }
        int count = latents.Shape[0], pixels = PixelCount, channels = Options.Shape.Channels;
        var pass = new PixelPass(this);
        ReadOnlySpan<float> features = Features(tape, latents).Value.Span;
        float[] parameters = new float[count * pass.Outputs], means = new float[count * channels];
        for (int p = 0; p < pixels; p++)
        {
            pass.OfPixel(p, features, items, parameters);
            Likelihood.Means(parameters, means);
            for (int i = 0; i < means.Length; i++)
                items[i * pixels + p] = means[i];
        }
    }

    /// <summary>The means of each value given the item's own values before it (B, N).</summary>
    internal void Means(Tape tape, Variable latents, Tensor items, Span<float> means)
    {
        float[] ordered = new float[means.Length];
        Likelihood.Means(Foresee(tape, latents, items).Value.Span, ordered);
        int pixels = Pixels is null ? 1 : PixelCount, channels = Options.Shape.Size / pixels;
        for (int i = 0; i < ordered.Length; i++)
            means[i / (pixels * channels) * pixels * channels + i % channels * pixels + i / channels % pixels] = ordered[i];
    }

    /// <summary>The negative evidence lower bound of items, in nats, the mean over them: −E[ln p(x | z)] + weight · KL(q(z | x) ‖ p(z)).</summary>
    /// <param name="tape">The tape; the sample of z is drawn by its seed.</param>
    /// <param name="items">What the encoder sees (B, N), perhaps with noise.</param>
    /// <param name="target">x (B, N), kept unchanged until the tape is reset.</param>
    /// <param name="weight">Of the divergence: 1 for the bound.</param>
    /// <param name="freeBits">Nats below which the mean divergence of a latent costs no less, so that each may be used. Kingma et al. 2016.</param>
    /// <param name="oneVariance">Whether all values of a normal likelihood have one variance, that of the errors there are; false for the bound.</param>
    public Variable Loss(Tape tape, Variable items, Tensor target, float weight = 1f, float freeBits = 0f, bool oneVariance = false)
    {
        ArgumentNullException.ThrowIfNull(tape);
        (Variable mean, Variable logVariance) = Posterior(tape, items);
        Variable z = tape.SampleGaussian(mean, logVariance), cost = Cost(tape, z, target, oneVariance);
        Variable divergence = Top is null ? GaussianPosterior.Divergence(tape, mean, logVariance, freeBits) : Top.Divergence(tape, z, logVariance, freeBits);
        return tape.Add(cost, tape.Scale(divergence, weight));
    }

    /// <summary>(B, 2 · D) as means and log variances.</summary>
    internal static (Variable Mean, Variable LogVariance) Halves(Tape tape, Variable both)
    {
        int latents = both.Shape.Columns / 2;
        return (tape.Slice(both, -1, 0, latents), tape.Slice(both, -1, latents, latents));
    }

    // Items in the order of the distributions: pixel by pixel where each pixel is one.
    private Tensor Ordered(Tape tape, Tensor items)
    {
        int channels = Options.Shape.Channels, pixels = PixelCount;
        if (Pixels is null || channels == 1)
            return items;
        Tensor ordered = tape.Memory.Rent(items.Shape);
        Strided.SwapAxes(items.Span, items.Shape[0], channels, 1, pixels, 1, ordered.Span, tape.Workers);
        return ordered;
    }
}
