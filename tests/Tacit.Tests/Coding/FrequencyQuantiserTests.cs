using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class FrequencyQuantiserTests
{
    [Theory]
    // Shares of 16 are 8, 5.33 and 2.67: the unit left over goes to the largest remainder.
    [InlineData(4, new ulong[] { 3, 2, 1 }, new uint[] { 8, 5, 3 })]
    // The two ones are worth less than a unit of 8: they get one each, and 6 units are shared as 3.84 and 2.16.
    [InlineData(3, new ulong[] { 64, 1, 36, 1 }, new uint[] { 4, 1, 2, 1 })]
    // Equal remainders: the lower index first; no unit for what cannot occur.
    [InlineData(3, new ulong[] { 1, 0, 1, 1 }, new uint[] { 3, 0, 3, 2 })]
    // 10 of 80 is worth a unit of 8, but no longer of the 7 that are left once the 1 has taken one: 10 · 7 < 79.
    [InlineData(3, new ulong[] { 1, 10, 69 }, new uint[] { 1, 1, 6 })]
    [InlineData(24, new ulong[] { 0, 5, 0 }, new uint[] { 0, 1 << 24, 0 })]
    [InlineData(0, new ulong[] { 9 }, new uint[] { 1 })]
    [InlineData(1, new ulong[] { ulong.MaxValue, 1 }, new uint[] { 1, 1 })]
    public void WorkedExamples(int totalBits, ulong[] counts, uint[] expected) =>
        Assert.Equal(expected, Quantise(counts, totalBits));

    [Fact]
    public void FrequenciesAddUpMissNobodyKeepTheOrderAndStayNearTheShares()
    {
        for (ulong seed = 0; seed < 600; seed++)
        {
            var random = new SplitMix64(seed);
            int totalBits = random.Below(25);
            ulong[] counts = new ulong[1 + random.Below(Math.Min(1 << totalBits, 700))];
            int maxBits = seed % 4 == 0 ? 64 : 1 + random.Below(28);
            for (int i = 0; i < counts.Length; i++)
                counts[i] = random.Skewed(maxBits);
            counts[random.Below(counts.Length)] |= 1;

            uint[] frequencies = Quantise(counts, totalBits);
            Assert.True(frequencies.Sum(f => (long)f) == 1L << totalBits, $"sum, seed {seed}");
            Assert.True(frequencies.SequenceEqual(Quantise(counts, totalBits)), $"repeat, seed {seed}");
            Assert.True(counts.Zip(frequencies).All(p => p.First == 0 == (p.Second == 0)), $"possible, seed {seed}");
            CheckOrder(counts, frequencies, seed);
            CheckShares(counts, frequencies, totalBits, seed);
        }
    }

    [Fact]
    public void AsManySymbolsAsUnitsGetOneEach()
    {
        ulong[] counts = [.. Enumerable.Range(1, 4096).Select(i => (ulong)i * (ulong)i)];
        Assert.All(Quantise(counts, 12), f => Assert.Equal(1u, f));
    }

    [Fact]
    public void CountsWithoutAnAnswerAreRefused()
    {
        Assert.Throws<ArgumentException>(() => Quantise([1, 1, 1], 1));
        Assert.Throws<ArgumentException>(() => Quantise([0, 0], 8));
        Assert.Throws<ArgumentException>(() => Quantise([], 8));
        Assert.Throws<ArgumentException>(() => FrequencyQuantiser.Quantise([1, 2], new uint[3], 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantise([1], 25));
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantise([1], -1));
    }

    [Fact]
    public void TheProcedureIsPinned()
    {
        var random = new SplitMix64(77);
        ulong[] counts = [.. Enumerable.Range(0, 1000).Select(_ => random.Skewed(60))];
        ulong digest = 14695981039346656037;    // FNV-1a over the frequencies
        foreach (uint frequency in Quantise(counts, 20))
            digest = (digest ^ frequency) * 1099511628211;
        Assert.Equal("b654833d4cdc65e1", digest.ToString("x16", null));
    }

    private static uint[] Quantise(ulong[] counts, int totalBits)
    {
        uint[] frequencies = new uint[counts.Length];
        frequencies.AsSpan().Fill(123);
        FrequencyQuantiser.Quantise(counts, frequencies, totalBits);
        return frequencies;
    }

    private static void CheckOrder(ulong[] counts, uint[] frequencies, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, counts.Length).OrderBy(i => counts[i]).ThenByDescending(i => i)];
        for (int i = 1; i < order.Length; i++)
            Assert.True(frequencies[order[i - 1]] <= frequencies[order[i]], $"order, seed {seed}");
    }

    // p · 2^totalBits − 1 − m · p < frequency < p · 2^totalBits + 1, all times Σc; huge counts move the ends.
    private static void CheckShares(ulong[] counts, uint[] frequencies, int totalBits, ulong seed)
    {
        UInt128 sum = 0;
        foreach (ulong count in counts)
            sum += count;
        UInt128 ones = (UInt128)frequencies.Count(f => f == 1);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            UInt128 share = (UInt128)counts[i] << totalBits;
            UInt128 slack = (sum + (UInt128)counts[i] * (UInt128)counts.Length << totalBits) >> 37;
            Assert.True(frequencies[i] * sum <= share + sum + slack, $"too high, seed {seed}, symbol {i}");
            Assert.True(frequencies[i] * sum + sum + ones * counts[i] + slack >= share,
                $"too low, seed {seed}, symbol {i}");
        }
    }
}
