using System.Security.Cryptography;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;
using Tacit.Tests.Learning.Training;

namespace Tacit.Tests.Models;

public sealed class ModelFileTests : IDisposable
{
    private static readonly GptOptions[] Variants =
    [
        Tiny.Sizes,
        Tiny.Sizes with { Biases = BiasKind.All, Norm = NormKind.Layer, FeedForward = FeedForwardKind.Gelu, Positions = PositionEncoding.Learned, TiedOutput = false },
        Tiny.Sizes with { KeyHeads = 1, Hidden = 0, Layers = 3, Positions = PositionEncoding.Sinusoidal },
        Tiny.Sizes with { FeedForward = FeedForwardKind.Relu, Hidden = 7, Biases = BiasKind.All, KeyHeads = 1, RopeBase = 10000.1f, Recompute = true },
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> VariantNumbers => [.. Enumerable.Range(0, 4)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(VariantNumbers))]
    public void AModelIsTheSameAfterItsFile(int variant)
    {
        var model = new Gpt(Variants[variant]);
        model.Initialize(5);
        Assert.Equal(model.ParameterCount, GptModel.ParameterCount(model.Options));
        Write("m", model);
        byte[] bytes = File.ReadAllBytes(_folder["m"]);
        using ModelFile file = ModelFile.Open(_folder["m"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.Sha256);
        LanguageModel loaded = ModelRegistry.Standard.Load<LanguageModel>(file);
        Assert.Equal(model.Options, loaded.Model.Options);
        Assert.Equal(Tiny.Values(model), Tiny.Values(loaded.Model));
        int[] tokens = [1, 2, 3, 4, 5];
        var tape = new Tape { IsRecording = false };
        Assert.Equal(model.Forward(tape, tokens, 1, AttentionMask.Autoregressive).Value.Span.ToArray(),
            loaded.Model.Forward(tape, tokens, 1, AttentionMask.Autoregressive).Value.Span.ToArray());
        Write("n", loaded.Model);
        Assert.Equal(bytes, File.ReadAllBytes(_folder["n"]));
    }

    [Fact]
    public void ACheckpointIsAModelToo()
    {
        GptTask task = Tiny.Task();
        using var cancel = new CancellationTokenSource();
        var trainer = new Trainer(task)
        {
            CheckpointPath = _folder["c"],
            Metadata = ModelFile.Describe("gpt", Json(Tiny.Sizes), new KeyValuePair<string, string>("tokenizer", "bytes")),
            Progress = new Learning.Training.Reports(p => cancel.Cancel()),
        };
        trainer.Run(Tiny.Options, cancellationToken: cancel.Token);
        using ModelFile file = ModelFile.Open(_folder["c"]);
        Assert.Equal(Tiny.Values(task.Model), Tiny.Values(ModelRegistry.Standard.Load<LanguageModel>(file).Model));
        Assert.Equal(task.Model.ParameterCount, file.ParameterCount);
    }

    [Theory]
    [InlineData("\"layers\":1", "\"layers\":2", "parameters")]
    [InlineData("\"layers\":1", "\"layers\":999", "parameters")]
    [InlineData("\"layers\":1", "\"layers\":1001", "whole number")]
    [InlineData("\"columns\":16", "\"columns\":65536", "parameters")]
    [InlineData("\"heads\":2", "\"heads\":3", "divides")]
    [InlineData("\"heads\":2", "\"heads\":16", "even")]
    [InlineData("\"context\":16", "\"context\":1048576", "", false)]         // a table of 64 MB at most
    [InlineData("\"context\":16", "\"context\":1048577", "whole number")]
    [InlineData("\"hidden\":32", "\"hidden\":31", "parameters")]
    [InlineData("\"hidden\":32", "\"hiddem\":32", "no setting 'hiddem'")]
    [InlineData("\"norm\":\"rms\"", "\"norm\":\"layer\"", "parameters")]
    [InlineData("\"dropout\":0.1", "\"dropout\":1.5", "from 0 to 0.99")]
    [InlineData("\"dropout\":0.1", "\"dropout\":[1]", "JSON")]
    [InlineData("\"dropout\":0.1", "\"layers\":1", "twice")]
    public void SettingsThatDoNotFitAreRefusedBeforeMemoryIsTaken(string before, string after, string reason, bool refused = true)
    {
        var model = new Gpt(Tiny.Sizes);
        model.Initialize(5);
        string settings = Json(model.Options);
        Assert.Contains(before, settings, StringComparison.Ordinal);
        ModelFile.Write(_folder["m"], ModelFile.Describe("gpt", settings.Replace(before, after, StringComparison.Ordinal), new KeyValuePair<string, string>("tokenizer", "bytes")), model);
        using ModelFile file = ModelFile.Open(_folder["m"]);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Exception? e = Record.Exception(() => ModelRegistry.Standard.Load<LanguageModel>(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, refused ? 1 << 20 : 100 << 20);
        Assert.Equal(refused, e is not null);
        if (refused)
            Assert.Contains(reason, Assert.IsType<InvalidDataException>(e).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoModelOrOfAnotherKindIsRefused()
    {
        var model = new Gpt(Tiny.Sizes);
        SafetensorsTensor[] tensors = [.. ModuleFile.Tensors(model)];
        Assert.Contains("no model of Tacit", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("version '2'", Refusal([new("tacit_model", "2"), new("kind", "gpt")]), StringComparison.Ordinal);
        Assert.Contains("which kind", Refusal([new("tacit_model", "1")]), StringComparison.Ordinal);
        Assert.Contains("known are gpt", Refusal([.. ModelFile.Describe("other", "{}")]), StringComparison.Ordinal);
        Assert.Contains("tokeniser 'words'", Refusal([.. ModelFile.Describe("gpt", Json(Tiny.Sizes), new KeyValuePair<string, string>("tokenizer", "words"))]), StringComparison.Ordinal);
        Assert.Contains("not valid JSON", Refusal([.. ModelFile.Describe("gpt", "{", new KeyValuePair<string, string>("tokenizer", "bytes"))]), StringComparison.Ordinal);

        string Refusal(KeyValuePair<string, string>[] metadata) => Assert.Throws<InvalidDataException>(() =>
        {
            using var file = new ModelFile(new MemoryStream(Learning.Safetensors.SafetensorsTests.Write(metadata, tensors)));
            ModelRegistry.Standard.Load<LanguageModel>(file);
        }).Message;
    }

    [Fact]
    public void ATensorMoreLessOrOfAnotherShapeIsRefused()
    {
        var model = new Gpt(Tiny.Sizes);
        model.Initialize(1);
        List<SafetensorsTensor> tensors = [.. ModuleFile.Tensors(model)];
        Assert.Null(Load(tensors));
        Assert.Contains("does not know", Load([.. tensors, new SafetensorsTensor("extra", Tensor.Zeros(0))]), StringComparison.Ordinal);
        SafetensorsTensor last = tensors[^1];
        Assert.Contains($"no tensor '{last.Name}'", Load([.. tensors[..^1], new SafetensorsTensor("other", Tensor.Zeros(16))]), StringComparison.Ordinal);
        Assert.Contains("but the model's is (16)", Load([.. tensors[..^1], new SafetensorsTensor(last.Name, Tensor.Zeros(4, 4))]), StringComparison.Ordinal);

        string? Load(List<SafetensorsTensor> all)
        {
            IReadOnlyList<KeyValuePair<string, string>> metadata = ModelFile.Describe("gpt", Json(Tiny.Sizes), new KeyValuePair<string, string>("tokenizer", "bytes"));
            using var file = new ModelFile(new MemoryStream(Learning.Safetensors.SafetensorsTests.Write(metadata, [.. all])));
            return (Record.Exception(() => ModelRegistry.Standard.Load<LanguageModel>(file)) as InvalidDataException)?.Message;
        }
    }

    [Fact]
    public void AProgramAddsItsOwnKinds()
    {
        var mine = new ModelKind("mine", "a test's", file => file.Kind + file.ParameterCount);
        ModelRegistry registry = ModelRegistry.Standard.With(mine);
        Assert.Equal(ModelRegistry.Standard.Kinds.Select(k => k.Name).Append("mine"), registry.Kinds.Select(k => k.Name));
        Assert.Null(ModelRegistry.Standard.Find("mine"));
        Assert.Throws<ArgumentException>(() => registry.With(mine));
        ModelFile.Write(_folder["m"], ModelFile.Describe("mine", "{}"), new Linear(2, 3));
        using ModelFile file = ModelFile.Open(_folder["m"]);
        Assert.Equal("mine9", registry.Load<string>(file));
        Assert.Contains("cannot be used for this", Assert.Throws<InvalidDataException>(() => registry.Load<Gpt>(file)).Message, StringComparison.Ordinal);
    }

    private static string Json(GptOptions options)
    {
        var settings = new Settings();
        GptModel.Options(settings, options);
        return settings.ToJson();
    }

    private void Write(string name, Gpt model) =>
        ModelFile.Write(_folder[name], ModelFile.Describe("gpt", Json(model.Options), new KeyValuePair<string, string>("tokenizer", "bytes")), model);
}
