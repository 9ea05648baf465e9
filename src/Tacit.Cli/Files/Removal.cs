namespace Tacit.Cli.Files;

/// <summary>The removal of an input (--rm), after its output has been verified.</summary>
internal sealed class Removal
{
    private readonly string _path;

    private Removal(string path) => _path = path;

    /// <summary>Checks before any work that the input is one that may be removed.</summary>
    public static Removal? Prepare(string path) => FileStatus.Of(path, follow: false)?.Kind switch
    {
        FileKind.Link => throw new IOException("is a symbolic link, which --rm does not remove; name the file itself"),
        FileKind.Regular or null => new Removal(path),   // nothing there: opening says so
        FileKind.Folder => new Removal(path),
        _ => throw new IOException("is no regular file, and --rm removes no others"),
    };

    /// <summary>Removes the file if it is still the one that was read.</summary>
    public void Remove(InputFile input)
    {
        if (input.Status is { } read && FileStatus.Of(_path, follow: false) is { } now && !now.IsUnchangedFrom(read))
            throw new IOException("has changed meanwhile and is kept; the output holds it as it was");
        File.Delete(_path);
    }
}
