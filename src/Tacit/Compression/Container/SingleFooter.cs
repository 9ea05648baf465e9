using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>The footer of a single frame (FORMAT.md, section 6.1): where the frame begins.</summary>
internal static class SingleFooter
{
    // A header without parameters, a block header, one byte.
    private const int MinFrameLength =
        FormatConstants.HeaderFixedLength + 4 + FormatConstants.BlockHeaderLength + 1 + FormatConstants.SingleFooterLength;

    /// <summary>The footer as it stands in the file, of a frame of so many bytes, footer included.</summary>
    public static byte[] Write(long frameLength)
    {
        byte[] bytes = new byte[FormatConstants.SingleFooterLength];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, checked((uint)frameLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Of(bytes.AsSpan(0, 4)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), FormatConstants.SingleEndMagic);
        return bytes;
    }

    /// <summary>The length of the frame that ends with these bytes, 12 at least; 0 if no intact footer of a single frame does; never throws.</summary>
    public static long FrameLength(ReadOnlySpan<byte> end)
    {
        ReadOnlySpan<byte> footer = end[^FormatConstants.SingleFooterLength..];
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(footer);
        return BinaryPrimitives.ReadUInt32LittleEndian(footer[8..]) == FormatConstants.SingleEndMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) == Crc32C.Of(footer[..4])
            && length >= MinFrameLength ? length : 0;
    }
}
