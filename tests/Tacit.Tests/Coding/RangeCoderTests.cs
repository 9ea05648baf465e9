using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class RangeCoderTests
{
    [Fact]
    public void DecodingUndoesEncodingAndTheBytesAreTheReferences()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            SymbolSample sample = SymbolSample.Skewed(seed, (int)(seed < 20 ? seed : seed * seed % 1501));
            byte[] message = Encode(sample);
            int[] decoded = Decode(sample, message, out bool exhausted);
            Assert.True(decoded.AsSpan().SequenceEqual(sample.Symbols), $"seed {seed}");
            Assert.False(exhausted, $"a whole message is not exhausted, seed {seed}");

            var reference = new ReferenceInterval();
            for (int i = 0; i < sample.Count; i++)
            {
                (FrequencyTable table, int symbol) = (sample.Tables[i], sample.Symbols[i]);
                reference.Encode(table.Start(symbol), table.Frequency(symbol), table.TotalBits);
            }
            Assert.True(reference.Finish().AsSpan().SequenceEqual(message), $"reference, seed {seed}");
        }
    }

    [Fact]
    public void PeekFindsTheOwnerOfEveryOffsetNextToABoundary()
    {
        var random = new SplitMix64(7);
        byte[] source = new byte[8];
        foreach (int totalBits in new[] { 0, 1, 7, 23, 24 })
        {
            for (int trial = 0; trial < 3000; trial++)
            {
                uint place = (uint)random.Below(1 << totalBits);
                ulong boundary = RangeEncoder.Boundary(ulong.MaxValue, place, totalBits);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(source, boundary);
                Assert.Equal(place, new RangeDecoder(source).Peek(totalBits));
                if (place == 0)
                    continue;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(source, boundary - 1);
                Assert.Equal(place - 1, new RangeDecoder(source).Peek(totalBits));
            }
        }
    }

    [Fact]
    public void AMessageIsWithinTwoHundredthsOfAPercentOfItsEntropy()
    {
        SymbolSample[] samples =
        [
            SymbolSample.Skewed(1, 200_000), SymbolSample.Likely(2, 2_000_000, (1 << 24) - 40_000),
            SymbolSample.Likely(3, 100_000, 1 << 20),
        ];
        foreach (SymbolSample sample in samples)
        {
            double excess = Encode(sample).Length * 8 / sample.IdealBits - 1;
            Assert.True(Math.Abs(excess) < 0.0002, $"{excess:P4} of {sample.IdealBits:F0} bits");
        }
    }

    // A likely symbol costs far less than a byte can show, so the width of the interval is measured.
    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(1u, 1u)]
    [InlineData(1u, 2u)]
    [InlineData(0u, 4096u)]
    [InlineData(4096u, 4096u)]
    [InlineData(20u, 4096u)]
    public void LikelySymbolsCostTheirEntropyWhateverTheWidth(uint start, uint others)
    {
        const int Symbols = 100;
        double x = others / 16777216.0;
        double ideal = Symbols * (x + x * x / 2 + x * x * x / 3) / Math.Log(2);
        for (uint narrow = 1; narrow < 1 << 24; narrow = narrow * 2 + 1)
        {
            var encoder = new RangeEncoder(new byte[100]);
            encoder.Encode(0, narrow, 24);
            (int position, ulong width) = (encoder.Position, encoder.Width);
            for (int i = 0; i < Symbols; i++)
                encoder.Encode(start, (1u << 24) - others, 24);
            double ratio = ((double)width - encoder.Width) / width;
            double cost = position == encoder.Position
                ? -Math.Log2(1 - ratio)
                : 8.0 * (encoder.Position - position) + Math.Log2((double)width / encoder.Width);
            double excess = cost / ideal - 1;
            Assert.True(Math.Abs(excess) < 0.0002, $"after {narrow}: {excess:P5}");
        }
    }

    [Fact]
    public void ADestinationThatIsTooSmallGivesMinusOneAndIsNotExceeded()
    {
        SymbolSample sample = SymbolSample.Skewed(11, 150);
        byte[] message = Encode(sample);
        for (int size = 0; size <= message.Length; size++)
        {
            byte[] arena = new byte[size + 32];
            arena.AsSpan().Fill(0xA5);
            int length = Encode(sample, arena.AsSpan(16, size), out bool overflowed);
            Assert.Equal(size < message.Length ? -1 : size, length);
            Assert.Equal(length < 0, overflowed);
            Assert.Equal(-1, arena.AsSpan(0, 16).IndexOfAnyExcept((byte)0xA5));
            Assert.Equal(-1, arena.AsSpan(size + 16).IndexOfAnyExcept((byte)0xA5));
        }
    }

    [Fact]
    public void CutAndFlippedMessagesDecodeToSymbolsOfTheTables()
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            SymbolSample sample = SymbolSample.Skewed(seed, 150);
            byte[] message = Encode(sample);
            for (int cut = 0; cut < message.Length; cut++)
                Decode(sample, message.AsSpan(0, cut), out _);
            for (int bit = 0; bit < message.Length * 8; bit++)
            {
                message[bit / 8] ^= (byte)(1 << bit % 8);
                Decode(sample, message, out _);
                message[bit / 8] ^= (byte)(1 << bit % 8);
            }
            message.AsSpan().Fill(0xFF);    // no encoder writes this: the offset is not below the range
            Decode(sample, message, out _);
        }
    }

    [Fact]
    public void ExhaustedTellsAMessageThatLostMoreThanAByte()
    {
        var table = new FrequencyTable([.. Enumerable.Repeat(1u, 256)], 8);
        var sample = new SymbolSample([.. Enumerable.Repeat(table, 60)],
            [.. Enumerable.Range(0, 60).Select(i => i * 77 % 256)]);
        byte[] message = Encode(sample);
        for (int length = 0; length <= message.Length; length++)
        {
            Decode(sample, message.AsSpan(0, length), out bool exhausted);
            if (length != message.Length - 1)
                Assert.Equal(length < message.Length, exhausted);
        }
    }

    [Fact]
    public void TheFormatIsPinned() =>
        Assert.Equal("0e06a58ee62e080cab602cf3ed28400694bc",
            Convert.ToHexStringLower(Encode(SymbolSample.Skewed(seed: 1, count: 40))));

    private static int Encode(SymbolSample sample, Span<byte> destination, out bool overflowed)
    {
        var encoder = new RangeEncoder(destination);
        for (int i = 0; i < sample.Count; i++)
        {
            FrequencyTable table = sample.Tables[i];
            encoder.Encode(table.Start(sample.Symbols[i]), table.Frequency(sample.Symbols[i]), table.TotalBits);
        }
        int length = encoder.Finish();
        overflowed = encoder.Overflowed;
        return length;
    }

    private static byte[] Encode(SymbolSample sample)
    {
        byte[] buffer = new byte[sample.Count * 3 + 1];
        int length = Encode(sample, buffer, out bool overflowed);
        Assert.False(overflowed, "the worst case of 3n + 1 bytes was exceeded");
        return buffer[..length];
    }

    private static int[] Decode(SymbolSample sample, ReadOnlySpan<byte> message, out bool exhausted)
    {
        var decoder = new RangeDecoder(message);
        int[] symbols = new int[sample.Count];
        for (int i = 0; i < symbols.Length; i++)
        {
            FrequencyTable table = sample.Tables[i];
            uint place = decoder.Peek(table.TotalBits);
            Assert.True(place < 1u << table.TotalBits);
            int symbol = symbols[i] = table.Find(place);
            decoder.Consume(table.Start(symbol), table.Frequency(symbol), table.TotalBits);
        }
        exhausted = decoder.Exhausted;
        return symbols;
    }
}
