using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>Looks for a damaged archive's structures: nothing here throws for what the bytes are.</summary>
internal sealed class DamagedArchive
{
    private const int Window = 1 << 18;

    private readonly ArchiveReader _reader;
    private readonly List<(FrameFooter Footer, long End)> _footers = [];   // those that chain back from the end, in file order

    public DamagedArchive(Stream stream)
    {
        _reader = new ArchiveReader(stream);
        long end = _reader.Length;
        while (end > 0 && Try(() => _reader.FooterEndingAt(end)) is { } footer)
        {
            _footers.Insert(0, (footer, end));
            end -= footer.FrameLength;
        }
    }

    /// <summary>Bytes of the archive.</summary>
    public long Length => _reader.Length;

    /// <summary>Fills the span from the offset as far as the archive goes; returns the bytes read.</summary>
    public int ReadAt(long offset, Span<byte> destination) => _reader.ReadAt(offset, destination);

    /// <summary>The frame header at <paramref name="offset"/>, or null.</summary>
    public FrameHeader? HeaderAt(long offset) => Try(() => _reader.HeaderAt(offset));

    /// <summary>The block header at <paramref name="offset"/>, if it is one of the frame's.</summary>
    public bool TryBlockAt(long offset, FrameHeader frame, out BlockHeader header)
    {
        Span<byte> bytes = stackalloc byte[FormatConstants.BlockHeaderLength];
        header = default;
        return _reader.ReadAt(offset, bytes) == bytes.Length && BlockHeader.TryRead(bytes, frame, out header);
    }

    /// <summary>The footer of the frame that reaches beyond <paramref name="offset"/>, with its end; of that very frame if it is given.</summary>
    public (FrameFooter Footer, long End)? FooterAfter(long offset, FrameHeader? frame)
    {
        (FrameFooter Footer, long End) found = _footers.Find(f => f.End > offset);
        return found.Footer is not null && (frame is null || SameFrame(found.Footer.Header, frame)) ? found : null;
    }

    /// <summary>The first intact footer that ends after <paramref name="offset"/> and has a block of its frame after it.</summary>
    public (FrameFooter Footer, long End)? FindFooter(long offset)
    {
        long at = offset - 1;
        for (int tries = 0; tries < 16; tries++)   // a hostile file may be full of footers
        {
            FrameFooter? footer = null;
            at = Find(at + 1, Length, FormatConstants.EndMagic, end => (footer = Try(() => _reader.FooterEndingAt(end + 4))) is not null);
            if (at < 0)
                return null;
            if (FindBlock(offset, at, footer!.Header) >= 0)
                return (footer, at + 4);
        }
        return null;
    }

    /// <summary>The index whose frame's footer ends at <paramref name="end"/>, or null.</summary>
    public List<TacitBlock>? IndexOf(FrameFooter footer, long end) => Try(() => _reader.BlocksOf(footer, end));

    /// <summary>Number of blocks and length in bytes of the index at <paramref name="offset"/>, if there is one, followed by the frame's footer if required.</summary>
    public (int Blocks, int Length)? IndexAt(long offset, FrameHeader frame, bool footerRequired)
    {
        byte[] start = new byte[8];
        if (_reader.ReadAt(offset, start) < 8 || BinaryPrimitives.ReadUInt32LittleEndian(start) != FormatConstants.IndexMarker)
            return null;
        long length = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4)) + (long)FormatConstants.IndexOverhead;
        if (offset + length > Length || length > int.MaxValue)
            return null;
        // Asked first, because it is cheap and only one place before a footer passes.
        if (footerRequired && IndexLengthByFooterAt(offset + length, frame) != length)
            return null;
        byte[] bytes = new byte[length];
        _reader.ReadAt(offset, bytes);
        return Try(() => BlockIndex.Read(bytes, frame.BlockLength)) is { } index ? (index.Count, (int)length) : null;
    }

    /// <summary>First block header of the frame within the bounds, or −1.</summary>
    public long FindBlock(long from, long to, FrameHeader frame) =>
        Find(from, to, FormatConstants.BlockMarker, at => TryBlockAt(at, frame, out _));

    /// <summary>First frame header within the bounds, or −1.</summary>
    public long FindHeader(long from, long to) => Find(from, to, FormatConstants.FrameMagic, at => HeaderAt(at) is not null);

    /// <summary>First index within the bounds that is followed by the frame's footer, or −1.</summary>
    public long FindIndex(long from, long to, FrameHeader frame) => Find(from, to, FormatConstants.IndexMarker,
        at => IndexAt(at, frame, footerRequired: true) is not null);

    // What the footer at the offset says its index's length is; 0 if it is not the frame's footer.
    private int IndexLengthByFooterAt(long offset, FrameHeader frame) =>
        Try(() => _reader.FooterEndingAt(offset + frame.FooterLength)) is { } footer && SameFrame(footer.Header, frame)
            ? footer.IndexLength
            : 0;

    private static bool SameFrame(FrameHeader a, FrameHeader b) =>
        a.Tag == b.Tag && a.Codec == b.Codec && a.BlockLength == b.BlockLength && a.Flags == b.Flags
        && a.Parameters.AsSpan().SequenceEqual(b.Parameters);

    private static T? Try<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private long Find(long from, long to, uint marker, Predicate<long>? accept = null)
    {
        Span<byte> pattern = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(pattern, marker);
        byte[] window = new byte[Window];
        for (long start = from; start < to; start += Window - 3)   // markers may lie across two windows
        {
            int length = _reader.ReadAt(start, window.AsSpan(0, (int)Math.Min(Window, Length - start)));
            for (int i = 0; i < length; i++)
            {
                int next = window.AsSpan(i, length - i).IndexOf(pattern);
                if (next < 0 || start + i + next >= to)
                    break;
                i += next;
                if (accept is null || accept(start + i))
                    return start + i;
            }
        }
        return -1;
    }
}
