namespace Tacit.Learning;

/// <summary>Writes a file that appears under its name only when it is complete and on disk.</summary>
/// <remarks>Until then it is .tacit-….tmp in the same folder; that is removed on failure and when the process ends in order.</remarks>
public static class AtomicFile
{
    private static readonly List<string> Temporaries = [];     // locked while in use

    static AtomicFile() => AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveTemporaries();

    /// <summary>Writes a file, in place of one that is there.</summary>
    /// <param name="path">Where it is to appear; of a link the target is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; what was there is unchanged.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        if (new FileInfo(target).LinkTarget is not null)
            target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        string name = Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        string temporary = Path.Join(Path.GetDirectoryName(target), $".tacit-{name}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 16 };
        // What replaces a private file is private from the beginning.
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = File.GetUnixFileMode(target);
        lock (Temporaries)
            Temporaries.Add(temporary);
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        finally
        {
            lock (Temporaries)
                Temporaries.Remove(temporary);
        }
    }

    private static void RemoveTemporaries()
    {
        lock (Temporaries)
        {
            foreach (string path in Temporaries)
            {
                try
                {
                    File.Delete(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Its folder is gone or closed to us: nothing more can be done.
                }
            }
        }
    }
}
