using Tacit.Compression;

namespace Tacit.Cli.Files;

/// <summary>Decodes a whole archive, which must be all there is.</summary>
internal static class ArchiveReading
{
    /// <summary>Writes the data of all frames.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="destination">Receives the data.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="progress">Told of bytes decoded.</param>
    /// <param name="small">See <see cref="InputFile.IsSmall"/>.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">The archive is damaged or cut short, or other bytes follow it.</exception>
    public static async Task CopyAsync(InputStream source, Stream destination, TacitDecompressionOptions options,
        IProgress<long>? progress, bool small, CancellationToken cancellationToken)
    {
        await using var tacit = new TacitStream(source, options, leaveOpen: true, progress);
        if (small)
            tacit.CopyTo(destination, 1 << 16);
        else
            await tacit.CopyToAsync(destination, 1 << 18, cancellationToken);
        if (await source.HasMoreAsync(cancellationToken))
        {
            throw new InvalidDataException($"bytes that are not Tacit's follow the data at byte {source.Position}; " +
                $"'head -c {source.Position}' cuts them off");
        }
    }
}
