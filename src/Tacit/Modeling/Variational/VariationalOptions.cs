using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>What a decoder says of each value of an item: the distribution p(x | z).</summary>
public enum LikelihoodKind
{
    /// <summary>0 or 1 (<see cref="BernoulliLikelihood"/>).</summary>
    Bernoulli,

    /// <summary>Any whole number up to a largest, each with a probability of its own (<see cref="CategoricalLikelihood"/>).</summary>
    Categorical,

    /// <summary>Whole numbers under a mixture of discretised logistic distributions (<see cref="MixtureLikelihood"/>).</summary>
    LogisticMixture,

    /// <summary>Real numbers (<see cref="GaussianLikelihood"/>).</summary>
    Gaussian,
}

/// <summary>The sizes of a variational autoencoder of images or vectors.</summary>
public sealed record VariationalOptions
{
    /// <summary>The items' shape.</summary>
    public ItemShape Shape { get; init; } = new(1, 28, 28);

    /// <summary>D, the latents of an item.</summary>
    public int Latents { get; init; } = 32;

    /// <summary>What finds the posterior of an item.</summary>
    public ItemEncoderKind Encoder { get; init; } = ItemEncoderKind.Convolutional;

    /// <summary>What makes a distribution over items of latents: <see cref="ItemDecoderKind.Mlp"/> or <see cref="ItemDecoderKind.Convolutional"/>.</summary>
    public ItemDecoderKind Decoder { get; init; } = ItemDecoderKind.Convolutional;

    /// <summary>What it says of each value.</summary>
    public LikelihoodKind Likelihood { get; init; }

    /// <summary>How many different values there are, from 0 on, where they are whole numbers; from 2 to 256.</summary>
    public int Values { get; init; } = 256;

    /// <summary>K, the parts of a <see cref="LikelihoodKind.LogisticMixture"/>.</summary>
    public int Components { get; init; } = 5;

    /// <summary>
    /// How many of the pixels before a pixel the likelihood knows besides the latents, the nearest (<see cref="PixelNetwork"/>); 0 for the latents alone.
    /// </summary>
    public int Neighbours { get; init; }

    /// <summary>With <see cref="Neighbours"/>: numbers by which the decoder describes a pixel.</summary>
    public int Features { get; init; } = 8;

    /// <summary>With <see cref="Neighbours"/>: hidden units between these and the likelihood's parameters.</summary>
    public int Units { get; init; } = 32;

    /// <summary>D₂, the latents of the layer above (<see cref="TopLatents"/>); 0 for one layer.</summary>
    public int Top { get; init; }

    /// <summary>Whether values become 0 or 1, drawn with themselves as the probability, before the model sees them (<see cref="Binarisation"/>).</summary>
    public bool Binarise { get; init; }

    /// <summary>Between layers.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Units of hidden linear layers.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Hidden linear layers, from 0.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Channels after the first convolution; each further one has twice as many.</summary>
    public int Filters { get; init; } = 16;

    /// <summary>Convolutions, each of which halves height and width, or the length of a vector.</summary>
    public int Levels { get; init; } = 2;

    /// <summary>Whether values are whole numbers from 0 to <see cref="Values"/> − 1.</summary>
    internal bool IsDiscrete => Likelihood is LikelihoodKind.Categorical or LikelihoodKind.LogisticMixture;

    /// <summary>Mean and log variance of each latent.</summary>
    internal AutoencoderOptions EncoderSizes => Sizes(Shape, 2 * Latents);

    /// <summary>The parameters of the likelihood, or the features of pixels, as channels of an image.</summary>
    internal AutoencoderOptions DecoderSizes => Sizes(new ItemShape(
        Neighbours > 0 ? Features : checked(Shape.Channels * Variational.Likelihood.ParametersOf(this)), Shape.Height, Shape.Width), Latents);

    /// <summary>What is wrong with the sizes together; null if nothing is.</summary>
    public string? Mistake()
    {
        if (Decoder is not (ItemDecoderKind.Mlp or ItemDecoderKind.Convolutional))
            return "a variational autoencoder's decoder is mlp or conv";
        if (Binarise && Likelihood != LikelihoodKind.Bernoulli)
            return "values that are 0 or 1 take the likelihood bernoulli";
        if (Neighbours > 0 && Likelihood == LikelihoodKind.Gaussian)
            return "neighbours take a likelihood of whole numbers: bernoulli, categorical or mixture";
        return EncoderSizes.Mistake() ?? DecoderSizes.Mistake();
    }

    private AutoencoderOptions Sizes(ItemShape shape, int latents) => new()
    {
        Shape = shape, Latents = latents, Encoder = Encoder, Decoder = Decoder, Activation = Activation, Hidden = Hidden, Layers = Layers, Filters = Filters, Levels = Levels,
    };
}
