using Tacit.Numerics.Lanes;

namespace Tacit.Numerics.Threads;

/// <summary>A kernel over independent units (rows, heads, images, stretches of a span), for any range of them.</summary>
internal interface IRangeKernel
{
    /// <summary>Does the units from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    void Run<L, V>(int first, int end)
        where L : struct, ILanes<V>
        where V : struct;
}

/// <summary>Runs range kernels, split over a pool where it pays.</summary>
internal static class Ranges
{
    /// <summary>A part worth another thread: about 20 µs of simple work.</summary>
    private const long SmallestPart = 1 << 15;

    /// <param name="kernel">The kernel; copied.</param>
    /// <param name="count">Units.</param>
    /// <param name="cost">Simple operations on vectors' lanes per unit, roughly.</param>
    /// <param name="pool">Threads, or null.</param>
    /// <param name="lanes">Lanes operands are packed for; 0 for the widest vectors.</param>
    public static void Run<TKernel>(in TKernel kernel, int count, long cost, WorkPool? pool, int lanes = 0)
        where TKernel : struct, IRangeKernel
    {
        if (count <= 0)
            return;
        var work = new Parts<TKernel> { Kernel = kernel, Count = count, PerPart = count, Lanes = lanes };
        long worth = Math.Max(1, Math.Min(count, count * Math.Max(1, cost) / SmallestPart));
        if (pool is not { Threads: > 1 } || worth < 2)
        {
            work.Run(0);
            return;
        }
        int parts = (int)Math.Min(worth, 4 * pool.Threads);
        work.PerPart = (count + parts - 1) / parts;
        pool.Run(ref work, (count + work.PerPart - 1) / work.PerPart);
    }

    private struct Parts<TKernel> : IWork
        where TKernel : struct, IRangeKernel
    {
        public TKernel Kernel;
        public int Count, PerPart, Lanes;

        public readonly void Run(int part)
        {
            int first = part * PerPart;
            var range = new Range<TKernel> { Kernel = Kernel, First = first, End = Math.Min(first + PerPart, Count) };
            if (Lanes == 0)
                Widest.Run(ref range);
            else
                Widest.Run(ref range, Lanes);
        }
    }

    private struct Range<TKernel> : IKernel
        where TKernel : struct, IRangeKernel
    {
        public TKernel Kernel;
        public int First, End;

        public readonly void Run<L, V>()
            where L : struct, ILanes<V>
            where V : struct => Kernel.Run<L, V>(First, End);
    }
}
