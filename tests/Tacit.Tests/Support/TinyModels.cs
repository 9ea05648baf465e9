using Tacit.Compression;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Records;
using Tacit.Modeling.Transformers;
using Tacit.Tests.Records;

namespace Tacit.Tests.Support;

/// <summary>Language models of a few thousand numbers, trained in a moment.</summary>
internal static class TinyModels
{
    private static readonly Lazy<byte[]> s_text = new(() => Trained(new ByteTokenizer(), Sizes(), 150));
    private static readonly Lazy<TacitModel> s_smallModel = new(() => SmallAfter(200));
    private static readonly Lazy<TacitModel> s_ignorant = new(() => SmallAfter(3));
    private static readonly Lazy<TacitModel> s_model = new(() => TacitModel.Load(new MemoryStream(s_text.Value)));

    private static readonly Lazy<TacitModel> s_records = new(() => TacitModel.Load(new MemoryStream(RecordSamples.ModelFile(RecordProfile.Fast))));

    private static readonly Lazy<TacitModel> s_prior = new(() => PriorOf(Samples.Text(6000, seed: 77)));

    /// <summary>One of small records that knows <see cref="RecordSamples.Users"/>.</summary>
    public static TacitModel Records => s_records.Value;

    /// <summary>A model file of bytes that knows <see cref="Samples.Text"/>.</summary>
    public static byte[] File => s_text.Value;

    /// <summary>The same, loaded.</summary>
    public static TacitModel Text => s_model.Value;

    /// <summary>One that knows which bytes are frequent in it, in 7 KB.</summary>
    public static TacitModel Small => s_smallModel.Value;

    /// <summary>One that knows nothing.</summary>
    public static TacitModel Ignorant => s_ignorant.Value;

    /// <summary>What cm has learnt from <see cref="Samples.Text"/> at level 5.</summary>
    public static TacitModel Prior => s_prior.Value;

    /// <summary>Sizes of such models, of bytes.</summary>
    public static GptOptions Sizes() => new() { Context = 24, Layers = 2, Columns = 16, Heads = 2, KeyHeads = 1 };

    /// <summary>What cm learns from a text at level 5.</summary>
    public static TacitModel PriorOf(byte[] text)
    {
        using var stream = new MemoryStream();
        PriorModel.WriteText(stream, MixerPrior.Learn(text, 5, new BlockStructure(BlockKind.Text)));
        stream.Position = 0;
        return TacitModel.Load(stream);
    }

    private static TacitModel SmallAfter(int steps) =>
        TacitModel.Load(new MemoryStream(Trained(new ByteTokenizer(), Sizes() with { Columns = 4, Heads = 1, Context = 6, Hidden = 4 }, steps)));

    /// <summary>A model file.</summary>
    public static byte[] Trained(ITokenizer tokenizer, GptOptions options, int steps)
    {
        var gpt = new Gpt(options with { Vocabulary = tokenizer.Vocabulary });
        gpt.Initialize(7);
        byte[] data = Samples.Text(6000, seed: 77);
        var task = new GptTask(gpt, new TokenSequence(tokenizer, data.AsMemory(500)), new TokenSequence(tokenizer, data.AsMemory(0, 500)), batch: 8, validationWindows: 8, seed: 7);
        new Trainer(task).Run(new TrainingOptions { Steps = steps, Rate = 0.01f, Seed = 7, ValidateEvery = steps });
        return FileOf(new LanguageModel(gpt, tokenizer));
    }

    /// <summary>A model as a file.</summary>
    public static byte[] FileOf(LanguageModel model)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, GptModel.Describe(model), ModuleFile.Tensors(model.Model));
        return stream.ToArray();
    }
}
