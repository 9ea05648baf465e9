using Tacit.Learning;
using Tacit.Media.DataSets;
using Tacit.Modeling.Autoencoders;
using Tacit.Modeling.Variational;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Variational;

/// <summary>Likelihoods that know neighbours: which pixels are seen, that none is seen too early, the same bits one by one and all at once.</summary>
public class PixelTests
{
    [Fact]
    public void TheNearestPixelsBeforeAreSeen()
    {
        Assert.Equal([(0, -1), (1, 0), (1, -1), (1, 1), (0, -2), (2, 0)], Neighbourhood.Nearest(6));
        (int Up, int Right)[] twelve = Neighbourhood.Nearest(12), most = Neighbourhood.Nearest(Neighbourhood.Most);
        Assert.Equal(12, twelve.Count(o => o.Up <= 2 && Math.Abs(o.Right) <= 2));       // all of five by five that come before
        Assert.Equal(most.Length, most.Distinct().Count());
        Assert.All(most, o => Assert.True(o.Up > 0 || (o.Up == 0 && o.Right < 0)));
        // No pixel that is left out is nearer than one that is not.
        int farthest = most.Max(o => o.Up * o.Up + o.Right * o.Right);
        for (int up = 0; up <= 20; up++)
        {
            for (int right = -20; right <= 20; right++)
                Assert.True(up * up + right * right >= farthest || (up == 0 && right >= 0) || most.Contains((up, right)), $"{up}, {right}");
        }
    }

    [Theory, InlineData(1, 5, 6), InlineData(3, 4, 3), InlineData(2, 1, 7)]
    public void WhatIsSeenIsWhatLiesThere(int channels, int height, int width)
    {
        const int Count = 17;
        var neighbourhood = new Neighbourhood(new ItemShape(channels, height, width), Count);
        float[] item = new float[channels * height * width], seen = new float[neighbourhood.Width];
        RandomFill.Uniform(3, 0, item);
        (int Up, int Right)[] offsets = Neighbourhood.Nearest(Count);
        Assert.Equal(Count * channels, neighbourhood.Width);
        for (int p = 0; p < height * width; p++)
        {
            neighbourhood.Copy(item, p, seen);
            for (int i = 0; i < seen.Length; i++)
            {
                int y = p / width - offsets[i / channels].Up, x = p % width + offsets[i / channels].Right;
                Assert.Equal(y < 0 || x < 0 || x >= width ? 0f : item[(i % channels * height + y) * width + x], seen[i]);
            }
        }
    }

    [Theory, InlineData(LikelihoodKind.LogisticMixture, 1), InlineData(LikelihoodKind.LogisticMixture, 3), InlineData(LikelihoodKind.Categorical, 2)]
    public void APixelIsForeseenFromThoseBeforeItWithTheSameBitsOneByOneAndAllAtOnce(LikelihoodKind likelihood, int channels)
    {
        VariationalOptions options = TinyItems.Small(new VariationalOptions { Shape = new ItemShape(channels, 5, 4), Likelihood = likelihood, Neighbours = 7, Values = 16 });
        var network = new VariationalNetwork(options);
        network.Initialize(6);
        const int Count = 3, Pixels = 20;
        float[] x = new float[Count * options.Shape.Size], z = new float[Count * 3];
        RandomFill.Uniform(1, 0, x);
        RandomFill.Normal(1, 1, z);
        var tape = new Tape { IsRecording = false };
        Variable latents = Tape.Input(Tensor.From(z, Count, 3));
        float[] all = network.Foresee(tape, latents, Tensor.From(x, Count, options.Shape.Size)).Value.Span.ToArray();
        float[] features = network.Features(tape, latents).Value.Span.ToArray();
        var pass = new PixelPass(network);
        int width = pass.Outputs;
        float[] item = new float[Pixels * width], pixel = new float[Count * width];
        pass.OfItem(features.AsSpan(Pixels * options.Features), x.AsSpan(options.Shape.Size, options.Shape.Size), item);
        Assert.Equal(all[(Pixels * width)..(2 * Pixels * width)], item);
        for (int p = 0; p < Pixels; p++)
        {
            // What has not been reached may be anything.
            float[] known = [.. x.Select((v, i) => i % Pixels < p ? v : 7f)];
            pass.OfPixel(p, features, known, pixel);
            for (int n = 0; n < Count; n++)
                Assert.Equal(all.AsSpan((n * Pixels + p) * width, width), pixel.AsSpan(n * width, width));
        }
    }

    [Fact]
    public void NeighboursMakeStrokesCheaperAndDrawnItemsAreLikeThem()
    {
        var options = TinyItems.Small(new VariationalOptions
        {
            Shape = new ItemShape(1, 6, 6), Likelihood = LikelihoodKind.LogisticMixture, Encoder = ItemEncoderKind.Mlp, Decoder = ItemDecoderKind.Mlp,
        });
        ItemSet items = TinyItems.Set(options.Shape, 300, black: false);
        VariationalAutoencoder plain = TinyItems.Train(options, items, 300).Model, model = TinyItems.Train(options with { Neighbours = 8 }, items, 300).Model;
        Assert.InRange(VariationalEvaluation.Of(model, items, 10).Nats, 0, 0.95 * VariationalEvaluation.Of(plain, items, 10).Nats);
        float[] drawn = model.Generate(300, 4), again = model.Generate(300, 4), others = model.Generate(300, 5);
        Assert.Equal(drawn, again);
        Assert.NotEqual(drawn, others);
        Assert.DoesNotContain(drawn, v => Math.Abs(v * 255 - Math.Round(v * 255)) > 1e-3);      // values there are, not means
        double mean = items.Bytes.ToArray().Average(b => b / 255.0);
        Assert.InRange(drawn.Average(), 0.6 * mean, 1.4 * mean);
        // The true neighbours say more than those the model gives.
        int[] all = [.. Enumerable.Range(0, items.Count)];
        double foreseen = Error(model.Foresee(items, all)), given = Error(model.Reconstruct(items, all));
        Assert.True(foreseen < given, $"{foreseen} with the true neighbours, {given} with its own");

        double Error(float[] values) => values.Select((v, i) => Math.Pow(v - items.Bytes.Span[i] / 255.0, 2)).Average();
    }
}
