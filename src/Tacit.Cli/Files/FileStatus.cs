using System.Globalization;
using System.Runtime.InteropServices;

namespace Tacit.Cli.Files;

/// <summary>What kind of thing a path leads to.</summary>
internal enum FileKind { Regular, Folder, Link, Pipe, Socket, CharacterDevice, BlockDevice }

/// <summary>A point in time, to the nanosecond, since 1970.</summary>
internal readonly record struct FileTime(long Seconds, uint Nanoseconds)
{
    public static FileTime From(DateTime utc)
    {
        long ticks = (utc - DateTime.UnixEpoch).Ticks, seconds = (long)Math.Floor(ticks / (double)TimeSpan.TicksPerSecond);
        return new FileTime(seconds, (uint)(ticks - seconds * TimeSpan.TicksPerSecond) * 100);
    }

    public DateTime ToDateTime() => DateTime.UnixEpoch.AddSeconds(Seconds).AddTicks(Nanoseconds / 100);
}

/// <summary>What the system says of a file: from statx on Linux, from what .NET knows elsewhere.</summary>
internal sealed class FileStatus
{
    private ulong _device, _inode;
    private string? _fullPath;   // stands for device and inode where they are not known

    private FileStatus()
    {
    }

    public FileKind Kind { get; private init; }
    public long Length { get; private init; }
    public UnixFileMode Permissions { get; private init; }   // without set-user-id, set-group-id and sticky
    public uint Owner { get; private init; }
    public uint Group { get; private init; }
    public FileTime Accessed { get; private init; }
    public FileTime Modified { get; private init; }

    public bool IsRegular => Kind == FileKind.Regular;

    /// <summary>The same for all names of one file, as long as it exists; never a full path, unless nothing better is known.</summary>
    public string Identity => _fullPath ?? string.Create(CultureInfo.InvariantCulture, $"{_device}:{_inode}");

    /// <summary>The status of what the path leads to, through links if <paramref name="follow"/>; null if there is nothing.</summary>
    public static FileStatus? Of(string path, bool follow = true)
    {
        if (path.Length == 0)
            return null;
        if (!OperatingSystem.IsLinux())
            return Portable(path, follow);
        // The full path, since that is what .NET opens: "link/../file" is "file" to it.
        if (Posix.GetStatus(Posix.AtCurrentFolder, Path.GetFullPath(path), follow ? 0 : Posix.AtNoFollow, Posix.BasicStatus, out Posix.Statx status) != 0)
            return null;
        return From(status);
    }

    /// <summary>The status of an open file.</summary>
    public static FileStatus? Of(SafeHandle file) => OperatingSystem.IsLinux() ? Of((int)file.DangerousGetHandle()) : null;

    /// <summary>The status of a descriptor; null if it is closed, or on systems without statx.</summary>
    public static FileStatus? Of(int descriptor) => OperatingSystem.IsLinux()
        && Posix.GetStatus(descriptor, "", Posix.AtEmptyPath, Posix.BasicStatus, out Posix.Statx status) == 0 ? From(status) : null;

    /// <summary>True if both are one file, under whatever names.</summary>
    public bool IsSameFileAs(FileStatus other) => _fullPath is null
        ? other._fullPath is null && _device == other._device && _inode == other._inode
        : string.Equals(_fullPath, other._fullPath,
            OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>True if both are one file and it has not been written meanwhile, as far as can be told.</summary>
    public bool IsUnchangedFrom(FileStatus earlier) =>
        IsSameFileAs(earlier) && Length == earlier.Length && Modified == earlier.Modified;

    private static FileStatus From(in Posix.Statx status) => new()
    {
        Kind = (status.Mode & 0xF000) switch
        {
            0x1000 => FileKind.Pipe,
            0x2000 => FileKind.CharacterDevice,
            0x4000 => FileKind.Folder,
            0x6000 => FileKind.BlockDevice,
            0xA000 => FileKind.Link,
            0xC000 => FileKind.Socket,
            _ => FileKind.Regular,
        },
        Length = status.Length,
        Permissions = (UnixFileMode)(status.Mode & 0x1FF),
        Owner = status.Owner,
        Group = status.Group,
        Accessed = new FileTime(status.AccessedSeconds, status.AccessedNanoseconds),
        Modified = new FileTime(status.ModifiedSeconds, status.ModifiedNanoseconds),
        _device = (ulong)status.DeviceMajor << 32 | status.DeviceMinor,
        _inode = status.Inode,
    };

    private static FileStatus? Portable(string path, bool follow)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (info.LinkTarget is not null && follow && info.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            info = target;
        if (!info.Exists && info.LinkTarget is null)
            return null;
        return new FileStatus
        {
            Kind = info.LinkTarget is not null ? FileKind.Link : info is DirectoryInfo ? FileKind.Folder
                : (info.Attributes & FileAttributes.Device) != 0 ? FileKind.CharacterDevice : FileKind.Regular,
            Length = info is FileInfo { Exists: true } file ? file.Length : 0,
            Permissions = OperatingSystem.IsWindows() ? default : info.UnixFileMode & (UnixFileMode)0x1FF,
            Accessed = FileTime.From(info.LastAccessTimeUtc),
            Modified = FileTime.From(info.LastWriteTimeUtc),
            _fullPath = info.FullName,
        };
    }
}
