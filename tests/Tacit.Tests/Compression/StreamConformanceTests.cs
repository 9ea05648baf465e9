using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>
/// What a stream promises, whatever it does: the checks of dotnet/runtime's CompressionStreamUnitTestBase and those of
/// Tacit's own promises.
/// </summary>
public partial class StreamConformanceTests
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
}
