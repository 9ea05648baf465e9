namespace Tacit.Cli.Files;

/// <summary>Passes bytes on and counts them; with <paramref name="holes"/> forward seeks too, into a new file.</summary>
internal sealed class CountedOutput(Stream inner, bool holes = false) : Stream
{
    private long _length;

    public override bool CanRead => false;
    public override bool CanSeek => holes;
    public override bool CanWrite => true;
    public override long Length => holes ? inner.Length : _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        _length += buffer.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        _length += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin)
    {
        if (!holes || origin != SeekOrigin.Current || offset < 0)
            throw new NotSupportedException();
        inner.Seek(offset, SeekOrigin.Current);
        return _length += offset;
    }

    public override void SetLength(long value)
    {
        if (!holes)
            throw new NotSupportedException();
        inner.SetLength(value);
    }
}
