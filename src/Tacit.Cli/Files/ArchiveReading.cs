using Tacit.Compression;

namespace Tacit.Cli.Files;

/// <summary>Decodes a whole archive, which must be all there is.</summary>
internal static class ArchiveReading
{
    /// <summary>Writes the data of all frames.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged or cut short, or other bytes follow it.</exception>
    public static async Task CopyAsync(InputStream source, Stream destination, TacitDecompressionOptions options,
        IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var tacit = new TacitStream(source, options, leaveOpen: true, progress);
        await tacit.CopyToAsync(destination, 1 << 18, cancellationToken);
        if (await source.HasMoreAsync(cancellationToken))
        {
            throw new InvalidDataException($"bytes that are not Tacit's follow the data at byte {source.Position}; " +
                $"'head -c {source.Position}' cuts them off");
        }
    }
}
