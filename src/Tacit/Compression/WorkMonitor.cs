namespace Tacit.Compression;

/// <summary>What one worker reports to and asks while it codes a block: bytes done, and whether to stop.</summary>
internal sealed class WorkMonitor(WorkProgress? progress, CancellationToken cancellationToken)
{
    /// <summary>Codecs call <see cref="Advance"/> at least this often, in raw bytes.</summary>
    public const int Interval = 1 << 16;

    private long _block;

    /// <summary>A monitor that nobody watches and nobody cancels.</summary>
    public static WorkMonitor None { get; } = new(null, CancellationToken.None);

    /// <summary>One that asks whether to stop as this one does, and counts nothing: for work on what is counted already.</summary>
    public WorkMonitor Uncounted() => new(null, cancellationToken);

    /// <summary>Counts raw bytes done.</summary>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void Advance(int bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (progress is null)
            return;
        _block += bytes;
        progress.Add(bytes);
    }

    /// <summary>Counts what the codec did not of a block of <paramref name="rawLength"/> bytes.</summary>
    public void CompleteBlock(int rawLength)
    {
        progress?.Add(Math.Max(rawLength - _block, 0));   // a damaged block before may have left a count
        _block = 0;
    }
}
