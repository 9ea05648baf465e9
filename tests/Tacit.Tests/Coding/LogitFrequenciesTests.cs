using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

/// <summary>Logits to frequencies: totals, bounds, order, and the procedure as its remarks tell it.</summary>
public class LogitFrequenciesTests
{
    [Fact]
    public void FrequenciesAddUpAndAreNearTheProbabilities()
    {
        var random = new Samples.Generator(3);
        foreach ((int count, int bits) in new[] { (1, 22), (2, 22), (256, 22), (256, 20), (5000, 24), (40_000, 24) })
        {
            for (int round = 0; round < 20; round++)
            {
                double spread = Math.Pow(2, random.Below(7));
                float[] logits = [.. Enumerable.Range(0, count).Select(_ => (float)((random.Below(2001) - 1000) * spread / 1000))];
                uint[] frequencies = new uint[count];
                LogitFrequencies.Compute(logits, new float[count], frequencies, bits);
                Assert.Equal(1L << bits, frequencies.Sum(f => (long)f));
                double most = logits.Max(), sum = logits.Sum(x => Math.Exp(x - most)), total = 1L << bits;
                for (int i = 0; i < count; i++)
                {
                    double p = Math.Exp(logits[i] - most) / sum;
                    Assert.InRange(frequencies[i], Math.Max(1, p * (total - count) * 0.99999 - 1), p * total * 1.00001 + count + 2);
                }
            }
        }
    }

    [Fact]
    public void TheProcedureIsTheDocumentedOne()
    {
        // Terms that floats have exactly: 1, 1, and none, since e^-60 is below the floor.
        uint[] frequencies = new uint[3];
        LogitFrequencies.Compute([5, 5, -55], new float[3], frequencies, 20);
        // c = 2^24, 2^24, 0; F = (2^20 - 3) * 2^38 / 2^25; 1 + floor((2^20 - 3) / 2) twice, 1, and one unit is missing.
        Assert.Equal([(1u << 19) - 1 + 1, (1u << 19) - 1, 1u], frequencies);
    }

    [Fact]
    public void WhatIsNoNumberIsRefused()
    {
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            Assert.Throws<ArithmeticException>(() => LogitFrequencies.Compute([1, bad], new float[2], new uint[2], 22));
        Assert.Throws<ArgumentException>(() => LogitFrequencies.Compute(new float[600], new float[600], new uint[600], 10));
        Assert.Throws<ArgumentException>(() => LogitFrequencies.Compute([], [], [], 10));
    }
}
