using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;

namespace Tacit.Cli.Training;

/// <summary>Shows how a run goes on standard error: a line for each validation, and on a terminal one that is written over.</summary>
internal sealed class TrainDisplay(Report report, TrainKind kind, IProgress<TrainingProgress>? log) : IProgress<TrainingProgress>
{
    private readonly bool _terminal = report.Verbosity > Verbosity.Quiet && StandardStream.IsTerminal(Posix.StandardError);

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        log?.Report(value);
        string text = string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps}: {value.Loss * kind.Unit.Scale:0.0000}");
        if (value.ValidationLoss is { } validation)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", validation {validation * kind.Unit.Scale:0.0000} {kind.Unit.Name}");
            text += value.IsBest ? ", best" : "";
        }
        text += string.Create(CultureInfo.InvariantCulture, $", {value.ItemsPerSecond:N0} {kind.Items}/s, {Time(value.Left)} left");
        if (_terminal)
            Write("\r\x1b[K");
        if (value.ValidationLoss is not null || report.Verbosity == Verbosity.Verbose)
            report.Note(text);
        else if (_terminal && value.Step < value.Steps)
            Write(text);
    }

    /// <summary>A time as people say it.</summary>
    public static string Time(TimeSpan time)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        return time.TotalMinutes < 1 ? string.Create(plain, $"{time.TotalSeconds:0.0} s")
            : time.TotalHours < 1 ? string.Create(plain, $@"{time:m\:ss} min")
            : time.TotalDays < 1 ? string.Create(plain, $@"{time:h\:mm} h")
            : string.Create(plain, $"{time.TotalDays:0.0} days");
    }

    private static void Write(string text)
    {
        try
        {
            using var stream = new StandardStream(Posix.StandardError);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody looks.
        }
    }
}
