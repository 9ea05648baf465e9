using System.Diagnostics;
using System.Text;

namespace Tacit.Cli.Tests.Support;

/// <summary>What a process left.</summary>
/// <param name="ExitCode">Its exit code; 128 plus the signal's number if one ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error as text.</param>
public sealed record Outcome(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Checks the exit code and that nothing was said.</summary>
    public Outcome IsQuiet(int exitCode = 0)
    {
        Assert.Equal((exitCode, ""), (ExitCode, Error));
        return this;
    }

    /// <summary>Checks the exit code and that exactly one line, which names the program and contains the text, was said.</summary>
    public Outcome Says(int exitCode, string part)
    {
        Assert.True(exitCode == ExitCode, $"exit code {ExitCode}, not {exitCode}: {Error}");
        Assert.StartsWith("tacit: ", Error, StringComparison.Ordinal);
        Assert.Contains(part, Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        return this;
    }
}

/// <summary>Runs bash scripts, in which $TACIT is the published command.</summary>
public static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The published command.</summary>
    public static string Command { get; } =
        Path.Combine(AppContext.BaseDirectory, "command", OperatingSystem.IsWindows() ? "tacit.exe" : "tacit");

    /// <summary>Words before a command that make permissions bind it.</summary>
    public static string Unprivileged => Environment.IsPrivilegedProcess
        ? "setpriv --reuid=65534 --regid=65534 --clear-groups env -u HOME"
        : "env";

    /// <summary>True if the script returns 0.</summary>
    public static bool Succeeds(string script)
    {
        try
        {
            return Run(Path.GetTempPath(), script).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a script to its end.</summary>
    public static Outcome Run(string folder, string script, byte[]? input = null)
    {
        using Process process = Start(folder, script);
        Task<byte[]> output = ReadAsync(process.StandardOutput.BaseStream);
        Task<byte[]> error = ReadAsync(process.StandardError.BaseStream);
        try
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process did not want it.
        }
        if (!process.WaitForExit(Limit) || !Task.WaitAll([output, error], Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Still running after {Limit}: {script}");
        }
        return new Outcome(process.ExitCode, output.Result, Encoding.UTF8.GetString(error.Result));
    }

    /// <summary>Starts a script with all its standard streams redirected.</summary>
    public static Process Start(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TACIT"] = Command;
        return Process.Start(start)!;
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
