using Tacit.Coding;
using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Variational;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Variational;

/// <summary>Bits-back coding and its parts: what is pushed is popped, at the cost the model says.</summary>
public class BitsBackTests
{
    [Fact]
    public void QuantilesAreThoseOfTheNormalDistribution()
    {
        foreach (double p in new[] { 1e-9, 1e-4, 0.01, 0.075, 0.0750001, 0.3, 0.5, 0.7, 0.925, 0.99, 0.99999 })
            Assert.Equal(DoubleFunctions.NormalQuantile(p), LatentBuckets.Quantile(p), 1e-12);
        for (int i = 1; i < 1 << LatentBuckets.Bits; i++)
            Assert.True(LatentBuckets.Centre(i - 1) < LatentBuckets.Centre(i));
    }

    [Fact]
    public void PartsAreTakenAsOftenAsThePosteriorSaysAndPutBackExactly()
    {
        var random = new SplitMix64(4);
        foreach ((float mean, float deviation) in new[] { (0f, 1f), (0.7f, 0.2f), (-2.5f, 0.01f), (9f, 0.1f), (-40f, 1e-3f), (0f, 30f), (1f, 1e-12f) })
        {
            uint[] words = [.. Enumerable.Range(0, 4000).Select(_ => random.NextUInt32())];
            var stack = new RansCoder(words);
            byte[] before = new byte[stack.ByteCount], after = new byte[stack.ByteCount];
            stack.WriteTo(before);
            int[] parts = [.. Enumerable.Range(0, 3000).Select(_ => LatentBuckets.Pop(stack, LatentBuckets.Posterior, mean, 1f / deviation))];
            if (Math.Abs(mean) < 2 && deviation is > 0.1f and <= 1f)
            {
                Assert.InRange(parts.Average(i => LatentBuckets.Centre(i)), mean - 0.06 * deviation, mean + 0.06 * deviation);
                Assert.InRange(Math.Sqrt(parts.Average(i => Math.Pow(LatentBuckets.Centre(i) - mean, 2))), 0.95 * deviation, 1.05 * deviation);
            }
            for (int i = parts.Length - 1; i >= 0; i--)
                LatentBuckets.Push(stack, LatentBuckets.Posterior, parts[i], mean, 1f / deviation);
            Assert.Equal(before.Length, stack.WriteTo(after));
            Assert.Equal(before, after);
        }
        // Under a prior any part can be coded, however unlikely.
        foreach ((float mean, float deviation) in new[] { (0f, 1f), (3.4f, 0.01f), (-30f, 1e-4f), (0.2f, 40f), (1e6f, 1e-9f) })
        {
            var stack = new RansCoder();
            for (int part = 0; part < 1 << LatentBuckets.Bits; part++)
                LatentBuckets.Push(stack, LatentBuckets.Prior, part, mean, 1f / deviation);
            for (int part = (1 << LatentBuckets.Bits) - 1; part >= 0; part--)
                Assert.Equal(part, LatentBuckets.Pop(stack, LatentBuckets.Prior, mean, 1f / deviation));
        }
        Assert.Throws<InvalidDataException>(() => LatentBuckets.Push(new RansCoder(), LatentBuckets.Posterior, 4000, -3f, 100f));
    }

    [Fact]
    public void PlacesOfAMixtureRiseAndAreFound()
    {
        var random = new SplitMix64(6);
        foreach (int channels in new[] { 1, 3 })
        {
            foreach (int values in new[] { 2, 17, 256 })
            {
                foreach (float spread in new[] { 0.5f, 3f, 20f, 300f })
                {
                    var row = new LogisticRows(4, channels, values);
                    float[] parameters = new float[row.Width];
                    RandomFill.Normal(random.Next(), 0, parameters, deviation: spread);
                    row.Prepare(parameters);
                    row.Take(0);
                    float[] before = new float[3];
                    for (int c = 0; c < channels; c++)
                    {
                        row.Begin(c, before);
                        for (int v = 0; v < values; v++)
                        {
                            uint start = row.Start(v), end = row.Start(v + 1);
                            Assert.True(end > start, $"{v} of {values}: {start} to {end}");
                            Assert.Equal((v, start, end - start), row.Find(start));
                            Assert.Equal((v, start, end - start), row.Find(end - 1));
                        }
                        int some = random.Below(values);
                        before[c] = row.Scaled(some);
                        if (c < channels - 1)
                            row.Weigh(some);
                    }
                }
            }
        }
    }

