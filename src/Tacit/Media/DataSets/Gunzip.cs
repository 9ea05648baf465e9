using System.Buffers.Binary;
using System.IO.Compression;
using Tacit.Media.Images;

namespace Tacit.Media.DataSets;

/// <summary>Files that are wrapped in gzip.</summary>
public static class Gunzip
{
    /// <summary>The content of a gzip file, or the bytes themselves if they are none.</summary>
    /// <param name="data">The file.</param>
    /// <param name="most">Bytes it may become.</param>
    /// <exception cref="InvalidDataException">It is damaged or truncated, or its content is longer.</exception>
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> data, int most)
    {
        if (data.Span is not [0x1F, 0x8B, 0x08, ..])
            return data;
        using var content = new MemoryStream();
        using var inflated = new GZipStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        try
        {
            int read;
            while ((read = inflated.Read(buffer)) > 0)
            {
                if (content.Length + read > most)
                    throw new InvalidDataException($"The gzip file holds more than {most} bytes, which is the most that is read.");
                content.Write(buffer, 0, read);
            }
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("The gzip file is truncated.", e);
        }
        ReadOnlyMemory<byte> all = content.GetBuffer().AsMemory(0, (int)content.Length);
        if (!EndFits(data.Span, all.Span))
            throw new InvalidDataException("The gzip file is damaged or truncated: its end does not fit what it holds.");
        return all;
    }

    // The BCL takes a file that ends early for one that ends. The last 8 bytes are check sum and length of the last member, of which there may
    // be several (RFC 1952, 2.2); an empty one, as some tools write, is told by its whole code.
    private static bool EndFits(ReadOnlySpan<byte> file, ReadOnlySpan<byte> content)
    {
        if (file.Length < 18)
            return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[^4..]);
        return length <= (uint)content.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(file[^8..]) == Crc32.Of(content[^(int)length..])
            && (length > 0 || file[^10..^8] is [3, 0]);
    }
}
