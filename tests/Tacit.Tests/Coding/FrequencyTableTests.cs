using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class FrequencyTableTests
{
    [Fact]
    public void EveryPlaceIsFoundAtItsOwner()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var random = new SplitMix64(seed);
            ulong[] counts = new ulong[1 + random.Below(40)];
            for (int i = 0; i < counts.Length; i++)
                counts[i] = random.Skewed(10);
            counts[random.Below(counts.Length)]++;
            FrequencyTable table = FrequencyTable.FromCounts(counts, 8);
            uint place = 0;
            for (int symbol = 0; symbol < table.SymbolCount; symbol++)
            {
                Assert.Equal(place, table.Start(symbol));
                for (uint end = place + table.Frequency(symbol); place < end; place++)
                    Assert.True(symbol == table.Find(place), $"seed {seed}, place {place}");
            }
            Assert.Equal(256u, place);
        }
    }

    [Fact]
    public void FrequenciesThatDoNotAddUpAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new FrequencyTable([3, 4], 3));
        Assert.Throws<ArgumentException>(() => new FrequencyTable([], 0));
        Assert.Throws<ArgumentException>(() => new FrequencyTable([uint.MaxValue, 9], 3));    // 8 modulo 2^32
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrequencyTable([1], 25));
        Assert.Equal(1, new FrequencyTable([1], 0).SymbolCount);
    }
}
