using System.Runtime.InteropServices;

namespace Tacit.Cli.Files;

/// <summary>The few system calls .NET has no words for. Numbers that differ between systems are given for Linux only.</summary>
internal static unsafe partial class Posix
{
    public const int StandardInput = 0, StandardOutput = 1, StandardError = 2;
    public const int EINTR = 4, EPIPE = 32;                          // the same on all Unix systems
    public const int AtCurrentFolder = -100, AtNoFollow = 0x100, AtEmptyPath = 0x1000, RenameNoReplace = 1;   // Linux
    public const int GetDescriptorFlags = 1, CloseOnExecute = 1;      // F_GETFD and FD_CLOEXEC, on all Unix systems
    public const uint BasicStatus = 0x7FF;
    public const short PollIn = 1, PollOut = 4;

    /// <summary>The answer of statx, laid out alike on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Statx
    {
        [FieldOffset(20)] public uint Owner;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public long Length;
        [FieldOffset(64)] public long AccessedSeconds;
        [FieldOffset(72)] public uint AccessedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    /// <summary>A time in seconds and nanoseconds (64-bit systems).</summary>
    public struct TimeSpec
    {
        public nint Seconds, Nanoseconds;
    }

    /// <summary>One descriptor to wait for.</summary>
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events, Happened;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int GetStatus(int folder, string path, int flags, uint mask, out Statx status);

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint ExchangeMask(uint mask);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(SafeHandle file, TimeSpec* accessedAndModified);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int OpenForReading(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FlushToDisk(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void FlushAllToDisk();

    [LibraryImport("libc", EntryPoint = "fcntl")]
    public static partial int GetFlags(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int Advise(SafeHandle file, long offset, long length, int advice);
}
