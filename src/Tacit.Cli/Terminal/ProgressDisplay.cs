using System.Globalization;
using Spectre.Console;

namespace Tacit.Cli.Terminal;

/// <summary>Draws progress. Loads Spectre.Console, so it is touched only when there is something to draw.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);

    /// <summary>Draws samples until the token is cancelled, then clears the line.</summary>
    public static async Task RunAsync(Func<ProgressSample> sample, CancellationToken end)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        bool measured = sample().Share is not null;
        ProgressColumn[] columns = measured
            ? [new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new PercentageColumn()]
            : [new TaskDescriptionColumn(), new SpinnerColumn(Spinner.Known.Line)];
        await console.Progress().AutoClear(true).Columns(columns).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(Describe(sample()), maxValue: 1);
            task.IsIndeterminate = !measured;
            while (!end.IsCancellationRequested)
            {
                ProgressSample now = sample();
                task.Description = Describe(now);
                task.Value = now.Share ?? 0;
                await Task.Delay(Interval, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    private static string Describe(ProgressSample sample)
    {
        string text = $"{sample.Name}  {ByteSize.Format(sample.Bytes)}  {ByteSize.Format(sample.Rate)}/s";
        if (sample.Left is { } left)
            text += left.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $@"  {left:h\:mm\:ss} left") : "  over a day left";
        return Markup.Escape(text);
    }
}
