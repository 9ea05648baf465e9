using Tacit.Numerics;
using static System.MathF;

namespace Tacit.Tests.Numerics;

/// <summary>What training adds to the kernels of layers: optimiser steps, norms of gradients, rotary embedding.</summary>
[Collection(AllWidths.Name)]
public class TrainingKernelTests
{
    private static int[] Sizes => AllWidths.Emulated ? [1, 17] : [1, 7, 8, 15, 33, 100, 1025, 3000];

    [Fact]
    public void AdamWIsItsDefinition()
    {
        var settings = new AdamWSettings { Rate = 0.01f, Beta1 = 0.8f, Beta2 = 0.95f, Epsilon = 1e-6f, Decay = 0.1f };
        const float Scale = 0.5f;
        foreach (int n in Sizes)
        {
            float[] start = Numbers.Ordinary(n, n), w = [.. start], m = new float[n], v = new float[n];
            double power1 = 1, power2 = 1;
            float[][] gradients = [Numbers.Wild(n, n, 70), Numbers.Ordinary(n, n + 1), new float[n], Numbers.Wild(n, n + 2, 70)];
            foreach (float[] gradient in gradients)
            {
                power1 *= settings.Beta1;
                power2 *= settings.Beta2;
                float rate = (float)(settings.Rate / (1 - power1)), root = (float)(1 / Math.Sqrt(1 - power2)), keep = (float)(1 - (double)settings.Rate * settings.Decay);
                for (int i = 0; i < n; i++)
                {
                    float g = Twins.Small(gradient[i] * Scale);
                    m[i] = Moment(FusedMultiplyAdd(m[i], settings.Beta1, g * (1f - settings.Beta1)));
                    v[i] = Moment(FusedMultiplyAdd(v[i], settings.Beta2, g * g * (1f - settings.Beta2)));
                    w[i] = FusedMultiplyAdd(m[i] / FusedMultiplyAdd(Sqrt(v[i]), root, settings.Epsilon), -rate, w[i] * keep);
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = [.. start], first = new float[n], second = new float[n];
                for (int t = 0; t < gradients.Length; t++)
                    UpdateRule.AdamW(actual, gradients[t], first, second, settings, t + 1, Scale, pool);
                Numbers.AssertSameBits(w, actual, $"{n} weights");
                Numbers.AssertSameBits(m, first, $"{n} first moments");
                Numbers.AssertSameBits(v, second, $"{n} second moments");
            });
            Assert.DoesNotContain(m.Concat(v), float.IsSubnormal);
        }
    }

