using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>The kind 'vae' of model files: a <see cref="VariationalAutoencoder"/> from settings and tensors.</summary>
public static class VariationalModel
{
    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("vae", "variational autoencoder of images, vectors or pieces of sound", Load);

    /// <summary>The sizes with what the settings give in place, but for the items' shape.</summary>
    /// <exception cref="InvalidDataException">A value cannot be.</exception>
    public static VariationalOptions Options(Settings settings, VariationalOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        VariationalOptions d = defaults ?? new VariationalOptions();
        return d with
        {
            Latents = settings.Whole("latents", d.Latents, 1, 1 << 12),
            Encoder = settings.Choice("encoder", d.Encoder, ("conv", ItemEncoderKind.Convolutional), ("mlp", ItemEncoderKind.Mlp)),
            Decoder = settings.Choice("decoder", d.Decoder, ("conv", ItemDecoderKind.Convolutional), ("mlp", ItemDecoderKind.Mlp)),
            Likelihood = settings.Choice("likelihood", d.Likelihood, ("bernoulli", LikelihoodKind.Bernoulli), ("categorical", LikelihoodKind.Categorical),
                ("mixture", LikelihoodKind.LogisticMixture), ("gaussian", LikelihoodKind.Gaussian)),
            Binarise = settings.Flag("binarise", d.Binarise),
            Values = settings.Whole("values", d.Values, 2, 256),
            Components = settings.Whole("components", d.Components, 1, LogisticRows.MostComponents),
            Activation = settings.Choice("activation", d.Activation, ("silu", Activation.Silu), ("relu", Activation.Relu), ("gelu", Activation.Gelu),
                ("tanh", Activation.Tanh)),
            Hidden = settings.Whole("hidden", d.Hidden, 1, 1 << 16),
            Layers = settings.Whole("layers", d.Layers, 0, 100),
            Filters = settings.Whole("filters", d.Filters, 1, 1 << 12),
            Levels = settings.Whole("levels", d.Levels, 1, 12),
            Neighbours = settings.Whole("neighbours", d.Neighbours, 0, Neighbourhood.Most),
            Features = settings.Whole("features", d.Features, 1, 1 << 10),
            Units = settings.Whole("units", d.Units, 1, 1 << 12),
            Top = settings.Whole("top_latents", d.Top, 0, 1 << 12),
        };
    }

    /// <summary>What a model file says of a model: kind, sizes, scale.</summary>
    /// <param name="model">The model.</param>
    /// <param name="provenance">Where it comes from.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(VariationalAutoencoder model, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelFile.Describe(Kind.Name, SettingsOf(model), provenance);
    }

    /// <summary>Sizes, shape and scale of a model, as JSON.</summary>
    internal static string SettingsOf(VariationalAutoencoder model)
    {
        var settings = new Settings();
        Options(settings, model.Options);
        AutoencoderModel.Items(settings, model.Shape, model.Scale);
        return settings.ToJson();
    }

    /// <summary>All that the settings of a model file say, checked.</summary>
    internal static (VariationalOptions Options, ItemScale Scale) Read(Settings settings)
    {
        VariationalOptions options = Options(settings);
        (ItemShape shape, ItemScale scale) = AutoencoderModel.Items(settings, new ItemShape(1, 1, 1), new ItemScale(0f, 1f));
        settings.RefuseUnknown();
        options = options with { Shape = shape };
        return options.Mistake() is { } mistake
            ? throw new InvalidDataException($"The model file's settings do not fit together: {mistake}.")
            : (options, scale);
    }

    private static VariationalAutoencoder Load(ModelFile file)
    {
        (VariationalOptions options, ItemScale scale) = Read(file.Settings);
        long count = VariationalNetwork.Count(options);
        if (count != file.ParameterCount)
            throw new InvalidDataException($"The model file's settings are of a model with {count} parameters, its tensors have {file.ParameterCount}.");
        var network = new VariationalNetwork(options);
        ModuleFile.Load(file.Tensors, network);
        return new VariationalAutoencoder(network, scale);
    }
}
