using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>A frame's footer (FORMAT.md, section 6): what lets a reader start from the end. Of a single frame, what its block says instead.</summary>
internal sealed class FrameFooter
{
    private const int MinLength = FormatConstants.HeaderFixedLength - 4 + FormatConstants.FooterFixedLength;

    /// <summary>The longest footer there is.</summary>
    public const int MaxLength = MinLength + FormatConstants.MaxParameterLength + (1 + FormatConstants.MaxModels) * FormatConstants.HashLength;

    /// <summary>The frame's header, of which the footer keeps a copy.</summary>
    public required FrameHeader Header { get; init; }

    /// <summary>Raw bytes of the frame.</summary>
    public required long RawLength { get; init; }

    /// <summary>Bytes of the frame in the file, magic to end magic.</summary>
    public required long FrameLength { get; init; }

    /// <summary>Bytes of the index in the file; 0 in a single frame.</summary>
    public required int IndexLength { get; init; }

    /// <summary>CRC-32C of all block headers in order, each without its CRC: shows blocks that were swapped or taken out.</summary>
    public required uint Chain { get; init; }

    /// <summary>SHA-256 of the frame's raw bytes, or null.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>The block of a single frame.</summary>
    public TacitBlock? SingleBlock { get; init; }

    /// <summary>The footer as it stands in the file.</summary>
    public byte[] Write()
    {
        byte[] bytes = new byte[Header.FooterLength];
        byte[] header = new byte[Header.Length];
        Header.Write(header);
        header.AsSpan(4, Header.CopyLength).CopyTo(bytes);
        Sha256?.CopyTo(bytes, Header.CopyLength);
        Span<byte> rest = bytes.AsSpan(bytes.Length - FormatConstants.FooterFixedLength);
        BinaryPrimitives.WriteInt64LittleEndian(rest, RawLength);
        BinaryPrimitives.WriteInt64LittleEndian(rest[8..], FrameLength);
        BinaryPrimitives.WriteInt32LittleEndian(rest[16..], IndexLength);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[20..], Chain);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[24..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[26..], Crc32C.Of(bytes.AsSpan(0, bytes.Length - 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(rest[30..], FormatConstants.EndMagic);
        return bytes;
    }

    /// <summary>The whole footer's length, told from its last <see cref="FormatConstants.FooterFixedLength"/> bytes; 0 if none ends here.</summary>
    public static int LengthFromEnd(ReadOnlySpan<byte> end)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[^4..]) != FormatConstants.EndMagic)
            return 0;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(end[^10..]);
        return length is < MinLength or > MaxLength ? 0 : length;
    }

    /// <summary>True if an intact footer ends with these bytes, whether this version can read it or not; never throws.</summary>
    public static bool EndsAt(ReadOnlySpan<byte> source)
    {
        int length = source.Length < MinLength ? 0 : LengthFromEnd(source);
        return length > 0 && length <= source.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(source[^8..]) == Crc32C.Of(source[^length..^8]);
    }

    /// <summary>Reads a footer that is exactly <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static FrameFooter Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < MinLength
            || BinaryPrimitives.ReadUInt32LittleEndian(source[^4..]) != FormatConstants.EndMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[^8..]) != Crc32C.Of(source[..^8])
            || BinaryPrimitives.ReadUInt16LittleEndian(source[^10..]) != source.Length)
        {
            throw new InvalidDataException("The frame's footer is damaged.");
        }
        bool hashed = (source[1] & FormatConstants.FlagSha256) != 0;
        int copyLength = source.Length - FormatConstants.FooterFixedLength - (hashed ? FormatConstants.HashLength : 0);
        if (copyLength < 12)
            throw new InvalidDataException("The frame's footer is damaged: its lengths disagree.");
        FrameHeader header = FrameHeader.ReadCopy(source[..copyLength]);
        if (header.IsSingle)
            throw new InvalidDataException("The frame's footer is damaged: a frame of one block has another.");
        ReadOnlySpan<byte> rest = source[^FormatConstants.FooterFixedLength..];
        return new FrameFooter
        {
            Header = header,
            Sha256 = hashed ? source.Slice(copyLength, FormatConstants.HashLength).ToArray() : null,
            RawLength = BinaryPrimitives.ReadInt64LittleEndian(rest),
            FrameLength = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
            IndexLength = BinaryPrimitives.ReadInt32LittleEndian(rest[16..]),
            Chain = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]),
        };
    }
}
