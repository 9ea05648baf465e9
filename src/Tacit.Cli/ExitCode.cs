namespace Tacit.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Error = 1;         // usage errors too
    public const int Warning = 2;       // all that was asked for is done, but something was skipped or lost
    public const int Interrupted = 130;
}
