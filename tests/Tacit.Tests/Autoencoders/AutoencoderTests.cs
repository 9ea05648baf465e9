using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Latents;
using Tacit.Modeling.Linear;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Autoencoders;

/// <summary>Autoencoders of every kind: sizes, gradients' ways, decoding step by step, files, and what they learn of small images.</summary>
public class AutoencoderTests
{
    private static readonly AutoencoderOptions Tiny = new()
    {
        Shape = new ItemShape(1, 5, 6),
        Latents = 3,
        Hidden = 7,
        Filters = 2,
        Levels = 2,
        Order = 4,
        Units = 5,
        Columns = 8,
        Heads = 2,
        Blocks = 2,
    };

    public static TheoryData<ItemEncoderKind, ItemDecoderKind, ItemLoss, int> Kinds
    {
        get
        {
            var all = new TheoryData<ItemEncoderKind, ItemDecoderKind, ItemLoss, int>();
            foreach (ItemDecoderKind decoder in Enum.GetValues<ItemDecoderKind>())
            {
                all.Add(ItemEncoderKind.Convolutional, decoder, ItemLoss.SquaredError, 3);
                all.Add(ItemEncoderKind.Mlp, decoder, ItemLoss.CrossEntropy, 1);
                if (decoder is ItemDecoderKind.Autoregressive or ItemDecoderKind.Transformer)
                    all.Add(ItemEncoderKind.Mlp, decoder, ItemLoss.SquaredError, 0);
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EveryKindTrainsToAFileThatGivesTheSame(ItemEncoderKind encoder, ItemDecoderKind decoder, ItemLoss loss, int latents)
    {
        foreach (ItemShape shape in new[] { new ItemShape(1, 5, 6), new ItemShape(3, 4, 4), new ItemShape(1, 1, 11) })
        {
            AutoencoderOptions options = Tiny with { Shape = shape, Encoder = encoder, Decoder = decoder, Loss = loss, Latents = latents };
            ItemSet items = Pictures(shape, 40);
            int[] all = All(items);
            byte[][] files = [.. new[] { 1, 3 }.Select(threads => Train(options, items, threads).File)];
            Assert.Equal(files[0], files[1]);
            Autoencoder trained = Train(options, items, 1).Model;
            Assert.Equal(AutoencoderNetwork.Count(options), trained.Network.ParameterCount);
            using var file = new ModelFile(new MemoryStream(files[0]));
            Autoencoder loaded = ModelRegistry.Standard.Load<Autoencoder>(file);
            Assert.Equal(options, loaded.Options);
            Assert.Equal(trained.Scale, loaded.Scale);
            Assert.Equal(trained.Reconstruct(items, all), loaded.Reconstruct(items, all));
            using WorkPool workers = new(3);
            Assert.Equal(trained.Reconstruct(items, all.AsSpan(7, 5)), loaded.Reconstruct(items, all, workers).AsSpan(7 * shape.Size, 5 * shape.Size).ToArray());
            Assert.Equal(trained.Foresee(items, all), loaded.Foresee(items, all, workers));
            if (latents > 0)
            {
                float[] z = loaded.Encode(items, all);
                Assert.Equal(40 * latents, z.Length);
                Assert.Equal(loaded.Reconstruct(items, all), loaded.Decode(z));
            }
            Assert.Equal(trained.Generate(5, 7, draw: trained.CanDraw), loaded.Generate(5, 7, draw: trained.CanDraw));
            float[] errors = ItemErrors.SquaredErrors(loaded, items, [0, 1], loaded.Reconstruct(items, [0, 1]));
            Assert.Equal((errors[0] + (double)errors[1]) / 2, loaded.Network.Fit.Error.Value.Span[0], 1e-7);
        }
    }

    [Theory, InlineData(ItemDecoderKind.Autoregressive), InlineData(ItemDecoderKind.Transformer)]
    public void DecodingStepByStepIsForeseeingWhatWasDecoded(ItemDecoderKind decoder)
    {
        Autoencoder model = Make(Tiny with { Decoder = decoder });
        ItemSet items = Pictures(Tiny.Shape, 9);
        float[] back = model.Reconstruct(items, All(items));
        var tape = new Tape { IsRecording = false };
        Tensor past = Tensor.From(back, 9, 30);
        float[] foreseen = model.Network.Decoder.Forward(tape, Tape.Input(Tensor.From(model.Encode(items, All(items)), 9, 3)), past).Value.Span.ToArray();
        model.Network.Settle(foreseen);
        Assert.Equal(foreseen, back);
        // And only from what is before: later values change nothing earlier.
        past.Span[29] = 0.123f;
        past.Span[17] = 0.9f;
        float[] changed = model.Network.Decoder.Forward(tape, Tape.Input(Tensor.From(model.Encode(items, All(items)), 9, 3)), past).Value.Span.ToArray();
        model.Network.Settle(changed);
        Assert.Equal(foreseen[..18], changed[..18]);
        Assert.NotEqual(foreseen[18..30], changed[18..30]);
    }

    [Fact]
    public void ALinearDecoderWithoutLatentsIsAnAutoregression()
    {
        // An AR(2) of 800 values as one item; what least squares finds is what training finds.
        float[] noise = new float[800];
        RandomFill.Normal(11, 0, noise);
        double[] series = new double[noise.Length];
        for (int t = 2; t < series.Length; t++)
            series[t] = 1.2 * series[t - 1] - 0.5 * series[t - 2] + noise[t];
        var options = new AutoregressionOptions { Order = 2, Method = FitMethod.LeastSquares };
        Autoregression fit = Autoregression.Fit(series, options);

        // By the settings the command has: nothing of the past is hidden, which would shrink the coefficients.
        var settings = Settings.Parse("""{"latents":0,"decoder":"ar","order":2,"units":0,"output":"linear"}""");
        Autoencoder model = Make(AutoencoderModel.Options(settings) with { Shape = new ItemShape(1, 1, series.Length) });
        var decoder = (AutoregressiveDecoder)model.Network.Decoder;
        ItemSet items = Table(series);
        // The same numbers foresee the same values, but for single precision.
        double constant = fit.Intercept;
        decoder.PastWeight.Value.Span[0] = (float)fit.Coefficients[0];
        decoder.PastWeight.Value.Span[1] = (float)fit.Coefficients[1];
        decoder.PastBias.Value.Span[0] = (float)constant;
        decoder.PastWeight.Touch();
        decoder.PastBias.Touch();
        float[] foreseen = model.Foresee(items, [0]);
        double[] residuals = fit.Residuals();
        for (int t = 2; t < series.Length; t++)
            Assert.Equal(residuals[^(series.Length - t)], series[t] - foreseen[t], 1e-4);

        model.Network.Initialize(1);
        var task = new AutoencoderTask(model, items, [0], null, [], 1, default, 1);
        new Trainer(task).Run(new TrainingOptions { Steps = 800, Rate = 0.02f, Decay = 0f, Beta2 = 0.999f, LeastRate = 0.001f, Clip = 0f });
        Assert.Equal(fit.Coefficients[0], decoder.PastWeight.Value.Span[0], 5e-3);
        Assert.Equal(fit.Coefficients[1], decoder.PastWeight.Value.Span[1], 5e-3);
        Assert.Equal(constant, decoder.PastBias.Value.Span[0], 5e-3);
    }

    [Fact]
    public void ALinearAutoencoderNeedsAsManyLatentsAsTheDataHaveHiddenNumbers()
    {
        // Ten values of three hidden ones, without noise: three latents give them back but for what training leaves, two cannot.
        float[] hidden = new float[400 * 3], mix = new float[30];
        RandomFill.Normal(1, 0, hidden);
        RandomFill.Normal(1, 1, mix);
        double[][] rows = [.. Enumerable.Range(0, 400).Select(n => Enumerable.Range(0, 10).Select(i =>
            Enumerable.Range(0, 3).Sum(k => (double)hidden[n * 3 + k] * mix[i * 3 + k])).ToArray())];
        ItemSet items = Table([.. rows.SelectMany(r => r)], 10);
        double error = Error(3), less = Error(2);
        Assert.True(error < 5e-4 && less > 5 * error, $"{error} and {less}");

        double Error(int latents)
        {
            AutoencoderOptions options = new()
            {
                Shape = items.Shape, Latents = latents, Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp, Layers = 0, LinearOutput = true,
            };
            Autoencoder model = Train(options, items, 1, steps: 1500, rate: 0.02f, batch: 50).Model;
            return ItemErrors.SquaredErrors(model, items, All(items), model.Reconstruct(items, All(items))).Average();
        }
    }

    [Fact]
    public void TheFitOfLatentsHasTheirMeanAndCovariance()
    {
        float[] z = new float[3 * 5000];
        RandomFill.Normal(2, 0, z);
        for (int n = 0; n < 5000; n++)
            (z[3 * n + 1], z[3 * n + 2]) = (2f * z[3 * n] + 0.5f * z[3 * n + 1] + 7f, 4f);      // the third never changes
        var fit = new LatentFit(3);
        fit.FitLatents(z);
        Assert.Equal([0f, 7f, 4f], fit.Mean!.Value.Span.ToArray(), (a, b) => Math.Abs(a - b) < 0.1);
        Assert.Equal([1f, 0f, 0f, 2f, 0.5f, 0f, 0f, 0f, 0f], fit.Factor!.Value.Span.ToArray(), (a, b) => Math.Abs(a - b) < 0.06);
        fit.FitErrors([1f, 2f, 3f]);
        Assert.Equal([2f, (float)Math.Sqrt(2.0 / 3)], fit.Error.Value.Span.ToArray());
    }

    [Fact]
    public void AsManyItemsGoThroughTogetherAsTensorsHaveRoomFor()
    {
        Assert.Equal(256, AutoencoderNetwork.ItemsAtOnce(new AutoencoderOptions()));
        AutoencoderOptions photographs = new() { Shape = new ItemShape(3, 1024, 1024) }, wide = new()
        {
            Shape = new ItemShape(3, 32, 32), Decoder = ItemDecoderKind.Autoregressive, Order = 3071,
        };
        foreach (AutoencoderOptions options in new[] { photographs, wide })
            Assert.InRange(AutoencoderNetwork.ItemsAtOnce(options) * AutoencoderNetwork.WidestCount(options), 1, 1 << 24);
        Assert.Equal(1, AutoencoderNetwork.ItemsAtOnce(photographs with { Hidden = 1 << 30 }));
        AutoencoderOptions line = new() { Shape = new ItemShape(1, 1, 1000), Encoder = ItemEncoderKind.Convolutional, Decoder = ItemDecoderKind.Mlp, Hidden = 8 };
        Assert.Equal(500 * line.Filters, AutoencoderNetwork.WidestCount(line));      // after the first convolution
    }

    [Fact]
    public void CrossEntropyTakesNoValuesBeyondItsBounds()
    {
        Autoencoder model = Make(Tiny with { Shape = new ItemShape(1, 1, 2), Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp, Loss = ItemLoss.CrossEntropy });
        ItemSet items = Table([0, 1, 0.5, 0.25, 1.5, 0], 2);
        Assert.NotNull(new AutoencoderTask(model, items, [0, 1], items, [1], 1, default, 1));
        foreach ((int[] training, int[] validation) in new[] { (new[] { 0, 2 }, new[] { 1 }), ([0, 1], [2]) })
        {
            string message = Assert.Throws<InvalidDataException>(() => new AutoencoderTask(model, items, training, items, validation, 1, default, 1)).Message;
            Assert.Contains("1.5, and 0 to 1 stand for 0 to 1", message, StringComparison.Ordinal);
        }
        Autoencoder squares = Make(model.Options with { Loss = ItemLoss.SquaredError });
        Assert.NotNull(new AutoencoderTask(squares, items, [0, 1, 2], null, [], 1, default, 1));
    }

    [Fact]
    public void AugmentationMovesMirrorsAndStaysInside()
    {
        Augmentation augmentation = Augmentation.Parse("shift:1,flip,noise:0.25");
        Assert.Equal(new Augmentation(1, true, 0.25f), augmentation);
        Assert.Equal(default, Augmentation.Parse("none"));
        foreach (string wrong in new[] { "", "turn", "shift", "shift:x", "noise:-1", "flip:2" })
            Assert.Throws<InvalidDataException>(() => Augmentation.Parse(wrong));
        float[] item = [1, 2, 3, 4, 5, 6, 7, 8, 9], scratch = new float[9];
        var seen = new HashSet<string>();
        for (int place = 0; place < 500; place++)
        {
            float[] moved = [.. item];
            augmentation.Apply(new ItemShape(1, 3, 3), moved, scratch, 1, 1, place);
            seen.Add(string.Join(' ', moved));
        }
        Assert.Equal(18, seen.Count);       // nine places, mirrored or not
        Assert.Contains("1 2 3 4 5 6 7 8 9", seen);
        Assert.Contains("3 2 1 6 5 4 9 8 7", seen);
        Assert.Contains("0 0 0 0 1 2 0 4 5", seen);
        Assert.Contains("0 6 5 0 9 8 0 0 0", seen);
    }

    [Fact]
    public void AugmentationMovesVectorsAlongTheirValues()
    {
        float[] scratch = new float[4];
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (int place = 0; place < 100; place++)
        {
            float[] moved = [1, 2, 3, 4];
            new Augmentation(1, true, 0f).Apply(new ItemShape(1, 1, 4), moved, scratch, 1, 1, place);
            seen.Add(string.Join(' ', moved));
        }
        Assert.Equal(["1 1 2 3", "1 2 3 4", "2 3 4 4", "3 2 1 1", "4 3 2 1", "4 4 3 2"], seen);
    }

    [Fact]
    public void AFileWhoseSettingsLieIsRefusedBeforeMemoryIsTaken()
    {
        (_, byte[] file) = Train(Tiny, Pictures(Tiny.Shape, 4), 1);
        string text = System.Text.Encoding.Latin1.GetString(file);
        foreach ((string from, string to) in new[]
        {
            ("\\\"hidden\\\":7", "\\\"hidden\\\":65536"), ("\\\"latents\\\":3", "\\\"latents\\\":9999"), ("\\\"width\\\":6", "\\\"width\\\":16000000"),
            ("\\\"height\\\":5", "\\\"height\\\":1"), ("\\\"filters\\\":2", "\\\"filters\\\":4096"), ("\\\"highest\\\":255", "\\\"highest\\\":0"),
            ("\\\"decoder\\\":\\\"conv\\\"", "\\\"decoder\\\":\\\"ar\\\""), ("\\\"levels\\\":2", "\\\"levels\\\":12"), ("\\\"loss\\\":\\\"mse\\\"", "\\\"loss\\\":\\\"x\\\""),
        })
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            byte[] changed = System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
            changed[0] = 0;
            BitConverter.TryWriteBytes(changed, BitConverter.ToInt64(file) + to.Length - from.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() =>
            {
                using var model = new ModelFile(new MemoryStream(changed));
                ModelRegistry.Standard.Load<Autoencoder>(model);
            });
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [DataFact]
    public void EightByEightDigitsAreLearntBetterThanByPrincipalComponentsAndLatentsTellThemApart()
    {
        string path = Path.Combine(DataFactAttribute.Folder, "images", "digits8x8", "digits.csv.gz");
        ItemSet items = ItemReader.Read([new DataFile("digits.csv.gz", null, File.ReadAllBytes(path))], new ItemOptions { Labels = "last", Shape = new ItemShape(1, 8, 8) });
        (int[] training, int[] test) = items.Split(0.2f, 5);
        var options = new AutoencoderOptions { Shape = items.Shape, Latents = 8, Hidden = 64, Filters = 8, Levels = 1 };
        var model = new Autoencoder(new AutoencoderNetwork(options), items.Measure(training));
        model.Network.Initialize(1);
        new Trainer(new AutoencoderTask(model, items, training, null, [], 32, default, 1))
            .Run(new TrainingOptions { Steps = 1200, Rate = 8e-3f, Decay = 0f, Beta2 = 0.999f, LeastRate = 0.01f });
        double error = ItemErrors.SquaredErrors(model, items, test, model.Reconstruct(items, test)).Average();
        float[] rows = new float[items.Count * 64];
        for (int i = 0; i < items.Count; i++)
            items.CopyTo(i, model.Scale, rows.AsSpan(i * 64, 64));
        float[] learnt = [.. training.SelectMany(i => rows[(i * 64)..(i * 64 + 64)])], kept = [.. test.SelectMany(i => rows[(i * 64)..(i * 64 + 64)])];
        PrincipalComponents components = PrincipalComponents.Fit(learnt, 64, 8);
        double linear = ItemErrors.SquaredErrors(model, items, test, components.Reconstruct(components.Project(kept))).Average();
        Assert.True(error < 0.75 * linear, $"{error}, principal components {linear}");

        float[] known = model.Encode(items, training), asked = model.Encode(items, test);
        int right = 0;
        for (int n = 0; n < test.Length; n++)
        {
            int nearest = Enumerable.Range(0, training.Length).MinBy(m => Enumerable.Range(0, 8).Sum(k => Math.Pow(asked[n * 8 + k] - known[m * 8 + k], 2)));
            right += items.Labels![test[n]] == items.Labels[training[nearest]] ? 1 : 0;
        }
        Assert.InRange((double)right / test.Length, 0.93, 1);
    }

    private static Autoencoder Make(AutoencoderOptions options)
    {
        var model = new Autoencoder(new AutoencoderNetwork(options), new ItemScale(0f, 1f));
        model.Network.Initialize(4);
        return model;
    }

    private static (Autoencoder Model, byte[] File) Train(AutoencoderOptions options, ItemSet items, int threads, int steps = 12, float rate = 0.01f, int batch = 7)
    {
        var model = new Autoencoder(new AutoencoderNetwork(options), items.Measure(All(items)));
        model.Network.Initialize(3);
        using WorkPool workers = new(threads);
        var task = new AutoencoderTask(model, items, All(items), items, [0, 1], batch, new Augmentation(options.Shape.IsImage && steps < 100 ? 1 : 0, false, 0f), 3);
        new Trainer(task) { Workers = workers }.Run(new TrainingOptions { Steps = steps, Rate = rate, Decay = 0f, LeastRate = 0.01f, Beta2 = 0.999f });
        model.Finish(items, All(items), items, [0, 1], workers);
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, AutoencoderModel.Describe(model), ModuleFile.Tensors(model.Network));
        return (model, file.ToArray());
    }

    private static int[] All(ItemSet items) => [.. Enumerable.Range(0, items.Count)];

    private static ItemSet Pictures(ItemShape shape, int count)
    {
        byte[] values = [.. Enumerable.Range(0, count * shape.Size).Select(i => (byte)(i / shape.Size * 37 % 200 + i % shape.Width * 9))];
        byte[] header = [0, 0, 8, 4, 0, 0, 0, (byte)count, 0, 0, 0, (byte)shape.Channels, 0, 0, 0, (byte)shape.Height, 0, 0, 0, (byte)shape.Width];
        return ItemReader.Read([new DataFile("pictures", null, (byte[])[.. header, .. values])], new ItemOptions());
    }

    private static ItemSet Table(double[] values, int columns = 0)
    {
        IEnumerable<string> rows = values.Chunk(columns == 0 ? values.Length : columns).Select(r => string.Join(',', r.Select(v => ((float)v).ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
        return ItemReader.Read([new DataFile("table", null, System.Text.Encoding.ASCII.GetBytes(string.Join('\n', rows)))], new ItemOptions());
    }
}
