using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>Looks for a damaged archive's structures: nothing here throws for what the bytes are.</summary>
internal sealed class DamagedArchive
{
    private const int FirstWindow = 1 << 12, LastWindow = 1 << 18;
    private const int HarmlessLength = 1 << 20;

    private readonly ArchiveReader _reader;
    private readonly List<(FrameFooter Footer, long End)> _footers = [];   // those that chain back from the end, last first
    private readonly Dictionary<long, long> _torn = [];   // ends, by starts, of single frames in this chain that are damaged elsewhere
    private byte[] _window = new byte[FirstWindow];
    private bool _noFooterFound;

    public DamagedArchive(Stream stream)
    {
        _reader = new ArchiveReader(stream);
        long end = _reader.Length;
        while (end > 0)
        {
            long length = SingleEndingAt(end);
            if (FooterEndingAt(end) is { } footer)
            {
                _footers.Add((footer, end));
                length = footer.FrameLength;
            }
            else if (length > 0 && length <= end)
            {
                _torn.Add(end - length, end);
            }
            else
            {
                break;
            }
            end -= length;
        }
    }

    /// <summary>Bytes of the archive.</summary>
    public long Length => _reader.Length;

    /// <summary>Fills the span from the offset as far as the archive goes; returns the bytes read.</summary>
    public int ReadAt(long offset, Span<byte> destination) => _reader.ReadAt(offset, destination);

