using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>A block's header (FORMAT.md, section 4).</summary>
internal readonly record struct BlockHeader
{
    /// <summary>The block's number within its frame, modulo 2^16.</summary>
    public required ushort Number { get; init; }

    /// <summary>True if the coded bytes are the raw bytes.</summary>
    public required bool Stored { get; init; }

    /// <summary>The kind of data the codec took it for, 0 to 127; 0 for stored blocks.</summary>
    public required byte Kind { get; init; }

    /// <summary>Bytes before coding, at least 1.</summary>
    public required int RawLength { get; init; }

    /// <summary>Bytes in the file after this header: less than <see cref="RawLength"/>, or equal if stored.</summary>
    public required int CodedLength { get; init; }

    /// <summary>CRC-32C of the raw bytes.</summary>
    public required uint RawCrc { get; init; }

    /// <summary>CRC-32C of the coded bytes.</summary>
    public required uint CodedCrc { get; init; }

    /// <summary>Writes <see cref="FormatConstants.BlockHeaderLength"/> bytes for the frame with this tag.</summary>
    public void Write(Span<byte> destination, uint tag)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, FormatConstants.BlockMarker);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Number);
        destination[6] = (byte)(Stored ? FormatConstants.MethodStored : Kind);
        BinaryPrimitives.WriteInt32LittleEndian(destination[7..], RawLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[11..], CodedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[15..], RawCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[19..], CodedCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[23..], Check(destination[..23], tag));
    }

    /// <summary>Reads a header if one stands here and belongs to the frame; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, FrameHeader frame, out BlockHeader header)
    {
        header = default;
        if (source.Length < FormatConstants.BlockHeaderLength
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != FormatConstants.BlockMarker
            || BinaryPrimitives.ReadUInt32LittleEndian(source[23..]) != Check(source[..23], frame.Tag))
        {
            return false;
        }
        bool stored = source[6] == FormatConstants.MethodStored;
        header = new BlockHeader
        {
            Number = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
            Stored = stored,
            Kind = stored ? (byte)0 : source[6],
            RawLength = BinaryPrimitives.ReadInt32LittleEndian(source[7..]),
            CodedLength = BinaryPrimitives.ReadInt32LittleEndian(source[11..]),
            RawCrc = BinaryPrimitives.ReadUInt32LittleEndian(source[15..]),
            CodedCrc = BinaryPrimitives.ReadUInt32LittleEndian(source[19..]),
        };
        // A header may be written with hostile numbers and a good CRC.
        return header.Kind < FormatConstants.MethodStored
            && header.RawLength >= 1 && header.RawLength <= frame.BlockLength
            && (!frame.IsSingle || (header.RawLength == frame.BlockLength && header.Number == 0 && header.RawCrc == frame.Tag))
            && header.CodedLength >= 1
            && (stored ? header.CodedLength == header.RawLength : header.CodedLength < header.RawLength);
    }

    /// <summary>The chain of the footer, one block header further.</summary>
    /// <remarks>Without the header's own CRC: a CRC over bytes and their CRC is the same for all bytes.</remarks>
    public static uint Chain(uint chain, ReadOnlySpan<byte> header) => Crc32C.Append(chain, header[..(FormatConstants.BlockHeaderLength - 4)]);

    // The tag goes first, so that a header of another frame (an archive stored within this one) does not pass.
    private static uint Check(ReadOnlySpan<byte> bytes, uint tag)
    {
        Span<byte> prefix = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, tag);
        return Crc32C.Append(Crc32C.Of(prefix), bytes);
    }
}
