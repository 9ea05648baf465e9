using Tacit.Cli.Terminal;
using Tacit.Media;

namespace Tacit.Cli.Records;

/// <summary>--format, of commands that read records.</summary>
internal static class RecordFormatName
{
    /// <summary>The format of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="others">What else the option takes, for the message.</param>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static RecordFormat Parse(string name, params string[] others) => name switch
    {
        "lines" => RecordFormat.Lines,
        "csv" => RecordFormat.Rows,
        "prefixed" => RecordFormat.Prefixed,
        _ => throw new UsageException($"--format is one of {string.Join(", ", (string[])["lines", "csv", "prefixed", .. others])}, not '{name}'"),
    };

    /// <summary>The format of a file: as named, or by its own name.</summary>
    public static RecordFormat Of(string? name, string path) => name is not null ? Parse(name)
        : path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? RecordFormat.Rows : RecordFormat.Lines;
}
