using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Modeling.Transformers;

/// <summary>The kind 'gpt' of model files: a <see cref="Gpt"/>'s sizes from settings, a <see cref="LanguageModel"/> from a file.</summary>
public static class GptModel
{
    // Rotary and sinusoidal tables are made from sizes a file claims, without a tensor that would prove them.
    private const long MaxTable = 1 << 26;

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("gpt", "decoder-only Transformer: the next token from those before it", Load, MemoryOf);

    /// <summary>The sizes with what the settings give in place.</summary>
    /// <exception cref="InvalidDataException">A value cannot be, or they do not fit together.</exception>
    public static GptOptions Options(Settings settings, GptOptions? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        GptOptions d = defaults ?? new GptOptions();
        GptOptions options = d with
        {
            Vocabulary = settings.Whole("vocabulary", d.Vocabulary, 1, 1 << 24),
            Context = settings.Whole("context", d.Context, 1, 1 << 20),
            Layers = settings.Whole("layers", d.Layers, 1, 1000),
            Columns = settings.Whole("columns", d.Columns, 1, 1 << 16),
            Heads = settings.Whole("heads", d.Heads, 1, 1 << 12),
            KeyHeads = settings.Whole("key_heads", d.KeyHeads, 0, 1 << 12),
            Hidden = settings.Whole("hidden", d.Hidden, 0, 1 << 20),
            Positions = settings.Choice("positions", d.Positions,
                ("rope", PositionEncoding.Rope), ("learned", PositionEncoding.Learned), ("sinusoidal", PositionEncoding.Sinusoidal)),
            Norm = settings.Choice("norm", d.Norm, ("rms", NormKind.Rms), ("layer", NormKind.Layer)),
            FeedForward = settings.Choice("feed_forward", d.FeedForward,
                ("swiglu", FeedForwardKind.SwiGlu), ("gelu", FeedForwardKind.Gelu), ("gelu_tanh", FeedForwardKind.GeluTanh), ("relu", FeedForwardKind.Relu)),
            Biases = settings.Choice("biases", d.Biases, ("none", BiasKind.None), ("all", BiasKind.All), ("attention", BiasKind.Attention),
                ("query_key_value", BiasKind.QueryKeyValue)),
            Dropout = settings.Real("dropout", d.Dropout, 0f, 0.99f),
            NormEpsilon = settings.Real("norm_epsilon", d.NormEpsilon, 1e-12f, 1f),
            RopeBase = settings.Real("rope_base", d.RopeBase, 1f, 1e9f),
            TiedOutput = settings.Flag("tied_output", d.TiedOutput),
            Recompute = settings.Flag("recompute", d.Recompute),
        };
        return options.Mistake() is { } mistake ? throw new InvalidDataException(mistake) : options;
    }

    /// <summary>What a model file says of a model: kind, sizes, tokeniser.</summary>
    /// <param name="model">The model.</param>
    /// <param name="provenance">Where it comes from.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(LanguageModel model, params ReadOnlySpan<KeyValuePair<string, string>> provenance)
    {
        ArgumentNullException.ThrowIfNull(model);
        var settings = new Settings();
        Options(settings, model.Model.Options);
        return ModelFile.Describe(Kind.Name, settings.ToJson(), [.. TokenizerText.Describe(model.Tokenizer), .. provenance]);
    }

    /// <summary>Numbers a model of these sizes learns; without making it.</summary>
    public static long ParameterCount(GptOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long c = options.Columns, v = options.Vocabulary, h = options.HiddenColumns;
        long keys = c / options.Heads * options.KeyHeadCount;
        long norm = options.Norm == NormKind.Layer ? 2 * c : c;
        long matrices = options.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1;
        long attention = 2 * c * c + 2 * c * keys + (options.Biases == BiasKind.None ? 0 : c + 2 * keys)
            + (options.Biases is BiasKind.All or BiasKind.Attention ? c : 0);
        long feedForward = (matrices + 1) * c * h + (options.Biases == BiasKind.All ? matrices * h + c : 0);
        long positions = options.Positions == PositionEncoding.Learned ? options.Context * c : 0;
        return (options.TiedOutput ? 1 : 2) * v * c + positions + options.Layers * (2 * norm + attention + feedForward) + norm;
    }

    /// <summary>Refuses sizes whose tables of positions would be too large.</summary>
    internal static void CheckTables(GptOptions options)
    {
        if ((long)options.Context * options.Columns > MaxTable)
            throw new InvalidDataException($"A context of {options.Context} with {options.Columns} columns is too large; at most {MaxTable / options.Columns}.");
    }

    // Weights and tables of positions; both ways they may be laid out to serve; the tokeniser's text as it is and made into tables.
    private static long MemoryOf(ModelFile file)
    {
        GptOptions options = Options(file.Settings);
        long text = file.Tensors.FindMetadata(TokenizerText.ContentKey)?.Length ?? 0;
        return sizeof(float) * (Math.Max(file.ParameterCount, ParameterCount(options)) + (long)options.Context * options.Columns)
            + GptServing.Memory(options, quantised: true) + GptServing.Memory(options, quantised: false) + 20 * text;
    }

    private static LanguageModel Load(ModelFile file)
    {
        Settings settings = file.Settings;
        GptOptions options = Options(settings);
        settings.RefuseUnknown();
        if (ParameterCount(options) != file.ParameterCount)
        {
            throw new InvalidDataException($"The model file's settings are of a model with {ParameterCount(options)} parameters, " +
                $"its tensors have {file.ParameterCount}.");
        }
        CheckTables(options);
        ITokenizer tokenizer = TokenizerText.Read(file.Tensors.FindMetadata, options.Vocabulary);
        var model = new Gpt(options);
        ModuleFile.Load(file.Tensors, model);
        return new LanguageModel(model, tokenizer);
    }
}
