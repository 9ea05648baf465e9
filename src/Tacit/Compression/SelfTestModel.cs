using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;

namespace Tacit.Compression;

/// <summary>A language model for <see cref="SelfTest"/>, made of a seed: never to be changed, since the digests depend on it.</summary>
internal static class SelfTestModel
{
    private static readonly Lazy<TacitModel> s_model = new(Make);

    /// <summary>The model.</summary>
    public static TacitModel Model => s_model.Value;

    private static TacitModel Make()
    {
        var gpt = new Gpt(new GptOptions { Context = 20, Layers = 2, Columns = 16, Heads = 2, KeyHeads = 1 });
        gpt.Initialize(9);
        foreach (Parameter parameter in gpt.Parameters)
        {
            // Initial values foresee nothing: eight times as much (exactly) has opinions, though no good ones.
            foreach (ref float value in parameter.Value.Span)
                value *= 8f;
            parameter.Touch();
        }
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, GptModel.Describe(new LanguageModel(gpt, new ByteTokenizer())), ModuleFile.Tensors(gpt));
        file.Position = 0;
        return TacitModel.Load(file);
    }
}
