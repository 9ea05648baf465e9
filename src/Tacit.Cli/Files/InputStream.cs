using System.Security.Cryptography;

namespace Tacit.Cli.Files;

/// <summary>Reads an input forwards; counts what was taken, takes back what was too much, hashes if asked.</summary>
/// <remarks>
/// It can seek just far enough for <see cref="Compression.TacitStream"/> to give back bytes after the last frame, so
/// that they are noticed on pipes too.
/// </remarks>
internal sealed class InputStream(Stream inner) : Stream
{
    private long _position;
    private bool _returned;

    /// <summary>Receives all bytes read, or null.</summary>
    public IncrementalHash? Hash { get; set; }

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    /// <summary>Bytes taken, without those given back. May be read from any thread.</summary>
    public override long Position
    {
        get => Volatile.Read(ref _position);
        set => throw new NotSupportedException();
    }

    /// <summary>True if anything is left to read.</summary>
    public async Task<bool> HasMoreAsync(CancellationToken cancellationToken) =>
        _returned || (inner is FileStream { CanSeek: true } ? inner.ReadByte() >= 0 : await inner.ReadAsync(new byte[1], cancellationToken) > 0);

    public override int Read(Span<byte> buffer) => Count(buffer, inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();   // file streams look at it only when they start to wait
        int read = await inner.ReadAsync(buffer, cancellationToken);
        return Count(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin)
    {
        if (origin != SeekOrigin.Current || offset > 0)
            throw new NotSupportedException();
        _returned |= offset < 0;
        return _position += offset;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Count(ReadOnlySpan<byte> buffer, int read)
    {
        Hash?.AppendData(buffer[..read]);
        Volatile.Write(ref _position, _position + read);
        return read;
    }
}
