using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>What makes latents of an item.</summary>
public enum ItemEncoderKind
{
    /// <summary>Linear layers with activations between (<see cref="MlpEncoder"/>).</summary>
    Mlp,

    /// <summary>Convolutions of stride 2, then linear layers (<see cref="ConvolutionalEncoder"/>).</summary>
    Convolutional,
}

/// <summary>What makes an item of latents.</summary>
public enum ItemDecoderKind
{
    /// <summary>Linear layers with activations between (<see cref="MlpDecoder"/>).</summary>
    Mlp,

    /// <summary>Linear layers, then transposed convolutions of stride 2 (<see cref="ConvolutionalDecoder"/>).</summary>
    Convolutional,

    /// <summary>Value after value, from those before and the latents (<see cref="AutoregressiveDecoder"/>).</summary>
    Autoregressive,

    /// <summary>Row after row, with attention to the rows before and the latents (<see
    /// cref="TransformerDecoder"/>).</summary>
    Transformer,
}

/// <summary>What a reconstruction's error costs.</summary>
public enum ItemLoss
{
    /// <summary>(x − x̂)².</summary>
    SquaredError,

    /// <summary>−x · ln p − (1 − x) · ln(1 − p): values are probabilities (Bernoulli).</summary>
    CrossEntropy,
}

/// <summary>The sizes of an autoencoder of items: of images or vectors.</summary>
public sealed record AutoencoderOptions
{
    /// <summary>The items' shape.</summary>
    public ItemShape Shape { get; init; } = new(1, 28, 28);

    /// <summary>D, the numbers an item becomes; 0 for a decoder alone, if it sees the past.</summary>
    public int Latents { get; init; } = 32;

    /// <summary>What makes latents of an item.</summary>
    public ItemEncoderKind Encoder { get; init; } = ItemEncoderKind.Convolutional;

    /// <summary>What makes an item of latents.</summary>
    public ItemDecoderKind Decoder { get; init; } = ItemDecoderKind.Convolutional;

    /// <summary>What is made small.</summary>
    public ItemLoss Loss { get; init; }

    /// <summary>Between layers.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Whether values may leave 0 to 1; else they come through a sigmoid. Cross-entropy always does.</summary>
    public bool LinearOutput { get; init; }

    /// <summary>Units of hidden linear layers.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>Hidden linear layers, from 0: without one, encoder and decoder of kind <c>mlp</c> are linear.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Channels after the first convolution; each further one has twice as many.</summary>
    public int Filters { get; init; } = 16;

    /// <summary>Convolutions, each of which halves height and width, or the length of a vector.</summary>
    public int Levels { get; init; } = 2;

    /// <summary>p, the earlier values that a value is foreseen from; 0 for three rows of an image.</summary>
    public int Order { get; init; }

    /// <summary>Units between those values and the one foreseen; 0 for a linear decoder.</summary>
    public int Units { get; init; } = 32;

    /// <summary>
    /// Share of the past that is hidden from a decoder while it learns, so that it listens to the latents (Bowman et
    /// al. 2016). Without
    /// latents it shrinks what is learnt of the past, and <see cref="AutoencoderModel.Options"/> makes it 0 unless it
    /// is given.
    /// </summary>
    public float PastDropout { get; init; } = 0.5f;

    /// <summary>Columns of the Transformer.</summary>
    public int Columns { get; init; } = 64;

    /// <summary>Its heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Its blocks.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Values that are foreseen at once: an element of its sequence; 0 for a row of an image.</summary>
    public int Element { get; init; }

    /// <summary><see cref="Order"/>, at most one less than an item has values.</summary>
    internal int Past => Math.Clamp(Order > 0 ? Order : Shape.IsImage ? 3 * Shape.Width : 16, 1,
        Math.Max(1, Shape.Size - 1));

    /// <summary><see cref="Element"/>: for a vector the largest divisor of its length up to 16.</summary>
    internal int ElementSize
    {
        get
        {
            if (Element > 0 || Shape.IsImage)
                return Element > 0 ? Element : Shape.Width;
            int size = Math.Min(16, Shape.Size);
            while (Shape.Size % size != 0)
                size--;
            return size;
        }
    }

    internal bool IsAutoregressive => Decoder is ItemDecoderKind.Autoregressive or ItemDecoderKind.Transformer;

    /// <summary>What is wrong with the sizes together; null if nothing is.</summary>
    public string? Mistake()
    {
        bool convolves = (Encoder == ItemEncoderKind.Convolutional && Latents > 0)
            || Decoder == ItemDecoderKind.Convolutional;
        if (convolves && (Shape.Height == 1 ? Shape.Width : Math.Min(Shape.Height, Shape.Width)) >> Levels < 1)
            return $"items of {Shape} cannot be halved {Levels} times; fewer levels, mlp instead of conv, or a " +
                $"--shape for vectors that are images";
        if (Latents == 0 && !IsAutoregressive)
            return "without latents only a decoder that sees the past has anything to go by: ar or transformer";
        if (Decoder == ItemDecoderKind.Transformer && Columns % Heads != 0)
            return $"{Columns} columns do not divide into {Heads} heads";
        if (Decoder == ItemDecoderKind.Transformer && Shape.Size % ElementSize != 0)
            return $"{Shape.Size} values do not divide into elements of {ElementSize}";
        return null;
    }
}
