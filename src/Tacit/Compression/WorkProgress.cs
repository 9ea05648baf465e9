namespace Tacit.Compression;

/// <summary>The sum of what all workers of one operation have done. Thread-safe; reports never fall.</summary>
internal sealed class WorkProgress(IProgress<long> target)
{
    private readonly Lock _gate = new();
    private long _done;

    /// <summary>Adds raw bytes and reports the sum.</summary>
    public void Add(long bytes)
    {
        lock (_gate)
            target.Report(_done += bytes);
    }
}
