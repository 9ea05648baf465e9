using Tacit.Learning;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>Encoder, latents, decoder: x → z → x̂. Hinton and Salakhutdinov, "Reducing the dimensionality of data with
/// neural networks", 2006.</summary>
/// <remarks>Values of items are 0 to 1 here.</remarks>
public sealed class AutoencoderNetwork : Module
{
    // Values of a tensor: 64 MiB.
    private const long MostAtOnce = 1 << 24;

    /// <summary>A network of these sizes.</summary>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public AutoencoderNetwork(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistake() is { } mistake)
            throw new ArgumentException(mistake, nameof(options));
        Options = options;
        if (options.Latents > 0)
            Encoder = Add("encoder", ItemEncoder.Of(options));
        Decoder = Add("decoder", ItemDecoder.Of(options));
        Fit = Add("fit", new LatentFit(options.Latents));
    }

    /// <summary>The sizes.</summary>
    public AutoencoderOptions Options { get; }

    /// <summary>Makes latents; null in a model without.</summary>
    public ItemEncoder? Encoder { get; }

    /// <summary>Makes items.</summary>
    public ItemDecoder Decoder { get; }

    /// <summary>What is known of the training data.</summary>
    public LatentFit Fit { get; }

    /// <summary>Numbers of a network of these sizes; without making it.</summary>
    public static long Count(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long latents = options.Latents;
        return ItemEncoder.Count(options) + ItemDecoder.Count(options) + latents * (latents + 1) + 2;
    }

    /// <summary>Items that are put through together where nothing is learnt: as many as keep tensors within
    /// bounds.</summary>
    public static int ItemsAtOnce(AutoencoderOptions options) => ItemsAtOnce(WidestCount(options));

    /// <summary>The same, where an item becomes so many values at its widest.</summary>
    internal static int ItemsAtOnce(long widest) => (int)Math.Clamp(MostAtOnce / widest, 1, 256);

    /// <summary>Values of the widest tensor that an item becomes on its way, about.</summary>
    public static long WidestCount(AutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long size = options.Shape.Size, pixels = size / options.Shape.Channels, widest = Math.Max(size, options.Hidden);
        if (options.Encoder == ItemEncoderKind.Convolutional || options.Decoder == ItemDecoderKind.Convolutional)
            widest = Math.Max(widest, (options.Shape.Height == 1 ? (pixels + 1) / 2 : pixels / 4) * options.Filters);
        return options.Decoder switch
        {
            ItemDecoderKind.Autoregressive => Math.Max(widest, size * Math.Max(options.Past, options.Units)),
            ItemDecoderKind.Transformer => Math.Max(widest, size / options.ElementSize * options.Columns * 4),
            _ => widest,
        };
    }

    /// <summary>The mean loss of items.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="items">What the encoder sees (B, N), perhaps with noise.</param>
    /// <param name="target">What is to come out (B, N), kept unchanged until the tape is reset.</param>
    public Variable Loss(Tape tape, Variable items, Tensor target)
    {
        Variable foreseen = Decoder.Forward(tape, Encoder?.Forward(tape, items), target);
        return Options.Loss == ItemLoss.CrossEntropy ? tape.Bernoulli(foreseen, target)
            : tape.SquaredError(Options.LinearOutput ? foreseen : tape.Activate(foreseen, Activation.Sigmoid),
                Tape.Input(target));
    }

    /// <summary>What is foreseen as values: through the sigmoid, if there is one.</summary>
    internal void Settle(Span<float> foreseen)
    {
        if (!Options.LinearOutput || Options.Loss == ItemLoss.CrossEntropy)
            Elementwise.Sigmoid(foreseen, foreseen);
    }
}
