using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Compression;

/// <summary>A language model for <see cref="SelfTest"/>, trained for a moment: never to be changed, since the digests depend on it.</summary>
internal static class SelfTestModel
{
    private static readonly Lazy<TacitModel> s_model = new(Make);

    /// <summary>The model.</summary>
    public static TacitModel Model => s_model.Value;

    private static TacitModel Make()
    {
        var gpt = new Gpt(new GptOptions { Context = 64, Layers = 2, Columns = 8, Heads = 2, KeyHeads = 1, Hidden = 12 });
        gpt.Initialize(9);
        // A few steps, so that it foresees something and blocks are not stored.
        var text = new TokenSequence(new ByteTokenizer(), SelfTestSamples.Text(1 << 12));
        new Trainer(new GptTask(gpt, text, null, batch: 1, validationWindows: 1, seed: 9)).Run(new TrainingOptions { Steps = 12, Rate = 0.05f, Seed = 9 });
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, GptModel.Describe(new LanguageModel(gpt, new ByteTokenizer())), ModuleFile.Tensors(gpt));
        file.Position = 0;
        return TacitModel.Load(file);
    }
}
