using System.Buffers.Binary;

namespace Tacit.Compression.Container;

/// <summary>The head of an embedded model (FORMAT.md, section 3.2): its length, and the CRC of that.</summary>
internal static class EmbeddedModel
{
    /// <summary>The head of a model of this length.</summary>
    public static byte[] Head(int length)
    {
        byte[] head = new byte[FormatConstants.ModelHeadLength];
        BinaryPrimitives.WriteInt64LittleEndian(head, length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Crc32C.Of(head.AsSpan(0, 8)));
        return head;
    }

    /// <summary>The length of the model that follows a head.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or the model is longer than any may be.</exception>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) != Crc32C.Of(head[..8]))
            throw new InvalidDataException("The length of the embedded model is damaged.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        return length is >= 1 and <= FormatConstants.MaxModelLength ? (int)length
            : throw new InvalidDataException($"The embedded model claims {length} bytes; at most {FormatConstants.MaxModelLength} are possible.");
    }
}
