using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Numerics;

namespace Tacit.Modeling.Autoencoders;

/// <summary>The kind 'ae' of model files: an <see cref="Autoencoder"/> from settings and tensors.</summary>
public static class AutoencoderModel
{
    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("ae", "autoencoder of images, vectors or pieces of sound", Load);

    /// <summary>The sizes with what the settings give in place, but for the items' shape.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public static AutoencoderOptions Options(Settings settings, AutoencoderOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        AutoencoderOptions d = defaults ?? new AutoencoderOptions();
        int latents = settings.Whole("latents", d.Latents, 0, 1 << 14);
        if (defaults is null or { Latents: > 0 } && latents == 0)
            d = d with { PastDropout = 0f };        // the past is all there is to go by
        return d with
        {
            Latents = latents,
            Encoder = settings.Choice("encoder", d.Encoder, ("conv", ItemEncoderKind.Convolutional),
                ("mlp", ItemEncoderKind.Mlp)),
            Decoder = settings.Choice("decoder", d.Decoder, ("conv", ItemDecoderKind.Convolutional),
                ("mlp", ItemDecoderKind.Mlp),
                ("ar", ItemDecoderKind.Autoregressive), ("transformer", ItemDecoderKind.Transformer)),
            Loss = settings.Choice("loss", d.Loss, ("mse", ItemLoss.SquaredError),
                ("cross-entropy", ItemLoss.CrossEntropy)),
            Activation = settings.Choice("activation", d.Activation, ("silu", Activation.Silu),
                ("relu", Activation.Relu), ("gelu", Activation.Gelu),
                ("tanh", Activation.Tanh)),
            LinearOutput = settings.Choice("output", d.LinearOutput, ("sigmoid", false), ("linear", true)),
            Hidden = settings.Whole("hidden", d.Hidden, 1, 1 << 16),
            Layers = settings.Whole("layers", d.Layers, 0, 100),
            Filters = settings.Whole("filters", d.Filters, 1, 1 << 12),
            Levels = settings.Whole("levels", d.Levels, 1, 12),
            Order = settings.Whole("order", d.Order, 0, 1 << 20),
            Units = settings.Whole("units", d.Units, 0, 1 << 14),
            PastDropout = settings.Real("past_dropout", d.PastDropout, 0f, 0.99f),
            Columns = settings.Whole("columns", d.Columns, 1, 1 << 14),
            Heads = settings.Whole("heads", d.Heads, 1, 1 << 10),
            Blocks = settings.Whole("blocks", d.Blocks, 1, 1000),
            Element = settings.Whole("element", d.Element, 0, 1 << 20),
        };
    }

    /// <summary>The items' shape and the values that stand for 0 and 1: what a model has from its data.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public static (ItemShape Shape, ItemScale Scale) Items(Settings settings, ItemShape shape, ItemScale scale)
    {
        ArgumentNullException.ThrowIfNull(settings);
        shape = new ItemShape(settings.Whole("channels", shape.Channels, 1, 1 << 20),
            settings.Whole("height", shape.Height, 1, 1 << 20),
            settings.Whole("width", shape.Width, 1, 1 << 24));
        scale = new ItemScale(settings.Real("lowest", scale.Lowest, -3e38f, 3e38f),
            settings.Real("highest", scale.Highest, -3e38f, 3e38f));
        if ((long)shape.Channels * shape.Height > 1 << 24
            || (long)shape.Channels * shape.Height * shape.Width > 1 << 24)
            throw new InvalidDataException($"Items of {shape} are too large: 2^24 values are the most.");
        return float.IsFinite(scale.Highest - scale.Lowest) && float.IsFinite(1f / (scale.Highest - scale.Lowest)) && scale.Highest > scale.Lowest ? (shape, scale)
            : throw new InvalidDataException($"Values from {scale.Lowest} to {scale.Highest} cannot be brought to 0 " +
                $"to 1.");
    }

    /// <summary>What a model file says of a model: kind, sizes, scale.</summary>
    /// <param name="model">The model.</param>
    /// <param name="provenance">Where it comes from.</param>
    public static IReadOnlyList<KeyValuePair<string,
        string>> Describe(Autoencoder model, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelFile.Describe(Kind.Name, SettingsOf(model), provenance);
    }

    /// <summary>Sizes, shape and scale of a model, as JSON.</summary>
    internal static string SettingsOf(Autoencoder model)
    {
        var settings = new Settings();
        Options(settings, model.Options);
        Items(settings, model.Options.Shape, model.Scale);
        return settings.ToJson();
    }

    /// <summary>All that the settings of a model file say, checked.</summary>
    internal static (AutoencoderOptions Options, ItemScale Scale) Read(Settings settings)
    {
        AutoencoderOptions options = Options(settings);
        (ItemShape shape, ItemScale scale) = Items(settings, new ItemShape(1, 1, 1), new ItemScale(0f, 1f));
        settings.RefuseUnknown();
        options = options with { Shape = shape };
        return options.Mistake() is { } mistake
            ? throw new InvalidDataException($"The model file's settings do not fit together: {mistake}.")
            : (options, scale);
    }

    private static Autoencoder Load(ModelFile file)
    {
        (AutoencoderOptions options, ItemScale scale) = Read(file.Settings);
        long count = AutoencoderNetwork.Count(options);
        if (count != file.ParameterCount)
            throw new InvalidDataException($"The model file's settings are of a model with {count} parameters, its " +
                $"tensors have {file.ParameterCount}.");
        var network = new AutoencoderNetwork(options);
        ModuleFile.Load(file.Tensors, network);
        return new Autoencoder(network, scale);
    }
}
