using System.Globalization;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Series;

/// <summary>Whole numbers on the command line.</summary>
internal static class WholeNumber
{
    /// <summary>The number, or the default if the option is not given.</summary>
    public static int Parse(string option, string? text, int otherwise, int least, int most)
    {
        if (text is null)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new UsageException($"{option} takes a whole number from {least} to {most}, not '{text}'");
    }

    /// <summary>A seed.</summary>
    public static ulong Seed(string? text)
    {
        if (text is null)
            return 1;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new UsageException($"--seed takes a whole number, not '{text}'");
    }
}
