using System.Buffers;
using System.Diagnostics;
using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Fuzz;

/// <summary>Reads a changed archive in every way there is and says what went wrong, if anything did.</summary>
internal sealed class FuzzRun(FuzzCorpus corpus, TimeSpan timeLimit)
{
    private const long MemoryLimit = 32 << 20;
    private const long OutputLimit = 1 << 20;

    // Reading needs the limit itself, what the container keeps besides, and the test's own buffers.
    private const long AllocationLimit = 8 * MemoryLimit;

    private readonly TacitDecompressionOptions _one = new() { MemoryLimit = MemoryLimit, Models = [TinyModels.Small, TinyModels.Prior, TinyItems.Black, TinyModels.Records] };
    private readonly TacitDecompressionOptions _two = new() { MemoryLimit = MemoryLimit, Threads = 2, Models = [TinyModels.Small, TinyModels.Prior, TinyItems.Black, TinyModels.Records] };

    /// <summary>How many cases were read without an error.</summary>
    public long Accepted { get; private set; }

    /// <summary>Null, or what is wrong.</summary>
    public string? Check(FuzzCase fuzzCase)
    {
        byte[]? bySpan = null, byStream = null, byArchive = null;
        string? failure = Guard("span", () => bySpan = Span(fuzzCase.Bytes))
            ?? Guard("stream", () => byStream = Stream(fuzzCase.Bytes))
            ?? Guard("archive", () => byArchive = Archive(fuzzCase.Bytes))
            ?? Guard("salvage", () => Salvage(fuzzCase.Bytes));
        if (failure is not null)
            return failure;
        if (bySpan is not null)
            Accepted++;
        foreach ((string way, byte[]? data) in new[] { ("span", bySpan), ("stream", byStream), ("archive", byArchive) })
        {
            if (data is null)
                continue;
            if (!fuzzCase.Forged && !corpus.IsFramesOfTheCorpus(data))
                return $"{way}: {data.Length} bytes come out that nobody put in";
        }
        if (bySpan is not null && (byStream is null || !bySpan.AsSpan().SequenceEqual(byStream)))
            return "the span decoder and the stream disagree";
        // The archive trusts a footer, which forging may have moved to other frames.
        return bySpan is not null && byArchive is not null && !bySpan.AsSpan().SequenceEqual(byArchive)
            ? "the archive and the span decoder disagree"
            : null;
    }

    private string? Guard(string way, Action read, bool again = false)
    {
        var clock = Stopwatch.StartNew();
        long before = GC.GetTotalAllocatedBytes();
        try
        {
            read();
        }
        catch (Exception e) when (e is InvalidDataException or InsufficientMemoryException or OutputFullException)
        {
        }
        catch (OperationCanceledException)
        {
            return $"{way}: not done after {timeLimit.TotalSeconds} s";
        }
        catch (Exception e)
        {
            return $"{way}: {e}";
        }
        if (clock.Elapsed > timeLimit)
            return $"{way}: took {clock.Elapsed.TotalSeconds:f1} s";
        long allocated = GC.GetTotalAllocatedBytes() - before;
        if (allocated <= AllocationLimit)
            return null;
        // What other threads of this process allocate is counted, too: once may be their doing.
        return again ? $"{way}: {allocated >> 20} MiB allocated" : Guard(way, read, again: true);
    }

    private byte[] Span(byte[] bytes)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent((int)OutputLimit);
        try
        {
            if (!TacitDecoder.TryDecompress(bytes, room, out int written, _one))
                throw new OutputFullException();
            return room[..written];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    // What the stream leaves behind at its end must be somebody else's: the span decoder refuses it.
    private byte[] Stream(byte[] bytes)
    {
        using var limit = new CancellationTokenSource(timeLimit);
        var source = new MemoryStream(bytes);
        var output = new LimitedOutput();
        using (var stream = new TacitStream(source, _two, leaveOpen: true))
            stream.CopyToAsync(output, limit.Token).GetAwaiter().GetResult();
        return source.Position == bytes.Length ? output.ToArray() : throw new InvalidDataException("trailing bytes");
    }

    private byte[] Archive(byte[] bytes)
    {
        using var limit = new CancellationTokenSource(timeLimit);
        TacitArchive archive = TacitArchive.Open(new MemoryStream(bytes), _two);
        var output = new LimitedOutput();
        archive.CopyRangeAsync(0, archive.Length, output, null, limit.Token).GetAwaiter().GetResult();
        if (archive.Frames.All(frame => frame.CodecName == "records"))
        {
            long records = archive.CountRecords();
            archive.CopyRecordsAsync(records / 3, records - records / 3, new LimitedOutput(), null, limit.Token).GetAwaiter().GetResult();
        }
        return output.ToArray();
    }

    private void Salvage(byte[] bytes)
    {
        using var limit = new CancellationTokenSource(timeLimit);
        var output = new LimitedOutput();
        SalvageReport report = TacitSalvage.SalvageAsync(new MemoryStream(bytes), output, _one, null, limit.Token).GetAwaiter().GetResult();
        // Losses from its end on are not written.
        if (report.RecoveredBytes + report.Losses.Where(loss => loss.Offset < output.Length).Sum(loss => loss.Length) != output.Length)
            throw new InvalidOperationException("the report's sums are not the length of the output");
    }

    private sealed class OutputFullException : Exception;

    // A small file may honestly stand for much data: no reader has to stop it, the test does.
    private sealed class LimitedOutput : MemoryStream
    {
        public override bool CanSeek => false;   // so that gaps count

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Demand(buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Demand(count);
            base.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        private void Demand(int count)
        {
            if (Length + count > OutputLimit)
                throw new OutputFullException();
        }
    }
}
