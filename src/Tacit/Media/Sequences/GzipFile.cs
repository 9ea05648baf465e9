using System.Buffers.Binary;
using System.IO.Compression;

namespace Tacit.Media.Sequences;

/// <summary>Data that may come wrapped by gzip.</summary>
public static class GzipFile
{
    private static ReadOnlySpan<byte> Begin => [0x1f, 0x8b, 8];

    /// <summary>The data without the wrapper, or as it is if there is none.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="most">Bytes there may be inside.</param>
    /// <exception cref="InvalidDataException">The wrapper is damaged or cut, or there is more inside.</exception>
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> file, int most)
    {
        if (!file.Span.StartsWith(Begin))
            return file;
        using var source = new MemoryStream(file.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        using var target = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = gzip.Read(buffer)) > 0)
        {
            if (target.Length + read > most)
                throw new InvalidDataException($"There are more than {most >> 20} MiB inside the gzip file.");
            target.Write(buffer, 0, read);
        }
        // The BCL takes a file that was cut for one that ends. Its last member says how long it is; most files have one member.
        if (file.Length < 18 || (BinaryPrimitives.ReadUInt32LittleEndian(file.Span[^4..]) != (uint)target.Length && file.Span[1..].IndexOf(Begin) < 0))
            throw new InvalidDataException("The gzip file is truncated or damaged: its content is not as long as its end says.");
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
