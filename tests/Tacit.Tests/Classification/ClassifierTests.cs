using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Classification;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Reports;
using Tacit.Tests.Learning.Training;

namespace Tacit.Tests.Classification;

/// <summary>Classifiers: heads on frozen and on learning encoders, files, confusion matrices.</summary>
public class ClassifierTests
{
    private static readonly ItemShape s_shape = new(1, 6, 6);
    private static readonly TrainingOptions s_options = new() { Steps = 200, Rate = 0.02f, Decay = 0f, ValidateEvery = 100 };

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    public void LabelsAreLearntTheSameWithAnyThreads(bool tunes, int hidden)
    {
        (ItemSet items, Autoencoder autoencoder) = Trained();
        Classifier[] both = [.. new[] { 1, 3 }.Select(threads => Train(autoencoder, items, tunes, hidden, threads))];
        Assert.Equal(Bytes(both[0]), Bytes(both[1]));
        int[] all = [.. Enumerable.Range(0, items.Count)],
            likeliest = both[0].Likeliest(both[0].Probabilities(items, all));
        int[] actual = [.. items.Labels!.Select(l => both[0].Labels.ToList().IndexOf(l))];
        Assert.InRange(new ConfusionMatrix(3, actual, likeliest).Accuracy, 0.95, 1);

        // The encoder stays as it is, or does not; the autoencoder it was copied from always does.
        LatentEncoder fresh = autoencoder.CopyEncoder(), used = both[0].Network.Encoder;
        bool same = fresh.Parameters.Select((p, i) => p.Value.Span.SequenceEqual(used.Parameters[i].Value.Span))
            .All(b => b);
        Assert.Equal(!tunes, same);
        Assert.Equal(autoencoder.Encode(items, all), Latents(fresh, items));

        using var file = new ModelFile(new MemoryStream(Bytes(both[0])));
        Classifier loaded = ModelRegistry.Standard.Load<Classifier>(file);
        Assert.Equal(both[0].Labels, loaded.Labels);
        using var workers = new WorkPool(3);
        Assert.Equal(both[0].Probabilities(items, all), loaded.Probabilities(items, all, workers));
        Assert.Equal(both[0].Probabilities(items, all.AsSpan(5, 4)),
            loaded.Probabilities(items, all).AsSpan(15, 12).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStoppedRunGoesOnToTheSameClassifier(bool tunes)
    {
        (ItemSet items, Autoencoder autoencoder) = Trained();
        byte[] whole = Bytes(Train(autoencoder, items, tunes, hidden: 8, threads: 1));
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var progress = new Listener(p => { if (p.Step == 70) stop.Cancel(); });
        Classifier begun = Begin(autoencoder, items, hidden: 8);
        Assert.Equal(TrainingEnd.Cancelled, new Trainer(Task(begun, items, tunes)) { CheckpointPath = folder["c"], Metadata = Said(begun), ReportEvery = 1, Progress = progress }
            .Run(s_options, cancellationToken: stop.Token).End);
        using ModelFile checkpoint = ModelFile.Open(folder["c"]);
        Classifier again = ModelRegistry.Standard.Load<Classifier>(checkpoint);
        new Trainer(Task(again, items, tunes)).Run(s_options, checkpoint.Tensors);
        Assert.Equal(whole, Bytes(again));
    }

    [Fact]
    public void LatentsAreBroughtToMeanZeroAndDeviationOne()
    {
        (_, Autoencoder autoencoder) = Trained();
        var network = new ClassifierNetwork(autoencoder.CopyEncoder(), new ClassifierOptions { Hidden = 0 }, 2);
        network.Normalise([1f, 5f, 7f, 3f, 5f, 7.5f, 8f, 5f, 8f]);
        Assert.Equal([-4f, -5f, -7.5f], network.Shift.Value.Span.ToArray());
        Assert.Equal([1f / 2.94392f, 0f, 1f / 0.408248f], network.Factor.Value.Span.ToArray(), (a, b) =>
            Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void ClassesAreInTheOrderPeopleExpect()
    {
        Assert.Equal(["0", "2", "9", "10", "100"], ClassifierModel.ClassesOf(["10", "9", "100", "0", "2", "9"]));
        Assert.Equal(["10", "9", "cat"], ClassifierModel.ClassesOf(["9", "cat", "10"]));
        Assert.Throws<InvalidDataException>(() => ClassifierModel.ClassesOf(["a\nb"]));
        Assert.Throws<InvalidDataException>(() => ClassifierModel.ClassesOf([]));
    }

    [Fact]
    public void AFileThatLiesIsRefusedBeforeMemoryIsTaken()
    {
        (ItemSet items, Autoencoder autoencoder) = Trained();
        byte[] file = Bytes(Train(autoencoder, items, tunes: false, hidden: 8, threads: 1));
        string text = System.Text.Encoding.Latin1.GetString(file);
        foreach ((string from, string to) in new[]
        {
            ("{\\\"hidden\\\":8", "{\\\"hidden\\\":60000"), ("\\\"latents\\\":3", "\\\"latents\\\":9999"),
                ("\\\"filters\\\":2", "\\\"filters\\\":4096"),
            ("\"encoder_kind\":\"ae\"", "\"encoder_kind\":\"gpt\""), ("plain\"", "plain\\u000amore\""), ("plain", "across"),
                ("\"labels\"", "\"lobels\""), ("\\\"latents\\\":3", "\\\"latents\\\":0"),
        })
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            byte[] changed = System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
            BitConverter.TryWriteBytes(changed, BitConverter.ToInt64(file) + changed.Length - file.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() =>
            {
                using var model = new ModelFile(new MemoryStream(changed));
                ModelRegistry.Standard.Load<Classifier>(model);
            });
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        (ItemSet items, Autoencoder autoencoder) = Trained();
        Classifier classifier = new(new ClassifierNetwork(autoencoder.CopyEncoder(), new ClassifierOptions(), 2),
            ["across", "down"]);
        string message = Assert.Throws<InvalidDataException>(() => Task(classifier, items, false)).Message;
        Assert.Contains("'plain', which is none of the classifier's", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Classifier(classifier.Network, ["one"]));
        ItemSet others = Read(new ItemShape(1, 4, 4), 3, withLabels: false);
        Assert.Throws<ArgumentException>(() => classifier.Probabilities(others, [0]));
        Assert.Throws<ArgumentException>(() => Task(classifier, Read(s_shape, 3, withLabels: false), false));
    }

    [Fact]
    public void ConfusionsAreCountedAndDrawn()
    {
        var matrix = new ConfusionMatrix(3, [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 2, 2]);
        Assert.Equal((3, 6, 0.5), (matrix.Right, matrix.Items, matrix.Accuracy));
        Assert.Equal((1, 2, 1, 1, 1), (matrix[0, 0], matrix[0, 1], matrix[1, 1], matrix[1, 2], matrix[2, 2]));
        Assert.Equal([(0, 1, 2), (1, 2, 1)], matrix.MostConfused(5));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(2, [0], [2]));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(2, [0, 1], [0]));
        Image picture = ConfusionPicture.Draw(matrix, ["A", "Bee", "long name of a label"]);
        Assert.Equal(3, picture.Channels);
        // Row 2 has all of it right: the darkest blue in its last cell; of row 2, column 0 is white.
        Assert.Contains((29, 78, 216), Colours(picture));
        Assert.Contains((255, 255, 255), Colours(picture));
        Assert.True(ConfusionPicture.Draw(new ConfusionMatrix(100, [7], [7]),
            [.. Enumerable.Range(0, 100).Select(i => $"{i}")]).Width > 1200);
        Assert.Throws<ArgumentException>(() =>
            ConfusionPicture.Draw(new ConfusionMatrix(300, [], []), new string[300]));

        static HashSet<(int, int, int)> Colours(Image image) =>
            [.. image.Samples.ToArray().Chunk(3).Select(p => ((int)p[0], (int)p[1], (int)p[2]))];
    }

    private static (ItemSet Items, Autoencoder Model) Trained()
    {
        ItemSet items = Read(s_shape, 90, withLabels: true);
        int[] all = [.. Enumerable.Range(0, items.Count)];
        var options = new AutoencoderOptions { Shape = s_shape, Latents = 3, Hidden = 12, Filters = 2, Levels = 1 };
        var model = new Autoencoder(new AutoencoderNetwork(options), items.Measure(all));
        model.Network.Initialize(3);
        new Trainer(new AutoencoderTask(model, items, all, null, [], 16, default, 3))
            .Run(new TrainingOptions { Steps = 150, Rate = 0.01f, Decay = 0f });
        return (items, model);
    }

    private static ClassifierTask Task(Classifier classifier, ItemSet items, bool tunes) =>
        new(classifier, items, [.. Enumerable.Range(0, items.Count)], items, [0, 1, 2, 3], tunes, 16, default, 5);

    private static Classifier Train(Autoencoder autoencoder, ItemSet items, bool tunes, int hidden, int threads)
    {
        Classifier classifier = Begin(autoencoder, items, hidden);
        using var workers = new WorkPool(threads);
        new Trainer(Task(classifier, items, tunes)) { Workers = workers }.Run(s_options);
        return classifier;
    }

    private static Classifier Begin(Autoencoder autoencoder, ItemSet items, int hidden)
    {
        IReadOnlyList<string> labels = ClassifierModel.ClassesOf(items.Labels!);
        var options = new ClassifierOptions { Hidden = hidden, Dropout = 0.1f };
        var network = new ClassifierNetwork(autoencoder.CopyEncoder(), options, labels.Count);
        for (int i = network.Encoder.Parameters.Count; i < network.Parameters.Count; i++)
            network.Parameters[i].Initialize(5, i);
        return new Classifier(network, labels);
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Said(Classifier classifier)
    {
        var settings = new Settings();
        ClassifierModel.Options(settings, classifier.Network.Options);
        return ModelFile.Describe("classifier", settings.ToJson(),
            [.. ClassifierModel.Describe(classifier.Network.Encoder, classifier.Labels)]);
    }

    private static byte[] Bytes(Classifier classifier)
    {
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, Said(classifier), ModuleFile.Tensors(classifier.Network));
        return file.ToArray();
    }

    private static float[] Latents(LatentEncoder encoder, ItemSet items)
    {
        Tensor all = Tensor.Zeros(items.Count, items.Shape.Size);
        for (int i = 0; i < items.Count; i++)
            items.CopyTo(i, encoder.Scale, all[i].Span);
        return encoder.Forward(new Tape { IsRecording = false }, Tape.Input(all)).Value.Span.ToArray();
    }

    // A bar across, a bar down, or nothing but noise.
    private static ItemSet Read(ItemShape shape, int count, bool withLabels)
    {
        byte[] values = new byte[count * shape.Size];
        for (int i = 0; i < values.Length; i++)
        {
            int item = i / shape.Size, y = i % shape.Size / shape.Width, x = i % shape.Width;
            bool bright = item % 3 == 0 ? y < 2 : item % 3 == 1 && x < 2;
            values[i] = (byte)((bright ? 150 : 0) + Philox.Block(1, 0, (ulong)i).X % 60);
        }
        byte[] header = [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)shape.Height, 0, 0, 0, (byte)shape.Width];
        string labels = string.Concat(Enumerable.Range(0, count)
            .Select(i => (i % 3) switch { 0 => "across\n", 1 => "down\n", _ => "plain\n" }));
        return ItemReader.Read([new DataFile("bars", null, (byte[])[.. header, .. values])], new ItemOptions
        {
            LabelFile = withLabels ? new DataFile("labels", null, System.Text.Encoding.ASCII.GetBytes(labels)) : null,
        });
    }

    private sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