    // Likelihood, channels, neighbours, latents of a second layer.
    public static TheoryData<LikelihoodKind, int, int, int> Likelihoods => new()
    {
        { LikelihoodKind.Bernoulli, 1, 0, 0 }, { LikelihoodKind.Categorical, 1, 0, 0 }, { LikelihoodKind.LogisticMixture, 1, 0, 0 },
        { LikelihoodKind.LogisticMixture, 2, 0, 0 }, { LikelihoodKind.LogisticMixture, 3, 0, 0 }, { LikelihoodKind.Categorical, 3, 0, 0 },
        { LikelihoodKind.Bernoulli, 1, 0, 2 }, { LikelihoodKind.LogisticMixture, 1, 0, 2 },
        { LikelihoodKind.Bernoulli, 1, 5, 0 }, { LikelihoodKind.Categorical, 2, 4, 0 }, { LikelihoodKind.LogisticMixture, 1, 12, 0 },
        { LikelihoodKind.LogisticMixture, 2, 3, 0 }, { LikelihoodKind.LogisticMixture, 3, 4, 3 },
    };

    [Theory, MemberData(nameof(Likelihoods))]
    public void ItemsComeBackAtTheCostOfTheBound(LikelihoodKind likelihood, int channels, int neighbours, int top)
    {
        VariationalOptions options = TinyItems.Small(new VariationalOptions
        {
            Shape = new ItemShape(channels, 6, 6), Likelihood = likelihood, Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp,
            Neighbours = neighbours, Top = top,
        });
        const int Count = 700;
        ItemSet items = TinyItems.Set(options.Shape, Count, black: likelihood == LikelihoodKind.Bernoulli);
        VariationalAutoencoder model = TinyItems.Train(options, items, 250).Model;
        byte[] raw = items.Bytes.ToArray(), room = new byte[2 * raw.Length + 1000], back = new byte[raw.Length];
        int told = 0, length = new BitsBackCoder(model).Encode(raw, room, n => told += n);
        Assert.Equal(Count, told);
        new BitsBackCoder(model).Decode(room.AsSpan(0, length), back, _ => { });
        Assert.Equal(raw, back);
        VariationalEvaluation bound = VariationalEvaluation.Of(model, items, 20);
        double bytes = bound.Nats / Math.Log(2) * Count / 8;
        Assert.InRange(length, 0.985 * bytes, 1.015 * bytes + 40);
        Assert.Equal(-1, new BitsBackCoder(model).Encode(raw, room.AsSpan(0, length - 1), _ => { }));
        // What was cut, or ends with other words, is no stack of items.
        Assert.Throws<InvalidDataException>(() => new BitsBackCoder(model).Decode(room.AsSpan(0, length - 4), new byte[raw.Length], _ => { }));
        byte[] first = new byte[options.Shape.Size];
        int single = new BitsBackCoder(model).Encode(raw.AsSpan(0, first.Length), room, _ => { });
        new BitsBackCoder(model).Decode(room.AsSpan(0, single), first, _ => { });
        Assert.Equal(raw[..first.Length], first);
    }

    [Theory, InlineData(1, 0), InlineData(3, 0), InlineData(1, 6), InlineData(3, 6)]
    public void AnItemCostsWhatItsLikelihoodSays(int channels, int neighbours)
    {
        VariationalOptions options = TinyItems.Small(new VariationalOptions
        {
            Shape = new ItemShape(channels, 6, 6), Likelihood = LikelihoodKind.LogisticMixture, Neighbours = neighbours,
        });
        ItemSet items = TinyItems.Set(options.Shape, 200, black: false);
        VariationalAutoencoder model = TinyItems.Train(options, items, 60).Model;
        float[] z = model.Encode(items, [.. Enumerable.Range(0, 200)]), x = new float[200 * options.Shape.Size];
        for (int n = 0; n < 200; n++)
            items.CopyTo(n, model.Scale, x.AsSpan(n * options.Shape.Size, options.Shape.Size));
        var tape = new Tape { IsRecording = false };
        Tensor latents = Tensor.From(z, 200, 3);
        double bits = model.Network.Costs(tape, Tape.Input(latents), Tensor.From(x, 200, options.Shape.Size)).Sum(c => (double)c) / Math.Log(2);
        var stack = new RansCoder();
        ItemCoder.Of(model).Push(stack, tape, latents, items.Bytes.Span);
        Assert.InRange(8.0 * stack.ByteCount, 0.998 * bits, 1.01 * bits + 64);
    }

    [Fact]
    public void AStackOnWordsGivesThemBack()
    {
        static uint Word(int i) => (uint)(i * 2654435761u + 12345);
        var stack = new RansCoder(Word);
        var taken = new List<uint>();
        for (int i = 0; i < 40; i++)
        {
            taken.Add(stack.Peek(20));
            stack.Pop(taken[^1], 1, 20);
        }
        Assert.False(stack.IsBack(Word));
        byte[] bytes = new byte[stack.ByteCount];
        stack.WriteTo(bytes);
        RansCoder read = RansCoder.ReadFrom(bytes);
        for (int i = taken.Count - 1; i >= 0; i--)
            read.Push(taken[i], 1, 20);
        Assert.True(read.IsBack(Word));
        Assert.InRange(read.ByteCount, 100, 116);       // 40 times 20 bits were borrowed
        Assert.False(read.IsBack(i => Word(i) ^ (i == 3 ? 1u : 0u)));
    }
}
