using Tacit.Modeling.LanguageModels;

namespace Tacit.Tests.LanguageModels;

public sealed class SamplerTests
{
    private static readonly float[] s_logits = [1f, 3f, -2f, 2.5f, 3f, 0f, -40f];

    [Fact]
    public void TemperatureZeroTakesTheFirstOfTheLikeliest() =>
        Assert.Equal(1, new Sampler(new SamplingOptions { Temperature = 0 }, 7).Next(s_logits, [], 0));

    /// <summary>The limit of ever lower temperatures is the likeliest token, also where 1 / T or a quotient is too large for a number.</summary>
    [Theory, InlineData(1e-40f), InlineData(1e-38f), InlineData(1e-7f), InlineData(1e-6f)]
    public void TinyTemperaturesTakeTheLikeliest(float temperature)
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = temperature }, 3);
        foreach (float[] logits in (float[][])[[1f, 3f, -2f], [-1f, 0f, -2f], [-3e38f, 3e38f, 0f]])
        {
            for (int place = 0; place < 5; place++)
                Assert.Equal(1, sampler.Next(logits, [], place));
        }
    }

    [Fact]
    public void WhatHasNoProbabilityIsNeverTaken()
    {
        var sampler = new Sampler(new SamplingOptions { TopK = 4 }, 4);
        float[] logits = [0f, -1000f, 0.3f, -1000f];
        Assert.All(Enumerable.Range(0, 20000), place => Assert.Equal(0, sampler.Next(logits, [], place) % 2));
    }

    [Theory]
    [InlineData(1f, 0, 1f, 0f)]
    [InlineData(0.5f, 0, 1f, 0f)]
    [InlineData(2f, 3, 1f, 0f)]
    [InlineData(1f, 0, 0.7f, 0f)]
    [InlineData(1f, 0, 1f, 0.1f)]
    [InlineData(1f, 4, 0.95f, 0.05f)]
    public void TokensAppearAsOftenAsTheirProbabilitySays(float temperature, int topK, float topP, float minP)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 5 };
        var sampler = new Sampler(options, s_logits.Length);
        const int Draws = 20000;
        int[] counts = new int[s_logits.Length];
        for (int i = 0; i < Draws; i++)
            counts[sampler.Next(s_logits, [], i)]++;
        double[] expected = Expected(options);
        for (int i = 0; i < counts.Length; i++)
        {
            double deviation = Math.Sqrt(Draws * expected[i] * (1 - expected[i]));
            Assert.True(Math.Abs(counts[i] - Draws * expected[i]) <= 4.5 * deviation, $"Token {i}: {counts[i]} of {Draws}, expected {expected[i]:P2}.");
        }
    }

    [Fact]
    public void APenaltyDividesWhatIsLikelyAndMultipliesWhatIsNot()
    {
        // 3 / 2 = 1.5 falls below 2.5; the other 3 has left the window of two.
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, RepetitionPenalty = 2f, RepetitionWindow = 2 }, 7);
        Assert.Equal(1, sampler.Next(s_logits, [1, 4, 0], 0));
        Assert.Equal(3, sampler.Next(s_logits, [0, 1, 4], 0));
        Assert.Equal(1, sampler.Next(s_logits, [], 0));
    }

    [Fact]
    public void OptionsOutOfRangeAreRefused()
    {
        foreach (SamplingOptions options in (SamplingOptions[])[new() { Temperature = -1 }, new() { Temperature = float.NaN }, new() { TopK = -1 },
            new() { TopP = 0 }, new() { TopP = 1.5f }, new() { MinP = -0.1f }, new() { RepetitionPenalty = 0 }, new() { RepetitionWindow = -1 }])
            Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(options, 7));
    }

    // The same in the obvious way, in double.
    private static double[] Expected(SamplingOptions options)
    {
        double[] p = [.. s_logits.Select(x => Math.Exp((x - 3) / options.Temperature))];
        double sum = p.Sum();
        var sorted = p.Select((x, i) => (P: x / sum, Index: i)).OrderByDescending(x => x.P).ThenBy(x => x.Index).ToList();
        double[] kept = new double[p.Length];
        double total = 0;
        for (int i = 0; i < sorted.Count; i++)
        {
            bool isIn = i == 0 || ((options.TopK == 0 || i < options.TopK) && total < options.TopP && sorted[i].P >= options.MinP * sorted[0].P);
            if (!isIn)
                break;
            kept[sorted[i].Index] = sorted[i].P;
            total += sorted[i].P;
        }
        return [.. kept.Select(x => x / total)];
    }
}