    /// <summary>The first step goes by the rate against the sign of the gradient, whatever its size.</summary>
    [Fact]
    public void AdamWBeginsWithTheRate()
    {
        float[] w = [1f, 1f, 1f], m = new float[3], v = new float[3];
        UpdateRule.AdamW(w, [3f, -1e-3f, 0f], m, v, new AdamWSettings { Rate = 0.125f }, 1);
        Assert.Equal([0.875, 1.125, 1.0], w.Select(x => Math.Round(x, 4)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void MomentumIsItsDefinition(bool nesterov)
    {
        const float Rate = 0.1f, Momentum = 0.9f, Decay = 0.01f, Scale = 2f;
        foreach (int n in Sizes)
        {
            float[] start = Numbers.Ordinary(n, n), w = [.. start], m = new float[n];
            float[][] gradients = [Numbers.Wild(n, n, 70), Numbers.Ordinary(n, n + 1), new float[n]];
            foreach (float[] gradient in gradients)
            {
                for (int i = 0; i < n; i++)
                {
                    float h = FusedMultiplyAdd(w[i], Decay, Twins.Small(gradient[i] * Scale));
                    m[i] = Moment(FusedMultiplyAdd(m[i], Momentum, h));
                    w[i] = FusedMultiplyAdd(nesterov ? FusedMultiplyAdd(m[i], Momentum, h) : m[i], -Rate, w[i]);
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = [.. start], velocity = new float[n];
                foreach (float[] gradient in gradients)
                    UpdateRule.Momentum(actual, gradient, velocity, Rate, Momentum, Decay, nesterov, Scale, pool);
                Numbers.AssertSameBits(w, actual, $"{n} weights");
                Numbers.AssertSameBits(m, velocity, $"{n} velocities");
            });
        }
    }

    [Fact]
    public void TheSquaredNormGoesByBlocks()
    {
        foreach (int n in (int[])[0, .. Sizes, AllWidths.Emulated ? 5000 : 20_001])
        {
            float[] x = [.. Numbers.Ordinary(n, n).Select((v, i) => i % 9 == 4 ? v * 1e-20f : v * 100)];
            double expected = 0;
            foreach (float[] block in x.Chunk(4096))
                expected += Twins.Tree(block.Length, (partial, i) => FusedMultiplyAdd(Twins.Small(block[i]), Twins.Small(block[i]), partial));
            ForThreadsAndWidths(pool => Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(Reduce.SquaredNorm(x, pool))));
            Assert.Equal(x.Sum(v => (double)v * v), expected, 1e-5 * (1 + expected));
        }
    }

    [Fact]
    public void TurningIsItsDefinitionAndTurnsBack()
    {
        const int Positions = 40, Sequences = 2, Rows = 5, Heads = 3, First = 7;
        foreach (int size in (int[])[2, 6, 16, 34, 96])
        {
            var table = new RotaryTable(Positions, size);
            int width = Heads * size, step = width + 4, half = size / 2;
            float[] x = Numbers.Ordinary(Sequences * Rows * step, size), expected = [.. x];
            for (int r = 0; r < Sequences * Rows; r++)
            {
                for (int h = 0; h < Heads; h++)
                {
                    for (int i = 0; i < half; i++)
                    {
                        double angle = (First + r % Rows) * Math.Pow(10000, -2.0 * i / size);
                        int at = r * step + h * size + i;
                        Assert.Equal(Math.Cos(angle), Cosine(table, First + r % Rows, i), 3e-7);
                        (float c, float s) = (Cosine(table, First + r % Rows, i), Sine(table, First + r % Rows, i));
                        Assert.Equal(Math.Sin(angle), s, 3e-7);
                        expected[at] = FusedMultiplyAdd(x[at], c, -(x[at + half] * s));
                        expected[at + half] = FusedMultiplyAdd(x[at + half], c, x[at] * s);
                    }
                }
            }
            ForThreadsAndWidths(pool =>
            {
                float[] actual = [.. x];
                table.Turn(actual, Rows, Heads, step, First, pool: pool);
                Numbers.AssertSameBits(expected, actual, $"heads of {size}");
                table.Turn(actual.AsSpan(0, actual.Length - 4), Rows, Heads, step, First, back: true, pool: pool);
                for (int i = 0; i < x.Length; i++)
                    Assert.Equal(x[i], actual[i], 1e-6);
            });
        }
        Assert.Contains("5 rows from position 36 of 40", Assert.Throws<ArgumentException>(() => new RotaryTable(Positions, 4).Turn(new float[20], 5, 1, firstPosition: 36)).Message);

        // (1, 0) turned is (cos, sin).
        static float Cosine(RotaryTable table, int position, int pair) => Turned(table, position, pair)[pair];
        static float Sine(RotaryTable table, int position, int pair) => Turned(table, position, pair)[pair + table.HeadSize / 2];
        static float[] Turned(RotaryTable table, int position, int pair)
        {
            float[] one = new float[table.HeadSize];
            one[pair] = 1f;
            table.Turn(one, 1, 1, firstPosition: position);
            return one;
        }
    }

    private static float Moment(float x) => Abs(x) < Floors.Moment ? CopySign(0f, x) : x;

    private static void ForThreadsAndWidths(Action<WorkPool?> test)
    {
        AllWidths.Run(_ => test(null));
        test(ThreePool);
    }

    private static readonly WorkPool ThreePool = new(3);
}
