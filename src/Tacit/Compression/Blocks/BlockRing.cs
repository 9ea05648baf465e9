using Tacit.Compression.Codecs;
using Tacit.Numerics.Threads;

namespace Tacit.Compression.Blocks;

/// <summary>Slots that blocks go through in order: as many can be worked on at once as there are slots.</summary>
/// <remarks>Work runs on the thread pool; the ring itself is for one thread.</remarks>
internal sealed class BlockRing : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly BlockSlot[] _slots;
    private int _current;
    private bool _disposed;

    /// <param name="codec">The codec of the blocks.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="count">Number of slots, at least 1.</param>
    /// <param name="threads">Threads there are: those beyond the slots may help with a block.</param>
    /// <param name="progress">Told of raw bytes done, or null.</param>
    /// <param name="cancellationToken">Makes all work end soon with <see cref="OperationCanceledException"/>.</param>
    public BlockRing(CodecDescription codec, byte[] parameters, int count, int threads, WorkProgress? progress, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _slots = new BlockSlot[count];
        var spare = new SpareThreads(threads);
        for (int i = 0; i < count; i++)
            _slots[i] = new BlockSlot(new BlockWorker(codec, parameters, spare), new WorkMonitor(progress, _stop.Token));
    }

    /// <summary>Blocks started and not yet removed.</summary>
    public int InFlight { get; private set; }

    /// <summary>Blocks that can be worked on at once.</summary>
    public int SlotCount => _slots.Length;

    /// <summary>True if no slot is free.</summary>
    public bool IsFull => InFlight == _slots.Length;

    /// <summary>The slot to fill next. Only while not <see cref="IsFull"/>.</summary>
    public BlockSlot Current => _slots[_current];

    /// <summary>The slot started first. Only while <see cref="InFlight"/> is not 0.</summary>
    public BlockSlot Oldest => _slots[(_current - InFlight + _slots.Length) % _slots.Length];

    /// <summary>Counts <see cref="Current"/> as started and goes on to the next slot.</summary>
    public void MarkStarted()
    {
        _current = (_current + 1) % _slots.Length;
        InFlight++;
    }

    /// <summary>Frees the oldest slot for another block.</summary>
    public void RemoveOldest()
    {
        Oldest.Clear();
        InFlight--;
    }

    /// <summary>Stops all work, waits for it and frees the workers.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _stop.Cancel();
        foreach (BlockSlot slot in _slots)
        {
            // Whatever the work ended with no longer matters to anyone.
            slot.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            slot.Dispose();
        }
        _stop.Dispose();
    }
}
