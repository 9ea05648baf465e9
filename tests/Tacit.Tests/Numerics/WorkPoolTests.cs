using Tacit.Numerics;

namespace Tacit.Tests.Numerics;

public class WorkPoolTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(8)]
    public void EveryPartRunsOnce(int threads)
    {
        using var pool = new WorkPool(threads);
        int[] runs = new int[100];
        for (int round = 0; round < 200; round++)
        {
            var work = new Count(runs);
            pool.Run(ref work, round % 100);
        }
        for (int i = 0; i < 100; i++)
            Assert.Equal(2 * (99 - i), runs[i]);
    }

    [Fact]
    public void APartsExceptionReachesTheCallerAndThePoolGoesOn()
    {
        using var pool = new WorkPool(3);
        int[] runs = new int[10];
        var fail = new Fail();
        for (int i = 0; i < 20; i++)
        {
            Assert.Throws<InvalidOperationException>(() => pool.Run(ref fail, 10));
            var count = new Count(runs);
            pool.Run(ref count, 10);
        }
        Assert.All(runs, r => Assert.Equal(20, r));
    }

    [Fact]
    public void CallsWithinCallsAndSideBySideAreAllowed()
    {
        using var pool = new WorkPool(3);
        int[] runs = new int[8];
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 50; i++)
            {
                var outer = new Nested(pool, runs);
                pool.Run(ref outer, 4);
            }
        });
        Assert.All(runs, r => Assert.Equal(4 * 50 * 4, r));
    }

    [Fact]
    public void ACallAllocatesNothing()
    {
        using var pool = new WorkPool(3);
        var work = new Count(new int[4]);
        long before = 0;
        for (int i = 0; i < 300; i++)
        {
            if (i == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            pool.Run(ref work, 4);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ADisposedPoolStillWorks()
    {
        var pool = new WorkPool(2);
        pool.Dispose();
        int[] runs = new int[4];
        var work = new Count(runs);
        pool.Run(ref work, 4);
        Assert.All(runs, r => Assert.Equal(1, r));
    }

    private struct Count(int[] runs) : IWork
    {
        public readonly void Run(int part) => Interlocked.Increment(ref runs[part]);
    }

    private struct Fail : IWork
    {
        public readonly void Run(int part)
        {
            if (part % 3 == 1)
                throw new InvalidOperationException("part");
        }
    }

    private struct Nested(WorkPool pool, int[] runs) : IWork
    {
        public readonly void Run(int part)
        {
            var inner = new Count(runs);
            pool.Run(ref inner, runs.Length);
        }
    }
}
