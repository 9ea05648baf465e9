using Tacit.Learning;
using Tacit.Media;

namespace Tacit.Modeling.Recurrent;

/// <summary>The kind 'lstm-ae' of model files.</summary>
/// <param name="Model">The network.</param>
/// <param name="Tokenizer">Of sequences of tokens; null where they are of values.</param>
public sealed record LstmAutoencoderModel(LstmAutoencoder Model, ITokenizer? Tokenizer)
{
    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("lstm-ae", "LSTM autoencoder of sequences", Load);

    /// <summary>The sizes with what the settings give in place.</summary>
    /// <exception cref="InvalidDataException">A value cannot be, or they do not fit together.</exception>
    public static LstmAutoencoderOptions Options(Settings settings, LstmAutoencoderOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        LstmAutoencoderOptions d = defaults ?? new LstmAutoencoderOptions();
        LstmAutoencoderOptions options = d with
        {
            Vocabulary = settings.Whole("vocabulary", d.Vocabulary, 0, 1 << 24),
            Frame = settings.Whole("frame", d.Frame, 1, 1 << 16),
            Length = settings.Whole("length", d.Length, 1, 1 << 20),
            Embedding = settings.Whole("embedding", d.Embedding, 1, 1 << 14),
            Hidden = settings.Whole("hidden", d.Hidden, 1, 1 << 14),
            Layers = settings.Whole("layers", d.Layers, 1, 100),
            Bidirectional = settings.Flag("bidirectional", d.Bidirectional),
            Latent = settings.Whole("latent", d.Latent, 1, 1 << 14),
            Attention = settings.Whole("attention", d.Attention, 0, 1 << 14),
            Dropout = settings.Real("dropout", d.Dropout, 0f, 0.99f),
            Withheld = settings.Real("withheld", d.Withheld, 0f, 1f),
            Variational = settings.Flag("variational", d.Variational),
        };
        return options.Mistake() is { } mistake ? throw new InvalidDataException(mistake) : options;
    }

    /// <summary>Numbers a model of these sizes has; without making it.</summary>
    public static long ParameterCount(LstmAutoencoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long x = options.InputColumns, h = options.Hidden, z = options.Latent, a = options.Attention,
            v = options.Vocabulary + 2L;
        long directions = options.Bidirectional ? 2 : 1, own = h / directions;
        long encoder = directions * Layer(x, own) + (options.Layers - 1) * directions * Layer(h, own);
        long decoder = Layer((options.Feeds ? x : 0) + z, h) + (options.Layers - 1) * Layer(h, h);
        long attention = a == 0 ? z * (z + 1) : 2 * h * a + 2 * a;     // or where latents lie
        return (options.IsText ? v * x + v : 2) + encoder + (2 * h + 1) * (options.Variational ? 2 * z : z)
            + (z + 1) * 2 * options.Layers * h + decoder + attention
            + ((a == 0 ? h : 2 * h) + 1) * options.OutputColumns;

        static long Layer(long inputs, long hidden) => 4 * hidden * (inputs + hidden + 1);
    }

    private static LstmAutoencoderModel Load(ModelFile file)
    {
        Settings settings = file.Settings;
        LstmAutoencoderOptions options = Options(settings);
        settings.RefuseUnknown();
        if (ParameterCount(options) != file.ParameterCount)
        {
            throw new InvalidDataException($"The model file's settings are of a model with {ParameterCount(options)} " +
                $"parameters, " +
                $"its tensors have {file.ParameterCount}.");
        }
        ITokenizer? tokenizer = options.IsText ? TokenizerText.Read(file.Tensors.FindMetadata, options.Vocabulary)
            : null;
        var model = new LstmAutoencoder(options);
        ModuleFile.Load(file.Tensors, model);
        if (!options.IsText && !(model.Normalisation.Deviation > 0f))
            throw new InvalidDataException("The model's values have no deviation.");
        return new LstmAutoencoderModel(model, tokenizer);
    }
}
