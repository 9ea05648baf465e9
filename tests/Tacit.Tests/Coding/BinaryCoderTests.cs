namespace Tacit.Tests.Coding;

public class BinaryCoderTests
{
    [Fact]
    public void DecodingUndoesEncodingAndEncodingRepeats()
    {
        for (ulong seed = 0; seed < 400; seed++)
        {
            BitSample sample = BitSample.Skewed(seed, Length(seed), surprise: (int)(seed % 5));
            byte[] message = sample.Encode();
            (int[] bits, bool exhausted) = sample.Decode(message);
            Assert.True(bits.AsSpan().SequenceEqual(sample.Bits), $"round trip, seed {seed}");
            Assert.False(exhausted, $"a whole message is not exhausted, seed {seed}");
            Assert.True(message.AsSpan().SequenceEqual(sample.Encode()), $"repeat, seed {seed}");
        }
    }

    [Fact]
    public void TheBytesAreThoseOfTheCarrylessReference()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            BitSample sample = BitSample.Skewed(seed, 1 + (int)seed * 5, surprise: 3);
            var reference = new ReferenceInterval();
            for (int i = 0; i < sample.Count; i++)
                reference.Encode(sample.Bits[i], sample.Probabilities[i]);
            Assert.True(reference.Finish().AsSpan().SequenceEqual(sample.Encode()), $"seed {seed}");
        }
    }

    [Fact]
    public void ADestinationThatIsTooSmallGivesMinusOneAndIsNotExceeded()
    {
        for (ulong seed = 0; seed < 30; seed++)
        {
            BitSample sample = BitSample.Skewed(seed, 300, surprise: 2);
            byte[] message = sample.Encode();
            for (int size = 0; size <= message.Length; size++)
            {
                byte[] arena = new byte[size + 32];
                arena.AsSpan().Fill(0xA5);
                int length = sample.Encode(arena.AsSpan(16, size), out bool overflowed);
                Assert.True(length == (size < message.Length ? -1 : size), $"seed {seed}, size {size}: {length}");
                Assert.True(overflowed == (length < 0), $"seed {seed}, size {size}");
                Assert.True(arena.AsSpan(0, 16).IndexOfAnyExcept((byte)0xA5) < 0
                    && arena.AsSpan(size + 16).IndexOfAnyExcept((byte)0xA5) < 0, $"guards, seed {seed}, size {size}");
            }
        }
    }

    [Fact]
    public void CutAndFlippedMessagesDecodeToSomethingWithoutAnException()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            BitSample sample = BitSample.Skewed(seed, 300, surprise: 4);
            byte[] message = sample.Encode();
            for (int cut = 0; cut < message.Length; cut++)
                sample.Decode(message.AsSpan(0, cut));
            for (int bit = 0; bit < message.Length * 8; bit++)
            {
                message[bit / 8] ^= (byte)(1 << bit % 8);
                sample.Decode(message);
                message[bit / 8] ^= (byte)(1 << bit % 8);
            }
            message.AsSpan().Fill(0xFF);    // no encoder writes this: the offset is not below the range
            sample.Decode(message);
        }
    }

    [Fact]
    public void ExhaustedTellsAMessageThatLostMoreThanAByte()
    {
        var sample = new BitSample([.. Enumerable.Range(0, 800).Select(i => i * i / 3 & 1)],
            [.. Enumerable.Repeat(1u << 31, 800)]);
        byte[] message = sample.Encode();
        Assert.InRange(message.Length, 100, 101);
        Assert.False(sample.Decode(message).Exhausted);
        for (int length = 0; length < message.Length - 1; length++)
            Assert.True(sample.Decode(message.AsSpan(0, length)).Exhausted, $"{length} of {message.Length} bytes");
    }

    [Fact]
    public void AnEmptyMessageHasNoBytes() => Assert.Empty(new BitSample([], []).Encode());

    [Fact]
    public void TheFormatIsPinned()
    {
        BitSample sample = BitSample.Skewed(seed: 1, count: 60, surprise: 4);
        Assert.Equal("d5400d5ad34693b157eb4201", Convert.ToHexStringLower(sample.Encode()));
    }

    private static int Length(ulong seed) => seed < 40 ? (int)seed : (int)(seed * seed % 3001);
}
