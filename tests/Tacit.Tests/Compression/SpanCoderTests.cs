using System.Buffers;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>TacitEncoder and TacitDecoder: the same bytes and data however the buffers are cut.</summary>
public class SpanCoderTests
{
    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    [Theory, MemberData(nameof(Codecs))]
    public void DestinationsOfAnyLengthGiveTheSameBytes(TacitCodec codec)
    {
        byte[] data = Samples.Mixed(700, 2);
        TacitCompressionOptions options = Pack.Options(codec, 250, sha: true, metadata: ("name", "x"));
        byte[] packed = Pack.Compress(data, options);
        foreach (int room in new[] { 1, 2, 3, 4, 7, 26, 27, 28, 250, 1000 })
        {
            Assert.Equal(packed, Encode(data, options, room, int.MaxValue));
            Assert.Equal(packed, Encode(data, options, room, 1));
            Assert.Equal(packed, Encode(data, options, room, 249));
            Assert.Equal(data, Decode(packed, room, int.MaxValue));
            Assert.Equal(data, Decode(packed, room, 1));
            Assert.Equal(data, Decode(packed, room, 251));
        }
    }

    [Fact]
    public void AnEmptyDestinationIsToldApartFromAnEmptySource()
    {
        byte[] data = Samples.Text(100);
        TacitCompressionOptions options = Pack.Options(TacitCodec.Deflate, 60);
        using var encoder = new TacitEncoder(options);
        Assert.Equal(OperationStatus.Done, encoder.Compress([], [], out _, out _, isFinalBlock: false));
        Assert.Equal(OperationStatus.Done, encoder.Compress(data.AsSpan(0, 59), [], out int consumed, out int written, isFinalBlock: false));
        Assert.Equal((59, 0), (consumed, written));
        Assert.Equal(OperationStatus.DestinationTooSmall, encoder.Compress(data.AsSpan(59), [], out consumed, out written, isFinalBlock: true));
        Assert.Equal((1, 0), (consumed, written));
        byte[] packed = new byte[1000];
        Assert.Equal(OperationStatus.Done, encoder.Compress(data.AsSpan(60), packed, out consumed, out written, isFinalBlock: true));
        Assert.Equal(40, consumed);
        Assert.Equal(Pack.Compress(data, options), packed[..written]);
        Assert.Equal(OperationStatus.Done, encoder.Compress([], packed, out _, out int more, isFinalBlock: true));
        Assert.Equal(0, more);
        Assert.Equal(OperationStatus.Done, encoder.Flush(packed.AsSpan(written), out more));
        Assert.Equal(0, more);
        Assert.Throws<InvalidOperationException>(() => encoder.Compress([1], packed, out _, out _, isFinalBlock: false));

        using var decoder = new TacitDecoder();
        Assert.Equal(OperationStatus.NeedMoreData, decoder.Decompress([], [], out _, out _));
        Assert.Equal(OperationStatus.DestinationTooSmall, decoder.Decompress(packed.AsSpan(0, written), [], out consumed, out int raw));
        Assert.Equal(0, raw);
        byte[] back = new byte[100];
        Assert.Equal(OperationStatus.Done, decoder.Decompress(packed.AsSpan(consumed, written - consumed), back, out int rest, out raw));
        Assert.Equal((written, 100), (consumed + rest, raw));
        Assert.Equal(data, back);
        Assert.Equal(OperationStatus.Done, decoder.Decompress([], [], out _, out _));
    }

