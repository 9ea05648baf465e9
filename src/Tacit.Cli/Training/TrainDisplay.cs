using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;

namespace Tacit.Cli.Training;

/// <summary>Shows how a run goes on standard error: a line for each validation, and on a terminal one that is written over.</summary>
internal sealed class TrainDisplay(Report report, TrainJob job) : IProgress<TrainingProgress>
{
    private readonly bool _terminal = report.Verbosity > Verbosity.Quiet && StandardStream.IsTerminal(Posix.StandardError);

    /// <summary>Is told too.</summary>
    public TrainingLog? Log { get; set; }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        Log?.Report(value);
        string text = string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps}: {value.Loss * job.Unit.Scale:0.0000}");
        if (value.ValidationLoss is { } validation)
        {
            text += string.Create(CultureInfo.InvariantCulture, $", validation {validation * job.Unit.Scale:0.0000} {job.Unit.Name}");
            text += value.IsBest ? ", best" : "";
        }
        text += string.Create(CultureInfo.InvariantCulture, $", {value.ItemsPerSecond:N0} {job.Items}/s, {Time(value.Left)} left");
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
