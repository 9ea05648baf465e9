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

    [UnixFact]
    public void WhatThisCommandWroteIsNotOverwrittenByIt()
    {
        // Two archives of different data with one target, and each is removed when its output is proven.
        byte[] first = _box.WriteText("a", 4000);
        _box.Run("\"$TACIT\" c --codec brotli --name a -o 1.tacit; echo other > a; \"$TACIT\" c --codec brotli --name a -o 2.tacit; rm a").IsQuiet();
        _box.Tacit("d --name --rm -f 1.tacit 2.tacit").Says(1, "2.tacit: 'a' was written by this command already");
        Assert.Equal(first, _box.Read("a"));
        Assert.Equal("2.tacit a", _box.Names);

        _box.Run("mv 2.tacit a.TACIT; \"$TACIT\" c --codec brotli a; ln -s . here").IsQuiet();
        _box.Tacit("d --rm -f a.tacit here/a.TACIT").Says(1, "here/a.TACIT: 'here/a' was written by this command already");
        Assert.Equal(first, _box.Read("a"));
        Assert.Equal("a a.TACIT here", _box.Names);
        _box.Tacit("d -f a.TACIT").IsQuiet();   // another command may
        Assert.Equal("other\n"u8.ToArray(), _box.Read("a"));
    }

    [LinuxFact]
    public void NamesNobodyTypedLeadNowhereElse()
    {
        byte[] data = _box.WriteText("a");
        _box.Run("echo victim > v; \"$TACIT\" c --codec brotli --name a -o x.tacit; rm a; ln -s v a; ln -s nowhere x; mkfifo p; \"$TACIT\" c --codec store v -o p.tacit").IsQuiet();
        _box.Tacit("d --name x.tacit").Says(1, "'a' exists already");
        _box.Tacit("d x.tacit").Says(1, "'x' exists already");
        _box.Tacit("d -f p.tacit").Says(1, "'p' is a FIFO");
        _box.Tacit("d -f --name x.tacit").IsQuiet();
        _box.Tacit("d -f x.tacit").IsQuiet();
        Assert.Equal(data, _box.Read("a"));
        Assert.Equal(data, _box.Read("x"));
        _box.Run("test ! -L a && test ! -L x && test \"$(cat v)\" = victim && stat -c %a a x | sort -u | cmp - <(stat -c %a x.tacit)").IsQuiet();
        _box.Run("ln -s v v.tacit").IsQuiet();
        _box.Tacit("c --codec brotli v").Says(1, "'v.tacit' exists already");
        _box.Tacit("c --codec brotli --rm -f v").IsQuiet();
        Assert.Equal("victim\n"u8.ToArray(), _box.Tacit("-dc v.tacit").IsQuiet().Output);
        Assert.Equal("a p p.tacit v.tacit x x.tacit", _box.Names);
    }

    [LinuxFact]
    public void ANameThatIsTooLongIsFoundBeforeTheWork()
    {
        string longest = new('n', 253), wide = string.Concat(Enumerable.Repeat("名", 84));   // 253 and 252 bytes
        _box.WriteText(longest);
        _box.WriteText(wide);
        _box.Tacit($"c {longest} -v --codec brotli").Says(1, "is too long: 255 bytes are the most");
        _box.Tacit($"c {wide} --codec brotli").Says(1, "is too long");
        _box.Tacit($"c {longest} --codec brotli -o {longest}xyz").Says(1, "is too long");
        _box.Tacit($"c {longest} --codec brotli -o {longest}xy").IsQuiet();
        // Before anything is read, too: this input would never end.
        _box.Run($"timeout 20 \"$TACIT\" c /dev/zero -o {longest}xyz").Says(1, "is too long");
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
    public void DescriptorsOfTheCallerAreWrittenDirectly()
    {
        byte[] data = _box.WriteText("a", 300_000);
        _box.Run("mkfifo done; \"$TACIT\" c --codec brotli a -o >(cat > x; echo > done) && cat done > d1; \"$TACIT\" d x -o >(cat > y; echo > done) && cat done > d1; rm done d1").IsQuiet();
        Assert.Equal(data, _box.Read("y"));
        _box.Run("echo first > z; \"$TACIT\" d x -o /dev/fd/3 3>> z; cat <(echo first) a | cmp - z").IsQuiet();
        _box.Run("\"$TACIT\" d x -o /proc/self/fd/17 17> z; cmp a z; \"$TACIT\" d x -o /dev/stderr 2> z; cmp a z; \"$TACIT\" d x -o /dev/stderr 2>&1 | cmp - a").IsQuiet();
        _box.Run("ln -s /proc/self/fd/5 link; \"$TACIT\" d x -o link 5> >(cat > w; mkfifo w.done; echo > w.done); while ! test -p w.done; do sleep 0.05; done; cat w.done > /dev/null; cmp a w; rm link w w.done").IsQuiet();
        _box.Tacit("d x -o /dev/fd/9").Says(1, "'/dev/fd/9' is not open");
        _box.Tacit("d x -o /dev/stdin").Says(1, "takes no output");
        _box.Tacit("c --codec store a -o /dev/fd/3 3>> a").Says(1, "same file");
        _box.Tacit("c --codec store a -o /dev/fd/3 3> /dev/full").Says(1, "no space left: '/dev/fd/3'");
        // What the runtime itself has opened is nobody's output.
        _box.Run("for n in {3..99}; do test -e /proc/self/fd/$n && continue; \"$TACIT\" d x -o /dev/fd/$n 2>> said && exit 9; test $n = 30 && break; done; ! grep -v 'is not open' said; rm said").IsQuiet();
        Assert.Equal("a x y z", _box.Names);
    }

    [LinuxFact]
    public void NoNameIsDerivedFromADevice()
    {
        byte[] data = _box.WriteText("a");
        _box.Run("\"$TACIT\" c --codec brotli /dev/stdin < a").Says(1, "/dev/stdin: is not an ordinary file, so its output has no name");
        _box.Run("\"$TACIT\" c --codec brotli <(cat a)").Says(1, "has no name; give one with -o, or use -c");
        _box.Tacit("c /dev/zero").Says(1, "has no name");
        _box.Tacit("c /proc/version").Says(1, "has no name");
        _box.Run("\"$TACIT\" c --codec brotli --name a -o x; \"$TACIT\" d --name /dev/stdin < x").Says(1, "has no name");
        _box.Run("! ls /dev | grep tacit; \"$TACIT\" c --codec brotli /dev/stdin -c < a | \"$TACIT\" d /dev/stdin -c | cmp - a").IsQuiet();
        _box.Run("mkfifo p; cat a > p & \"$TACIT\" c --codec brotli p; wait; rm p").IsQuiet();
        Assert.Equal(data, _box.Tacit("-dc p.tacit").IsQuiet().Output);
        Assert.Equal("a p.tacit x", _box.Names);
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
        Outcome outcome = _box.Tacit("c --codec brotli a -o nowhere/x").Says(1, "cannot create 'nowhere/x': no such file or folder in '");
        Assert.DoesNotContain("-o chooses", outcome.Error, StringComparison.Ordinal);   // advice for full disks
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
    [InlineData("QUIT")]
    public void ASignalRemovesTheTemporaryFile(string signal)
    {
        _box.Write("a", Samples.Text(12_000_000));   // many seconds of work
        // Under nohup these tests inherit that HUP is ignored, as the command rightly would too.
        string before = Shell.Succeeds($"env --default-signal={signal} true") ? $"env --default-signal={signal}" : "";
        using Process process = _box.StartAndAwaitTemporary("c -9 a", before);
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
        byte[] data = _box.Write("a", Samples.Text(2_000_000));
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
        _box.Write("a", Samples.Text(2_000_000));
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
