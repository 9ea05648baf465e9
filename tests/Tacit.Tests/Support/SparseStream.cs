namespace Tacit.Tests.Support;

/// <summary>A file with a hole: some bytes, very many zeros that take no memory, and some bytes again.</summary>
internal sealed class SparseStream(byte[] head, long zeros, byte[] tail) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => head.Length + zeros + tail.Length;
    public override long Position { get; set; }

    /// <summary>Bytes read so far.</summary>
    public long Moved { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Clamp(Length - Position, 0, buffer.Length);
        buffer = buffer[..count];
        buffer.Clear();
        Overlay(head, 0, buffer);
        Overlay(tail, head.Length + zeros, buffer);
        Position += count;
        Moved += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Overlay(byte[] part, long start, Span<byte> buffer)
    {
        long from = Math.Max(start, Position), to = Math.Min(start + part.Length, Position + buffer.Length);
        if (from < to)
            part.AsSpan((int)(from - start), (int)(to - from)).CopyTo(buffer[(int)(from - Position)..]);
    }
}
