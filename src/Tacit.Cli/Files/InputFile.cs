using Tacit.Learning;

namespace Tacit.Cli.Files;

/// <summary>A file, device, FIFO or standard input opened for reading.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly Stream _source;
    private FileStream? _spool;

    private InputFile(string name, Stream source, FileStatus? status)
    {
        Name = name;
        _source = source;
        Status = status;
        Stream = new InputStream(source);
    }

    /// <summary>The name for messages.</summary>
    public string Name { get; }

    /// <summary>True if this is standard input.</summary>
    public bool IsStandard => _source is StandardStream;

    /// <summary>What was opened, or null if the system does not say.</summary>
    public FileStatus? Status { get; }

    /// <summary>Its bytes, forwards.</summary>
    public InputStream Stream { get; }

    /// <summary>Bytes of a regular file, null for anything else. The file may grow or shrink meanwhile.</summary>
    /// <remarks>Files of the system (/proc) say 0 and have data all the same, so 0 is unknown.</remarks>
    public long? Length => Status is { IsRegular: true, Length: > 0 } status ? status.Length : null;

    /// <summary>True if the work is done before asynchronous code would be compiled: worth 25 ms of a short run.</summary>
    /// <remarks>It cannot be cancelled then; <see cref="Terminal.Interruption"/> ends the process if it takes long after all.</remarks>
    public bool IsSmall => Length <= 1 << 16;

    /// <summary>True if an output may get this input's name: the input is a file or FIFO, and not in a folder of the system's.</summary>
    public static bool GivesName(string path)
    {
        if (FileStatus.Of(path) is not { } status)
            return true;   // nothing there: opening says so
        if (status.Kind is not (FileKind.Regular or FileKind.Pipe))
            return false;
        if (OperatingSystem.IsWindows())
            return true;
        string full = Path.GetFullPath(path);
        return !full.StartsWith("/proc/", StringComparison.Ordinal)
            && (!full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/dev/shm/", StringComparison.Ordinal));
    }

    /// <summary>Opens a file, or standard input for "-". Waits for a FIFO's writer.</summary>
    public static InputFile Open(string path)
    {
        if (path == "-")
            return new InputFile("standard input", new StandardStream(Posix.StandardInput), FileStatus.Of(Posix.StandardInput));
        FileStatus status = FileStatus.Of(path) ?? throw Missing(path);
        if (status.Kind == FileKind.Folder)
            throw new IOException("is a folder; only compress and decompress take one, with -r");
        if (status.Kind == FileKind.Socket)
            throw new IOException("is a socket and cannot be read");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return new InputFile(path, stream, FileStatus.Of(stream.SafeFileHandle) ?? status);
    }

    /// <summary>All its bytes.</summary>
    /// <param name="most">As many as there may be.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="IOException">There are more.</exception>
    public async Task<byte[]> ReadAllAsync(int most, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await Stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (data.Length + read > most)
                throw new IOException($"{Name} has more than {most >> 20} MiB");
            data.Write(buffer, 0, read);
        }
        return data.ToArray();
    }

    /// <summary>The bytes as a stream that can seek: the file itself, or an unnamed temporary copy of a pipe.</summary>
    /// <remarks>Instead of <see cref="Stream"/>, not beside it.</remarks>
    public async Task<Stream> SeekableAsync(CancellationToken cancellationToken)
    {
        if (_source is FileStream { CanSeek: true } file && Status is null or { IsRegular: true, Length: > 0 } or { Kind: FileKind.BlockDevice })
            return file;
        if (_spool is null)
        {
            string path = Path.Join(Path.GetTempPath(), TemporaryFiles.NewName());
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            _spool = new FileStream(path, options);
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            await Stream.CopyToAsync(_spool, 1 << 18, cancellationToken);
        }
        _spool.Position = 0;
        return _spool;
    }

    public void Dispose()
    {
        Stream.Dispose();
        _spool?.Dispose();
    }

    // A name that is there but cannot be looked at says why when it is opened.
    private static Exception Missing(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
        catch (ArgumentException)
        {
            return new IOException("the file name is empty");
        }
        return new FileNotFoundException();
    }
}
