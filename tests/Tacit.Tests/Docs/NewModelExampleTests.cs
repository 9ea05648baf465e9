// <example>
using Tacit.Learning;
using Tacit.Modeling;
using Tacit.Numerics;

namespace Tacit.Tests.Docs.Example;

/// <summary>The next byte's logits from the two bytes before it (Bengio et al. 2003, with a context of two).</summary>
public sealed class TrigramNetwork : Module
{
    private readonly Embedding _bytes;
    private readonly Linear _hidden, _output;

    public TrigramNetwork(int columns)
    {
        Columns = columns;
        _bytes = Add("bytes", new Embedding(256, columns));
        _hidden = Add("hidden", new Linear(2 * columns, 4 * columns));
        _output = Add("output", new Linear(4 * columns, 256));
    }

    public int Columns { get; }

    /// <summary>Pairs of bytes (B · 2) to logits (B, 256).</summary>
    public Variable Forward(Tape tape, ReadOnlyMemory<int> pairs)
    {
        Variable x = tape.Reshape(_bytes.Forward(tape, pairs, pairs.Length), -1, 2 * Columns);      // (B, 2 C)
        return _output.Forward(tape, _hidden.Forward(tape, x, Activation.Gelu));
    }

    // The kind: its name, its settings, and how one is made from a file.
    public static ModelKind Kind { get; } = new("trigram", "the next byte from two", file =>
    {
        Settings settings = file.Settings;
        int columns = ColumnsOf(settings);
        settings.RefuseUnknown();
        var model = new TrigramNetwork(columns);
        ModuleFile.Load(file.Tensors, model);
        return model;
    });

    public static int ColumnsOf(Settings settings, int columns = 16) => settings.Whole("columns", columns, 1, 1024);

    public void Write(string path, params KeyValuePair<string, string>[] provenance)
    {
        var settings = new Settings();
        ColumnsOf(settings, Columns);
        ModelFile.Write(path, ModelFile.Describe(Kind.Name, settings.ToJson(), provenance), this);
    }
}

/// <summary>What there is to learn: the bytes of a text, the last tenth of them kept for validation.</summary>
public sealed class TrigramTask(TrigramNetwork model, byte[] text, ulong seed) : ITrainingTask
{
    private const int Batch = 64;
    private readonly int _split = text.Length * 9 / 10;

    public Module Model => model;
    public long ItemsPerBatch => Batch;
    public bool CanValidate => true;

    // A function of seed and number of the batch, so that a run can be stopped and resumed anywhere.
    public Variable Loss(Tape tape, long batch)
    {
        int[] places = new int[Batch];
        for (int b = 0; b < Batch; b++)
            places[b] = (int)(Philox.Block(seed, RandomStreams.Batch(batch), (ulong)b).X % (uint)(_split - 2));
        return Loss(tape, places);
    }

    public double Validate(Tape tape, CancellationToken cancellationToken) =>
        Loss(tape, [.. Enumerable.Range(_split, text.Length - _split - 2)]).Value.Span[0];

    private Variable Loss(Tape tape, int[] places) => tape.CrossEntropy(
        model.Forward(tape, places.SelectMany(p => new int[] { text[p], text[p + 1] }).ToArray()),
        places.Select(p => (int)text[p + 2]).ToArray());
}
// </example>

/// <summary>The example of docs/NEW-MODEL.md: a kind of model in a page, and its use.</summary>
public class NewModelExampleTests
{
    [Fact]
    public void ANewKindIsTrainedSavedAndLoaded()
    {
        byte[] text = Support.Samples.Text(5000);
        string folder = Directory.CreateTempSubdirectory("tacit-example-").FullName;
        string checkpoint = Path.Combine(folder, "trigram.checkpoint"), path = Path.Combine(folder, "trigram.tacitmodel");
        try
        {
            // <use>
            var model = new TrigramNetwork(columns: 16);
            model.Initialize(seed: 1);
            var trainer = new Trainer(new TrigramTask(model, text, seed: 1)) { CheckpointPath = checkpoint };
            TrainingResult result = trainer.Run(new TrainingOptions { Steps = 400, Rate = 3e-3f, Patience = 3 });
            model.Write(path);

            ModelRegistry kinds = ModelRegistry.Standard.With(TrigramNetwork.Kind);
            using ModelFile file = ModelFile.Open(path);
            TrigramNetwork loaded = kinds.Load<TrigramNetwork>(file);
            // </use>
            Assert.InRange(result.BestLoss, 0.4, 1);       // 5.5 = ln 256 before training
            var tape = new Tape { IsRecording = false };
            int[] pair = ['t', 'h'];
            float[] logits = model.Forward(tape, pair).Value.Span.ToArray();
            Assert.Equal(logits, loaded.Forward(tape, pair).Value.Span.ToArray());
            Assert.Equal((byte)'e', Array.IndexOf(logits, logits.Max()));
            Assert.Equal("trigram", file.Kind);
            Assert.Equal(model.ParameterCount, file.ParameterCount);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheDocumentShowsTheCodeAbove()
    {
        string source = File.ReadAllText(Path.Combine(Support.Repository.Root, "tests", "Tacit.Tests", "Docs", "NewModelExampleTests.cs"));
        string document = File.ReadAllText(Path.Combine(Support.Repository.Root, "docs", "NEW-MODEL.md"));
        string example = Part("// <example>\n", "// </example>", 0);
        Assert.Contains($"```csharp\n{example}\n```", document, StringComparison.Ordinal);
        Assert.Contains($"```csharp\n{Part("// <use>\n", "            // </use>", 12)}\n```", document, StringComparison.Ordinal);
        Assert.InRange(example.Count(c => c == '\n'), 1, 99);

        string Part(string begin, string end, int indent)
        {
            int start = source.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
            string code = source[start..source.IndexOf(end, start, StringComparison.Ordinal)];
            return string.Concat(code.Split('\n').Select(line => (line.Length > indent ? line[indent..] : "") + "\n")).TrimEnd('\n');
        }
    }
}
