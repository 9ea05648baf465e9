using Tacit.Cli.Files;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Commands;

/// <summary>Going on would make things worse: the files that are left are not tried.</summary>
internal sealed class StopException(string message, Exception cause) : IOException(message, cause);

/// <summary>One piece of work for each file.</summary>
internal static class Jobs
{
    /// <summary>Runs them in turn; expected trouble with one does not stop the others. Returns the exit code.</summary>
    public static async Task<int> RunAsync(IEnumerable<FoundFile> files, Report report, Func<FoundFile, Task> job,
        CancellationToken cancellationToken)
    {
        foreach (FoundFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await job(file);
            }
            catch (IOException e) when (e is not BrokenPipeException && e.HResult == Posix.EPIPE)
            {
                throw new BrokenPipeException();
            }
            catch (Exception e) when (Trouble.IsExpected(e) && e is not (BrokenPipeException or StopException or UsageException))
            {
                report.Error($"{NameOf(file)}: {Trouble.Describe(e)}");
            }
        }
        return report.ExitCode;
    }

    private static string NameOf(FoundFile file) => file.Path == "-" ? "standard input" : file.Path.Length == 0 ? "''" : file.Path;
}
