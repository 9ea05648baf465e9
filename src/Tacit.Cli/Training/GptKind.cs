using System.Globalization;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Cli.Training;

/// <summary>tacit train gpt: a Transformer over bytes or byte pairs.</summary>
internal sealed class GptKind : TrainKind
{
    public override string Name => "gpt";

    public override string Summary => "a decoder-only Transformer over bytes, for any data";

    public override string OptionHelp => """
          --context N         tokens the model sees: its window
          --layers N, --columns N, --heads N, --key-heads N, --hidden N
                              blocks; columns of the residual stream; heads of queries, and of keys
                              and values; columns inside a feed-forward part (0: as usual)
          --positions P       rope, learned or sinusoidal
          --norm N            rms or layer
          --feed-forward F    swiglu, gelu, gelu_tanh or relu
          --biases B          of linear layers: none, all, attention or query_key_value
          --tied-output B     true or false: the output layer is the embedding's table
          --dropout D         share of values dropped in training
          --recompute B       true or false: less memory in training, a third more time; same model
          --norm-epsilon E, --rope-base B, --vocabulary N
                              details; the vocabulary is the tokeniser's
          --tokenizer T       bytes (default); bpe:SIZE for byte pairs learnt from the data, SIZE tokens
                              at most; or a file: tokenizer.json or llama2.c's tokenizer.bin
          --batch N           windows in a batch
          --validation-windows N
                              most windows a validation goes over
        With --from, --batch is 16 and --rate 0.0005 unless given.
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"context":256,"layers":5,"columns":128,"heads":4,"batch":16,"rate":0.002}"""),
        ("tiny", """{"context":128,"layers":4,"columns":64,"heads":4,"batch":16,"rate":0.003}"""),
        ("base", """{"context":256,"layers":6,"columns":256,"heads":8,"batch":16,"rate":0.001}"""),
    ];

    public override string FurtherPreset => """{"batch":16,"rate":0.0005}""";

    public override IReadOnlyList<string> FreeSettings => ["dropout", "recompute"];

    public override IReadOnlyList<string> KeptSettings => ["tokenizer"];

    public override void Ask(Settings model, Settings task)
    {
        GptModel.Options(model);
        TokenizerSetting.Ask(task);
        Sizes(task);
    }

    public override TrainJob Prepare(Settings model, Settings task, TrainData data, ulong seed, ModelFile? checkpoint, long memory)
    {
        ITokenizer tokenizer = checkpoint is null ? TokenizerSetting.Make(task, data.Training) : TokenizerSetting.Kept(task, checkpoint);
        GptOptions options = GptModel.Options(model, new GptOptions { Vocabulary = tokenizer.Vocabulary });
        (int batch, int windows) = Sizes(task);
        if (options.Vocabulary != tokenizer.Vocabulary)
        {
            throw new InvalidDataException(
                $"'vocabulary' is {tokenizer.Vocabulary} with this tokeniser, not {options.Vocabulary}; it need not be given.");
        }
        var training = new TokenSequence(tokenizer, data.Training);
        var validation = new TokenSequence(tokenizer, data.Validation);
        if (training.Length <= options.Context)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"there are {training.Length} {Items(tokenizer)} to learn from, which is not more than the window of {options.Context}; " +
                $"more data, or a smaller --context"));
        }
        CheckSizes(options, batch, memory, Items(tokenizer));
        Gpt gpt;
        try
        {
            gpt = new Gpt(options);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the settings do not fit together: {e.Message}", e);
        }
        gpt.Initialize(seed);
        bool validates = validation.Length >= 2;
        double tokensPerByte = validates ? (double)validation.Length / data.Validation.Length : (double)training.Length / data.Training.Length;
        return new TrainJob
        {
            Task = new GptTask(gpt, training, validates ? validation : null, batch, windows, seed),
            Unit = ("bits per byte", tokensPerByte / Math.Log(2)),
            Items = Items(tokenizer),
            Metadata = TokenizerText.Describe(tokenizer),
        };
    }

    // Before anything is made of these sizes: no tensor has 2^31 values, and all must find room.
    private static void CheckSizes(GptOptions options, int batch, long memory, string items)
    {
        long columns = options.Columns, inner = options.Hidden > 0 ? options.Hidden : 4 * columns;
        long widest = Math.Max(Math.Max(options.Vocabulary, 2 * inner), 3 * columns);       // gate and input, or queries, keys and values
        long values = (long)batch * options.Context * widest, parameters = GptModel.ParameterCount(options);
        if (columns * Math.Max(widest, options.Context) > int.MaxValue)
            throw new InvalidDataException("a layer has 2^31 values or more; a smaller --columns, --hidden, --vocabulary or --context is needed");
        if (values > int.MaxValue)
        {
            throw new InvalidDataException($"a batch of {batch} windows of {options.Context} {items} is too large; " +
                "a smaller --batch, with --accumulate for the same effect");
        }
        long least = sizeof(float) * (3 * parameters + values);     // values, gradients and the copy of the best
        if (least > memory)
        {
            throw new InsufficientMemoryException($"training takes {ByteSize.Format(least)} at least, of {ByteSize.Format(memory)} there are or --memlimit allows; " +
                "a smaller --batch or --preset needs less");
        }
    }

    private static string Items(ITokenizer tokenizer) => tokenizer is ByteTokenizer ? "bytes" : "tokens";

    private static (int Batch, int ValidationWindows) Sizes(Settings task) =>
        (task.Whole("batch", 16, 1, 1 << 16), task.Whole("validation_windows", 128, 1, 1 << 30));
}
