namespace Tacit.Learning;

/// <summary>Writes a file that appears under its name only when it is complete and on disk.</summary>
/// <remarks>Until then it is one of the <see cref="TemporaryFiles"/> in the same folder, which is removed on failure too.</remarks>
public static class AtomicFile
{
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
        string temporary = Path.Join(Path.GetDirectoryName(target), TemporaryFiles.NewName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 16 };
        // What replaces a private file is private from the beginning.
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = File.GetUnixFileMode(target);
        try
        {
            using (FileStream stream = TemporaryFiles.Create(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
            TemporaryFiles.Forget(temporary);
        }
        finally
        {
            TemporaryFiles.Remove(temporary);       // nothing, unless it failed
        }
    }
}
