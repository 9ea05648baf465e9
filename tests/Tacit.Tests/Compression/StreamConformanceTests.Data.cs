using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

// What goes in comes out, whichever way it is read or written, and the data ends where it ends.
public partial class StreamConformanceTests
{
    // ---- reading and writing

    [Theory, MemberData(nameof(ReaderNames))]
    public async Task EveryWayOfReadingGivesTheData(string way)
    {
        byte[] packed = Pack.Compress(Data, Small);
        foreach (int most in new[] { 1, 7, int.MaxValue })
        {
            foreach (int threads in new[] { 1, 3 })
            {
                foreach (bool seekable in new[] { false, true })
                {
                    var source = new TestStream(new MemoryStream(packed)) { MaxRead = most, Seekable = seekable, Later = most == 7 };
                    using var stream = new TacitStream(source, new TacitDecompressionOptions { Threads = threads });
                    Pack.AssertSame(Data, await Readers[way](stream));
                    Assert.Equal(0, stream.Read(new byte[5]));
                    Assert.Equal(-1, stream.ReadByte());
                    Assert.Equal(0, await stream.ReadAsync(new byte[5]));
                }
            }
        }
    }

    [Theory, MemberData(nameof(WriterNames))]
    public async Task EveryWayOfWritingGivesTheSameBytes(string way)
    {
        byte[] expected = Pack.Compress(Data, Small);
        foreach (bool later in new[] { false, true })
        {
            var target = new MemoryStream();
            var stream = new TacitStream(new TestStream(target) { Later = later, Seekable = false, Readable = false }, Small, leaveOpen: true);
            await Writers[way](stream, Data);
            if (later)
                await stream.DisposeAsync();
            else
                stream.Dispose();
            Assert.Equal(expected, target.ToArray());
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void ThreadsDoNotChangeTheBytes(TacitCodec codec)
    {
        byte[] data = Samples.Mixed(60_000, 9);
        byte[]? first = null;
        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            TacitCompressionOptions options = Pack.Options(codec, 7000, sha: true, level: 3);
            options.Threads = threads;
            byte[] packed = Pack.CompressParts([data[..20_000], data[20_000..20_001], data[20_001..]], options);
            first ??= packed;
            Pack.AssertSame(first, packed, $"{threads} threads");
            Pack.AssertSame(data, Pack.Decompress(packed, new() { Threads = threads }));
        }
    }

    [Theory, MemberData(nameof(ReaderNames))]
    public async Task ConcatenatedFramesReadAsOne(string way)
    {
        byte[][] parts = [Data, [], [1], Samples.Noise(500), [], [], Samples.Text(700)];
        byte[] packed = [.. parts.SelectMany((part, i) => Pack.Compress(part, Pack.Options(Pack.Codecs.ElementAt(i % 3), 256, sha: i % 2 == 0)))];
        foreach (int most in new[] { 1, int.MaxValue })
        {
            using var stream = new TacitStream(new TestStream(new MemoryStream(packed)) { MaxRead = most }, CompressionMode.Decompress);
            Pack.AssertSame([.. parts.SelectMany(p => p)], await Readers[way](stream));
        }
    }

    [Fact]
    public async Task ReadsOfNothingGiveNothingAndHarmNothing()
    {
        using var stream = new TacitStream(new MemoryStream(Pack.Compress(Data, Small)), CompressionMode.Decompress);
        var read = new List<byte>();
        for (int i = 0; i < Data.Length; i++)
        {
            Assert.Equal(0, stream.Read([]));
            Assert.Equal(0, stream.Read(new byte[3], 3, 0));
            Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
            read.Add((byte)stream.ReadByte());
        }
        Assert.Equal(0, stream.Read([]));
        Assert.Equal(-1, stream.ReadByte());
        Assert.Equal(Data, read);
    }

    [Fact]
    public async Task WritesOfNothingAndEmptyFlushesLeaveNoTrace()
    {
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, Small, leaveOpen: true))
        {
            for (int i = 0; i < 3; i++)
            {
                stream.Write([]);
                stream.Write([1], 1, 0);
                await stream.WriteAsync(ReadOnlyMemory<byte>.Empty);
                stream.Flush();
                await stream.FlushAsync();
            }
        }
        Assert.Equal(Pack.Compress([], Small), target.ToArray());
        Assert.Empty(Pack.Decompress(target.ToArray()));
    }

    // ---- the end of the data

    [Fact]
    public void ASeekableBaseIsLeftAfterTheData()
    {
        byte[] packed = [.. Pack.Compress(Data, Small), .. Pack.Compress([], Small)];
        foreach (int trailing in new[] { 0, 1, 2, 3, 4, 5, 20, 70_000, 140_000 })
        {
            byte[] file = [9, 9, .. packed, .. Enumerable.Repeat((byte)'x', trailing)];
            foreach (int most in new[] { 1, 100, int.MaxValue })
            {
                if (most == 1 && trailing > 100)
                    continue;
                var source = new TestStream(new MemoryStream(file) { Position = 2 }) { MaxRead = most };
                using (var stream = new TacitStream(source, CompressionMode.Decompress, leaveOpen: true))
                {
                    for (int i = 0; i < 2; i++)
                    {
                        Pack.AssertSame(i == 0 ? Data : [], Loop(b => stream.Read(b)));
                        Assert.Equal(2 + packed.Length, source.Position);
                    }
                }
                Assert.Equal(2 + packed.Length, source.Position);
            }
        }
    }

    [Fact]
    public void BytesOfOthersEndTheDataUnlessTheyMayBeADamagedFrame()
    {
        byte[] packed = Pack.Compress(Data, Small);
        foreach (string tail in new[] { "00", "ff", "0000", "50", "504b0304", "1f8b08", "9d546374ff00ff", "00000000000000", "9e5500", "549e63" })
        {
            bool damagedMagic = tail.StartsWith("9d", StringComparison.Ordinal);
            byte[] file = [.. packed, .. Convert.FromHexString(tail)];
            if (damagedMagic)
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(file));
            else
                Pack.AssertSame(Data, Pack.Decompress(file), tail);
            Assert.Throws<InvalidDataException>(() => Pack.DecompressSpan(file, 2000));
        }
        foreach (string begun in new[] { "9e", "9e54", "9e5463", "9e546374", "9e54637401" })
        {
            byte[] file = [.. packed, .. Convert.FromHexString(begun)];
            Assert.Throws<InvalidDataException>(() => Pack.Decompress(file));
            Assert.Throws<InvalidDataException>(() => Pack.DecompressSpan(file, 2000));
        }
    }

    [Theory, MemberData(nameof(ReaderNames))]
    public async Task ATruncatedFileNeverPassesForAWholeOne(string way)
    {
        foreach (TacitCodec codec in new[] { TacitCodec.Store, TacitCodec.Deflate })
        {
            byte[] data = Samples.Text(90);
            byte[] packed = Pack.Compress(data, Pack.Options(codec, 60, sha: true, metadata: ("k", "v")));
            for (int length = 0; length < packed.Length; length++)
            {
                foreach (int threads in new[] { 1, 2 })
                {
                    using var stream = new TacitStream(new MemoryStream(packed, 0, length), new TacitDecompressionOptions { Threads = threads });
                    await Assert.ThrowsAsync<InvalidDataException>(() => Readers[way](stream));
                }
            }
        }
    }

    [Fact]
    public void WhatWasIntactIsHandedOutBeforeTheError()
    {
        byte[] packed = Pack.Compress(Data, Small);
        byte[] twice = [.. packed, .. packed[..^1]];
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var stream = new TacitStream(new MemoryStream(twice), new TacitDecompressionOptions { Threads = threads });
            byte[] read = new byte[2 * Data.Length];
            stream.ReadExactly(read);
            Assert.Equal([.. Data, .. Data], read);
            Assert.Throws<InvalidDataException>(() => stream.ReadByte());
            Assert.ThrowsAny<Exception>(() => stream.ReadByte());
        }
    }

    // ---- flush

    [Theory, MemberData(nameof(Codecs))]
    public async Task WhatWasFlushedCanBeReadBeforeTheWriterGoesOn(TacitCodec codec)
    {
        var pipe = new ImpatientPipe();
        using var reader = new TacitStream(pipe, CompressionMode.Decompress, leaveOpen: true);
        using (var writer = new TacitStream(pipe, Pack.Options(codec, 1000), leaveOpen: true))
        {
            var generator = new Samples.Generator(5);
            for (int i = 0; i < 12; i++)
            {
                byte[] message = Samples.Mixed(1 + generator.Below(2500), generator.Next());
                writer.Write(message);
                if (i % 2 == 0)
                    writer.Flush();
                else
                    await writer.FlushAsync();
                byte[] received = new byte[message.Length];
                reader.ReadExactly(received);
                Pack.AssertSame(message, received);
            }
        }
        pipe.Completed = true;
        Assert.Equal(-1, reader.ReadByte());
    }

    [Fact]
    public async Task FlushReachesTheBase()
    {
        var target = new TestStream(new MemoryStream());
        using var stream = new TacitStream(target, Small);
        stream.Write(Data);
        stream.Flush();
        await stream.FlushAsync();
        Assert.Equal(2, target.Flushes);
    }
}
