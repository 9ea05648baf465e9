using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

[Collection(AllWidths.Name)]
public class PhiloxTests
{
    /// <summary>The known answers of Random123 (its file kat_vectors).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0xa4093822u, 0x299f31d0u, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void GivesThePublishedAnswers(uint key0, uint key1, uint x, uint y, uint z, uint w, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(key0, key1, x, y, z, w));

    [Fact]
    public void ANumberDependsOnItsPlaceAlone()
    {
        float[] all = new float[101], part = new float[10];
        RandomFill.Uniform(5, 6, all);
        RandomFill.Uniform(5, 6, part, first: 33);
        Numbers.AssertSameBits(all.AsSpan(33, 10), part);
        RandomFill.Normal(5, 6, all);
        RandomFill.Normal(5, 6, part, first: 34);
        Numbers.AssertSameBits(all.AsSpan(34, 10), part);
    }

    /// <summary>Every width, thread count and beginning, over the carry of the counter, against the block's definition.</summary>
    [Fact]
    public void FillsAreTheirDefinition()
    {
        const ulong Seed = 0x0123456789ABCDEF, Stream = 0xFEDCBA9876543210;
        using var pool = new WorkPool(3);
        foreach (long first in (long[])[0, 3, 6, 4L * uint.MaxValue - 150])
        {
            foreach (int n in (int[])[1, 5, 130, AllWidths.Emulated ? 1100 : 9000])
            {
                float[] uniform = new float[n], normal = new float[n], mask = new float[n], actual = new float[n];
                for (int i = 0; i < n; i++)
                {
                    long even = (first + i) / 2 * 2;
                    uniform[i] = Fraction(first + i);
                    mask[i] = uniform[i] < 0.3f ? 0f : 1f / (1f - 0.3f);
                    float u = ((Word(even) >> 8) + 1) / 16777216f, turn = Fraction(even + 1) * 6.28318548f;
                    float radius = MathF.Sqrt(-2f * Twins.Log(u)) * 2f, wave = turn;
                    if (even == first + i)
                        Elementwise.Cos([turn], new Span<float>(ref wave));
                    else
                        Elementwise.Sin([turn], new Span<float>(ref wave));
                    normal[i] = MathF.FusedMultiplyAdd(radius, wave, 3f);
                }
                AllWidths.Run(lanes => Check(null, $"{n} from {first}, {lanes} lanes"));
                Check(pool, $"{n} from {first}, threads");

                void Check(WorkPool? pool, string what)
                {
                    RandomFill.Uniform(Seed, Stream, actual, first, pool);
                    Numbers.AssertSameBits(uniform, actual, what);
                    RandomFill.Normal(Seed, Stream, actual, 3f, 2f, first, pool);
                    Numbers.AssertSameBits(normal, actual, what);
                    RandomFill.DropoutMask(Seed, Stream, actual, 0.3f, first, pool);
                    Numbers.AssertSameBits(mask, actual, what);
                }
            }
        }

        static float Fraction(long number) => (Word(number) >> 8) / 16777216f;
        static uint Word(long number)
        {
            (uint x, uint y, uint z, uint w) = Philox.Block(Seed, Stream, (ulong)number >> 2);
            return (number & 3) switch { 0 => x, 1 => y, 2 => z, _ => w };
        }
    }

    [Fact]
    public void TheDistributionsAreRight()
    {
        float[] x = new float[200_000];
        RandomFill.Uniform(1, 2, x);
        Assert.All(x, v => Assert.InRange(v, 0f, 0.99999994f));
        Assert.Equal(0.5, x.Average(), 0.003);
        Assert.Equal(1 / 12.0, x.Average(v => (v - 0.5) * (v - 0.5)), 0.001);
        RandomFill.Normal(1, 2, x, mean: 3f, deviation: 2f);
        double mean = x.Average(), variance = x.Average(v => (v - mean) * (v - mean));
        Assert.Equal(3, mean, 0.02);
        Assert.Equal(4, variance, 0.05);
        Assert.Equal(3, x.Average(v => Math.Pow((v - mean) / Math.Sqrt(variance), 4)), 0.1);
        Assert.Equal(0.1587, x.Count(v => v > 5f) / (double)x.Length, 0.004);
        RandomFill.DropoutMask(1, 2, x, 0.25f);
        Assert.Equal(0.25, x.Count(v => v == 0f) / (double)x.Length, 0.005);
        Assert.Equal(1, x.Average(), 0.01);
        RandomFill.Uniform(1, 2, x, -2f, 6f);
        Assert.InRange(x.Min(), -2f, -1.99f);
        Assert.InRange(x.Max(), 5.99f, 6f);
    }
}
