using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tacit.Learning;

namespace Tacit.Cli.Files;

/// <summary>A file that appears under its name only when it is complete and on disk; or a pipe, device or standard output.</summary>
/// <remarks>
/// Write to <see cref="Stream"/>, then <see cref="FinishAsync"/>, then perhaps read it again, then <see cref="Publish"/>.
/// Disposed earlier, a file leaves nothing behind. Its temporary name is in the same folder, for a rename must not copy.
/// </remarks>
internal sealed class OutputFile : IAsyncDisposable
{
    private const int LongestName = 255;   // bytes, on all file systems in use

    private static readonly HashSet<string> Published = [];     // full paths and identities

    private readonly Stream _sink;
    private readonly string? _temporary;
    private readonly string? _target;
    private readonly FileStatus? _replaced;
    private readonly bool _overwrite;

    private OutputFile(string name, Stream sink, string? temporary = null, string? target = null, FileStatus? replaced = null, bool overwrite = false,
        bool buffered = false)
    {
        Name = name;
        _sink = sink;
        _temporary = temporary;
        _target = target;
        _replaced = replaced;
        _overwrite = overwrite;
        Stream = buffered ? new BufferedStream(sink, 1 << 16) : sink;
    }

    /// <summary>The name for messages.</summary>
    public string Name { get; }

    /// <summary>Takes the bytes.</summary>
    public Stream Stream { get; }

    /// <summary>True if what was written can be read again: it is a regular file of ours.</summary>
    public bool CanVerify => _temporary is not null;

    /// <summary>True for the names of standard output, which must not be opened anew: a redirected file would be cut.</summary>
    public static bool IsStandardName(string path) => path is "-" or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1";

    /// <summary>Standard output.</summary>
    /// <exception cref="IOException">Compressed data would go to a terminal.</exception>
    public static OutputFile OpenStandard(bool compressed)
    {
        if (compressed && StandardStream.IsTerminal(Posix.StandardOutput))
            throw new IOException("compressed data is not written to a terminal; redirect standard output or use -o");
        return new OutputFile("standard output", new StandardStream(Posix.StandardOutput), buffered: compressed);
    }

    /// <summary>Opens the file, FIFO or device that was asked for by name (-o). Waits for a FIFO's reader.</summary>
    /// <param name="path">Where the file is to appear; the target of a link is replaced, not the link.</param>
    /// <param name="overwrite">Whether it may be there already.</param>
    /// <param name="compressed">Whether compressed data is written, which a terminal does not get.</param>
    /// <param name="input">The input, which must not be the same file.</param>
    public static OutputFile Create(string path, bool overwrite, bool compressed, FileStatus? input)
    {
        if (path.Length == 0)
            throw new IOException("the output's name is empty");
        if (DescriptorOf(path) is { } descriptor)
            return OpenDescriptor(path, descriptor, compressed, input);
        string target = Path.GetFullPath(path);   // full, for links in the current folder are resolved wrongly otherwise
        FileStatus? existing = FileStatus.Of(target);
        if (existing is { Kind: FileKind.Pipe or FileKind.CharacterDevice or FileKind.Socket } || (existing is { Kind: FileKind.BlockDevice } && overwrite))
        {
            RefuseSame(existing, input);
            return OpenInPlace(path, compressed);   // by the name given: a link in /proc may lead to no other
        }
        if (FileStatus.Of(target, follow: false) is { Kind: FileKind.Link })
            target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        return CreateFile(path, target, existing, overwrite, input);
    }

    /// <summary>Opens a file whose name nobody typed: it comes from the input's name or from an archive.</summary>
    /// <param name="path">Where the file is to appear; a link there counts as a file, and is not followed.</param>
    /// <param name="overwrite">Whether it may be there already.</param>
    /// <param name="input">The input, which must not be the same file.</param>
    public static OutputFile CreateDerived(string path, bool overwrite, FileStatus? input)
    {
        string target = Path.GetFullPath(path);
        FileStatus? existing = FileStatus.Of(target, follow: false);
        if (existing is { Kind: FileKind.Pipe or FileKind.CharacterDevice or FileKind.Socket or FileKind.BlockDevice })
            throw new IOException($"'{path}' is a FIFO, socket or device; only -o writes to one");
        return CreateFile(path, target, existing, overwrite, input);
    }

    /// <summary>Checks that an input is not what standard output leads to.</summary>
    public static void RefuseSame(FileStatus? output, FileStatus? input)
    {
        // One terminal, or /dev/null, may well be both.
        if (output is not null && input is not null && output.Kind is not (FileKind.CharacterDevice or FileKind.Socket) && output.IsSameFileAs(input))
            throw new IOException("input and output are the same file");
    }

    /// <summary>Takes text, with lines that end everywhere alike; to be disposed before <see cref="FinishAsync"/>.</summary>
    public StreamWriter OpenWriter() => new(Stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };

    /// <summary>Ends writing: everything is on disk, with the mode and times of <paramref name="like"/> if that is a regular file.</summary>
    public async Task FinishAsync(FileStatus? like, CancellationToken cancellationToken)
    {
        if (_temporary is null)
        {
            await Stream.FlushAsync(cancellationToken);
            return;
        }
        Stream.Flush();
        var file = (FileStream)_sink;
        FileAttributeCopy.Apply(file.SafeFileHandle, like is { IsRegular: true } ? like : null, _replaced);
        file.Flush(flushToDisk: true);
        file.Dispose();
    }

