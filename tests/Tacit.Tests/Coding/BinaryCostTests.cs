using Tacit.Coding;

namespace Tacit.Tests.Coding;

public class BinaryCostTests
{
    private const double Tolerance = 0.0002;

    [Fact]
    public void AMessageIsWithinTwoHundredthsOfAPercentOfItsEntropy()
    {
        for (ulong seed = 0; seed < 2; seed++)
        {
            BitSample sample = BitSample.Skewed(seed, 2_000_000);
            double excess = sample.Encode().Length * 8 / sample.IdealBits - 1;
            Assert.True(Math.Abs(excess) < Tolerance, $"seed {seed}: {excess:P4} of {sample.IdealBits:F0} bits");
        }
    }

    // A likely bit costs far less than a byte can show, so the width of the interval is measured.
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(28)]
    [InlineData(31)]
    [InlineData(32)]
    public void LikelyBitsCostTheirEntropyWhateverTheWidth(int exponent)
    {
        const int Bits = 1 << 14;
        double x = Math.ScaleB(1, -exponent);
        double ideal = Bits * (exponent < 16 ? -Math.Log2(1 - x) : (x + x * x / 2) / Math.Log(2));
        uint unlikely = 1u << (32 - exponent);
        foreach (int bit in new[] { 0, 1 })
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                byte[] buffer = new byte[Bits + 200];
                var encoder = new BinaryEncoder(buffer);
                BitSample prefix = BitSample.Skewed(seed, (int)seed);
                for (int i = 0; i < prefix.Count; i++)
                    encoder.Encode(prefix.Bits[i], prefix.Probabilities[i]);
                if (seed == 0)
                    encoder.Encode(1, (1u << 24) + 1);    // leaves a width just above 2^56, the worst
                (int position, ulong width) = (encoder.Position, encoder.Width);
                for (int i = 0; i < Bits; i++)
                    encoder.Encode(bit, bit == 0 ? unlikely : (uint)-(int)unlikely);
                // The logarithm of a quotient, by its difference from 1 where that is small.
                double ratio = ((double)width - encoder.Width) / width;
                double cost = position == encoder.Position && ratio < 1e-3
                    ? (ratio + ratio * ratio / 2 + ratio * ratio * ratio / 3) / Math.Log(2)
                    : 8.0 * (encoder.Position - position) + Math.Log2((double)width / encoder.Width);
                double excess = cost / ideal - 1;
                Assert.True(Math.Abs(excess) < Tolerance, $"bit {bit}, 1 - 2^-{exponent}, seed {seed}: {excess:P5}");
            }
        }
    }
}
