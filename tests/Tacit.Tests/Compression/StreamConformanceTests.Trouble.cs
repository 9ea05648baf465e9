using System.IO.Compression;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

// A base that fails, calls that wait, calls that are cancelled.
public partial class StreamConformanceTests
{
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
