using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>What is different on a terminal.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [TerminalFact]
    public void CompressedDataIsNotWrittenToATerminal()
    {
        _box.WriteText("a");
        Outcome outcome = OnTerminal("\"$TACIT\" c --codec brotli -c a");
        Assert.Equal((1, "tacit: a: compressed data is not written to a terminal; redirect standard output or use -o"),
            (outcome.ExitCode, outcome.Text.Trim()));
        Assert.Contains("'/dev/tty' is a terminal", OnTerminal("\"$TACIT\" c --codec brotli a -o /dev/tty").Text, StringComparison.Ordinal);
        Assert.Equal(0, OnTerminal("\"$TACIT\" c --codec brotli -c a > x; \"$TACIT\" -dc x").ExitCode);
        Assert.Equal("a x", _box.Names);
    }

    [TerminalFact]
    public void CompressedDataIsNotReadFromATerminal()
    {
        foreach (string command in new[] { "d -", "t -", "l -" })
        {
            Outcome outcome = OnTerminal($"\"$TACIT\" {command}");
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("compressed data is not read from a terminal", outcome.Text, StringComparison.Ordinal);
        }
        Assert.Contains("no FILE is given", OnTerminal("\"$TACIT\" d").Text, StringComparison.Ordinal);
        Assert.Contains("no FILE is given", OnTerminal("\"$TACIT\" c").Text, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void ProgressIsShownAndCleared()
    {
        _box.Write("noise.bin", Samples.Noise(500_000));
        string shown = OnTerminal("\"$TACIT\" c -9 noise.bin").Text;
        Assert.Contains("noise.bin", shown, StringComparison.Ordinal);
        Assert.Contains("iB/s", shown, StringComparison.Ordinal);
        Assert.Contains("%", shown, StringComparison.Ordinal);
        Assert.Contains(" left", shown, StringComparison.Ordinal);

        // A slow pipe takes time without work.
        const string slow = "(echo a; sleep 1.5) | \"$TACIT\" c --codec store -f -o x";
        Assert.Contains("standard input", OnTerminal(slow).Text, StringComparison.Ordinal);
        Assert.Equal("", OnTerminal(slow + " -q").Text);
        Assert.Equal("", OnTerminal(slow + " 2> error; cat error").Text);
        // Colours are what SGR sequences other than "reset" set.
        string plain = OnTerminal("export NO_COLOR=1; " + slow).Text;
        Assert.Contains("standard input", plain, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\x1b\[[1-9][0-9;]*m", plain);
    }

    [TerminalFact]
    public void TheListIsATable()
    {
        _box.WriteArchive("[bold]a");
        string text = OnTerminal("\"$TACIT\" l '[bold]a.tacit'").Text;
        Assert.Contains("[bold]a.tacit", text, StringComparison.Ordinal);
        Assert.Contains("brotli -5", text, StringComparison.Ordinal);
        Assert.Contains("5000", text, StringComparison.Ordinal);
    }

    private Outcome OnTerminal(string script)
    {
        _box.Write("../script-" + Path.GetFileName(_box.Folder), System.Text.Encoding.UTF8.GetBytes("stty cols 120 2> /dev/null\n" + script));
        string file = _box.Folder + "/../script-" + Path.GetFileName(_box.Folder);
        try
        {
            return _box.Run($"TERM=xterm-256color script -qec 'bash {file}' /dev/null < /dev/null");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
