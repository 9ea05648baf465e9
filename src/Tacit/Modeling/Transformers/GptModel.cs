using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Modeling.Transformers;

/// <summary>The kind 'gpt' of model files: a <see cref="Gpt"/>'s sizes from settings, a <see cref="LanguageModel"/> from a file.</summary>
public static class GptModel
{
    /// <summary>The metadata key of the tokeniser's name.</summary>
    public const string TokenizerKey = "tokenizer";

    // Rotary and sinusoidal tables are made from sizes a file claims, without a tensor that would prove them.
    private const long MaxTable = 1 << 26;

    /// <summary>The kind.</summary>
    public static ModelKind Kind { get; } = new("gpt", "decoder-only Transformer: the next token from those before it", Load);

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
                ("swiglu", FeedForwardKind.SwiGlu), ("gelu", FeedForwardKind.Gelu), ("relu", FeedForwardKind.Relu)),
            Bias = settings.Flag("bias", d.Bias),
            Dropout = settings.Real("dropout", d.Dropout, 0f, 0.99f),
            NormEpsilon = settings.Real("norm_epsilon", d.NormEpsilon, 1e-12f, 1f),
            RopeBase = settings.Real("rope_base", (float)d.RopeBase, 1f, 1e9f),
            TiedOutput = settings.Flag("tied_output", d.TiedOutput),
        };
        int keyHeads = options.KeyHeads == 0 ? options.Heads : options.KeyHeads;
        if (options.Columns % options.Heads != 0 || options.Heads % keyHeads != 0)
        {
            throw new InvalidDataException($"'heads' ({options.Heads}) divides 'columns' ({options.Columns}), " +
                $"and 'key_heads' ({keyHeads}) divides 'heads'.");
        }
        if (options.Positions == PositionEncoding.Rope && options.Columns / options.Heads % 2 != 0)
        {
            throw new InvalidDataException($"With rotary positions a head's columns are even, " +
                $"not {options.Columns / options.Heads} ('columns' / 'heads').");
        }
        return options;
    }

    /// <summary>Numbers a model of these sizes learns; without making it.</summary>
    public static long ParameterCount(GptOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long c = options.Columns, v = options.Vocabulary, h = options.HiddenColumns;
        long keys = c / options.Heads * (options.KeyHeads == 0 ? options.Heads : options.KeyHeads);
        long norm = options.Norm == NormKind.Layer ? 2 * c : c;
        long matrices = options.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1;
        long attention = 2 * c * c + 2 * c * keys + (options.Bias ? 2 * c + 2 * keys : 0);
        long feedForward = (matrices + 1) * c * h + (options.Bias ? matrices * h + c : 0);
        long positions = options.Positions == PositionEncoding.Learned ? options.Context * c : 0;
        return (options.TiedOutput ? 1 : 2) * v * c + positions + options.Layers * (2 * norm + attention + feedForward) + norm;
    }

    private static LanguageModel Load(ModelFile file)
    {
        string? name = file.Tensors.FindMetadata(TokenizerKey);
        ITokenizer tokenizer = name == "bytes" ? new ByteTokenizer()
            : throw new InvalidDataException($"The model file names the tokeniser '{name}'; this program knows 'bytes'.");
        Settings settings = file.Settings;
        GptOptions options = Options(settings);
        settings.RefuseUnknown();
        if (ParameterCount(options) != file.ParameterCount)
        {
            throw new InvalidDataException($"The model file's settings are of a model with {ParameterCount(options)} parameters, " +
                $"its tensors have {file.ParameterCount}.");
        }
        if ((long)options.Context * options.Columns > MaxTable)
        {
            throw new InvalidDataException($"The model file's settings have a context of {options.Context} with {options.Columns} columns, " +
                "which is too large.");
        }
        var model = new Gpt(options);
        ModuleFile.Load(file.Tensors, model);
        return new LanguageModel(model, tokenizer);
    }
}
