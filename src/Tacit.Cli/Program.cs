using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;

namespace Tacit.Cli;

/// <summary>The entry point: runs one command and turns expected trouble into one line and an exit code.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var interruption = new Interruption();
        try
        {
            return await CommandLine.RunAsync(args, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (BrokenPipeException)
        {
            return ExitCode.Error;   // whoever read our output has what it wanted: nobody is left to be told
        }
        catch (Exception e) when (Trouble.IsExpected(e))
        {
            new Report(Verbosity.Normal).Error(Trouble.Describe(e));
            return ExitCode.Error;
        }
    }
}
