using System.Buffers.Binary;
using System.Text;

namespace Tacit.Compression.Container;

/// <summary>The metadata section (FORMAT.md, section 3.1): names and values, both text.</summary>
internal static class FrameMetadata
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The section as it stands in the file: body length, body, CRC. Keys in order of their bytes.</summary>
    /// <exception cref="ArgumentException">A key is empty or over 255 bytes, or the whole exceeds the limit.</exception>
    public static byte[] Write(IReadOnlyDictionary<string, string> metadata)
    {
        using var body = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        (byte[] Key, byte[] Value)[] entries = [.. metadata.Select(pair => (Utf8.GetBytes(pair.Key), Utf8.GetBytes(pair.Value)))];
        Array.Sort(entries, (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        foreach ((byte[] keyBytes, byte[] valueBytes) in entries)
        {
            if (keyBytes.Length is 0 or > 255)
                throw new ArgumentException($"A metadata key must have 1 to 255 bytes: '{Encoding.UTF8.GetString(keyBytes)}'.", nameof(metadata));
            body.WriteByte((byte)keyBytes.Length);
            body.Write(keyBytes);
            BinaryPrimitives.WriteInt32LittleEndian(length, valueBytes.Length);
            body.Write(length);
            body.Write(valueBytes);
        }
        if (body.Length > FormatConstants.MaxMetadataLength)
        {
            throw new ArgumentException($"Metadata of {body.Length} bytes exceeds the limit of " +
                $"{FormatConstants.MaxMetadataLength}.", nameof(metadata));
        }
        byte[] section = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32LittleEndian(section, (int)body.Length);
        body.ToArray().CopyTo(section, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(section.AsSpan(section.Length - 4), Crc32C.Of(section.AsSpan(0, section.Length - 4)));
        return section;
    }

    /// <summary>The section's whole length, told from its first four bytes.</summary>
    /// <exception cref="InvalidDataException">The length exceeds the limit.</exception>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        uint body = BinaryPrimitives.ReadUInt32LittleEndian(start);
        if (body > FormatConstants.MaxMetadataLength)
            throw new InvalidDataException($"The metadata is damaged: it claims {body} bytes.");
        return (int)body + 8;
    }

    /// <summary>Reads a section that is exactly <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Dictionary<string, string> Read(ReadOnlySpan<byte> source)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[^4..]) != Crc32C.Of(source[..^4]))
            throw new InvalidDataException("The metadata is damaged: its CRC-32C is wrong.");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        ReadOnlySpan<byte> body = source[4..^4];
        ReadOnlySpan<byte> previous = [];
        while (!body.IsEmpty)
        {
            ReadOnlySpan<byte> key = Take(ref body, Take(ref body, 1)[0]);
            int valueLength = BinaryPrimitives.ReadInt32LittleEndian(Take(ref body, 4));
            string value = Text(Take(ref body, valueLength));
            if (previous.SequenceCompareTo(key) >= 0)   // an empty key too
                throw new InvalidDataException("The metadata is damaged: its keys are not in order.");
            metadata.Add(Text(key), value);
            previous = key;
        }
        return metadata;
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> body, int length)
    {
        if (length < 0 || length > body.Length)
            throw new InvalidDataException("The metadata is damaged: an entry is cut short.");
        ReadOnlySpan<byte> taken = body[..length];
        body = body[length..];
        return taken;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("The metadata is damaged: it is not UTF-8.");
        }
    }
}