    /// <summary>The frame header at <paramref name="offset"/>, or null.</summary>
    public FrameHeader? HeaderAt(long offset)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.MaxLength];
        return FrameHeader.BeginsAt(bytes[.._reader.ReadAt(offset, bytes)]) ? Try(() => _reader.HeaderAt(offset)) : null;
    }

    /// <summary>The block header at <paramref name="offset"/>, if it is one of the frame's.</summary>
    public bool TryBlockAt(long offset, FrameHeader frame, out BlockHeader header)
    {
        Span<byte> bytes = stackalloc byte[FormatConstants.BlockHeaderLength];
        header = default;
        return _reader.ReadAt(offset, bytes) == bytes.Length && BlockHeader.TryRead(bytes, frame, out header);
    }

    /// <summary>The footer of the frame that reaches beyond <paramref name="offset"/>, with its end; of that very frame if it is given.</summary>
    /// <remarks>If it is not, the footer must say that the frame begins there, or before if bytes were lost.</remarks>
    public (FrameFooter Footer, long End)? FooterAfter(long offset, FrameHeader? frame)
    {
        int low = 0, high = _footers.Count;   // footers before low end after the offset, those from high on do not
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_footers[middle].End > offset)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == 0)
            return null;
        (FrameFooter footer, long end) = _footers[low - 1];
        bool same = frame is null ? end - footer.FrameLength <= offset : footer.Header.Matches(frame);
        return same ? (footer, end) : null;
    }

    /// <summary>The first intact footer that ends after <paramref name="offset"/> and has a block of its frame after it.</summary>
    public (FrameFooter Footer, long End)? FindFooter(long offset)
    {
        long at = offset - 1;
        if (_noFooterFound)   // then there is none after a later offset either; asked again and again, this would take long
            return null;
        for (int tries = 0; tries < 16; tries++)   // a hostile file may be full of footers
        {
            FrameFooter? footer = null;
            at = Find(at + 1, Length, FormatConstants.EndMagic, end => (footer = FooterEndingAt(end + 4)) is not null);
            if (at < 0)
                break;
            if (FindBlock(offset, at, footer!.Header, expected: 0) >= 0)
                return (footer, at + 4);
        }
        _noFooterFound = true;
        return null;
    }

    /// <summary>The index of the frame that begins at or before <paramref name="start"/> and whose footer ends at <paramref name="end"/>, or null.</summary>
    /// <remarks>
    /// An index that tells of more than twice the bytes there are is not believed, unless what it tells is small: half
    /// of a frame may be lost, but lengths that nothing stands for must cost a hostile file as much as real blocks.
    /// </remarks>
    public List<TacitBlock>? IndexOf(FrameFooter footer, long end, long start)
    {
        long indexStart = end - footer.Header.FooterLength - footer.IndexLength;
        return Try(() => _reader.BlocksOf(footer, end)) is { } blocks
            && (footer.RawLength <= HarmlessLength || indexStart - blocks[0].Offset <= 2 * (indexStart - start)) ? blocks : null;
    }

    /// <summary>The end of the single frame that begins at <paramref name="start"/>, if its footer is intact but it is not.</summary>
    public long? EndOfTorn(long start) => _torn.TryGetValue(start, out long end) ? end : null;

    /// <summary>Raw bytes of the first block within the bounds that is the first of its frame; 0 if there is none.</summary>
    /// <remarks>Such a block has the tag itself and can be checked without the frame's header.</remarks>
    public int RawLengthOfFirstBlock(long from, long to)
    {
        int length = 0;
        Find(from, to, FormatConstants.BlockMarker, at => (length = RawLengthOfFirstBlock(at)) > 0);
        return length;
    }

    /// <summary>True if a single frame's footer ends at <paramref name="end"/>.</summary>
    public bool HasSingleFooterBefore(long end) => SingleEndingAt(end) > 0;

    /// <summary>True if the frame's footer ends at <paramref name="end"/>.</summary>
    public bool HasFooterBefore(long end, FrameHeader frame) => FooterEndingAt(end) is { } footer && footer.Header.Matches(frame);

    /// <summary>True if the metadata of the frame at <paramref name="offset"/> is intact; and how far was read for it.</summary>
    public bool HasMetadata(FrameHeader frame, long offset, out long end)
    {
        end = Math.Min(offset + frame.Length + FormatConstants.MaxMetadataLength, Length);
        long read = 0;
        if (Try(() => _reader.MetadataOf(frame, offset, out read)) is null)
            return false;
        end = read;
        return true;
    }

    /// <summary>What stands between the header of the frame at <paramref name="offset"/> and its first block, or null.</summary>
    public FrameSections? SectionsOf(FrameHeader frame, long offset) => Try(() => _reader.SectionsOf(frame, offset));

    /// <inheritdoc cref="ArchiveReader.ModelAt"/>
    public TacitModel ModelAt((long Offset, int Length) place, byte[] hash, long memoryLimit, CancellationToken cancellationToken) =>
        _reader.ModelAt(place, hash, memoryLimit, cancellationToken);

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

    /// <summary>First block header of the frame within the bounds that may be block <paramref name="expected"/> or a later one, or −1.</summary>
    public long FindBlock(long from, long to, FrameHeader frame, int expected) => Find(from, to, FormatConstants.BlockMarker,
        at => TryBlockAt(at, frame, out BlockHeader header) && NumberOf(header, expected) is not null);

    /// <summary>The full number of a block whose header keeps 16 bits of it; null if it lies behind the expected one.</summary>
    public static int? NumberOf(in BlockHeader block, int expected)
    {
        int ahead = (ushort)(block.Number - expected);
        return ahead < 1 << 15 ? expected + ahead : null;
    }

    /// <summary>First frame header within the bounds, or −1.</summary>
    public long FindHeader(long from, long to) => Find(from, to, FormatConstants.FrameMagic, at => HeaderAt(at) is not null);

    /// <summary>First index within the bounds that is followed by the frame's footer, or −1.</summary>
    public long FindIndex(long from, long to, FrameHeader frame) => Find(from, to, FormatConstants.IndexMarker,
        at => IndexAt(at, frame, footerRequired: true) is not null);

    // What the footer at the offset says its index's length is; 0 if it is not the frame's footer.
    private int IndexLengthByFooterAt(long offset, FrameHeader frame) =>
        FooterEndingAt(offset + frame.FooterLength) is { } footer && footer.Header.Matches(frame) ? footer.IndexLength : 0;

    // Unlike the reader's, this one takes a footer whose frame has lost bytes, so that it no longer fits the archive.
    private FrameFooter? FooterEndingAt(long end)
    {
        if (SingleEndingAt(end) > 0)
            return Try(() => _reader.FooterEndingAt(end));
        Span<byte> bytes = stackalloc byte[FrameFooter.MaxLength];
        bytes = bytes[..(int)Math.Min(bytes.Length, end)];
        if (end > Length || _reader.ReadAt(end - bytes.Length, bytes) < bytes.Length || !FrameFooter.EndsAt(bytes))
            return null;
        byte[] footer = bytes[^FrameFooter.LengthFromEnd(bytes)..].ToArray();
        return Try(() => FrameFooter.Read(footer)) is { } read && read.IndexLength >= FormatConstants.IndexOverhead
            && read.FrameLength >= read.Header.Length + (long)read.IndexLength + footer.Length ? read : null;
    }

    // The length of the single frame whose footer ends there, or 0.
    private long SingleEndingAt(long end)
    {
        Span<byte> bytes = stackalloc byte[FormatConstants.SingleFooterLength];
        return end >= bytes.Length && end <= Length && _reader.ReadAt(end - bytes.Length, bytes) == bytes.Length
            ? SingleFooter.FrameLength(bytes)
            : 0;
    }

    private int RawLengthOfFirstBlock(long offset)
    {
        Span<byte> bytes = stackalloc byte[FormatConstants.BlockHeaderLength];
        if (_reader.ReadAt(offset, bytes) < bytes.Length)
            return 0;
        var single = new FrameHeader
        {
            Flags = FormatConstants.FlagSingle,
            Codec = 0,
            Parameters = [],
            BlockLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[7..]),
            Tag = BinaryPrimitives.ReadUInt32LittleEndian(bytes[15..]),
        };
        return BlockHeader.TryRead(bytes, single, out BlockHeader header) && header.RawLength <= FormatConstants.MaxBlockLength
            ? header.RawLength
            : 0;
    }

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
        int size = FirstWindow;                // the first hit is often near
        for (long start = from; start < to; )
        {
            if (_window.Length < size)
                _window = new byte[size];
            int length = _reader.ReadAt(start, _window.AsSpan(0, (int)Math.Min(size, Length - start)));
            for (int i = 0; i < length; i++)
            {
                int next = _window.AsSpan(i, length - i).IndexOf(pattern);
                if (next < 0 || start + i + next >= to)
                    break;
                i += next;
                if (accept is null || accept(start + i))
                    return start + i;
            }
            start += size - 3;                 // a marker may lie across two windows
            size = Math.Min(2 * size, LastWindow);
        }
        return -1;
    }
}
