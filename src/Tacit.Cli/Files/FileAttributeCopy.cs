using Microsoft.Win32.SafeHandles;

namespace Tacit.Cli.Files;

/// <summary>Gives an output the owner, mode and times of its input, as gzip and xz do.</summary>
internal static class FileAttributeCopy
{
    private const UnixFileMode GroupMask = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <summary>Sets what can be set; the rest does not matter enough to fail.</summary>
    /// <param name="file">The output.</param>
    /// <param name="like">The input, or null if it was no regular file.</param>
    /// <param name="replaced">What the output replaces, whose mode is used if there is no input's.</param>
    public static unsafe void Apply(SafeFileHandle file, FileStatus? like, FileStatus? replaced)
    {
        if (OperatingSystem.IsWindows())
        {
            if (like is not null)
                SetTimes(file, like);
            return;
        }
        UnixFileMode mode = like?.Permissions ?? replaced?.Permissions ?? NewFileMode();
        if (OperatingSystem.IsLinux() && like is not null && FileStatus.Of(file) is { } own && (own.Owner, own.Group) != (like.Owner, like.Group))
        {
            const uint same = uint.MaxValue;
            _ = Posix.ChangeOwner(file, like.Owner, same);   // root only
            // If the group cannot be kept, ours gets no more than everybody else had.
            if (own.Group != like.Group && Posix.ChangeOwner(file, same, like.Group) != 0)
            {
                var shared = (UnixFileMode)((int)(mode & GroupMask) >> 3) & mode;
                mode = mode & ~GroupMask & ~(UnixFileMode)7 | shared | (UnixFileMode)((int)shared << 3);
            }
        }
        try
        {
            File.SetUnixFileMode(file, mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file system without modes.
        }
        if (like is not null && !SetExactTimes(file, like))
            SetTimes(file, like);
    }

    // To the nanosecond: a copy whose time is rounded down looks older than its source to make.
    private static unsafe bool SetExactTimes(SafeFileHandle file, FileStatus like)
    {
        if (!Environment.Is64BitProcess)
            return false;
        Posix.TimeSpec* times = stackalloc Posix.TimeSpec[2];
        times[0] = new() { Seconds = (nint)like.Accessed.Seconds, Nanoseconds = (nint)like.Accessed.Nanoseconds };
        times[1] = new() { Seconds = (nint)like.Modified.Seconds, Nanoseconds = (nint)like.Modified.Nanoseconds };
        return Posix.SetTimes(file, times) == 0;
    }

    private static void SetTimes(SafeFileHandle file, FileStatus like)
    {
        try
        {
            File.SetLastAccessTimeUtc(file, like.Accessed.ToDateTime());
            File.SetLastWriteTimeUtc(file, like.Modified.ToDateTime());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // A file system without times, or with another idea of their range.
        }
    }

    private static UnixFileMode NewFileMode()
    {
        uint mask = Posix.ExchangeMask(63);   // 077, for the instant until it is put back
        _ = Posix.ExchangeMask(mask);
        return (UnixFileMode)(0b110_110_110 & ~mask);
    }
}
