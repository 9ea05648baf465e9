using System.Globalization;
using Tacit.Learning;
using Tacit.Modeling.Transformers;

namespace Tacit.Cli.Training;

/// <summary>tacit train gpt: a Transformer over bytes.</summary>
internal sealed class GptKind : TrainKind
{
    public override string Name => "gpt";

    public override string Summary => "a decoder-only Transformer over bytes, for any data";

    public override string OptionHelp => """
          --context N         bytes the model sees: its window
          --layers N, --columns N, --heads N, --key-heads N, --hidden N
                              blocks; columns of the residual stream; heads of queries, and of keys
                              and values; columns inside a feed-forward part (0: as usual)
          --positions P       rope, learned or sinusoidal
          --norm N            rms or layer
          --feed-forward F    swiglu, gelu or relu
          --bias B, --tied-output B
                              true or false: biases in linear layers; the output layer is the
                              embedding's table
          --dropout D         share of values dropped in training
          --norm-epsilon E, --rope-base B, --vocabulary N
                              details; the vocabulary of bytes is 256
          --batch N           windows in a batch
          --validation-windows N
                              most windows a validation goes over
        """;

    public override IReadOnlyList<(string Name, string Json)> Presets =>
    [
        ("small", """{"context":256,"layers":5,"columns":128,"heads":4,"batch":16,"rate":0.002}"""),
        ("tiny", """{"context":128,"layers":4,"columns":64,"heads":4,"batch":16,"rate":0.003}"""),
        ("base", """{"context":256,"layers":6,"columns":256,"heads":8,"batch":16,"rate":0.001}"""),
    ];

    public override (string Name, double Scale) Unit => ("bits per byte", 1 / Math.Log(2));

    public override string Items => "bytes";

    public override IEnumerable<KeyValuePair<string, string>> Metadata => [new(GptModel.TokenizerKey, "bytes")];

    public override void Ask(Settings model, Settings task)
    {
        GptModel.Options(model);
        Sizes(task);
    }

    public override ITrainingTask Prepare(Settings model, Settings task, TrainData data, ulong seed)
    {
        GptOptions options = GptModel.Options(model);
        (int batch, int windows) = Sizes(task);
        if (options.Vocabulary != 256)
            throw new InvalidDataException($"'vocabulary' is 256 for a model of bytes, not {options.Vocabulary}.");
        if (data.Training.Length <= options.Context)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"there are {data.Training.Length} bytes to learn from, which is not more than the window of {options.Context}; " +
                $"more data, or a smaller --context"));
        }
        if ((long)batch * options.Context * options.Vocabulary > int.MaxValue)
        {
            throw new InvalidDataException($"a batch of {batch} windows of {options.Context} bytes is too large; " +
                "a smaller --batch, with --accumulate for the same effect");
        }
        var gpt = new Gpt(options);
        gpt.Initialize(seed);
        return new GptTask(gpt, data.Training, data.Validation.Length < 2 ? default : data.Validation, batch, windows, seed);
    }

    private static (int Batch, int ValidationWindows) Sizes(Settings task) =>
        (task.Whole("batch", 16, 1, 1 << 16), task.Whole("validation_windows", 128, 1, 1 << 30));
}
