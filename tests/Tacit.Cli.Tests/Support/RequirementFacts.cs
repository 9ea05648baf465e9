namespace Tacit.Cli.Tests.Support;

/// <summary>A test that needs bash and Unix files.</summary>
public class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "needs a Unix shell and Unix files";
    }
}

/// <summary>A theory that needs bash and Unix files.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "needs a Unix shell and Unix files";
    }
}

/// <summary>A test that needs Linux's /proc and /dev/full.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "needs Linux's devices and /proc";
    }
}

/// <summary>A test that gives the command a terminal, with script from util-linux.</summary>
public sealed class TerminalFactAttribute : UnixFactAttribute
{
    public TerminalFactAttribute()
    {
        if (Skip is null && !Shell.Succeeds("script -qec true /dev/null < /dev/null"))
            Skip = "needs script from util-linux to make a terminal";
    }
}

/// <summary>A test that runs the command as a user whom permissions bind.</summary>
public class UnprivilegedFactAttribute : UnixFactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (Skip is null && !Shell.Succeeds(Shell.Unprivileged + " \"$TACIT\" --version"))
            Skip = "runs as root, and there is no setpriv to run the command as nobody (or nobody cannot reach it)";
    }
}

/// <summary>A test that is root, and nobody too.</summary>
public sealed class RootFactAttribute : UnprivilegedFactAttribute
{
    public RootFactAttribute()
    {
        if (Skip is null && !Environment.IsPrivilegedProcess)
            Skip = "needs root, who alone can give files away";
    }
}

/// <summary>A test that fills a small file system of its own.</summary>
public sealed class SmallDiskFactAttribute : UnixFactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (Skip is null && !Shell.Succeeds("d=$(mktemp -d) && mount -t tmpfs -o size=64k tacit-test \"$d\" && umount \"$d\" && rmdir \"$d\""))
            Skip = "may not mount a small tmpfs to fill";
    }
}
