namespace Tacit.Learning;

/// <summary>Files and folders that are not complete yet, .tacit-….tmp beside what they will be; removed when the process ends in order.</summary>
public static class TemporaryFiles
{
    private const string Prefix = ".tacit-", Suffix = ".tmp";

    private static readonly List<string> Names = [];     // locked while in use

    static TemporaryFiles() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        // Whoever keeps the lock removes them, and may be waiting for this to return.
        if (Monitor.TryEnter(Names, TimeSpan.FromSeconds(1)))
            RemoveAll();
    };

    /// <summary>A name nobody else uses.</summary>
    public static string NewName() => Prefix + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal) + Suffix;

    /// <summary>True for paths whose name is from <see cref="NewName"/>.</summary>
    public static bool IsTemporary(string path) =>
        Path.GetFileName(path) is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Creates a file that is removed unless <see cref="Forget"/> comes first.</summary>
    /// <param name="path">Where.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static FileStream Create(string path, FileStreamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (Names)        // both or neither, so that none is made when all are removed
        {
            var stream = new FileStream(path, options);
            Names.Add(path);
            return stream;
        }
    }

    /// <summary>Creates a folder, for its owner alone, that is removed with all in it unless <see cref="Forget"/> comes first.</summary>
    /// <param name="path">Where.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static void CreateFolder(string path)
    {
        lock (Names)
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Names.Add(path);
        }
    }

    /// <summary>Leaves a file or folder where it is, or where it has been moved to; false if it was not to be removed.</summary>
    public static bool Forget(string path)
    {
        lock (Names)
            return Names.Remove(path);
    }

    /// <summary>Removes a file or folder if it is still one of these.</summary>
    public static void Remove(string path)
    {
        if (Forget(path))
            Delete(path);
    }

    /// <summary>Removes all, for a process that is about to end.</summary>
    /// <remarks>The lock is kept, so that nothing new is made between this and the end.</remarks>
    public static void RemoveAll()
    {
        Monitor.Enter(Names);
        foreach (string path in Names)
            Delete(path);
    }

    private static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its folder is gone or closed to us: nothing more can be done.
        }
    }
}
