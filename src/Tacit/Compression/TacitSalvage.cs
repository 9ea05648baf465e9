namespace Tacit.Compression;

/// <summary>Recovers what is intact of a damaged archive.</summary>
public static class TacitSalvage
{
    /// <summary>Writes all raw bytes whose blocks are intact, and zeros in place of those that are lost.</summary>
    /// <remarks>
    /// Handles changed, missing and added bytes, lost frame headers (by the copy in the footer) and lost ends. Every
    /// recovered byte stands at its own offset as long as the lengths of the lost blocks are known: from their own
    /// headers, from the index, or because all blocks but a frame's last have the same length unless it was flushed. An index is not believed if it tells
    /// of more than 1 MiB of data in more than twice the bytes its frame still has: then lost lengths are unknown. Zeros
    /// are not written for frames at the end of which nothing was recovered. A destination that can seek and stands at
    /// its end gets holes for zeros.
    /// </remarks>
    /// <param name="archive">A stream that can seek, read from its start.</param>
    /// <param name="destination">Receives the raw bytes.</param>
    /// <param name="options">Memory limit, or null for the defaults; one thread is used.</param>
    /// <param name="progress">Told of raw bytes decoded.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The archive cannot read or seek.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public static async Task<SalvageReport> SalvageAsync(Stream archive, Stream destination, TacitDecompressionOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(destination);
        if (!archive.CanRead || !archive.CanSeek)
            throw new ArgumentException("The archive must be able to read and seek.", nameof(archive));
        using var salvager = new Salvager(archive, destination, options ?? new(), progress, cancellationToken);
        return await Task.Run(salvager.Run, cancellationToken).ConfigureAwait(false);
    }
}
