using System.IO.Compression;

namespace Tacit.Media.Sequences;

/// <summary>Data that may come wrapped by gzip.</summary>
public static class GzipFile
{
    /// <summary>The data without the wrapper, or as it is if there is none.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="most">Bytes there may be inside.</param>
    /// <exception cref="InvalidDataException">The wrapper is damaged or cut, or there is more inside.</exception>
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> file, int most)
    {
        if (file.Span is not [0x1f, 0x8b, 8, ..])
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
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
