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

    /// <summary>SHA-256 of each model the codec needs, in the codec's order.</summary>
    public byte[][] ModelHashes { get; init; } = [];

    /// <summary>The longest header there is.</summary>
    public const int MaxLength = FormatConstants.HeaderFixedLength + FormatConstants.MaxParameterLength
        + FormatConstants.MaxModels * FormatConstants.HashLength + 4;

    /// <summary>True if the flag is set.</summary>
    public bool Has(int flag) => (Flags & flag) != 0;

    /// <summary>True if the frame is one block, without index and with a <see cref="SingleFooter"/>.</summary>
    public bool IsSingle => Has(FormatConstants.FlagSingle);

    /// <summary>Bytes of the header in the file, magic and CRC included.</summary>
    public int Length => FormatConstants.HeaderFixedLength + VariableLength(Counts) + 4;

    /// <summary>Bytes of the footer in the file.</summary>
    public int FooterLength => IsSingle
        ? FormatConstants.SingleFooterLength
        : CopyLength + (Has(FormatConstants.FlagSha256) ? FormatConstants.HashLength : 0) + FormatConstants.FooterFixedLength;

    /// <summary>Bytes of the copy that the footer keeps: the header without magic and CRC.</summary>
    public int CopyLength => Length - 8;

    // Byte 7: bytes of parameters in its low half, models in its high half.
    private byte Counts => (byte)(Parameters.Length | ModelHashes.Length << 4);

    // Bytes between the fixed part and the CRC.
    private static int VariableLength(byte counts) => (counts & 15) + (counts >> 4) * FormatConstants.HashLength;

    private static bool ArePossible(byte counts) =>
        (counts & 15) <= FormatConstants.MaxParameterLength && counts >> 4 <= FormatConstants.MaxModels;

    /// <summary>True if all fields are equal.</summary>
    public bool Matches(FrameHeader other) =>
        Flags == other.Flags && Codec == other.Codec && BlockLength == other.BlockLength && Tag == other.Tag
        && Parameters.AsSpan().SequenceEqual(other.Parameters) && ModelHashes.Length == other.ModelHashes.Length
        && ModelHashes.Zip(other.ModelHashes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, FormatConstants.FrameMagic);
        destination[4] = FormatConstants.Version;
        destination[5] = (byte)Flags;
        destination[6] = Codec;
        destination[7] = Counts;
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], BlockLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Tag);
        Parameters.CopyTo(destination[FormatConstants.HeaderFixedLength..]);
        for (int i = 0; i < ModelHashes.Length; i++)
            ModelHashes[i].CopyTo(destination[(FormatConstants.HeaderFixedLength + Parameters.Length + i * FormatConstants.HashLength)..]);
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
        if (!ArePossible(start[7]))
            throw new InvalidDataException($"The frame header is damaged: {start[7] & 15} bytes of codec parameters, {start[7] >> 4} models.");
        return FormatConstants.HeaderFixedLength + VariableLength(start[7]) + 4;
    }

    /// <summary>True if an intact header begins here, whether this version can read it or not; never throws.</summary>
    public static bool BeginsAt(ReadOnlySpan<byte> source)
    {
        if (source.Length < FormatConstants.HeaderFixedLength + 4 || !ArePossible(source[7])
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != FormatConstants.FrameMagic)
        {
            return false;
        }
        int end = FormatConstants.HeaderFixedLength + VariableLength(source[7]);
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
        if (((flags & FormatConstants.FlagModel) != 0) != (copy[3] >> 4 != 0))
            throw new InvalidDataException($"The frame's flags and its number of models, {copy[3] >> 4}, disagree.");
        if ((flags & FormatConstants.FlagSingle) != 0 && (flags & (FormatConstants.FlagSha256 | FormatConstants.FlagEmbeddedModel)) != 0)
            throw new InvalidDataException($"The frame's flags, {flags:x2}, exclude each other.");
        int blockLength = BinaryPrimitives.ReadInt32LittleEndian(copy[4..]);
        if (blockLength is < FormatConstants.MinBlockLength or > FormatConstants.MaxBlockLength)
            throw new InvalidDataException($"The frame's block length is {blockLength}, outside 1 to {FormatConstants.MaxBlockLength}.");
        if (!ArePossible(copy[3]) || copy.Length != 12 + VariableLength(copy[3]))
            throw new InvalidDataException("The frame header's lengths disagree.");
        int parameterLength = copy[3] & 15;
        byte[][] hashes = new byte[copy[3] >> 4][];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = copy.Slice(12 + parameterLength + i * FormatConstants.HashLength, FormatConstants.HashLength).ToArray();
        return new FrameHeader
        {
            Flags = flags,
            Codec = copy[2],
            Parameters = copy.Slice(12, parameterLength).ToArray(),
            BlockLength = blockLength,
            Tag = BinaryPrimitives.ReadUInt32LittleEndian(copy[8..]),
            ModelHashes = hashes,
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