    /// <summary>Opens what was written, between <see cref="FinishAsync"/> and <see cref="Publish"/>.</summary>
    public FileStream OpenWritten()
    {
        var file = new FileStream(_temporary!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        if (OperatingSystem.IsLinux())
            _ = Posix.Advise(file.SafeFileHandle, 0, 0, 4);   // POSIX_FADV_DONTNEED: read from the disk, not from memory
        return file;
    }

    /// <summary>Gives the file its name.</summary>
    public void Publish()
    {
        if (_temporary is null)
            return;
        Rename();
        TemporaryFiles.Forget(_temporary);
        Published.Add(_target!);
        if (FileStatus.Of(_target!, follow: false) is { } status)
            Published.Add(status.Identity);
        FlushFolder(Path.GetDirectoryName(_target)!);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _sink.DisposeAsync();
        }
        catch (IOException)
        {
            // What could not be written was reported by FinishAsync, or is not wanted any more.
        }
        if (_temporary is not null)
            TemporaryFiles.Remove(_temporary);
    }

    private static OutputFile CreateFile(string path, string target, FileStatus? existing, bool overwrite, FileStatus? input)
    {
        string name = Path.GetFileName(target);
        if ((OperatingSystem.IsWindows() ? name.Length : Encoding.UTF8.GetByteCount(name)) > LongestName)
            throw new IOException($"the output's name '{path}' is too long: {LongestName} bytes are the most");
        if (existing is not null)
        {
            RefuseSame(existing, input);
            if (existing.Kind == FileKind.Folder)
                throw new IOException($"'{path}' is a folder; the output must be a file");
            // Even with -f: its input may be gone by now.
            if (Published.Contains(target) || Published.Contains(existing.Identity))
                throw new IOException($"'{path}' was written by this command already, from another input");
            if (!overwrite)
                throw new IOException($"'{path}' exists already; -f overwrites it");
        }
        string temporary = Path.Join(Path.GetDirectoryName(target), TemporaryFiles.NewName());
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new OutputFile(path, TemporaryFiles.Create(temporary, options), temporary, target, existing is { IsRegular: true } ? existing : null, overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot create '{path}': {Terminal.Trouble.Describe(e)}", e);
        }
    }

    // What the caller has opened for us, as in 3>file and >(command), is not opened anew: a file would be cut or replaced.
    private static OutputFile OpenDescriptor(string path, int descriptor, bool compressed, FileStatus? input)
    {
        if (descriptor == Posix.StandardInput)
            throw new IOException($"'{path}' is standard input, which takes no output");
        // The runtime has descriptors of its own; those from the caller have outlived an exec.
        if (Posix.GetFlags(descriptor, Posix.GetDescriptorFlags) is var flags && (flags < 0 || (flags & Posix.CloseOnExecute) != 0))
            throw new IOException($"'{path}' is not open");
        RefuseSame(FileStatus.Of(descriptor), input);
        if (compressed && StandardStream.IsTerminal(descriptor))
            throw new IOException($"'{path}' is a terminal; compressed data is not written to one");
        return new OutputFile(path, new StandardStream(descriptor), buffered: compressed);
    }

    // The N of /dev/fd/N and its like.
    private static int? DescriptorOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if (path is "/dev/stdin" or "/dev/stderr")
            return path == "/dev/stdin" ? Posix.StandardInput : Posix.StandardError;
        string number = path.StartsWith("/dev/fd/", StringComparison.Ordinal) ? path["/dev/fd/".Length..]
            : path.StartsWith("/proc/self/fd/", StringComparison.Ordinal) ? path["/proc/self/fd/".Length..] : "";
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) ? descriptor : null;
    }

    private static OutputFile OpenInPlace(string path, bool compressed)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1 << 16);
        if (compressed && !OperatingSystem.IsWindows() && Posix.IsTerminal((int)file.SafeFileHandle.DangerousGetHandle()) == 1)
        {
            file.Dispose();
            throw new IOException($"'{path}' is a terminal; compressed data is not written to one");
        }
        return new OutputFile(path, file);
    }

    // Without -f a file that has appeared meanwhile is not replaced either, where the system can promise it.
    private void Rename()
    {
        if (!_overwrite && OperatingSystem.IsLinux())
        {
            if (Posix.Rename(Posix.AtCurrentFolder, _temporary!, Posix.AtCurrentFolder, _target!, Posix.RenameNoReplace) == 0)
                return;
            if (Marshal.GetLastPInvokeError() == 17)   // EEXIST
                throw new IOException($"'{Name}' has appeared meanwhile; -f overwrites it");
        }
        if (!_overwrite && File.Exists(_target))
            throw new IOException($"'{Name}' has appeared meanwhile; -f overwrites it");
        File.Move(_temporary!, _target!, overwrite: true);
    }

    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows() || Posix.OpenForReading(folder, 0) is not (>= 0 and int descriptor))
            return;
        _ = Posix.FlushToDisk(descriptor);   // some file systems cannot; the file itself is on disk already
        _ = Posix.Close(descriptor);
    }
}
