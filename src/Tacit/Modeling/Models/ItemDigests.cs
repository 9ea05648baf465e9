using Tacit.Learning;
using Tacit.Media;
using Tacit.Media.Audio;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Classification;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Variational;
using Tacit.Numerics;

namespace Tacit.Modeling;

/// <summary>Short runs of models of images and sounds, as bytes: for digests that must be the same on every machine.</summary>
/// <remarks>Small, because without fused multiply-add hardware a step costs a thousand times as much.</remarks>
public static class ItemDigests
{
    private const int Count = 9;
    private static readonly int[] s_all = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly ItemShape s_shape = new(1, 6, 5);

    /// <summary>An autoencoder of each decoder after 12 steps, with what is found of latents and errors, and what comes
    /// back.</summary>
    public static byte[] Autoencoders()
    {
        ItemSet items = Images();
        var bytes = new List<byte>();
        foreach (ItemDecoderKind decoder in Enum.GetValues<ItemDecoderKind>())
        {
            Autoencoder model = Trained(items, decoder);
            bytes.AddRange(TrainingDigests.Bytes(model.Network));
            bytes.AddRange(TrainingDigests.LittleEndian(model.Reconstruct(items, s_all)));
        }
        return [.. bytes];
    }

    /// <summary>Classifiers on an encoder that stays as it is and on one that learns, after 12 steps, and their
    /// probabilities.</summary>
    public static byte[] Classifiers()
    {
        ItemSet items = Images();
        Autoencoder model = Trained(items, ItemDecoderKind.Mlp);
        var bytes = new List<byte>();
        foreach (bool tunes in new[] { false, true })
        {
            IReadOnlyList<string> labels = ClassifierModel.ClassesOf(items.Labels!);
            var network = new ClassifierNetwork(model.CopyEncoder(), new ClassifierOptions { Hidden = 5 },
                labels.Count);
            for (int i = network.Encoder.Parameters.Count; i < network.Parameters.Count; i++)
                network.Parameters[i].Initialize(3, i);
            var classifier = new Classifier(network, labels);
            Train(new ClassifierTask(classifier, items, s_all, items, [0, 1], tunes, batch: 4,
                new Augmentation(tunes ? 1 : 0, false, 0f), seed: 3));
            bytes.AddRange(TrainingDigests.Bytes(network));
            bytes.AddRange(TrainingDigests.LittleEndian(classifier.Probabilities(items, s_all)));
        }
        return [.. bytes];
    }

    /// <summary>Variational models of pieces of a sound after 12 steps, by convolutions along them and by LSTMs, and what
    /// the first one draws.</summary>
    public static byte[] Sounds()
    {
        using var file = new MemoryStream();
        Sound.WriteWav(file, [.. Enumerable.Range(0, 80).Select(t => (t * 37 % 64 + Philox.Block(9, 1, (ulong)t).X % 16) / 128.0 - 0.3)], 8000);
        ItemSet items = ItemReader.Read([new DataFile("sound", null, file.ToArray())], new ItemOptions { ClipLength = 16, Stride = 8 });
        var model = new VariationalAutoencoder(new VariationalNetwork(new VariationalOptions
        {
            Shape = items.Shape,
            Latents = 2,
            Likelihood = LikelihoodKind.Gaussian,
            Hidden = 6,
            Layers = 1,
            Filters = 2,
        }), items.Measure(s_all));
        model.Network.Initialize(3);
        var objective = new VariationalObjective(1f, WarmUp: 6);
        Train(new VariationalTask(model, items, s_all, items, [0, 1], batch: 4, objective, default, seed: 3));
        model.Finish(items, s_all, items, [0, 1]);

        var sequences = new LstmAutoencoder(new LstmAutoencoderOptions { Frame = 4, Length = 16, Hidden = 4, Latent = 2, Withheld = 1f, Variational = true });
        sequences.Initialize(3);
        var set = new SequenceSet([.. s_all.Select(i =>
        {
            float[] values = new float[16];
            items.CopyTo(i, values);
            return new ReadOnlyMemory<float>(values, 0, 16 - i % 4);        // some with padding
        })]);
        Train(new LstmAutoencoderTask(sequences, set, set, batch: 4, seed: 3, objective));
        return [.. TrainingDigests.Bytes(model.Network), .. TrainingDigests.LittleEndian(model.Generate(3, 5)), .. TrainingDigests.Bytes(sequences)];
    }

    private static Autoencoder Trained(ItemSet items, ItemDecoderKind decoder)
    {
        var model = new Autoencoder(new AutoencoderNetwork(new AutoencoderOptions
        {
            Shape = s_shape,
            Latents = 3,
            Encoder = decoder == ItemDecoderKind.Mlp ? ItemEncoderKind.Mlp : ItemEncoderKind.Convolutional,
            Decoder = decoder,
            Loss = decoder == ItemDecoderKind.Transformer ? ItemLoss.CrossEntropy : ItemLoss.SquaredError,
            Hidden = 6,
            Filters = 2,
            Order = 4,
            Units = 3,
            Columns = 8,
            Heads = 2,
            Blocks = 1,
        }), items.Measure(s_all));
        model.Network.Initialize(3);
        Train(new AutoencoderTask(model, items, s_all, items, [0, 1], batch: 4, new Augmentation(1, true, 0.1f),
            seed: 3));
        model.Finish(items, s_all, items, [0, 1]);
        return model;
    }

    private static void Train(ITrainingTask task) =>
        new Trainer(task).Run(new TrainingOptions { Steps = 12, Rate = 0.02f, Seed = 3, ValidateEvery = 6 });

    // Slopes that differ from image to image, with some noise.
    private static ItemSet Images()
    {
        byte[] header = [0, 0, 8, 3, 0, 0, 0, Count, 0, 0, 0, (byte)s_shape.Height, 0, 0, 0, (byte)s_shape.Width],
            values = new byte[Count * s_shape.Size];
        for (int i = 0; i < values.Length; i++)
            values[i] = (byte)(i % s_shape.Size * (1 + i / s_shape.Size) * 7 + Philox.Block(9, 0, (ulong)i).X % 40);
        return ItemReader.Read([new DataFile("images", null, (byte[])[.. header, .. values])], new ItemOptions
        {
            LabelFile = new DataFile("labels", null, "a\nb\nc\na\nb\nc\na\nb\nc\n"u8.ToArray()),
        });
    }
}
