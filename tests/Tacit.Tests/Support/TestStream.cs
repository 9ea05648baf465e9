namespace Tacit.Tests.Support;

/// <summary>A base stream that can do less than it could, fails where it is told, and counts.</summary>
internal sealed class TestStream(Stream inner) : Stream
{
    public bool Readable { get; init; } = true;
    public bool Writable { get; init; } = true;
    public bool Seekable { get; init; } = true;

    /// <summary>Most bytes a read gives.</summary>
    public int MaxRead { get; init; } = int.MaxValue;

    /// <summary>Bytes after which a read or write throws <see cref="IOException"/>.</summary>
    public long FailAfter { get; set; } = long.MaxValue;

    /// <summary>True if asynchronous calls complete later, on another thread.</summary>
    public bool Later { get; init; }

    /// <summary>True if they take a while, too.</summary>
    public bool Slow { get; init; }

    public int Disposals { get; private set; }
    public int Flushes { get; private set; }
    public long Moved { get; private set; }

    public override bool CanRead => Readable;
    public override bool CanWrite => Writable;
    public override bool CanSeek => Seekable;
    public override long Length => Seekable ? inner.Length : throw new NotSupportedException();

    public override long Position
    {
        get => Seekable ? inner.Position : throw new NotSupportedException();
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Seekable ? inner.Seek(offset, origin) : throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (Moved >= FailAfter)
            throw new IOException("the base cannot be read here");
        int read = inner.Read(buffer[..(int)Math.Min(Math.Min(buffer.Length, MaxRead), FailAfter - Moved)]);
        Moved += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Slow)
            await Task.Delay(1, cancellationToken);
        else if (Later)
            await Task.Yield();
        return Read(buffer.Span);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Moved + buffer.Length > FailAfter)
        {
            inner.Write(buffer[..(int)(FailAfter - Moved)]);
            Moved = FailAfter;
            throw new IOException("the base is full");
        }
        inner.Write(buffer);
        Moved += buffer.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Slow)
            await Task.Delay(1, cancellationToken);
        else if (Later)
            await Task.Yield();
        Write(buffer.Span);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => Flushes++;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Disposals++;
        base.Dispose(disposing);
    }
}

/// <summary>A pipe for one thread: what was written can be read; reading when nothing is there is a failure, not a wait.</summary>
internal sealed class ImpatientPipe : Stream
{
    private readonly Queue<byte> _bytes = new();

    public bool Completed { get; set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_bytes.Count == 0 && !Completed)
            throw new IOException("this read would wait for the writer");
        int read = Math.Min(count, _bytes.Count);
        for (int i = 0; i < read; i++)
            buffer[offset + i] = _bytes.Dequeue();
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        foreach (byte b in buffer.AsSpan(offset, count))
            _bytes.Enqueue(b);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Notes what it is told, on the thread that tells.</summary>
internal sealed class ProgressLog : IProgress<long>
{
    private readonly List<long> _values = [];

    public long[] Values
    {
        get
        {
            lock (_values)
                return [.. _values];
        }
    }

    public void Report(long value)
    {
        lock (_values)
            _values.Add(value);
    }
}
