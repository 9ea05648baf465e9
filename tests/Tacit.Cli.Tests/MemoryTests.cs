using System.Diagnostics;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>The memory limit is kept by the whole process, but for what an empty .NET process takes.</summary>
public sealed class MemoryTests : IDisposable
{
    private const long Limit = 80L << 20, Runtime = 60L << 20;

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [LinuxFact]
    public void TheLimitIsKeptBothWays()
    {
        // Two blocks of 32 MiB: 75 MiB a worker, so one worker only.
        _box.Write("a", Samples.Noise(64 << 20));
        Assert.InRange(Peak("c --codec store --block-size 32M -T2 --memlimit 80M a"), 32L << 20, Limit + Runtime);
        Assert.InRange(Peak("t -T2 --memlimit 80M a.tacit"), 32L << 20, Limit + Runtime);
        Assert.InRange(Peak("d -T2 --memlimit 80M -o b a.tacit"), 32L << 20, Limit + Runtime);
        Assert.InRange(Peak("d --salvage --memlimit 80M -o c a.tacit"), 32L << 20, Limit + Runtime);
        _box.Run("cmp a b && cmp a c && \"$TACIT\" c --codec store --block-size 32M -T1 -c < a | cmp - a.tacit").IsQuiet();
        _box.Tacit("t --memlimit 70M a.tacit").Says(1, "memlimit");
        _box.Tacit("c -f --codec store --block-size 32M --memlimit 70M a").Says(1, "memlimit");
    }

    // The largest resident set, as the kernel counts it until the process ends.
    private long Peak(string arguments)
    {
        using Process process = Shell.Start(_box.Folder, "exec \"$TACIT\" " + arguments);
        long peak = 0;
        while (!process.WaitForExit(2))
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // It has ended since.
            }
        }
        Assert.Equal(0, process.ExitCode);
        return peak;
    }
}
