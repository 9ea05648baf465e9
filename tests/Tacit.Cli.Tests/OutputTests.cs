using System.Diagnostics;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Where output goes, what it never destroys, and what trouble leaves behind: nothing.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void NothingIsOverwrittenWithoutForce()
    {
        _box.WriteText("a");
        _box.Write("a.tacit", [1, 2, 3]);
        _box.Tacit("c --codec brotli a").Says(1, "a.tacit' exists already; -f overwrites it");
        _box.Tacit("c --codec brotli a -o a.tacit").Says(1, "exists already");
        Assert.Equal([1, 2, 3], _box.Read("a.tacit"));
        _box.Tacit("c -f --codec brotli a").IsQuiet();
        _box.Tacit("d a.tacit").Says(1, "'a' exists already");
        _box.Tacit("d -f a.tacit").IsQuiet();
        Assert.Equal("a a.tacit", _box.Names);
    }

    [LinuxFact]
    public void DevicesAreWrittenDirectly()
    {
        _box.WriteText("a");
        _box.Tacit("c --codec brotli a -o /dev/null").IsQuiet();
        _box.Run("\"$TACIT\" c --codec brotli a; \"$TACIT\" -d a.tacit -o /dev/null; test -c /dev/null").IsQuiet();
        Assert.Equal("a a.tacit", _box.Names);
    }

    [LinuxFact]
    public void AFullDeviceIsAClearError()
    {
        _box.WriteText("a", 200_000);
        _box.Tacit("c --codec store a -o /dev/full").Says(1, "no space left: '/dev/full'");
        _box.Tacit("c --codec store -c a > /dev/full").Says(1, "no space left: 'standard output'");
        _box.Tacit("c --codec store a").IsQuiet();
        _box.Tacit("-d a.tacit -o /dev/full").Says(1, "no space left: '/dev/full'");
        _box.Tacit("-dc a.tacit > /dev/full").Says(1, "no space left");
        _box.Tacit("-l a.tacit > /dev/full").Says(1, "no space left");
        Assert.Equal("a a.tacit", _box.Names);
    }

    [SmallDiskFact]
    public void AFullDiskKeepsNothing()
    {
        _box.Write("a", Samples.Noise(100_000));
        Outcome outcome = _box.Run("""
            mkdir disk && mount -t tmpfs -o size=64k tacit-test disk && trap 'umount disk' EXIT
            "$TACIT" c --codec store a -o disk/a.tacit; code=$?
            ls -A disk
            exit $code
            """);
        outcome.Says(1, "no space left in '");
        Assert.Empty(outcome.Output);
    }

    [UnixFact]
    public void FifosAreWrittenDirectly()
    {
        byte[] data = _box.WriteText("a", 300_000);
        Outcome outcome = _box.Run("mkfifo p q; \"$TACIT\" c --codec brotli a -o p & \"$TACIT\" d p -o q & cat q; wait; test -p p && test -p q");
        outcome.IsQuiet();
        Assert.Equal(data, outcome.Output);
        Assert.Equal("a p q", _box.Names);
    }

    [UnixFact]
    public void ALinkIsFollowedToItsTarget()
    {
        _box.WriteText("a");
        _box.Run("mkdir sub; echo old > sub/target; chmod 640 sub/target; ln -s sub/target link; ln -s sub/new dangling; ln -s ../link sub/chain").IsQuiet();
        _box.Tacit("c --codec brotli a -o link").Says(1, "exists already");
        _box.Tacit("c --codec brotli -f a -o link").IsQuiet();
        _box.Run("test -L link && \"$TACIT\" t sub/target && ls -A sub").IsQuiet();
        _box.Tacit("c --codec brotli a -o dangling").IsQuiet();
        _box.Tacit("c --codec store -f a -o sub/chain").IsQuiet();
        Assert.Equal("chain\nnew\ntarget\n", _box.Run("test -L dangling && test -L sub/chain && \"$TACIT\" t sub/new && ls -A sub").IsQuiet().Text);
        Assert.Contains(" store ", _box.Tacit("l sub/target").IsQuiet().Text, StringComparison.Ordinal);
    }

    [UnixFact]
    public void AFolderIsNoOutput()
    {
        _box.WriteText("a");
        _box.Run("mkdir dir a.tacit").IsQuiet();
        _box.Tacit("c -f --codec brotli a").Says(1, "'a.tacit' is a folder");
        _box.Tacit("c -f --codec brotli a -o dir").Says(1, "'dir' is a folder");
        Assert.Equal(1, _box.Tacit("c --codec brotli a -o nowhere/x").Says(1, "cannot create 'nowhere/x'").ExitCode);
    }

    [UnprivilegedFact]
    public void AReadOnlyFolderIsAClearError()
    {
        byte[] data = _box.WriteText("a");
        _box.Run($"chmod 755 . ; chmod 644 a; mkdir open; chmod 777 open; {Shell.Unprivileged} \"$TACIT\" c --codec brotli a -o open/x").IsQuiet();
        _box.Run("chmod 555 .").IsQuiet();
        _box.Run($"{Shell.Unprivileged} \"$TACIT\" c --codec brotli a").Says(1, "cannot create 'a.tacit': permission denied");
        Assert.Equal(data, _box.Run($"{Shell.Unprivileged} \"$TACIT\" c --codec brotli a -c | \"$TACIT\" d").IsQuiet().Output);
        _box.Run("chmod 755 .; chmod 000 a").IsQuiet();
        _box.Run($"{Shell.Unprivileged} \"$TACIT\" c -c a").Says(1, "permission denied");
        Assert.Equal("a open", _box.Names);
    }

    [LinuxFact]
    public void AFolderWhereNothingCanBeCreated()
    {
        _box.WriteText("a");
        _box.Tacit("c --codec brotli a -o /proc/tacit").Says(1, "cannot create '/proc/tacit'");
    }

    [UnixFact]
    public void InputAndOutputAreNotTheSameFile()
    {
        byte[] data = _box.WriteText("a");
        _box.Run("ln a hard; ln -s a soft").IsQuiet();
        foreach (string output in new[] { "a", "./a", "hard", "soft" })
            _box.Tacit($"c -f --codec brotli a -o {output}").Says(1, "same file");
        _box.Tacit("c -f --codec brotli soft -o hard").Says(1, "same file");
        _box.Tacit("c --codec brotli -c a >> a").Says(1, "same file");
        _box.Tacit("c --codec brotli < a >> hard").Says(1, "same file");
        _box.Tacit("c --codec brotli -f -o a < a").Says(1, "same file");
        Assert.Equal(data, _box.Read("a"));
        _box.WriteArchive("b");
        _box.Tacit("d -f b.tacit -o b.tacit").Says(1, "same file");
    }

    [UnixTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void ASignalRemovesTheTemporaryFile(string signal)
    {
        _box.Write("a", Samples.Noise(12_000_000));   // many seconds of work
        using Process process = _box.StartAndAwaitTemporary("c -9 a");
        var clock = Stopwatch.StartNew();
        _box.Run($"kill -{signal} {process.Id}").IsQuiet();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(130, process.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Assert.Equal("", process.StandardError.ReadToEnd());
        Assert.Equal("a", _box.Names);
    }

    [UnixFact]
    public void ASignalEndsWhatCannotBeCancelled()
    {
        _box.Run("mkfifo p").IsQuiet();
        using Process waiting = Shell.Start(_box.Folder, "exec \"$TACIT\" c p -o out");   // nobody ever writes
        Thread.Sleep(500);
        _box.Run($"kill -INT {waiting.Id}").IsQuiet();
        Assert.True(waiting.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(130, waiting.ExitCode);

        using Process reading = _box.StartAndAwaitTemporary("c -o out");   // standard input stays open and silent
        _box.Run($"kill -TERM {reading.Id}").IsQuiet();
        Assert.True(reading.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(130, reading.ExitCode);
        Assert.Equal("p", _box.Names);
    }

    [UnixFact]
    public void KilledItLeavesNothingUnderTheFinalName()
    {
        byte[] data = _box.Write("a", Samples.Noise(2_000_000));
        using Process process = _box.StartAndAwaitTemporary("c -1 a");
        process.Kill();
        process.WaitForExit();
        Assert.False(_box.Has("a.tacit"));
        _box.Tacit("c --codec store a").IsQuiet();
        Assert.Equal(data, _box.Tacit("-dc a.tacit").IsQuiet().Output);
    }

    [LinuxFact]
    public void TheTemporaryFileIsPrivate()
    {
        _box.Write("a", Samples.Noise(2_000_000));
        using Process process = _box.StartAndAwaitTemporary("c -1 a");
        Assert.Equal("600\n", _box.Run("stat -c %a .tacit-*.tmp").IsQuiet().Text);
        process.Kill();
        process.WaitForExit();
    }

    [UnixFact]
    public void AClosedPipeEndsItQuietlyAndSoon()
    {
        _box.Write("zeros", new byte[50_000_000]);
        _box.Tacit("c --codec deflate -1 zeros").IsQuiet();
        var clock = Stopwatch.StartNew();
        Outcome outcome = _box.Run("\"$TACIT\" -dc zeros.tacit zeros.tacit zeros.tacit | head -c1 | wc -c; exit ${PIPESTATUS[0]}").IsQuiet(1);
        Assert.Equal("1", outcome.Text.Trim());
        _box.Run("\"$TACIT\" c -c --codec store zeros | head -c1 > /dev/null; exit ${PIPESTATUS[0]}").IsQuiet(1);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed}.");
    }

    [UnixFact]
    public void OptionsThatContradictEachOther()
    {
        _box.WriteText("a");
        _box.WriteText("b");
        _box.Tacit("c a -c -o x").Says(1, "-o and -c exclude each other");
        _box.Tacit("c a b -o x").Says(1, "-o names one output");
        _box.Tacit("c a --rm -k").Says(1, "--rm and -k exclude each other");
        _box.Tacit("c a -v -q").Says(1, "-v and -q exclude each other");
        _box.Tacit("c a --rm -c").Says(1, "--rm removes a file once");
        _box.Tacit("c a --verify -c").Says(1, "--verify reads the output again");
        Assert.Equal("a b", _box.Names);
    }
}
