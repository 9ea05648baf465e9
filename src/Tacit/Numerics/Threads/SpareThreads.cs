namespace Tacit.Numerics.Threads;

/// <summary>How many threads may be busy at once, and how many are: who could use another one asks here.</summary>
/// <remarks>Whether one is to be had changes when things are done, never a result. Thread-safe.</remarks>
internal sealed class SpareThreads(int threads)
{
    private int _busy;

    /// <summary>A thread begins to work that needs no leave.</summary>
    public void Take() => Interlocked.Increment(ref _busy);

    /// <summary>True if another one may begin to work, which then counts as busy.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _busy) <= threads)
            return true;
        Release();
        return false;
    }

    /// <summary>A thread has done its work.</summary>
    public void Release() => Interlocked.Decrement(ref _busy);
}
