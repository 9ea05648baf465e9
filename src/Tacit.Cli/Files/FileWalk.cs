using Tacit.Cli.Terminal;

namespace Tacit.Cli.Files;

/// <summary>An input named on the command line, or found below a folder named there.</summary>
internal readonly record struct FoundFile(string Path, bool InFolder);

/// <summary>Turns the FILE arguments into files: folders are walked if asked for, in the order of their names.</summary>
internal static class FileWalk
{
    /// <summary>The files, one at a time. Links to folders are not followed; whatever is no regular file is skipped.</summary>
    /// <param name="names">Of files and folders.</param>
    /// <param name="recursive">Whether to take what is in folders.</param>
    /// <param name="report">Is told of what is skipped.</param>
    /// <param name="whole">Whether else a folder is taken by itself.</param>
    public static IEnumerable<FoundFile> Expand(IReadOnlyList<string> names, bool recursive, Report report, bool whole = false)
    {
        foreach (string name in names)
        {
            if (name == "-" || FileStatus.Of(name) is not { Kind: FileKind.Folder } || (whole && !recursive))
            {
                yield return new FoundFile(name, InFolder: false);
            }
            else if (!recursive)
            {
                report.Warning($"{name}: is a folder; skipped (-r takes what is in it)");
            }
            else
            {
                foreach (string path in Walk(name, report))
                    yield return new FoundFile(path, InFolder: true);
            }
        }
    }

    private static IEnumerable<string> Walk(string root, Report report)
    {
        var pending = new Stack<string>();
        pending.Push(root);
        while (pending.TryPop(out string? path))
        {
            // The root itself may be reached through a link: it was asked for by name.
            FileStatus? status = FileStatus.Of(path, follow: ReferenceEquals(path, root));
            switch (status?.Kind)
            {
                case FileKind.Folder:
                    string[] entries = List(path, report);
                    Array.Sort(entries, (a, b) => string.CompareOrdinal(b, a));
                    foreach (string entry in entries)
                        pending.Push(entry);
                    break;
                case FileKind.Regular:
                    yield return path;
                    break;
                default:
                    report.Warning($"{path}: is not a regular file; skipped");
                    break;
            }
        }
    }

    // Read whole before anything is written, so that new files are not met again.
    private static string[] List(string folder, Report report)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Error($"{folder}: {Trouble.Describe(e)}");
            return [];
        }
    }
}
