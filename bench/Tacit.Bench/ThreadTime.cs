using System.Runtime.InteropServices;

namespace Tacit.Bench;

/// <summary>Time the current thread spent on a processor: what others run beside it is left out.</summary>
internal static partial class ThreadTime
{
    private const int ThreadCpuTime = 3;    // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Seconds.</summary>
    public static double Now
    {
        get
        {
            _ = clock_gettime(ThreadCpuTime, out Timespec time);
            return time.Seconds + time.Nanoseconds * 1e-9;
        }
    }

    /// <summary>The median of seconds per call, in rounds of about <paramref name="seconds"/> each; rivals take turns.</summary>
    public static double[][] Rounds(int rounds, double seconds, params Action[] rivals)
    {
        int[] repeats = new int[rivals.Length];
        for (int r = 0; r < rivals.Length; r++)
        {
            rivals[r]();
            repeats[r] = 1;
            while (true)
            {
                double time = Time(rivals[r], repeats[r]);
                if (time > seconds / 2)
                {
                    repeats[r] = Math.Max(1, (int)(repeats[r] * seconds / time));
                    break;
                }
                repeats[r] *= 2;
            }
        }
        double[][] perCall = [.. rivals.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int r = 0; r < rivals.Length; r++)
                perCall[r][round] = Time(rivals[r], repeats[r]) / repeats[r];
        }
        return perCall;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double GeometricMean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return Math.Exp(all.Sum(Math.Log) / all.Length);
    }

    private static double Time(Action action, int repeats)
    {
        double start = Now;
        for (int i = 0; i < repeats; i++)
            action();
        return Now - start;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    private struct Timespec
    {
        public long Seconds, Nanoseconds;
    }
}
