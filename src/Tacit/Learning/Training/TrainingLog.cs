using System.Globalization;
using System.Text.Json;

namespace Tacit.Learning;

/// <summary>Writes reports of a run as JSON Lines: one object a line.</summary>
/// <remarks>step, loss, validation_loss (if found), best, rate, gradient_norm, items_per_second, seconds.</remarks>
/// <param name="writer">Receives the lines; flushed after each.</param>
public sealed class TrainingLog(TextWriter writer) : IProgress<TrainingProgress>
{
    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        NumberFormatInfo plain = NumberFormatInfo.InvariantInfo;
        writer.Write(string.Create(plain, $"{{\"step\":{value.Step},\"loss\":{value.Loss}"));
        if (value.ValidationLoss is { } loss)
            writer.Write(string.Create(plain, $",\"validation_loss\":{loss},\"best\":{(value.IsBest ? "true" : "false")}"));
        writer.Write(string.Create(plain, $",\"rate\":{value.Rate},\"gradient_norm\":{value.GradientNorm:0.######}"));
        writer.WriteLine(string.Create(plain, $",\"items_per_second\":{value.ItemsPerSecond:0.#},\"seconds\":{value.Elapsed.TotalSeconds:0.###}}}"));
        writer.Flush();
    }

    /// <summary>The lines of a log up to some step: what a resumed run keeps of it.</summary>
    public static IReadOnlyList<string> LinesUpTo(long step, IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var kept = new List<string>();
        foreach (string line in lines)
        {
            if (StepOf(line) is { } at && at <= step)
                kept.Add(line);
        }
        return kept;
    }

    private static long? StepOf(string line)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(line);
            return parsed.RootElement.TryGetProperty("step"u8, out JsonElement step) && step.TryGetInt64(out long number) ? number : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;        // the last line of a process that was killed
        }
    }
}
