using Tacit.Learning;

namespace Tacit.Cli.Terminal;

/// <summary>The command line does not say what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Expected trouble, and the words for it: everything else is a bug and may show its stack.</summary>
internal static class Trouble
{
    private const int NoSpaceLeft = 28;   // ENOSPC, on all Unix systems .NET knows

    private static int QuotaExceeded => OperatingSystem.IsLinux() ? 122 : 69;   // EDQUOT

    public static bool IsExpected(Exception e) =>
        e is UsageException or InvalidDataException or DivergenceException
            or (IOException and not FileLoadException) or UnauthorizedAccessException or OutOfMemoryException;

    public static string Describe(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or folder" + Place(e),
        UnauthorizedAccessException => "permission denied" + Place(e),
        IOException { HResult: NoSpaceLeft } => "no space left" + Place(e, advice: true),
        IOException when e.HResult == QuotaExceeded => "the disk quota is used up" + Place(e, advice: true),
        InsufficientMemoryException => e.Message,
        OutOfMemoryException => "out of memory; fewer threads (-T 1) or a smaller --block-size need less",
        _ => e.Message,
    };

    // The runtime's messages name the path at their end, in quotes; a temporary name says nothing to its reader.
    private static string Place(Exception e, bool advice = false)
    {
        string message = e.Message;
        int end = message.LastIndexOf('\''), start = end > 0 ? message.IndexOf('\'') : -1;
        if (start < 0 || start == end)
            return "";
        string path = message[(start + 1)..end];
        if (!TemporaryFiles.IsTemporary(path))
            return $": '{path}'";
        return $" in '{Path.GetDirectoryName(path)}'" + (advice ? "; nothing is kept there (-o chooses another folder)" : "");
    }
}
