using System.Security.Cryptography;
using Tacit.Compression;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Archives opened from their end: what they tell, and ranges of their data.</summary>
public class ArchiveTests
{
    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    [Fact]
    public async Task AnEmptyRangeDecodesNothing()
    {
        byte[] packed = Pack.Compress(Samples.Text(1000), Pack.Options(TacitCodec.Deflate, 500));
        var decoded = new List<long>();
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        foreach (int at in new[] { 0, 500, 777, 1000 })
            await archive.CopyRangeAsync(at, at, Stream.Null, new Collector(decoded));
        Assert.Empty(decoded);
        await archive.CopyRangeAsync(499, 500, Stream.Null, new Collector(decoded));
        Assert.Equal(500, decoded[^1]);
    }

    [Fact]
    public async Task ACancelledRangeNamesTheCallersToken()
    {
        TacitArchive archive = TacitArchive.Open(new MemoryStream(Pack.Compress(Samples.Text(1000), Pack.Options(TacitCodec.Deflate, 500))));
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            archive.CopyRangeAsync(0, 1000, Stream.Null, null, source.Token));
        Assert.Equal(source.Token, e.CancellationToken);
    }

    [Fact]
    public void AnIndexMustFitTheMemoryLimit()
    {
        byte[] packed = Pack.Compress(Samples.Text(2000), Pack.Options(TacitCodec.Store, 1));
        Assert.Equal(2000, TacitArchive.Open(new MemoryStream(packed)).Length);
        Assert.Throws<InsufficientMemoryException>(() => TacitArchive.Open(new MemoryStream(packed), new() { MemoryLimit = 50_000 }));
    }

    private sealed class Collector(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }

    [Theory, MemberData(nameof(Codecs))]
    public async Task EveryRangeOfSmallBlocksIsRead(TacitCodec codec)
    {
        byte[] data = Samples.Text(30);
        byte[] packed =
        [
            .. Pack.Compress(data[..13], Pack.Options(codec, 5, metadata: ("name", "a"))),
            .. Pack.Compress([], Pack.Options(codec, 5)),
            .. Pack.CompressParts([data[13..14], data[14..22]], Pack.Options(codec, 7, sha: true)),
            .. Pack.Compress(data[22..], Pack.Options(codec, 100)),
        ];
        foreach (int threads in new[] { 1, 3 })
        {
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), new() { Threads = threads });
            Assert.Equal(data.Length, archive.Length);
            for (int start = 0; start <= data.Length; start += Pack.Stride(codec))
            {
                for (int end = start; end <= data.Length; end += threads)
                {
                    var output = new MemoryStream();
                    await archive.CopyRangeAsync(start, end, output);
                    Assert.Equal(data[start..end], output.ToArray());
                }
            }
        }
    }

    [Fact]
    public async Task RangesOutsideTheDataAreRefused()
    {
        TacitArchive archive = TacitArchive.Open(new MemoryStream(Pack.Compress(new byte[10], Pack.Options(TacitCodec.Store))));
        foreach ((long start, long end) in new[] { (-1L, 5L), (0, 11), (6, 5), (11, 11), (0, long.MaxValue), (long.MinValue, 0) })
            await Assert.ThrowsAnyAsync<ArgumentException>(() => archive.CopyRangeAsync(start, end, Stream.Null));
        await Assert.ThrowsAsync<ArgumentNullException>(() => archive.CopyRangeAsync(0, 1, null!));
        await archive.CopyRangeAsync(10, 10, Stream.Null);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void ItTellsWhatIsThere(TacitCodec codec)
    {
        byte[] first = [.. Samples.Text(500), .. Samples.Noise(250)], second = Samples.Text(20);
        byte[] a = Pack.Compress(first, Pack.Options(codec, 250, sha: true, level: 7, ("name", "ü"), ("x", "")));
        byte[] b = Pack.Compress(second, Pack.Options(codec, level: 2));
        byte[] packed = [.. a, .. b];
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        Assert.Equal(770, archive.Length);
        TacitFrame frame = archive.Frames[0];
        Assert.Equal((0, a.Length, 750, 250), (frame.Offset, frame.CompressedLength, frame.Length, frame.BlockSize));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(first)), frame.Sha256);
        Assert.Equal(new Dictionary<string, string> { ["name"] = "ü", ["x"] = "" }, frame.Metadata);
        Assert.Empty(frame.ModelHashes);
        Assert.Equal([0L, 250, 500], frame.Blocks.Select(block => block.RawOffset));
        Assert.All(frame.Blocks, block => Assert.Equal(250, block.RawLength));
        Assert.All(frame.Blocks, block => Assert.Equal(0x61B3D5C9u, BitConverter.ToUInt32(packed, (int)block.Offset)));
        Assert.Equal("stored", archive.DescribeBlock(frame, frame.Blocks[2]));
        if (codec != TacitCodec.Store)
            Assert.NotEqual("stored", archive.DescribeBlock(frame, frame.Blocks[0]));
        Assert.InRange(frame.DecodingMemory, 500, 1L << 30);
        TacitFrame last = archive.Frames[1];
        Assert.Equal((a.Length, b.Length, 20, 20), (last.Offset, last.CompressedLength, last.Length, last.BlockSize));
        Assert.Null(last.Sha256);
        Assert.Empty(last.Metadata);
        bool stored = archive.DescribeBlock(last, last.Blocks[0]) == "stored";      // and nothing else in the frame
        Assert.Equal(stored ? "store" : frame.CodecName, last.CodecName);
        Assert.Equal(codec == TacitCodec.Store ? 0 : codec is TacitCodec.ContextMixing or TacitCodec.Numeric or TacitCodec.Audio ? 2 : 1, frame.Parameters.Length);
    }

    [Fact]
    public void AFrameOfAnUnknownCodecOrModelIsListed()
    {
        byte[] hash = Samples.Noise(32);
        byte[] packed =
        [
            .. new ForgedFrame([1, 2, 3]) { Codec = 200, Parameters = [1, 2, 3, 4, 5, 6] }.Build(),
            .. new ForgedFrame([4]) { Flags = 4, ModelHash = hash }.Build(),
            .. new ForgedFrame([5]) { Flags = 12, ModelHash = hash, AfterHeader = ForgedFrame.ModelSection([8, 8]) }.Build(),
        ];
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        Assert.Equal(5, archive.Length);
        Assert.Equal("codec 200", archive.Frames[0].CodecName);
        Assert.Equal(0, archive.Frames[0].DecodingMemory);
        Assert.Equal([Convert.ToHexStringLower(hash)], archive.Frames[1].ModelHashes);
        Assert.Equal([Convert.ToHexStringLower(hash)], archive.Frames[2].ModelHashes);
        Assert.Equal((false, true, 2), (archive.Frames[1].EmbedsModels, archive.Frames[2].EmbedsModels, archive.Frames[2].EmbeddedModelLength(0)));
    }

    [Fact]
    public async Task BlocksThatChangedPlacesAreNoticed()
    {
        byte[] data = Samples.Noise(400);
        var frame = new ForgedFrame(data[..100], data[100..200], data[200..300], data[300..]) { BlockLength = 100 };
        byte[] packed = frame.Build();
        int first = packed.Length - frame.Build().Length + 20;
        byte[] swapped = [.. packed];
        packed.AsSpan(first + 127, 127).CopyTo(swapped.AsSpan(first + 254));
        packed.AsSpan(first + 254, 127).CopyTo(swapped.AsSpan(first + 127));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(swapped));
        await archive.CopyRangeAsync(0, 100, Stream.Null);
        await archive.CopyRangeAsync(300, 400, Stream.Null);
        await Assert.ThrowsAsync<InvalidDataException>(() => archive.CopyRangeAsync(150, 151, Stream.Null));
        await Assert.ThrowsAsync<InvalidDataException>(() => archive.CopyRangeAsync(250, 251, Stream.Null));
        Assert.Throws<InvalidDataException>(() => archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[1]));
    }

    [Fact]
    public async Task OnlyTheDamagedBlockIsLost()
    {
        byte[] data = Samples.Text(1000);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, 100));
        TacitBlock damaged = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks[4];
        packed[damaged.Offset + 30] ^= 4;
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        foreach ((int start, int end) in new[] { (0, 400), (500, 1000), (999, 1000) })
        {
            var output = new MemoryStream();
            await archive.CopyRangeAsync(start, end, output);
            Assert.Equal(data[start..end], output.ToArray());
        }
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => archive.CopyRangeAsync(0, 1000, Stream.Null));
        Assert.Contains($"{damaged.Offset}", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => archive.CopyRangeAsync(499, 500, Stream.Null));
    }

    [Fact]
    public void EveryDamagedByteOfFooterIndexAndHeaderIsRefused()
    {
        byte[] packed = Pack.Compress(Samples.Text(300), Pack.Options(TacitCodec.Deflate, 100, sha: true, metadata: ("name", "x")));
        TacitFrame frame = TacitArchive.Open(new MemoryStream(packed)).Frames[0];
        TacitBlock last = frame.Blocks[^1];
        for (int at = 0; at < packed.Length; at++)
        {
            if (at >= frame.Blocks[0].Offset && at < last.Offset + 27 + last.CodedLength)
                continue;
            byte[] damaged = [.. packed];
            damaged[at] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream(damaged)));
        }
        for (int length = 0; length < packed.Length; length++)
            Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream(packed, 0, length)));
        foreach (byte[] tail in new byte[][] { [0], [1, 2, 3, 4], new byte[100] })
            Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream([.. packed, .. tail])));
    }

    [Fact]
    public async Task ItChecksItsStreamHonoursLimitsAndStops()
    {
        byte[] data = new byte[2 << 20];
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, 1 << 20));
        Assert.Throws<ArgumentNullException>(() => TacitArchive.Open(null!));
        Assert.Throws<ArgumentException>(() => TacitArchive.Open(new TestStream(new MemoryStream(packed)) { Seekable = false }));
        Assert.Throws<ArgumentException>(() => TacitArchive.Open(new TestStream(new MemoryStream(packed)) { Readable = false }));
        TacitArchive small = TacitArchive.Open(new MemoryStream(packed), new() { MemoryLimit = 1 << 20 });
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => small.CopyRangeAsync(0, 1, Stream.Null));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), new() { Threads = 2 });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => archive.CopyRangeAsync(0, data.Length, Stream.Null, null, new(true)));
        var reports = new ProgressLog();
        await archive.CopyRangeAsync(1, data.Length - 1, Stream.Null, reports);
        Assert.Equal(data.Length, reports.Values[^1]);
        Assert.Equal(reports.Values.Order(), reports.Values);
        var target = new TestStream(new MemoryStream()) { FailAfter = 5 };
        await Assert.ThrowsAsync<IOException>(() => archive.CopyRangeAsync(0, data.Length, target));
    }
}
