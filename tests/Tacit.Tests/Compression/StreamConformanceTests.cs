using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>
/// What a stream promises, whatever it does: the checks of dotnet/runtime's CompressionStreamUnitTestBase and those of
/// Tacit's own promises.
/// </summary>
public class StreamConformanceTests
{
    private static readonly byte[] Data = Samples.Mixed(1000, 3);

    /// <summary>Every way to read a stream to its end.</summary>
    private static readonly Dictionary<string, Func<Stream, Task<byte[]>>> Readers = new()
    {
        ["Read(byte[])"] = stream => Task.FromResult(Loop(buffer => stream.Read(buffer, 3, 100), 3)),
        ["Read(byte[]) of 1"] = stream => Task.FromResult(Loop(buffer => stream.Read(buffer, 7, 1), 7)),
        ["Read(Span)"] = stream => Task.FromResult(Loop(buffer => stream.Read(buffer.AsSpan(0, 77)))),
        ["ReadByte"] = stream => Task.FromResult(Loop(buffer =>
        {
            int one = stream.ReadByte();
            buffer[0] = (byte)one;
            return one < 0 ? 0 : 1;
        })),
        ["ReadAsync(byte[])"] = stream => LoopAsync(buffer => stream.ReadAsync(buffer, 5, 99), 5),
        ["ReadAsync(byte[], token)"] = stream => LoopAsync(buffer => stream.ReadAsync(buffer, 0, 99, CancellationToken.None)),
        ["ReadAsync(Memory)"] = stream => LoopAsync(buffer => stream.ReadAsync(buffer.AsMemory(0, 99)).AsTask()),
        ["BeginRead"] = stream => LoopAsync(buffer => Task.Factory.FromAsync(stream.BeginRead(buffer, 2, 50, null, null), stream.EndRead), 2),
        ["CopyTo"] = stream =>
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy, 10);
            return Task.FromResult(copy.ToArray());
        },
        ["CopyToAsync"] = async stream =>
        {
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, 10);
            return copy.ToArray();
        },
    };

    /// <summary>Every way to write, and to end.</summary>
    private static readonly Dictionary<string, Func<Stream, byte[], Task>> Writers = new()
    {
        ["Write(byte[])"] = (stream, data) => Chunks(data, (at, count) => { stream.Write(data, at, count); return Task.CompletedTask; }),
        ["Write(Span)"] = (stream, data) => Chunks(data, (at, count) => { stream.Write(data.AsSpan(at, count)); return Task.CompletedTask; }),
        ["WriteByte"] = (stream, data) =>
        {
            foreach (byte b in data)
                stream.WriteByte(b);
            return Task.CompletedTask;
        },
        ["WriteAsync(byte[])"] = (stream, data) => Chunks(data, (at, count) => stream.WriteAsync(data, at, count)),
        ["WriteAsync(Memory)"] = (stream, data) => Chunks(data, (at, count) => stream.WriteAsync(data.AsMemory(at, count)).AsTask()),
        ["BeginWrite"] = (stream, data) => Chunks(data, (at, count) =>
            Task.Factory.FromAsync(stream.BeginWrite(data, at, count, null, null), stream.EndWrite)),
        ["CopyTo from memory"] = (stream, data) => new MemoryStream(data).CopyToAsync(stream, 64),
    };

    public static TheoryData<string> ReaderNames => [.. Readers.Keys];

    public static TheoryData<string> WriterNames => [.. Writers.Keys];

    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    private static TacitCompressionOptions Small => Pack.Options(TacitCodec.Deflate, 300, sha: true, metadata: ("name", "x"));

    // ---- what it can do, and arguments

    [Fact]
    public void ACompressorCanOnlyWriteAndADecompressorOnlyRead()
    {
        using var compressor = new TacitStream(new MemoryStream(), Small);
        Assert.Equal((false, true, false), (compressor.CanRead, compressor.CanWrite, compressor.CanSeek));
        Assert.Throws<NotSupportedException>(() => compressor.Read(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => compressor.ReadByte());
        using var decompressor = new TacitStream(new MemoryStream(), CompressionMode.Decompress);
        Assert.Equal((true, false, false), (decompressor.CanRead, decompressor.CanWrite, decompressor.CanSeek));
        Assert.Throws<NotSupportedException>(() => decompressor.Write([1], 0, 1));
        Assert.Throws<NotSupportedException>(() => decompressor.WriteByte(1));
        foreach (TacitStream stream in new[] { compressor, decompressor })
        {
            Assert.Throws<NotSupportedException>(() => stream.Length);
            Assert.Throws<NotSupportedException>(() => stream.Position);
            Assert.Throws<NotSupportedException>(() => stream.Position = 0);
            Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
        }
        decompressor.Flush();
    }

    [Fact]
    public async Task AfterDisposalItCanDoNothing()
    {
        foreach (bool reading in new[] { false, true })
        {
            TacitStream stream = reading
                ? new(new MemoryStream(Pack.Compress(Data, Small)), CompressionMode.Decompress)
                : new(new MemoryStream(), Small);
            Assert.IsType<MemoryStream>(stream.BaseStream);
            stream.Dispose();
            Assert.Equal((false, false, false), (stream.CanRead, stream.CanWrite, stream.CanSeek));
            Assert.Throws<ObjectDisposedException>(() => stream.BaseStream);
            Assert.Throws<ObjectDisposedException>(() => stream.Flush());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.FlushAsync());
            Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1], 0, 1));
            Assert.Throws<ObjectDisposedException>(() => stream.Read([]));
            Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1], 0, 1));
            Assert.Throws<ObjectDisposedException>(() => stream.Write([1], 0, 1));
            Assert.Throws<ObjectDisposedException>(() => stream.WriteByte(1));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.WriteAsync([1], 0, 1));
            Assert.Throws<ObjectDisposedException>(() => stream.CopyTo(Stream.Null));
            stream.Dispose();
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public void ConstructorsCheckTheirArguments()
    {
        Assert.Throws<ArgumentNullException>(() => new TacitStream(null!, CompressionMode.Decompress));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(null!, CompressionMode.Compress));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(null!, CompressionLevel.NoCompression));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(null!, Small));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(null!, new TacitDecompressionOptions()));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(new MemoryStream(), (TacitCompressionOptions)null!));
        Assert.Throws<ArgumentNullException>(() => new TacitStream(new MemoryStream(), (TacitDecompressionOptions)null!));
        Assert.Throws<ArgumentException>(() => new TacitStream(new MemoryStream(), (CompressionMode)7));
        Assert.Throws<ArgumentException>(() => new TacitStream(new MemoryStream(), (CompressionLevel)7));
        var readOnly = new MemoryStream([1], writable: false);
        Assert.Throws<ArgumentException>(() => new TacitStream(readOnly, Small));
        Assert.Throws<ArgumentException>(() => new TacitStream(readOnly, CompressionMode.Compress));
        Assert.Throws<ArgumentException>(() => new TacitStream(readOnly, CompressionLevel.NoCompression));
        var writeOnly = new TestStream(new MemoryStream()) { Readable = false };
        Assert.Throws<ArgumentException>(() => new TacitStream(writeOnly, CompressionMode.Decompress));
        Assert.Throws<ArgumentException>(() => new TacitStream(writeOnly, new TacitDecompressionOptions()));
        Assert.Throws<ArgumentException>(() => new TacitStream(new MemoryStream(),
            Pack.Options(TacitCodec.Store, metadata: ("k", new string('x', 70_000)))));
        Assert.Throws<InsufficientMemoryException>(() => new TacitStream(new MemoryStream(),
            new TacitCompressionOptions { Codec = TacitCodec.Store, SourceLength = 1000, MemoryLimit = 1000 }));
    }

    [Fact]
    public async Task CancellingBetweenFramesNeverThrowsAtTheOneWhoCancels()
    {
        // Each frame has workers of its own; cancelling must not meet those of the frame before, which are gone.
        byte[] frame = Pack.Compress([1, 2, 3], Small);
        byte[] many = [.. Enumerable.Repeat(frame, 300).SelectMany(f => f)];
        for (int round = 0; round < 100; round++)
        {
            using var source = new CancellationTokenSource();
            using var stream = new TacitStream(new MemoryStream(many), CompressionMode.Decompress);
            Task reading = Task.Run(async () =>
            {
                byte[] buffer = new byte[100];
                while (await stream.ReadAsync(buffer, source.Token) > 0)
                {
                }
            });
            Thread.SpinWait(round * 500);
            source.Cancel();
            try
            {
                await reading;
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    [Fact]
    public async Task CallsCheckTheirArguments()
    {
        using var reader = new TacitStream(new MemoryStream(Pack.Compress(Data, Small)), CompressionMode.Decompress);
        using var writer = new TacitStream(new MemoryStream(), Small);
        foreach ((int offset, int count) in new[] { (-1, 1), (0, -1), (0, 11), (11, 0), (5, 6), (int.MaxValue, 1), (1, int.MaxValue) })
        {
            byte[] buffer = new byte[10];
            Assert.ThrowsAny<ArgumentOutOfRangeException>(() => reader.Read(buffer, offset, count));
            await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(() => reader.ReadAsync(buffer, offset, count));
            Assert.ThrowsAny<ArgumentOutOfRangeException>(() => reader.EndRead(reader.BeginRead(buffer, offset, count, null, null)));
            Assert.ThrowsAny<ArgumentOutOfRangeException>(() => writer.Write(buffer, offset, count));
            await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(() => writer.WriteAsync(buffer, offset, count));
        }
        Assert.Throws<ArgumentNullException>(() => reader.Read(null!, 0, 0));
        Assert.Throws<ArgumentNullException>(() => writer.Write(null!, 0, 0));
        Assert.Throws<ArgumentNullException>(() => reader.CopyTo(null!));
        Pack.AssertSame(Data, Loop(b => reader.Read(b)));
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task TheBaseIsLeftOpenIfAsked(bool leaveOpen, bool later)
    {
        var target = new TestStream(new MemoryStream());
        var source = new TestStream(new MemoryStream(Pack.Compress(Data, Small)));
        foreach ((TestStream inner, TacitStream stream) in new[]
        {
            (target, new TacitStream(target, Small, leaveOpen)),
            (source, new TacitStream(source, CompressionMode.Decompress, leaveOpen)),
        })
        {
            for (int i = 0; i < 2; i++)
            {
                if (later)
                    await stream.DisposeAsync();
                else
                    stream.Dispose();
            }
            Assert.Equal(leaveOpen ? 0 : 1, inner.Disposals);
        }
    }

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

    [Fact]
    public async Task FinishingIsDisposalWithAToken()
    {
        var target = new MemoryStream();
        var stream = new TacitStream(target, Small, leaveOpen: true);
        stream.Write(Data);
        await stream.FinishAsync();
        Assert.Equal(Pack.Compress(Data, Small), target.ToArray());
        Assert.Throws<InvalidOperationException>(() => stream.Write(Data));
        Assert.Throws<InvalidOperationException>(() => stream.Flush());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.FinishAsync());
        await stream.DisposeAsync();
        Assert.Equal(Pack.Compress(Data, Small), target.ToArray());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.FinishAsync());
        target.Position = 0;
        await using var reader = new TacitStream(target, CompressionMode.Decompress);
        await Assert.ThrowsAsync<NotSupportedException>(() => reader.FinishAsync());
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task CancellingTheFinishLeavesATruncatedFile(int threads)
    {
        TacitCompressionOptions options = Slow;
        options.BlockSize = 4 << 20;
        options.Threads = threads;
        var target = new MemoryStream();
        var stream = new TacitStream(target, options, leaveOpen: true);
        stream.Write(Samples.Text(2 << 20));
        using var cancellation = new CancellationTokenSource();
        Task finish = stream.FinishAsync(cancellation.Token);
        Assert.False(finish.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finish);
        await stream.DisposeAsync();
        Assert.Throws<InvalidDataException>(() => Pack.Decompress(target.ToArray()));
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

    // ---- failures of the base

    [Fact]
    public async Task WhenTheBaseCannotBeWrittenNoFooterIs()
    {
        int whole = Pack.Compress(Data, Small).Length;
        for (int room = 0; room < whole; room += 3)
        {
            foreach (bool later in new[] { false, true })
            {
                var kept = new MemoryStream();
                var target = new TestStream(kept) { FailAfter = room, Later = later };
                var stream = new TacitStream(target, Small);
                await Assert.ThrowsAsync<IOException>(async () =>
                {
                    await Writers[later ? "WriteAsync(Memory)" : "Write(Span)"](stream, Data);
                    if (later)
                        await stream.DisposeAsync();
                    else
                        stream.Dispose();
                });
                target.FailAfter = long.MaxValue;   // even if there is room again
                if (later)
                    await stream.DisposeAsync();
                else
                    stream.Dispose();
                Assert.Equal(1, target.Disposals);
                Assert.Equal(room, kept.Length);
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(kept.ToArray()));
            }
        }
    }

    [Fact]
    public void AfterAFailureTheStreamOnlyTakesDisposal()
    {
        var target = new TestStream(new MemoryStream()) { FailAfter = 10 };
        var stream = new TacitStream(target, Small);
        Assert.Throws<IOException>(() => stream.Write(Data));
        target.FailAfter = long.MaxValue;
        Assert.Throws<InvalidOperationException>(() => stream.Write(Data));
        Assert.Throws<InvalidOperationException>(() => stream.Flush());
        stream.Dispose();
        Assert.Equal(1, target.Disposals);
        Assert.Equal(10, target.Moved);
    }

    [Theory, MemberData(nameof(ReaderNames))]
    public async Task WhenTheBaseCannotBeReadItsExceptionComesThrough(string way)
    {
        byte[] packed = Pack.Compress(Data, Small);
        for (int length = 0; length < packed.Length; length += 13)
        {
            using var stream = new TacitStream(new TestStream(new MemoryStream(packed)) { FailAfter = length, MaxRead = 50 }, CompressionMode.Decompress);
            await Assert.ThrowsAsync<IOException>(() => Readers[way](stream));
        }
    }

    // ---- asynchronous use

    private static TacitCompressionOptions Slow => Pack.Options(TacitCodec.ContextMixing, 1 << 20, level: 9);

    [Fact]
    public async Task WritingDoesNotBlockTheCallerAndRefusesASecondOne()
    {
        byte[] data = Samples.Text(300_000);
        TacitCompressionOptions options = Slow;
        options.BlockSize = data.Length;
        var target = new MemoryStream();
        var stream = new TacitStream(target, options, leaveOpen: true);
        Task first = stream.WriteAsync(data).AsTask();
        Assert.False(first.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => stream.Write(data));
        Assert.Throws<InvalidOperationException>(() => stream.Flush());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.WriteAsync(data).AsTask());
        await first;
        await stream.WriteAsync(data.AsMemory(0, 1000));
        await stream.DisposeAsync();
        Pack.AssertSame([.. data, .. data.AsSpan(0, 1000)], Pack.Decompress(target.ToArray()));
    }

    [Fact]
    public async Task ReadingRefusesASecondReader()
    {
        var source = new TestStream(new MemoryStream(Pack.Compress(Data, Small))) { Slow = true, MaxRead = 50 };
        using var stream = new TacitStream(source, CompressionMode.Decompress);
        byte[] read = new byte[Data.Length];
        Task first = stream.ReadExactlyAsync(read).AsTask();
        Assert.False(first.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => stream.Read(new byte[1]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.ReadAsync(new byte[1]).AsTask());
        await first;
        Assert.Equal(Data, read);
    }

    [Fact]
    public async Task ATokenCancelledBeforehandDoesNothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, Small, leaveOpen: true))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.WriteAsync(Data, cancelled).AsTask());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.WriteAsync(Data, 0, 1, cancelled));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.FlushAsync(cancelled));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.FinishAsync(cancelled));
            stream.Write(Data);
        }
        target.Position = 0;
        using var reader = new TacitStream(target, CompressionMode.Decompress);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(new byte[1], cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(new byte[1], 0, 1, cancelled));
        Pack.AssertSame(Data, Loop(b => reader.Read(b)));
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task CancellingAWriteStopsTheWorkAndLeavesATruncatedFile(int threads)
    {
        byte[] data = Samples.Text(4 << 20);
        TacitCompressionOptions options = Slow;
        options.BlockSize = 2 << 20;
        options.Threads = threads;
        var target = new MemoryStream();
        var reports = new ProgressLog();
        var stream = new TacitStream(target, options, leaveOpen: true, reports);
        using var cancellation = new CancellationTokenSource();
        Task write = stream.WriteAsync(data, cancellation.Token).AsTask();
        Assert.False(write.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.WriteAsync(data).AsTask());
        await stream.DisposeAsync();
        Assert.InRange(reports.Values.LastOrDefault(), 0, data.Length / 2);
        Assert.Throws<InvalidDataException>(() => Pack.Decompress(target.ToArray()));
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task CancellingAReadStopsTheWork(int threads)
    {
        byte[] packed = Pack.Compress(new byte[64 << 20], Pack.Options(TacitCodec.Deflate, 64 << 20));
        using var stream = new TacitStream(new MemoryStream(packed), new TacitDecompressionOptions { Threads = threads });
        using var cancellation = new CancellationTokenSource();
        Task<int> read = stream.ReadAsync(new byte[100], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.ReadAsync(new byte[100]).AsTask());
    }

    [Fact]
    public async Task CancellingAReadThatWaitsForTheBaseEndsIt()
    {
        using var cancellation = new CancellationTokenSource();
        using var stream = new TacitStream(new NeverEnding(), CompressionMode.Decompress);
        Task<int> read = stream.ReadAsync(new byte[1], cancellation.Token).AsTask();
        Assert.False(read.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    // ---- progress and options

    [Theory, MemberData(nameof(Codecs))]
    public async Task ProgressRisesToTheTotal(TacitCodec codec)
    {
        byte[] data = Samples.Mixed(200_000, 4);
        foreach (int threads in new[] { 1, 3 })
        {
            var written = new ProgressLog();
            var read = new ProgressLog();
            var target = new MemoryStream();
            TacitCompressionOptions options = Pack.Options(codec, 70_000);
            options.Threads = threads;
            using (var stream = new TacitStream(target, options, leaveOpen: true, written))
                await stream.WriteAsync(data);
            target.Position = 0;
            using (var stream = new TacitStream(target, new TacitDecompressionOptions { Threads = threads }, leaveOpen: true, read))
                await stream.CopyToAsync(Stream.Null);
            foreach (long[] values in new[] { written.Values, read.Values })
            {
                Assert.Equal(values.Order(), values);
                Assert.Equal(data.Length, values[^1]);
                Assert.True(values.Length >= 3);
            }
        }
    }

    [Fact]
    public void OptionsMayBeChangedForTheNextStream()
    {
        TacitCompressionOptions options = Small;
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, options, leaveOpen: true))
        {
            options.Codec = TacitCodec.Store;
            options.BlockSize = 10;
            options.Level = 9;
            options.IncludeSha256 = false;
            options.Metadata = null;
            stream.Write(Data);
        }
        Assert.Equal(Pack.Compress(Data, Small), target.ToArray());
    }

    [Fact]
    public void NoCompressionStores()
    {
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, CompressionLevel.NoCompression, leaveOpen: true))
            stream.Write(Data);
        Assert.Equal("store", TacitArchive.Open(target).Frames.Single().CodecName);
        Pack.AssertSame(Data, Pack.Decompress(target.ToArray()));
    }

    private static byte[] Loop(Func<byte[], int> read, int offset = 0)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[128];
        for (int count; (count = read(buffer)) > 0;)
            all.AddRange(buffer.AsSpan(offset, count));
        return [.. all];
    }

    private static async Task<byte[]> LoopAsync(Func<byte[], Task<int>> read, int offset = 0)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[128];
        for (int count; (count = await read(buffer)) > 0;)
            all.AddRange(buffer.AsSpan(offset, count));
        return [.. all];
    }

    private static async Task Chunks(byte[] data, Func<int, int, Task> write)
    {
        for (int at = 0; at < data.Length; at += 77)
            await write(at, Math.Min(77, data.Length - at));
    }

    private sealed class NeverEnding : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => false;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
