using System.Diagnostics;
using Tacit.Cli.Files;

namespace Tacit.Cli.Terminal;

/// <summary>Rate and time left on standard error, if that is a terminal and the work takes more than a moment.</summary>
internal sealed class ProgressLine : IProgress<long>, IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(0.7);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _shown;
    private readonly Func<double?> _share;
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _bytes;

    private ProgressLine(string name, Func<double?> share)
    {
        _share = share;
        _shown = ShowAsync(name);
    }

    /// <summary>Starts showing progress, or returns null if nobody would see it.</summary>
    /// <param name="report">Says whether progress is wanted.</param>
    /// <param name="input">What is worked on.</param>
    /// <param name="share">How much of the work is done, from 0 to 1, or null if that is not known.</param>
    public static ProgressLine? Start(Report report, InputFile input, Func<ProgressLine, double?> share) => Start(report, input.Name, share);

    /// <inheritdoc cref="Start(Report, InputFile, Func{ProgressLine, double?})"/>
    public static ProgressLine? Start(Report report, string input, Func<ProgressLine, double?> share)
    {
        if (report.Verbosity == Verbosity.Quiet || !StandardStream.IsTerminal(Posix.StandardError))
            return null;
        ProgressLine line = null!;
        line = new ProgressLine(input, () => share(line));
        return line;
    }

    /// <summary>Raw bytes done.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public void Report(long value) => Volatile.Write(ref _bytes, value);

    /// <summary>Clears the line.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _shown.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ShowAsync(string name)
    {
        await Task.Delay(Moment, _end.Token);
        await ProgressDisplay.RunAsync(() => Sample(name), _end.Token);   // the first mention of what draws it
    }

    private ProgressSample Sample(string name)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
        double? share = _share() is { } s ? Math.Clamp(s, 0, 1) : null;
        TimeSpan? left = share is > 0.001 ? elapsed * (1 / share.Value - 1) : null;
        return new ProgressSample(Cli.Terminal.Report.Printable(name), Bytes, Bytes / elapsed.TotalSeconds, share, left);
    }
}

/// <summary>What there is to show at one moment.</summary>
internal readonly record struct ProgressSample(string Name, long Bytes, double Rate, double? Share, TimeSpan? Left);
