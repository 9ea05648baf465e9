using System.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class CarryTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(500)]
    [InlineData(9000)]
    public void ACarryRunsBackOverEveryByte(int straddling)
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            (BitSample below, BitSample above) = Straddle(seed, straddling);
            byte[] before = below.Encode();
            byte[] after = above.Encode();
            // One bit apart: 7F FF FF … FF xx and 80 00 00 … 00 xx.
            int chain = straddling / 16;
            Assert.Equal(0x7F, before[0]);
            Assert.True(before.AsSpan(1, chain).IndexOfAnyExcept((byte)0xFF) < 0, $"seed {seed}");
            Assert.Equal(0x80, after[0]);
            Assert.True(after.AsSpan(1, chain).IndexOfAnyExcept((byte)0x00) < 0, $"seed {seed}");
            Assert.Equal(below.Bits, below.Decode(before).Bits);
            Assert.Equal(above.Bits, above.Decode(after).Bits);
            Assert.Equal(Reference(above), after);
        }
    }

    [Fact]
    public void ACarryIntoAnOverflowedMessageIsLostWithIt()
    {
        BitSample sample = Straddle(seed: 5, straddling: 300).Above;
        int whole = sample.Encode().Length;
        for (int size = 0; size < whole; size++)
        {
            byte[] arena = new byte[size + 8];
            Assert.Equal(-1, sample.Encode(arena.AsSpan(4, size), out _));
            Assert.Equal(0, arena.AsSpan(0, 4).IndexOfAnyExcept((byte)0) + 1);
            Assert.Equal(0, arena.AsSpan(size + 4).IndexOfAnyExcept((byte)0) + 1);
        }
    }

    // Bits that keep 2^63, in the first interval's units, inside the interval, and one more that decides for either
    // side of it.
    private static (BitSample Below, BitSample Above) Straddle(ulong seed, int straddling)
    {
        var random = new SplitMix64(seed);
        var reference = new ReferenceInterval();
        List<int> bits = [];
        List<uint> probabilities = [];
        for (int i = 0; i < straddling; i++)
        {
            uint p = (1u << 30) + (random.NextUInt32() >> 1);
            BigInteger target = (reference.Unit << 63) - reference.Low;
            bits.Add(target >= (((BigInteger)reference.Range * p) >> 32) ? 0 : 1);
            probabilities.Add(p);
            reference.Encode(bits[^1], p);
        }
        BigInteger distance = (reference.Unit << 63) - reference.Low;
        Assert.True(distance > 0 && distance < reference.Range, $"seed {seed}");
        BigInteger share = ((distance << 32) + reference.Range - 1) / reference.Range;    // ⌈⌉: 0 starts at the target
        probabilities.Add((uint)BigInteger.Min(share, uint.MaxValue));
        uint[] all = [.. probabilities];
        uint[] less = [.. all[..^1], Math.Max(1, all[^1] - 1)];
        return (new BitSample([.. bits, 1], less), new BitSample([.. bits, 0], all));
    }

    private static byte[] Reference(BitSample sample)
    {
        var reference = new ReferenceInterval();
        for (int i = 0; i < sample.Count; i++)
            reference.Encode(sample.Bits[i], sample.Probabilities[i]);
        return reference.Finish();
    }
}
