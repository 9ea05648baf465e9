using Tacit.Learning;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Variational;

/// <summary>Variational autoencoders of every kind: files, threads, bounds against integrals, what they learn.</summary>
public class VariationalTests
{
    public static TheoryData<LikelihoodKind, bool> Kinds
    {
        get
        {
            var all = new TheoryData<LikelihoodKind, bool>();
            foreach (LikelihoodKind likelihood in Enum.GetValues<LikelihoodKind>())
            {
                all.Add(likelihood, false);
                all.Add(likelihood, true);
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EveryKindTrainsToAFileThatGivesTheSame(LikelihoodKind likelihood, bool convolves)
    {
        foreach (ItemShape shape in new[] { new ItemShape(1, 5, 6), new ItemShape(3, 4, 4), new ItemShape(1, 1, 11) })
        {
            VariationalOptions options = Options(shape, likelihood, convolves) with
            {
                Neighbours = convolves && likelihood != LikelihoodKind.Gaussian ? 4 : 0, Top = convolves ? 2 : 0,
            };
            ItemSet items = TinyItems.Set(shape, 40, black: false);
            (VariationalAutoencoder trained, byte[] one) = TinyItems.Train(options, items, 8);
            Assert.Equal(one, TinyItems.Train(options, items, 8, threads: 3).File);
            Assert.Equal(VariationalNetwork.Count(options), trained.Network.ParameterCount);
            using var file = new ModelFile(new MemoryStream(one));
            VariationalAutoencoder loaded = ModelRegistry.Standard.Load<VariationalAutoencoder>(file);
            Assert.Equal((options, trained.Scale), (loaded.Options, loaded.Scale));
            int[] all = [.. Enumerable.Range(0, items.Count)];
            using WorkPool workers = new(3);
            Assert.Equal(trained.Reconstruct(items, all.AsSpan(7, 5)), loaded.Reconstruct(items, all, workers).AsSpan(7 * shape.Size, 5 * shape.Size).ToArray());
            Assert.Equal(loaded.Reconstruct(items, all), loaded.Decode(loaded.Encode(items, all)));
            Assert.Equal(trained.Generate(5, 7), loaded.Generate(5, 7, workers: workers));
            Assert.Equal(VariationalEvaluation.Of(trained, items, 3), VariationalEvaluation.Of(loaded, items, 3, workers: workers));
            Assert.NotEqual(0f, loaded.Fit.Error.Value.Span[0]);
            Assert.All(loaded.Deviations(), d => Assert.True(d > 0f));
        }
    }

    // With one latent, or one of each layer, ln p(x) is an integral that sums over a fine grid give to many digits.
    [Theory]
    [InlineData(LikelihoodKind.Bernoulli, 0, 0), InlineData(LikelihoodKind.Categorical, 0, 0), InlineData(LikelihoodKind.LogisticMixture, 0, 0)]
    [InlineData(LikelihoodKind.LogisticMixture, 3, 0), InlineData(LikelihoodKind.Bernoulli, 0, 1), InlineData(LikelihoodKind.LogisticMixture, 2, 1)]
    public void BoundsLieAboveTheIntegralAndManySamplesComeNear(LikelihoodKind likelihood, int neighbours, int top)
    {
        VariationalOptions options = Options(new ItemShape(1, 3, 3), likelihood, false) with
        {
            Latents = 1, Values = likelihood == LikelihoodKind.Categorical ? 2 : 256, Neighbours = neighbours, Top = top,
        };
        ItemSet items = TinyItems.Set(options.Shape, 30, black: true);
        if (options.Values == 2)
            items = ItemReader.Read([new DataFile("bits", null, TinyItems.File(options.Shape, 30, black: true).Select((b, i) => i < 16 ? b : (byte)(b & 1)).ToArray())], new ItemOptions());
        VariationalAutoencoder model = TinyItems.Train(options, items, 60).Model;
        const int Points = 1201;
        const double Width = 0.015;
        float[] line = [.. Enumerable.Range(0, Points).Select(i => (float)((i - Points / 2) * Width))];
        (float[] centre, float[] deviation) = model.PriorMoments();
        float[] z = Array.ConvertAll(line, x => centre[0] + deviation[0] * x);
        var tape = new Tape { IsRecording = false };
        double[] prior = PriorOf(model, z, line, Width);
        double exact = 0;
        float[] item = new float[9];
        for (int n = 0; n < items.Count; n++)
        {
            model.CopyTo(items, n, item);
            Tensor same = Tensor.From([.. Enumerable.Range(0, Points).SelectMany(_ => item)], Points, 9);
            float[] costs = model.Network.Costs(tape, Tape.Input(Tensor.From(z, Points, 1)), same);
            double sum = 0;
            for (int i = 0; i < Points; i++)
                sum += Math.Exp(-costs.AsSpan(i * costs.Length / Points, costs.Length / Points).ToArray().Sum(c => (double)c)) * prior[i] * deviation[0] * Width;
            exact -= Math.Log(sum) / items.Count;
        }
        VariationalEvaluation few = VariationalEvaluation.Of(model, items, 50), many = VariationalEvaluation.Of(model, items, 1000);
        // What neighbours say the latent need not: then the bound is the integral, but for chance.
        Assert.True(few.Nats > exact - (neighbours > 0 ? 0.01 : 0) && many.Nats > many.ImportanceWeighted, $"{few.Nats}, {many.Nats}, {many.ImportanceWeighted}, {exact}");
        Assert.InRange(many.ImportanceWeighted, exact - 0.02, exact + 0.02);
        Assert.True(neighbours > 0 || many.ActiveLatents == 1);
    }

    // The density of the prior of one latent at points: normal, or a sum over those of the layer above.
    private static double[] PriorOf(VariationalAutoencoder model, float[] z, float[] line, double width)
    {
        static double Normal(double x, double mean, double variance) => Math.Exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);

        if (model.Network.Top is not { } top)
            return Array.ConvertAll(z, x => Normal(x, 0, 1));
        (Variable mean, Variable logVariance) = top.Prior(new Tape { IsRecording = false }, Tape.Input(Tensor.From(line, line.Length, 1)));
        float[] m = mean.Value.Span.ToArray(), v = logVariance.Value.Span.ToArray();
        return Array.ConvertAll(z, x => line.Select((y, i) => Normal(y, 0, 1) * width * Normal(x, m[i], Math.Exp(v[i]))).Sum());
    }

    [Fact]
    public void ItemsAreDrawnOnceForAllButAnewToLearnFrom()
    {
        float[] values = new float[20_000];
        values.AsSpan().Fill(0.3f);
        values[7] = 0f;
        values[8] = 1f;
        Binarisation.Draw(0, 0, 100, values);
        Assert.InRange(values.Average(), 0.29, 0.31);
        Assert.Equal((0f, 1f), (values[7], values[8]));
        float[] again = new float[10];
        again.AsSpan().Fill(0.3f);
        Binarisation.Draw(0, 0, 1100, again);
        Assert.Equal(values[1000..1010], again);

        VariationalOptions options = Options(new ItemShape(1, 6, 6), LikelihoodKind.Bernoulli, false) with { Binarise = true };
        ItemSet grey = TinyItems.Set(options.Shape, 50, black: false);
        VariationalAutoencoder model = TinyItems.Train(options, grey, 30).Model;
        using var file = new MemoryStream();
        model.AsSeen(grey).Write(file);
        ItemSet seen = ItemReader.Read([new DataFile("seen", null, file.ToArray())], new ItemOptions());
        Assert.DoesNotContain(seen.Bytes.ToArray(), b => b is not (0 or 255));
        Assert.InRange(seen.Bytes.ToArray().Average(b => b), 0.9 * grey.Bytes.ToArray().Average(b => b), 1.1 * grey.Bytes.ToArray().Average(b => b));
        Assert.Equal(VariationalEvaluation.Of(model, grey), VariationalEvaluation.Of(model, seen));
    }

    [Fact]
    public void TrainingFindsWhatTheDataHoldAndUsesNoMoreLatentsThanItNeeds()
    {
        // Pictures of one number, the place of an edge: far cheaper than each pixel by itself, and of four latents not all are used.
        var shape = new ItemShape(1, 1, 16);
        byte[] values = new byte[400 * 16];
        float[] draws = new float[400];
        RandomFill.Uniform(9, 0, draws);
        for (int i = 0; i < values.Length; i++)
            values[i] = (byte)(i % 16 < 16 * draws[i / 16] ? 255 : 0);
        using var file = new MemoryStream();
        new Idx([400, 16], values).Write(file);
        ItemSet items = ItemReader.Read([new DataFile("edges", null, file.ToArray())], new ItemOptions());
        VariationalOptions options = Options(shape, LikelihoodKind.Bernoulli, false) with { Latents = 4 };
        VariationalAutoencoder model = TinyItems.Train(options, items, 1500, objective: new VariationalObjective(1f, 300)).Model;
        VariationalEvaluation found = VariationalEvaluation.Of(model, items, 10);
        Assert.InRange(found.Nats, Math.Log(17) - 0.1, 4.2);       // the entropy is ln 17 = 2.83; pixels alone cost 8.5
        Assert.InRange(found.ActiveLatents, 1, 3);
    }

    [Fact]
    public void ValuesTheModelDoesNotKnowAreRefused()
    {
        VariationalOptions options = Options(new ItemShape(1, 3, 3), LikelihoodKind.LogisticMixture, false) with { Values = 17 };
        var model = new VariationalAutoencoder(new VariationalNetwork(options), new ItemScale(0f, 16f));
        ItemSet items = TinyItems.Set(options.Shape, 3, black: true);
        Assert.Throws<InvalidDataException>(() => model.Encode(items, [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => model.Encode(TinyItems.Set(new ItemShape(1, 3, 4), 3, black: true), [0]));
        foreach (VariationalOptions wrong in new[]
        {
            options with { Decoder = ItemDecoderKind.Transformer }, options with { Binarise = true }, options with { Encoder = ItemEncoderKind.Convolutional, Levels = 3 },
            options with { Likelihood = LikelihoodKind.Gaussian, Neighbours = 2 },
        })
            Assert.Throws<ArgumentException>(() => new VariationalNetwork(wrong));
    }

    [Fact]
    public void AFileWhoseSettingsLieIsRefused()
    {
        VariationalOptions options = Options(new ItemShape(1, 6, 6), LikelihoodKind.LogisticMixture, true);
        string text = System.Text.Encoding.Latin1.GetString(TinyItems.Train(options, TinyItems.Set(options.Shape, 20, black: false), 2).File);
        foreach ((string from, string to) in new[]
        {
            ("\\\"hidden\\\":24", "\\\"hidden\\\":65536"), ("\\\"latents\\\":3", "\\\"latents\\\":4096"), ("\\\"width\\\":6", "\\\"width\\\":16000000"),
            ("\\\"components\\\":2", "\\\"components\\\":17"), ("\\\"values\\\":256", "\\\"values\\\":1"), ("\\\"binarise\\\":false", "\\\"binarise\\\":true"),
            ("\\\"likelihood\\\":\\\"mixture\\\"", "\\\"likelihood\\\":\\\"bernoulli\\\""), ("\\\"levels\\\":1", "\\\"levels\\\":12"),
            ("\\\"neighbours\\\":0", "\\\"neighbours\\\":61"), ("\\\"neighbours\\\":0", "\\\"neighbours\\\":2"),
            ("\\\"top_latents\\\":0", "\\\"top_latents\\\":5000"), ("\\\"top_latents\\\":0", "\\\"top_latents\\\":1"),
        })
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            byte[] changed = System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
            changed[0] = 0;
            BitConverter.TryWriteBytes(changed, BitConverter.ToInt64(System.Text.Encoding.Latin1.GetBytes(text)) + to.Length - from.Length);
            Assert.Throws<InvalidDataException>(() =>
            {
                using var model = new ModelFile(new MemoryStream(changed));
                ModelRegistry.Standard.Load<VariationalAutoencoder>(model);
            });
        }
    }

    // A file of 0 and 1 in a format whose values go to 255.
    [Fact]
    public void ErrorsAndEncodersGoByTheModelsScaleNotTheFormats()
    {
        VariationalOptions options = Options(new ItemShape(1, 5, 6), LikelihoodKind.Categorical, false) with { Values = 2 };
        byte[] bytes = TinyItems.File(options.Shape, 40, black: true);
        ItemSet items = Read([.. bytes.Select((b, i) => i < 16 ? b : (byte)(b & 1))]);
        Assert.Equal(255, items.Highest);
        (VariationalAutoencoder model, _) = TinyItems.Train(options, items, 8);
        int[] all = [.. Enumerable.Range(0, items.Count)];
        float[] ones = ItemErrors.SquaredErrors(model, items, all, new float[items.Count * 30]), back = model.Reconstruct(items, all);
        for (int n = 0; n < items.Count; n++)
            Assert.Equal(items.Bytes.Span.Slice(n * 30, 30).ToArray().Sum(b => (double)b) / 30, ones[n], 1e-6);
        Assert.Equal(ItemErrors.SquaredErrors(model, items, all, back).Average(), model.Fit.Error.Value.Span[0], 1e-5);

        Modeling.Latents.LatentEncoder encoder = model.CopyEncoder();
        var tape = new Tape { IsRecording = false };
        Tensor seen = tape.Memory.Rent(items.Count, 30);
        foreach (int n in all)
            encoder.CopyTo(items, n, seen[n].Span);
        Assert.Equal(model.Encode(items, all), encoder.Forward(tape, Tape.Input(seen)).Value.Span.ToArray());
        ItemSet beyond = Read(bytes);
        Assert.Throws<InvalidDataException>(() => encoder.CopyTo(beyond, 0, new float[30]));
        Assert.Throws<InvalidDataException>(() => ItemErrors.SquaredErrors(model, beyond, [0], back));

        static ItemSet Read(byte[] file) => ItemReader.Read([new DataFile("bits", null, file)], new ItemOptions());
    }

    [Fact]
    public void AModelOfBeforeNeighboursAndLayersLoads()
    {
        VariationalOptions options = Options(new ItemShape(1, 6, 6), LikelihoodKind.LogisticMixture, true);
        ItemSet items = TinyItems.Set(options.Shape, 20, black: false);
        (VariationalAutoencoder trained, byte[] file) = TinyItems.Train(options, items, 2);
        const string Later = ",\\\"neighbours\\\":0,\\\"features\\\":4,\\\"units\\\":12,\\\"top_latents\\\":0";
        string text = System.Text.Encoding.Latin1.GetString(file);
        Assert.Contains(Later, text, StringComparison.Ordinal);
        byte[] older = System.Text.Encoding.Latin1.GetBytes(text.Replace(Later, new string(' ', Later.Length), StringComparison.Ordinal));
        using var model = new ModelFile(new MemoryStream(older));
        Assert.Equal(trained.Generate(3, 1), ModelRegistry.Standard.Load<VariationalAutoencoder>(model).Generate(3, 1));
    }

    private static VariationalOptions Options(ItemShape shape, LikelihoodKind likelihood, bool convolves) => TinyItems.Small(new VariationalOptions
    {
        Shape = shape,
        Likelihood = likelihood,
        Encoder = convolves ? ItemEncoderKind.Convolutional : ItemEncoderKind.Mlp,
        Decoder = convolves ? ItemDecoderKind.Convolutional : ItemDecoderKind.Mlp,
    });
}
