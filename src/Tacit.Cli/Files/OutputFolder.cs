using Tacit.Cli.Terminal;
using Tacit.Learning;

namespace Tacit.Cli.Files;

/// <summary>A folder that appears under its name only when all in it is complete and on disk.</summary>
/// <remarks>Until then it is in a temporary one beside it, which only its owner can open, and which is removed on failure too.</remarks>
internal sealed class OutputFolder : IDisposable
{
    private const string Inner = "folder";

    private readonly string _name, _target, _temporary;

    private OutputFolder(string name, string target, string temporary) => (_name, _target, _temporary) = (name, target, temporary);

    /// <summary>Begins a folder.</summary>
    /// <exception cref="IOException">Something of its name is there, or it cannot be created.</exception>
    public static OutputFolder Create(string path)
    {
        if (path.Length == 0)
            throw new IOException("the output's name is empty");
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        CheckFree(path, target);
        string temporary = Path.Join(Path.GetDirectoryName(target), TemporaryFiles.NewName());
        try
        {
            if (!Directory.Exists(Path.GetDirectoryName(target)))
                throw new DirectoryNotFoundException();
            TemporaryFiles.CreateFolder(temporary);
            Directory.CreateDirectory(Path.Join(temporary, Inner));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TemporaryFiles.Remove(temporary);
            throw new IOException($"cannot create '{path}': {Trouble.Describe(e)}", e);
        }
        return new OutputFolder(path, target, temporary);
    }

    /// <summary>Opens a new file in it.</summary>
    /// <param name="name">A path that stays in the folder, with / between its parts.</param>
    /// <exception cref="IOException">It is there, or cannot be created.</exception>
    public FileStream Open(string name)
    {
        string path = Path.Join(_temporary, Inner, name);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot create '{name}' in '{_name}': {Trouble.Describe(e)}", e);
        }
    }

    /// <summary>Gives the folder its name.</summary>
    public void Publish()
    {
        if (!OperatingSystem.IsWindows())
            Posix.FlushAllToDisk();     // once, for what may be very many files
        CheckFree(_name, _target);
        Directory.Move(Path.Join(_temporary, Inner), _target);
    }

    public void Dispose() => TemporaryFiles.Remove(_temporary);

    private static void CheckFree(string name, string target)
    {
        if (FileStatus.Of(target, follow: false) is not null)
            throw new IOException($"'{name}' exists already; images go into a new folder, also with -f");
    }
}
