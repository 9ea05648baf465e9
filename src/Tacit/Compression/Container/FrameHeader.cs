using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>A frame's header (FORMAT.md, section 3): how to decode its blocks.</summary>
internal sealed class FrameHeader
{
    /// <summary>Flags of <see cref="FormatConstants"/>.</summary>
    public required int Flags { get; init; }

    /// <summary>The codec's number.</summary>
    public required byte Codec { get; init; }

    /// <summary>The codec's parameters, at most <see cref="FormatConstants.MaxParameterLength"/> bytes.</summary>
    public required byte[] Parameters { get; init; }

    /// <summary>No block holds more raw bytes than this; that of a single frame as many.</summary>
    public required int BlockLength { get; init; }

    /// <summary>CRC-32C of the first block's raw bytes: what tells this frame's blocks from another's.</summary>
    public required uint Tag { get; init; }

    /// <summary>SHA-256 of the model the codec needs, or null.</summary>
    public byte[]? ModelHash { get; init; }

    /// <summary>The longest header there is.</summary>
    public const int MaxLength = FormatConstants.HeaderFixedLength + FormatConstants.MaxParameterLength + FormatConstants.HashLength + 4;

    /// <summary>True if the flag is set.</summary>
    public bool Has(int flag) => (Flags & flag) != 0;

    /// <summary>True if the frame is one block, without index and with a <see cref="SingleFooter"/>.</summary>
    public bool IsSingle => Has(FormatConstants.FlagSingle);

    /// <summary>Bytes of the header in the file, magic and CRC included.</summary>
    public int Length => FormatConstants.HeaderFixedLength + VariableLength(Flags, Parameters.Length) + 4;

    /// <summary>Bytes of the footer in the file.</summary>
    public int FooterLength => IsSingle
        ? FormatConstants.SingleFooterLength
        : CopyLength + (Has(FormatConstants.FlagSha256) ? FormatConstants.HashLength : 0) + FormatConstants.FooterFixedLength;

    /// <summary>Bytes of the copy that the footer keeps: the header without magic and CRC.</summary>
    public int CopyLength => Length - 8;

    /// <summary>Bytes between the fixed part and the CRC.</summary>
    public static int VariableLength(int flags, int parameterLength) =>
        parameterLength + ((flags & FormatConstants.FlagModel) != 0 ? FormatConstants.HashLength : 0);

    /// <summary>True if all fields are equal.</summary>
    public bool Matches(FrameHeader other) =>
        Flags == other.Flags && Codec == other.Codec && BlockLength == other.BlockLength && Tag == other.Tag
        && Parameters.AsSpan().SequenceEqual(other.Parameters) && ModelHash.AsSpan().SequenceEqual(other.ModelHash);

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, FormatConstants.FrameMagic);
        destination[4] = FormatConstants.Version;
        destination[5] = (byte)Flags;
        destination[6] = Codec;
        destination[7] = (byte)Parameters.Length;
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], BlockLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Tag);
        Parameters.CopyTo(destination[FormatConstants.HeaderFixedLength..]);
        ModelHash?.CopyTo(destination[(FormatConstants.HeaderFixedLength + Parameters.Length)..]);
        int end = Length - 4;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[end..], Crc32C.Of(destination[..end]));
    }

    /// <summary>The whole header's length, told from its first <see cref="FormatConstants.HeaderFixedLength"/> bytes.</summary>
    /// <exception cref="InvalidDataException">No frame this version can read begins so.</exception>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(start) != FormatConstants.FrameMagic)
            throw new InvalidDataException("Not a Tacit file: the first four bytes are not its magic number.");
        CheckVersion(start[4]);
        if (start[7] > FormatConstants.MaxParameterLength)
            throw new InvalidDataException($"The frame header is damaged: {start[7]} bytes of codec parameters.");
        return FormatConstants.HeaderFixedLength + VariableLength(start[5], start[7]) + 4;
    }

    /// <summary>True if an intact header begins here, whether this version can read it or not; never throws.</summary>
    public static bool BeginsAt(ReadOnlySpan<byte> source)
    {
        if (source.Length < FormatConstants.HeaderFixedLength + 4 || source[7] > FormatConstants.MaxParameterLength
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != FormatConstants.FrameMagic)
        {
            return false;
        }
        int end = FormatConstants.HeaderFixedLength + VariableLength(source[5], source[7]);
        return source.Length >= end + 4 && BinaryPrimitives.ReadUInt32LittleEndian(source[end..]) == Crc32C.Of(source[..end]);
    }

    /// <summary>Reads a header that is exactly <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of a version this code does not know.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < FormatConstants.HeaderFixedLength || source.Length != LengthOf(source))
            throw new InvalidDataException("The frame header is cut short.");
        uint actual = Crc32C.Of(source[..^4]), expected = BinaryPrimitives.ReadUInt32LittleEndian(source[^4..]);
        if (actual != expected)
        {
            throw new InvalidDataException($"The frame header is damaged: CRC-32C is {actual:x8}, the file says " +
                $"{expected:x8}. 'tacit decompress --salvage' may recover the blocks from its copy at the end.");
        }
        return ReadCopy(source[4..^4]);
    }

    /// <summary>Reads a header without magic and CRC, whose bytes are already known to be intact.</summary>
    /// <exception cref="InvalidDataException">The fields are not those of a frame this version can read.</exception>
    public static FrameHeader ReadCopy(ReadOnlySpan<byte> copy)
    {
        CheckVersion(copy[0]);
        int flags = copy[1];
        if ((flags & ~FormatConstants.KnownFlags) != 0)
            throw new InvalidDataException($"The frame uses features (flags {flags:x2}) this version does not know.");
        if ((flags & FormatConstants.FlagEmbeddedModel) != 0 && (flags & FormatConstants.FlagModel) == 0)
            throw new InvalidDataException("The frame embeds a model but does not name it.");
        if ((flags & FormatConstants.FlagSingle) != 0 && (flags & (FormatConstants.FlagSha256 | FormatConstants.FlagEmbeddedModel)) != 0)
            throw new InvalidDataException($"The frame's flags, {flags:x2}, exclude each other.");
        int blockLength = BinaryPrimitives.ReadInt32LittleEndian(copy[4..]);
        if (blockLength is < FormatConstants.MinBlockLength or > FormatConstants.MaxBlockLength)
            throw new InvalidDataException($"The frame's block length is {blockLength}, outside 1 to {FormatConstants.MaxBlockLength}.");
        int parameterLength = copy[3];
        if (parameterLength > FormatConstants.MaxParameterLength || copy.Length != 12 + VariableLength(flags, parameterLength))
            throw new InvalidDataException("The frame header's lengths disagree.");
        return new FrameHeader
        {
            Flags = flags,
            Codec = copy[2],
            Parameters = copy.Slice(12, parameterLength).ToArray(),
            BlockLength = blockLength,
            Tag = BinaryPrimitives.ReadUInt32LittleEndian(copy[8..]),
            ModelHash = (flags & FormatConstants.FlagModel) != 0 ? copy[(12 + parameterLength)..].ToArray() : null,
        };
    }

    private static void CheckVersion(byte version)
    {
        if (version != FormatConstants.Version)
        {
            throw new InvalidDataException($"The file's format version is {version}; this program reads version " +
                $"{FormatConstants.Version}. A newer tacit may read it.");
        }
    }
}
