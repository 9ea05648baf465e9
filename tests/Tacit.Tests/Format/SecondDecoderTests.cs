using System.Buffers;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Format;

/// <summary>The decoder written from the document alone reads what the library writes.</summary>
public class SecondDecoderTests
{
    public static TheoryData<TacitCodec> Known => [TacitCodec.Store, TacitCodec.Deflate];

    [Theory, MemberData(nameof(Known))]
    public void ItReadsWhatTheEncoderWrites(TacitCodec codec)
    {
        foreach (int blockSize in new[] { 0, 1, 2, 7, 100, 65536, 70_000 })
        {
            foreach (int length in new[] { 0, 1, 2, 3, 99, 100, 101, 255, 300, 65535, 65536, 65537, 140_001 })
            {
                if (length / Math.Max(blockSize, 1) > 400 && blockSize > 0)
                    continue;
                foreach (byte[] data in new[] { Samples.Mixed(length, (ulong)length), Samples.Noise(length) })
                    Check(data, Pack.Compress(data, Pack.Options(codec, blockSize)), $"{codec}, {length} in blocks of {blockSize}");
            }
        }
    }

    [Theory, MemberData(nameof(Known))]
    public void ItReadsFlushesHashesAndMetadata(TacitCodec codec)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var generator = new Samples.Generator((ulong)seed);
            byte[][] parts = [.. Enumerable.Range(0, generator.Below(6)).Select(_ => Samples.Mixed(generator.Below(500), generator.Next()))];
            TacitCompressionOptions options = Pack.Options(codec, 1 + generator.Below(300), sha: generator.Below(2) == 0,
                1 + generator.Below(9), generator.Below(2) == 0 ? [] : [("name", "ü/../é")]);
            byte[] packed = Pack.CompressParts(parts, options);
            SecondDecoder.Frame frame = Check([.. parts.SelectMany(p => p)], packed, $"seed {seed}");
            Assert.Equal(options.IncludeSha256, frame.Sha256 is not null);
            Assert.Equal(options.Metadata ?? new Dictionary<string, string>(), frame.Metadata.ToDictionary());
            Assert.All(frame.Blocks.Zip(TacitArchive.Open(new MemoryStream(packed)).Frames.Single().Blocks),
                pair => Assert.Equal((pair.First.Offset, pair.First.RawLength), (pair.Second.Offset, pair.Second.RawLength)));
        }
    }

    [Fact]
    public void ItReadsManyMetadataEntriesInTheOrderOfTheirBytes()
    {
        (string Key, string Value)[] entries = [("z", "1"), ("a", ""), ("ä", "ÿ"), ("aa", new string('x', 9000)), ("\ud83d\ude00", "\0"), ("\uffff", "")];
        byte[] packed = Pack.Compress([1, 2, 3], Pack.Options(TacitCodec.Store, metadata: entries));
        SecondDecoder.Frame frame = SecondDecoder.ReadForward(packed).Single();
        Assert.Equal(entries.OrderBy(e => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(e.Key)), StringComparer.Ordinal),
            frame.Metadata.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public void ItReadsConcatenationsBothWays()
    {
        byte[][] parts = [Samples.Text(1000), [], Samples.Noise(777), [5], Samples.Mixed(3000)];
        byte[] packed = [.. parts.SelectMany((part, i) => Pack.Compress(part,
            Pack.Options(i % 2 == 0 ? TacitCodec.Deflate : TacitCodec.Store, 100 + i, sha: i % 3 == 0)))];
        byte[] data = [.. parts.SelectMany(p => p)];
        Assert.Equal(data, SecondDecoder.Decode(packed));
        Assert.Equal(parts, SecondDecoder.ReadFromTheEnd(packed).Select(f => f.Data));
        Assert.Equal(data[900..2000], SecondDecoder.Range(packed, 900, 2000));
        Assert.Equal(data, Pack.Decompress(packed));
    }

    [Fact]
    public void ItReadsWhatTheSpanEncoderFlushed()
    {
        byte[] data = Samples.Mixed(5000);
        using var encoder = new TacitEncoder(Pack.Options(TacitCodec.Deflate, 1000, sha: true));
        byte[] packed = new byte[10_000];
        int length = 0;
        for (int i = 0; i < data.Length; i += 777)
        {
            Assert.Equal(OperationStatus.Done, encoder.Compress(data.AsSpan(i, Math.Min(777, data.Length - i)), packed.AsSpan(length),
                out _, out int written, isFinalBlock: false));
            length += written;
            Assert.Equal(OperationStatus.Done, encoder.Flush(packed.AsSpan(length), out written));
            length += written;
        }
        Assert.Equal(OperationStatus.Done, encoder.Compress([], packed.AsSpan(length), out _, out int last, isFinalBlock: true));
        Check(data, packed[..(length + last)], "flushed");
    }

    [Theory, MemberData(nameof(Known))]
    public void ItNoticesEveryFlippedBit(TacitCodec codec)
    {
        byte[] data = Samples.Text(150);
        byte[] packed = Pack.Compress(data, Pack.Options(codec, 60, sha: true, metadata: ("name", "x")));
        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            byte[] damaged = [.. packed];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => SecondDecoder.Decode(damaged));
        }
    }

    private static SecondDecoder.Frame Check(byte[] data, byte[] packed, string what)
    {
        SecondDecoder.Frame forward = SecondDecoder.ReadForward(packed).Single();
        Pack.AssertSame(data, forward.Data, what);
        Pack.AssertSame(data, SecondDecoder.ReadFromTheEnd(packed).Single().Data, what);
        return forward;
    }
}
