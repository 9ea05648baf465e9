using Tacit.Compression;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Tests.Support;

/// <summary>Small pictures that are alike, and variational autoencoders that know them, trained in a moment.</summary>
internal static class TinyItems
{
    private static readonly Lazy<TacitModel> s_black = new(() => Load(new VariationalOptions { Shape = new ItemShape(1, 6, 6), Likelihood = LikelihoodKind.Bernoulli }));
    private static readonly Lazy<TacitModel> s_grey = new(() => Load(new VariationalOptions { Shape = new ItemShape(1, 6, 6), Likelihood = LikelihoodKind.LogisticMixture }));

    private static readonly Lazy<TacitModel> s_deep = new(() => Load(new VariationalOptions
    {
        Shape = new ItemShape(1, 6, 6), Likelihood = LikelihoodKind.LogisticMixture, Neighbours = 6, Top = 2,
    }));

    /// <summary>A model of pictures of 6 x 6 that are grey, with two layers of latents and pixels that know their neighbours.</summary>
    public static TacitModel Deep => s_deep.Value;

    /// <summary>A model of pictures of 6 x 6 that are black and white.</summary>
    public static TacitModel Black => s_black.Value;

    /// <summary>A model of pictures of 6 x 6 that are grey.</summary>
    public static TacitModel Grey => s_grey.Value;

    /// <summary>An IDX file of pictures: a bright stroke at some angle, or what is above a half of it.</summary>
    public static byte[] File(ItemShape shape, int count, bool black, ulong seed = 5)
    {
        byte[] values = new byte[count * shape.Size];
        float[] draws = new float[4];
        for (int n = 0; n < count; n++)
        {
            RandomFill.Uniform(seed, (ulong)n, draws);
            for (int i = 0; i < shape.Size; i++)
            {
                int c = i / (shape.Height * shape.Width), y = i / shape.Width % shape.Height, x = i % shape.Width;
                double along = (x - 6 * draws[0]) * Math.Cos(3 * draws[1]) + (y - 6 * draws[2]) * Math.Sin(3 * draws[1]);
                int value = (int)(255 * Math.Exp(-along * along) * (c == 0 ? 1 : draws[3]));
                values[n * shape.Size + i] = (byte)(!black ? value & 0xF8 : value > 127 ? 255 : 0);
            }
        }
        using var file = new MemoryStream();
        int[] sizes = shape.Channels > 1 ? [count, shape.Channels, shape.Height, shape.Width] : [count, shape.Height, shape.Width];
        new Idx(sizes, values).Write(file);
        return file.ToArray();
    }

    /// <summary>The same as a set.</summary>
    public static ItemSet Set(ItemShape shape, int count, bool black, ulong seed = 5) =>
        ItemReader.Read([new DataFile("items", null, File(shape, count, black, seed))], new ItemOptions());

    /// <summary>Sizes small enough for tests.</summary>
    public static VariationalOptions Small(VariationalOptions o) => o with { Latents = 3, Hidden = 24, Layers = 1, Filters = 4, Levels = 1, Components = 2, Features = 4, Units = 12 };

    /// <summary>Trains a model.</summary>
    public static (VariationalAutoencoder Model, byte[] File) Train(VariationalOptions options, ItemSet items, int steps, int threads = 1, VariationalObjective? objective = null)
    {
        var model = new VariationalAutoencoder(new VariationalNetwork(options), new ItemScale(0f, options.Values - 1));
        model.Network.Initialize(3);
        int[] all = [.. Enumerable.Range(0, items.Count)];
        using WorkPool workers = new(threads);
        var task = new VariationalTask(model, items, all, items, all, 16, objective ?? new VariationalObjective(1f, 20), default, 3);
        new Trainer(task) { Workers = workers }.Run(new TrainingOptions { Steps = steps, Rate = 0.01f, Decay = 0f, LeastRate = 0.05f, Beta2 = 0.999f });
        model.Finish(items, all, items, all, workers);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, VariationalModel.Describe(model), ModuleFile.Tensors(model.Network));
        return (model, file.ToArray());
    }

    private static TacitModel Load(VariationalOptions options)
    {
        options = Small(options) with { Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp };
        return TacitModel.Load(new MemoryStream(Train(options, Set(options.Shape, 200, options.Likelihood == LikelihoodKind.Bernoulli, seed: 1), 300).File));
    }
}
