namespace Tacit.Compression;

/// <summary>What long work reports to and asks: bytes done, and whether to stop.</summary>
/// <remarks>Thread-safe: the workers of one operation share it.</remarks>
internal sealed class WorkMonitor(Action<long>? progress, CancellationToken cancellationToken)
{
    /// <summary>Codecs call <see cref="Advance"/> at least this often, in raw bytes.</summary>
    public const int Interval = 1 << 16;

    private readonly Lock _gate = new();
    private long _done;

    /// <summary>A monitor that nobody watches.</summary>
    public static WorkMonitor None { get; } = new(null, CancellationToken.None);

    /// <summary>Cancels the work.</summary>
    public CancellationToken Token => cancellationToken;

    /// <summary>Counts raw bytes done.</summary>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void Advance(int bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (progress is null)
            return;
        lock (_gate)   // so that reports rise
            progress(_done += bytes);
    }
}
