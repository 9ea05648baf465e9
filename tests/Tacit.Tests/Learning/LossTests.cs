using Tacit.Learning;
using Tacit.Numerics;
using Tacit.Tests.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Learning;

/// <summary>Every loss against its definition in double, and where plain formulas fail: far from the mean, for large logits.</summary>
[Collection(AllWidths.Name)]
public class LossTests
{
    private static readonly (Reduction Reduction, double Factor)[] Means =
        [(Reduction.Mean, 1.0 / 21), (Reduction.MeanPerExample, 1.0 / 3), (Reduction.Sum, 1)];

    [Fact]
    public void SquaredErrors()
    {
        foreach ((Reduction reduction, double factor) in Means)
        {
            OperationCheck.Run((t, v) => t.SquaredError(v[0], v[1], reduction), v => [factor * v[0].Zip(v[1], (a, b) => (a - b) * (a - b)).Sum()],
                [Given.Random(1, 3, 7), Given.Random(2, 3, 7)]);
        }
    }

    [Fact]
    public void BernoulliCosts()
    {
        float[] targets = [.. Enumerable.Range(0, 21).Select(i => i % 4 / 3f)];
        Given logits = new([.. Given.Random(1, 3, 7).Values.Select((v, i) => v * (1 + i))], 3, 7);
        foreach ((Reduction reduction, double factor) in Means)
        {
            OperationCheck.Run((t, v) => t.Bernoulli(v[0], Tensor.From(targets, 3, 7), reduction),
                v => [factor * v[0].Select((x, i) => targets[i] * Plain.Softplus(-x) + (1 - targets[i]) * Plain.Softplus(x)).Sum()], [logits]);
        }
    }

    /// <summary>The cost keeps its digits where the probability is all but 1, and is finite where it is all but 0.</summary>
    [Fact]
    public void LargeLogits()
    {
        foreach ((float logit, float target) in ((float, float)[])[(20f, 1f), (-20f, 0f), (60f, 1f), (200f, 0f), (-200f, 1f), (3e38f, 1f)])
        {
            var tape = new Tape();
            Variable x = Tape.Input(Tensor.From([logit], 1), needsGradient: true);
            Variable loss = tape.Bernoulli(x, Tensor.From([target], 1));
            double truth = target == 1f ? Math.Log(1 + Math.Exp(-Math.Abs(logit))) + Math.Max(-logit, 0.0) : Math.Log(1 + Math.Exp(-Math.Abs(logit))) + Math.Max(logit, 0.0);
            if (truth > 1e-12)
                Assert.Equal(1, loss.Value.Span[0] / truth, 1e-6);
            tape.Backward(loss);
            Assert.Equal(Plain.Sigmoid(logit) - target, x.Gradient.Span[0], 1e-6);
        }
    }

    [Fact]
    public void GaussianCosts()
    {
        float[] values = Given.Random(7, 3, 7).Values;
        Given[] given = [Given.Random(1, 3, 7), Given.Random(2, 3, 7)];
        foreach ((Reduction reduction, double factor) in Means)
        {
            OperationCheck.Run((t, v) => t.Gaussian(Tensor.From(values, 3, 7), v[0], v[1], reduction), v => [factor * values.Select((x, i) =>
                0.5 * (Math.Log(2 * Math.PI) + v[1][i] + (x - v[0][i]) * (x - v[0][i]) * Math.Exp(-v[1][i]))).Sum()], given, 1e-5);
        }
    }

    [Fact]
    public void Divergences()
    {
        Given[] given = [Given.Random(1, 3, 7), Given.Random(2, 3, 7), Given.Random(3, 3, 7), Given.Random(4, 3, 7)];
        foreach ((Reduction reduction, double factor) in Means)
        {
            OperationCheck.Run((t, v) => t.GaussianDivergence(v[0], v[1], reduction),
                v => [factor * v[0].Select((m, i) => Divergence(m, v[1][i], 0, 0)).Sum()], given[..2], 1e-5);
            OperationCheck.Run((t, v) => t.GaussianDivergence(v[0], v[1], v[2], v[3], reduction),
                v => [factor * v[0].Select((m, i) => Divergence(m, v[1][i], v[2][i], v[3][i])).Sum()], given, 1e-5);
        }
        var tape = new Tape();
        Variable zero = Tape.Input(Tensor.Zeros(2, 3));
        Assert.Equal(0f, tape.GaussianDivergence(zero, zero).Value.Span[0]);

        static double Divergence(double m, double v, double m2, double v2) => 0.5 * (v2 - v + (Math.Exp(v) + (m - m2) * (m - m2)) * Math.Exp(-v2) - 1);
    }

    [Fact]
    public void CrossEntropies()
    {
        int[] targets = [4, CrossEntropy.Ignored, 0, 2];
        OperationCheck.Run((t, v) => t.CrossEntropy(v[0], targets),
            v => [v[0].Chunk(5).Select((row, r) => targets[r] < 0 ? 0 : -Math.Log(Plain.Softmax(row)[targets[r]])).Sum() / 3], [Given.Random(1, 4, 5)]);
        var tape = new Tape();
        Assert.Equal(0f, tape.CrossEntropy(Tape.Input(Tensor.Zeros(2, 3)), new[] { CrossEntropy.Ignored, CrossEntropy.Ignored }).Value.Span[0]);
    }

