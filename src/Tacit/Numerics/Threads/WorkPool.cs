using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Tacit.Numerics;

/// <summary>Threads that share the parts of one piece of work at a time.</summary>
/// <remarks>
/// <para>
/// Parts are claimed one by one, the caller works too, and whoever comes late finds nothing left: a thread the system
/// has put aside holds up only the part it has begun. Nobody spins for long; waiting threads give their core away. So
/// more threads than cores cost little. A call allocates nothing.
/// </para>
/// <para>
/// A kernel's parts are rows, columns, streams or blocks, never pieces of a sum, so its results do not depend on the
/// number of threads. A call from inside a part, or while another caller has the pool, does its work alone.
/// </para>
/// </remarks>
public sealed unsafe class WorkPool : IDisposable
{
    private static WorkPool? s_shared;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private int _busy;
    private volatile bool _stopping;

    // The work at hand. Its fields are written before the ticket and stay until the last claimed part is done.
    private delegate*<void*, int, void> _invoke;
    private void* _work;
    private int _unfinished;
    private ExceptionDispatchInfo? _error;

    // Generation of the work (high half) and parts nobody has claimed yet (low half): claimed by compare-exchange.
    private long _ticket;

    /// <summary>A pool that works with so many threads, the caller's included.</summary>
    /// <param name="threads">At least 1; 1 makes a pool that only calls.</param>
    public WorkPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Serve) { IsBackground = true, Name = "Tacit worker" };
            _workers[i].Start();
        }
    }

    /// <summary>One pool for the process, with a thread per processor; made when first asked for.</summary>
    public static WorkPool Shared
    {
        get
        {
            if (Volatile.Read(ref s_shared) is { } pool)
                return pool;
            var made = new WorkPool(Environment.ProcessorCount);
            if (Interlocked.CompareExchange(ref s_shared, made, null) is not { } first)
                return made;
            made.Dispose();
            return first;
        }
    }

    /// <summary>Threads that work, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Does all parts and returns when they are done.</summary>
    /// <param name="work">The work; each thread calls it in place, it is not copied.</param>
    /// <param name="parts">How many parts, at least 0.</param>
    /// <typeparam name="TWork">A struct, so that nothing is allocated.</typeparam>
    /// <exception cref="Exception">The first exception a part threw, once the others are done.</exception>
    public void Run<TWork>(ref TWork work, int parts)
        where TWork : struct, IWork
    {
        if (parts <= 1 || _workers.Length == 0 || _stopping || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++)
                work.Run(part);
            return;
        }
        fixed (byte* pinned = &Unsafe.As<TWork, byte>(ref work))
        {
            _invoke = &Invoke<TWork>;
            _work = pinned;
            _unfinished = parts;
            _error = null;
            long generation = (Volatile.Read(ref _ticket) >> 32) + 1;
            Volatile.Write(ref _ticket, generation << 32 | (uint)parts);
            int helpers = Math.Min(_workers.Length, parts - 1) - _wake.CurrentCount;
            if (helpers > 0)
                _wake.Release(helpers);
            if (!Claim())
                _finished.Wait();
        }
        ExceptionDispatchInfo? error = _error;
        Volatile.Write(ref _busy, 0);
        error?.Throw();
    }

    /// <summary>Ends the threads. Later work is done by the caller alone.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (_workers.Length > 0)
            _wake.Release(_workers.Length);
    }

    private static void Invoke<TWork>(void* work, int part)
        where TWork : struct, IWork => Unsafe.AsRef<TWork>(work).Run(part);

    private void Serve()
    {
        while (true)
        {
            _wake.Wait();
            if (_stopping)
                return;
            if (Claim())
                _finished.Release();
        }
    }

    /// <summary>Works until nothing is left to claim; true if the part that was finished last was done here.</summary>
    private bool Claim()
    {
        bool last = false;
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            if ((int)ticket == 0)
                return last;
            if (Interlocked.CompareExchange(ref _ticket, ticket - 1, ticket) != ticket)
                continue;
            try
            {
                _invoke(_work, (int)ticket - 1);
            }
#pragma warning disable CA1031 // whatever it is, the caller gets it
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            }
            last = Interlocked.Decrement(ref _unfinished) == 0;
        }
    }
}
