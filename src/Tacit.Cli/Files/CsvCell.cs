namespace Tacit.Cli.Files;

/// <summary>Text as a cell of CSV (RFC 4180).</summary>
internal static class CsvCell
{
    /// <summary>The text, in quotes where it needs them.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAny("\",\r\n") < 0 && (text.Length == 0 || (text[0] != ' ' && text[^1] != ' '))
        ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