    [Theory]
    [InlineData(1, 256, 5)]
    [InlineData(1, 2, 1)]
    [InlineData(1, 17, 10)]
    [InlineData(3, 256, 3)]
    public void LogisticMixtures(int channels, int levels, int components)
    {
        const int Rows = 6;
        var random = new SplitMix64(7);
        byte[] values = [.. Enumerable.Range(0, Rows * channels).Select(i => (byte)(i < 2 ? 0 : i < 4 ? levels - 1 : random.Below(levels)))];
        int width = components * (channels == 3 ? 10 : 3);
        Given parameters = Given.Random(3, 2, Rows / 2, width);
        for (int i = 0; i < parameters.Values.Length; i++)
        {
            // Log scales from −5 on, where the smallest step of a pixel matters; the gradients stay differentiable.
            int at = i % width - components;
            if (at >= 0 && at / components % (channels == 3 ? 3 : 2) == 1)
                parameters.Values[i] = parameters.Values[i] * 1.5f - 2f;
        }
        OperationCheck.Run((t, v) => t.LogisticMixture(v[0], values, channels, levels),
            v => [Enumerable.Range(0, Rows).Sum(r => Mixture(v[0][(r * width)..((r + 1) * width)], values.AsSpan(r * channels, channels), channels, levels, components)) / values.Length],
            [parameters], 2e-5);
    }

    /// <summary>The masses of all values sum to one, wherever the components lie and however wide they are.</summary>
    [Fact]
    public void AMixtureIsADistribution()
    {
        const int K = 3;
        float[][] rows =
        [
            [0f, 1f, -1f, 0f, 0.5f, -0.5f, -3f, -1f, -6f], [0f, 0f, 0f, 5f, -5f, 0f, -7f, -7f, 3f], [9f, 0f, -9f, 0.1f, 0f, 0f, -9f, 12f, 0f],
            [0f, 0f, 0f, 1f, 1f, 1f, -4f, -4f, -4f],
        ];
        foreach (float[] row in rows)
        {
            double sum = 0;
            for (int value = 0; value < 256; value++)
            {
                var tape = new Tape();
                Variable parameters = Tape.Input(Tensor.From(row, 1, 3 * K), needsGradient: true);
                Variable cost = tape.LogisticMixture(parameters, new[] { (byte)value });
                Assert.True(float.IsFinite(cost.Value.Span[0]));
                sum += Math.Exp(-cost.Value.Span[0]);
                tape.Backward(cost);
                Assert.True(NanGuard.FindNonFinite(parameters.Gradient.Span) < 0);
            }
            Assert.Equal(1, sum, 1e-5);
        }
    }

    /// <summary>Far from every component the cost grows as the distance does, instead of ending at a floor.</summary>
    [Fact]
    public void FarTailsAreExact()
    {
        float[] row = [0f, -1f, -5f];        // a mean at 0 of 255, a deviation of a pixel or so
        foreach (int value in (int[])[50, 128, 254, 255])
        {
            var tape = new Tape();
            float cost = tape.LogisticMixture(Tape.Input(Tensor.From(row, 1, 3)), new[] { (byte)value }).Value.Span[0];
            double scale = Math.Exp(-5), a = (2.0 * value / 255 + 1.0 / 255) / scale, b = (2.0 * value / 255 - 1.0 / 255) / scale;
            // sigmoid(−b) − sigmoid(−a), whose terms keep their digits.
            double mass = value == 255 ? 1 / (1 + Math.Exp(b)) : 1 / (1 + Math.Exp(b)) - 1 / (1 + Math.Exp(a));
            Assert.Equal(-Math.Log(mass), cost, 1e-4 * cost);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var tape = new Tape();
        Variable x = Tape.Input(Tensor.Zeros(2, 9));
        Refuses(() => tape.SquaredError(x, Tape.Input(Tensor.Zeros(9, 2))), "(2, 9) and (9, 2)");
        Refuses(() => tape.LogisticMixture(x, new byte[3]), "3 values of 1 channels");
        Refuses(() => tape.LogisticMixture(x, new byte[] { 1, 9 }, levels: 9), "the value 9 of 9 levels");
        Refuses(() => tape.LogisticMixture(x, new byte[4], channels: 2), "2 channels");
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.SquaredError(x, x, (Reduction)9));

        static void Refuses(Action action, string saying) => Assert.Contains(saying, Assert.Throws<ArgumentException>(action).Message);
    }

    // Salimans et al. 2017, section 2.1 and 2.2, in double with differences of sigmoids.
    private static double Mixture(double[] p, ReadOnlySpan<byte> values, int channels, int levels, int count)
    {
        double[] weights = Plain.Softmax(p[..count]);
        double mass = 0, delta = 1.0 / (levels - 1);
        double[] x = new double[channels];
        for (int c = 0; c < channels; c++)
            x[c] = 2 * values[c] * delta - 1;
        int step = channels == 3 ? 3 * count : 2 * count;
        for (int k = 0; k < count; k++)
        {
            double product = weights[k];
            for (int c = 0; c < channels; c++)
            {
                double mean = p[count + c * step + k], scale = Math.Exp(p[count + c * step + count + k]);
                if (c == 1)
                    mean += Math.Tanh(p[count + 2 * count + k]) * x[0];
                if (c == 2)
                    mean += Math.Tanh(p[count + step + 2 * count + k]) * x[0] + Math.Tanh(p[count + 2 * step + 2 * count + k]) * x[1];
                double upper = values[c] == levels - 1 ? double.PositiveInfinity : (x[c] + delta - mean) / scale;
                double lower = values[c] == 0 ? double.NegativeInfinity : (x[c] - delta - mean) / scale;
                // On the side where the sigmoids are small, so that their difference keeps its digits.
                product *= x[c] > mean ? Plain.Sigmoid(-lower) - Plain.Sigmoid(-upper) : Plain.Sigmoid(upper) - Plain.Sigmoid(lower);
            }
            mass += product;
        }
        return -Math.Log(mass);
    }
}
