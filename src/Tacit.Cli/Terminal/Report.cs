using System.Globalization;
using System.Text;
using Tacit.Cli.Files;

namespace Tacit.Cli.Terminal;

/// <summary>How much is said on standard error.</summary>
internal enum Verbosity
{
    Quiet,      // errors
    Normal,     // and warnings
    Verbose,    // and a line per file
}

/// <summary>Messages on standard error, and the exit code they lead to.</summary>
internal sealed class Report(Verbosity verbosity)
{
    private bool _failed, _warned;

    public Verbosity Verbosity => verbosity;

    /// <summary>The worst that happened: an error before a warning.</summary>
    public int ExitCode => _failed ? Cli.ExitCode.Error : _warned ? Cli.ExitCode.Warning : Cli.ExitCode.Success;

    public void Error(string message)
    {
        _failed = true;
        WriteLine(message);
    }

    public void Warning(string message)
    {
        _warned = true;
        if (verbosity > Verbosity.Quiet)
            WriteLine(message);
    }

    /// <summary>What is going on, for commands that run long.</summary>
    public void Note(string message)
    {
        if (verbosity > Verbosity.Quiet)
            WriteLine(message);
    }

    public void Detail(string message)
    {
        if (verbosity == Verbosity.Verbose)
            WriteLine(message);
    }

    /// <summary>Text with control and format characters spelled out: names and metadata come from strangers, terminals obey.</summary>
    /// <remarks>Format characters reverse the direction of what follows, or are not seen at all.</remarks>
    public static string Printable(string text)
    {
        StringBuilder? safe = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool control = char.IsControl(text[i]), format = !control && CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.Format;
            if (control || format)
                safe ??= new StringBuilder(text, 0, i, text.Length + 8);
            if (control)
            {
                safe!.Append($"\\x{(int)text[i]:x2}");
            }
            else if (format)
            {
                bool pair = char.IsHighSurrogate(text[i]);
                safe!.Append(pair ? $"\\U{char.ConvertToUtf32(text, i):x8}" : $"\\u{(int)text[i]:x4}");
                i += pair ? 1 : 0;
            }
            else
            {
                safe?.Append(text[i]);
            }
        }
        return safe?.ToString() ?? text;
    }

    // Not through the console, which would set up the terminal first.
    private static void WriteLine(string message)
    {
        try
        {
            using var stream = new StandardStream(Posix.StandardError);
            stream.Write(Encoding.UTF8.GetBytes("tacit: " + Printable(message) + Environment.NewLine));
        }
        catch (IOException)
        {
            // Nobody listens; the exit code says it too.
        }
    }
}
