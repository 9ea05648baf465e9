using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

/// <summary>
/// The use rANS is there for: a latent z is popped from its posterior, x and z are pushed under the model.
/// </summary>
public class BitsBackTests
{
    private const int Latents = 16;
    private const int Values = 200;

    private readonly FrequencyTable _prior = Table(1, Latents, 10);
    private readonly FrequencyTable[] _likelihood =
        [.. Enumerable.Range(0, Latents).Select(z => Table(100 + z, Values, 24))];
    private readonly FrequencyTable[] _posterior =
        [.. Enumerable.Range(0, Values).Select(x => Table(1000 + x, Latents, 16))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void InterleavedPushesAndPopsComeBackToTheInitialWords(int count)
    {
        uint[] words = RansCoderTests.RandomWords(42, 40);
        int[] data = Data(count);
        var coder = new RansCoder(words);
        double ideal = 0;
        foreach (int x in data)
        {
            int z = RansCoderTests.Pop(coder, _posterior[x]);
            RansCoderTests.Push(coder, _likelihood[z], x);
            RansCoderTests.Push(coder, _prior, z);
            ideal += Bits(_likelihood[z], x) + Bits(_prior, z) - Bits(_posterior[x], z);
        }
        byte[] message = RansCoderTests.ToArray(coder);
        byte[] initial = RansCoderTests.ToArray(new RansCoder(words));
        double net = RansCoderTests.CostInBits(message) - RansCoderTests.CostInBits(initial);
        Assert.True(Math.Abs(net - ideal) <= 0.0002 * ideal, $"{net} bits for {ideal}");

        coder = RansCoder.ReadFrom(message);
        int[] decoded = new int[count];
        for (int i = count - 1; i >= 0; i--)
        {
            int z = RansCoderTests.Pop(coder, _prior);
            decoded[i] = RansCoderTests.Pop(coder, _likelihood[z]);
            RansCoderTests.Push(coder, _posterior[decoded[i]], z);
        }
        Assert.Equal(data, decoded);
        Assert.Equal(initial, RansCoderTests.ToArray(coder));
    }

    [Fact]
    public void TooFewInitialWordsAreToldApart()
    {
        var coder = new RansCoder([5]);
        Assert.Throws<InvalidDataException>(() =>
        {
            for (int i = 0; i < 100; i++)
                RansCoderTests.Pop(coder, _posterior[i]);
        });
    }

    private static int[] Data(int count)
    {
        var random = new SplitMix64(9);
        return [.. Enumerable.Range(0, count).Select(_ => (int)Math.Min(Values - 1, random.Skewed(8)))];
    }

    private static double Bits(FrequencyTable table, int symbol) =>
        table.TotalBits - Math.Log2(table.Frequency(symbol));

    private static FrequencyTable Table(int seed, int symbols, int totalBits)
    {
        var random = new SplitMix64((ulong)seed);
        ulong[] counts = [.. Enumerable.Range(0, symbols).Select(_ => random.Skewed(16) + 1)];
        return FrequencyTable.FromCounts(counts, totalBits);
    }
}
