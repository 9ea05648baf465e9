using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;

namespace Tacit.Compression;

/// <summary>Pictures and variational autoencoders of them for <see cref="SelfTest"/>, trained for a moment: never to be changed.</summary>
internal static class SelfTestItems
{
    private const int Count = 90, Channels = 3, Side = 4;

    /// <summary>An IDX file of colours, or of what is black and white.</summary>
    public static byte[] File(bool black)
    {
        byte[] values = new byte[Count * Channels * Side * Side];
        var random = new SelfTestSamples.Generator(41);
        for (int i = 0; i < values.Length; i++)
        {
            int item = i / (Channels * Side * Side), x = i % Side, edge = item % 5;
            int value = (x < edge ? 200 : 30) + (int)(random.Next() >> 60);
            values[i] = (byte)(black ? value > 99 ? 255 : 0 : value);
        }
        using var file = new MemoryStream();
        new Idx([Count, Channels, Side, Side], values).Write(file);
        return file.ToArray();
    }

    /// <summary>A model of such files; with a second layer of latents, or pixels that know their neighbours, if wanted.</summary>
    public static TacitModel Model(bool black, int top = 0, int neighbours = 0)
    {
        ItemSet items = ItemReader.Read([new DataFile("items", null, File(black))], new ItemOptions());
        var model = new VariationalAutoencoder(new VariationalNetwork(new VariationalOptions
        {
            Shape = items.Shape,
            Latents = 2,
            Encoder = ItemEncoderKind.Mlp,
            Decoder = black ? ItemDecoderKind.Mlp : ItemDecoderKind.Convolutional,
            Likelihood = black ? LikelihoodKind.Bernoulli : LikelihoodKind.LogisticMixture,
            Components = 2,
            Hidden = 8,
            Layers = 1,
            Filters = 3,
            Levels = 1,
            Top = top,
            Neighbours = neighbours,
            Features = 3,
            Units = 6,
        }), new ItemScale(0f, 255f));
        model.Network.Initialize(9);
        int[] all = [.. Enumerable.Range(0, items.Count)];
        new Trainer(new VariationalTask(model, items, all, null, [], batch: 6, new VariationalObjective(1f, 10), default, seed: 9))
            .Run(new TrainingOptions { Steps = 25, Rate = 0.03f, Seed = 9 });
        model.Finish(items, all, items, all);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, VariationalModel.Describe(model), ModuleFile.Tensors(model.Network));
        file.Position = 0;
        return TacitModel.Load(file);
    }
}