    [Fact]
    public void EveryPrefixNeedsMoreData()
    {
        byte[] packed = Pack.Compress(Samples.Text(100), Pack.Options(TacitCodec.Deflate, 60, sha: true));
        for (int length = 0; length < packed.Length; length++)
        {
            using var decoder = new TacitDecoder();
            Assert.Equal(OperationStatus.NeedMoreData, decoder.Decompress(packed.AsSpan(0, length), new byte[200], out int consumed, out _));
            Assert.Equal(length, consumed);
            byte[] prefix = packed[..length];
            Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(prefix, new byte[200], out _));
        }
    }

    [Fact]
    public void BytesAfterAFrameAreLeft()
    {
        byte[] packed = Pack.Compress(Samples.Text(100), Pack.Options(TacitCodec.Deflate, 60));
        for (int trailing = 1; trailing < 50; trailing++)
        {
            byte[] file = [.. packed, .. Enumerable.Repeat((byte)'x', trailing)];
            Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(file, new byte[200], out _));
            using var decoder = new TacitDecoder();
            OperationStatus status = decoder.Decompress(file, new byte[200], out int consumed, out int written);
            Assert.Equal(100, written);
            if (trailing >= 4)   // fewer might begin another frame
                Assert.Equal((OperationStatus.Done, packed.Length), (status, consumed));
            else
                Assert.Equal((OperationStatus.NeedMoreData, file.Length), (status, consumed));
        }
    }

    [Fact]
    public void DamageIsForGood()
    {
        byte[] packed = Pack.Compress(Samples.Text(100), Pack.Options(TacitCodec.Deflate, 60));
        packed[40] ^= 1;
        using var decoder = new TacitDecoder();
        Assert.Null(decoder.Error);
        Assert.Equal(OperationStatus.InvalidData, decoder.Decompress(packed, new byte[200], out _, out int written));
        Assert.Equal(0, written);
        Assert.Contains("damaged", decoder.Error, StringComparison.Ordinal);
        Assert.Equal(OperationStatus.InvalidData, decoder.Decompress(packed, new byte[200], out _, out _));
    }

    [Theory, MemberData(nameof(Codecs))]
    public void TryCompressFitsExactlyAndNeverLess(TacitCodec codec)
    {
        foreach (byte[] data in new[] { [], [1], Samples.Text(300), Samples.Noise(130) })
        {
            TacitCompressionOptions options = Pack.Options(codec, 100, sha: true, metadata: ("k", "v"));
            byte[] packed = Pack.Compress(data, options);
            int most = (int)TacitEncoder.GetMaxCompressedLength(data.Length, options);
            Assert.InRange(packed.Length, 1, most);
            for (int room = most; room >= 0; room -= room - packed.Length is <= 3 and >= -3 ? 1 : Pack.Stride(codec))
            {
                byte[] target = new byte[room];
                Assert.Equal(room >= packed.Length, TacitEncoder.TryCompress(data, target, out int written, options));
                Assert.Equal(room >= packed.Length ? packed.Length : 0, written);
            }
            for (int room = data.Length + 2; room >= 0; room -= room >= data.Length - 2 ? 1 : Pack.Stride(codec))
            {
                Assert.Equal(room >= data.Length, TacitDecoder.TryDecompress(packed, new byte[room], out int written));
                Assert.Equal(room >= data.Length ? data.Length : 0, written);
            }
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void NoiseGrowsWithinTheBound(TacitCodec codec)
    {
        (string, string)[] metadata = [("name", "noise.bin"), ("z", "")];
        int metadataLength = 8 + (1 + 4 + 4 + 9) + (1 + 1 + 4);
        foreach (int length in new[] { 0, 1, 2, 3, 10, 127, 128, 129, 1000, 16383, 16384, 16385, 100_000 })
        {
            foreach (int blockSize in new[] { 0, 1, 3, 128, 1000, 16384, 1 << 28 })
            {
                if (blockSize > 0 && length / blockSize > 200)
                    continue;
                byte[] data = Samples.Noise(length, (ulong)blockSize);
                foreach (bool full in new[] { false, true })
                {
                    TacitCompressionOptions options = Pack.Options(codec, blockSize, full, metadata: full ? metadata : []);
                    options.MemoryLimit = 4L << 30;
                    int packed = Pack.Compress(data, options).Length;
                    long blocks = blockSize == 0 ? Math.Min(length, 1) : (length + (long)blockSize - 1) / blockSize;
                    Assert.InRange(packed, 0, length + 96 + 32 * blocks + (full ? 32 + metadataLength : 0));
                    Assert.InRange(packed, 0, TacitEncoder.GetMaxCompressedLength(length, options));
                }
            }
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void NoiseGrowsWithinTheBoundWhenFlushedAnywhere(TacitCodec codec)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var generator = new Samples.Generator((ulong)seed);
            int blockSize = seed % 3 == 0 ? 0 : 1 + generator.Below(2000);
            byte[][] parts = [.. Enumerable.Range(0, 1 + generator.Below(8)).Select(_ => Samples.Noise(1 + generator.Below(600), generator.Next()))];
            byte[] packed = Pack.CompressParts(parts, Pack.Options(codec, blockSize));
            long blocks = parts.Sum(part => blockSize == 0 ? 1 : (part.Length + blockSize - 1) / blockSize);
            Assert.True(packed.Length <= parts.Sum(p => p.Length) + 96 + 32 * blocks, $"seed {seed}");
            Pack.AssertSame([.. parts.SelectMany(p => p)], Pack.Decompress(packed), $"seed {seed}");
        }
    }

    [Fact]
    public void TheLongestLengthIsKnownWithoutOverflow()
    {
        TacitCompressionOptions options = Pack.Options(TacitCodec.Store, 1 << 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => TacitEncoder.GetMaxCompressedLength(-1, options));
        Assert.Throws<ArgumentOutOfRangeException>(() => TacitEncoder.GetMaxCompressedLength(long.MaxValue, options));
        Assert.Equal(96, TacitEncoder.GetMaxCompressedLength(0, options));
        Assert.Equal((1L << 60) + 96 + (32L << 40), TacitEncoder.GetMaxCompressedLength(1L << 60, options));
    }

    [Fact]
    public void TheMemoryLimitIsKept()
    {
        byte[] data = Samples.Text(1 << 20);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Store, 1 << 20));
        Assert.Throws<InsufficientMemoryException>(() => TacitDecoder.TryDecompress(packed, data, out _, new() { MemoryLimit = 1 << 20 }));
        Assert.True(TacitDecoder.TryDecompress(packed, data, out _, new() { MemoryLimit = 5 << 19 }));
        Assert.Throws<InsufficientMemoryException>(() => TacitEncoder.TryCompress(data, new byte[2 << 20], out _,
            new() { Codec = TacitCodec.Store, BlockSize = 1 << 20, MemoryLimit = 1 << 20 }));
        // A length that is known is checked at once, one that is not as the data comes.
        Assert.Throws<InsufficientMemoryException>(() =>
            new TacitEncoder(new() { Codec = TacitCodec.Store, SourceLength = 1 << 20, MemoryLimit = 1 << 20 }));
        foreach (long? length in new long?[] { null, 0, 100 })
        {
            using var encoder = new TacitEncoder(new() { Codec = TacitCodec.Store, SourceLength = length, MemoryLimit = 1 << 20 });
            Assert.Equal(OperationStatus.Done, encoder.Compress(data.AsSpan(0, 1 << 18), packed, out _, out _, isFinalBlock: false));
            Assert.Throws<InsufficientMemoryException>(() => encoder.Compress(data.AsSpan(0, 1 << 18), packed, out _, out _, isFinalBlock: false));
        }
    }

    private static byte[] Encode(byte[] data, TacitCompressionOptions options, int room, int most)
    {
        using var encoder = new TacitEncoder(options);
        var packed = new List<byte>();
        byte[] target = new byte[room];
        ReadOnlySpan<byte> source = data;
        while (true)
        {
            ReadOnlySpan<byte> chunk = source[..Math.Min(most, source.Length)];
            bool last = chunk.Length == source.Length;
            OperationStatus status = encoder.Compress(chunk, target, out int consumed, out int written, last);
            source = source[consumed..];
            packed.AddRange(target.AsSpan(0, written));
            if (status == OperationStatus.Done && last)
                return [.. packed];
            Assert.True(status == OperationStatus.Done || written == room);
        }
    }

    private static byte[] Decode(byte[] packed, int room, int most)
    {
        using var decoder = new TacitDecoder();
        var data = new List<byte>();
        byte[] target = new byte[room];
        ReadOnlySpan<byte> source = packed;
        while (true)
        {
            ReadOnlySpan<byte> chunk = source[..Math.Min(most, source.Length)];
            OperationStatus status = decoder.Decompress(chunk, target, out int consumed, out int written);
            source = source[consumed..];
            data.AddRange(target.AsSpan(0, written));
            Assert.Null(decoder.Error);
            if (status == OperationStatus.Done && source.IsEmpty)
                return [.. data];
            Assert.True(status != OperationStatus.DestinationTooSmall || written == room);
            Assert.True(status != OperationStatus.NeedMoreData || consumed == chunk.Length);
        }
    }
}
