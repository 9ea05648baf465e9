using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>What inputs may be: files, links, folders, pipes and devices.</summary>
public sealed class InputTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void LinksAreFollowed()
    {
        byte[] data = _box.WriteText("a");
        _box.Run("ln -s a link").IsQuiet();
        _box.Tacit("c --codec brotli link").IsQuiet();
        Assert.Equal("a link link.tacit", _box.Names);
        Assert.Equal(data, _box.Tacit("-dc link.tacit").IsQuiet().Output);
        _box.Tacit("c --codec brotli --rm -f link").Says(1, "link: is a symbolic link, which --rm does not remove");
        Assert.Equal("a link link.tacit", _box.Names);
    }

    [UnixFact]
    public void MissingAndBrokenInputs()
    {
        _box.Run("ln -s nowhere dangling; ln -s loop loop").IsQuiet();
        _box.Tacit("c missing").Says(1, "missing: no such file");
        _box.Tacit("c dangling").Says(1, "dangling: no such file");
        _box.Tacit("c loop").Says(1, "loop: ");
        _box.Tacit("c ''").Says(1, "'': the file name is empty");
        _box.Tacit("d missing.tacit").Says(1, "no such file");
        _box.Tacit("t missing.tacit").Says(1, "no such file");
        _box.Tacit("l missing.tacit").Says(1, "no such file");
        Assert.Equal("dangling loop", _box.Names);
    }

    [UnixFact]
    public void FoldersAreSkippedUnlessAskedFor()
    {
        _box.WriteText("a");
        _box.Run("mkdir dir; echo x > dir/x").IsQuiet();
        _box.Tacit("c --codec brotli dir a").Says(2, "dir: is a folder; skipped (-r takes what is in it)");
        Assert.Equal("a a.tacit dir", _box.Names);
        _box.Tacit("t dir").Says(2, "dir: is a folder; skipped");
    }

    [UnixFact]
    public void FoldersAreWalkedInOrder()
    {
        _box.Run("mkdir -p dir/b/c dir/é; for f in dir/z dir/a dir/b/y dir/b/c/x dir/é/w dir/B; do echo $f > $f; done; ln -s b dir/link; ln -s z dir/soft; mkfifo dir/pipe").IsQuiet();
        Outcome outcome = _box.Tacit("c -rv --codec store dir");
        Assert.Equal(2, outcome.ExitCode);
        string[] names = [.. outcome.Error.TrimEnd('\n').Split('\n').Select(line => line.Split(' ')[1].TrimEnd(':'))];
        Assert.Equal(["dir/B", "dir/a", "dir/b/c/x", "dir/b/y", "dir/link", "dir/pipe", "dir/soft", "dir/z", "dir/é/w"], names);
        Assert.Contains("tacit: dir/link: is not a regular file; skipped\n", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("6\n", _box.Run("find dir -name '*.tacit' | wc -l").Text);

        // Again: what is compressed is met, and skipped.
        _box.Run("find dir -type f ! -name '*.tacit' -delete").IsQuiet();
        Assert.Equal(2, _box.Tacit("c -rq --codec store dir").ExitCode);
        Assert.Equal("6\n", _box.Run("find dir -type f | wc -l").Text);
        Outcome back = _box.Tacit("d -r dir");
        Assert.Equal(2, back.ExitCode);
        _box.Run("for f in dir/z dir/a dir/b/y dir/b/c/x dir/é/w dir/B; do echo $f | cmp - $f; done").IsQuiet();
        Assert.Contains("dir/a: does not end in .tacit; skipped", _box.Tacit("d -rf dir").Error, StringComparison.Ordinal);
    }

    [UnixFact]
    public void WhatAKilledCommandLeftIsSkippedInFolders()
    {
        _box.Run("mkdir dir; echo a > dir/a; echo b > dir/.tacit-0123456789a.tmp").IsQuiet();
        _box.Tacit("c -r --codec store dir").Says(2, "dir/.tacit-0123456789a.tmp: is what a killed tacit has left");
        Assert.Equal(".tacit-0123456789a.tmp\na\na.tacit\n", _box.Run("ls -A dir | LC_ALL=C sort").Text);
    }

    [UnixFact]
    public void PipesAndDevicesAreReadAsStreams()
    {
        byte[] data = _box.WriteText("a", 200_000);
        Outcome outcome = _box.Run("mkfifo p; cat a > p & \"$TACIT\" c --codec brotli p -o x; wait; \"$TACIT\" c --codec brotli /dev/null -c | \"$TACIT\" d >> y");
        outcome.IsQuiet();
        Assert.Equal(data, _box.Tacit("-dc x").IsQuiet().Output);
        Assert.Empty(_box.Read("y"));
        Assert.Equal(data, _box.Run("\"$TACIT\" c --codec brotli <(cat a) -c | \"$TACIT\" d <(cat) -o -").IsQuiet().Output);
    }

    [LinuxFact]
    public void FilesWithoutALengthAreRead()
    {
        _box.Run("\"$TACIT\" c --codec brotli /proc/version -o v && \"$TACIT\" -dc v | cmp - /proc/version").IsQuiet();
        _box.Run("\"$TACIT\" c --codec brotli --verify --sha256 /proc/version -o w && \"$TACIT\" -dc w | cmp - /proc/version").IsQuiet();
        // More than a page, and more than one read.
        _box.Run("f=/proc/kallsyms; test -r $f || f=/proc/cpuinfo; \"$TACIT\" c --codec store $f -o x && \"$TACIT\" -dc x | cmp - $f").IsQuiet();
    }

    [UnixFact]
    public void VerificationComesBeforeRemoval()
    {
        byte[] data = _box.WriteText("a", 100_000);
        _box.Tacit("c --codec brotli --rm a").IsQuiet();
        Assert.Equal("a.tacit", _box.Names);
        _box.Tacit("d --rm a.tacit").IsQuiet();
        Assert.Equal("a", _box.Names);
        Assert.Equal(data, _box.Read("a"));
        _box.Run("cat a | \"$TACIT\" c --codec brotli --verify -o b").IsQuiet();
        Assert.Equal(data, _box.Tacit("-dc b").IsQuiet().Output);
        _box.Tacit("c --codec brotli --rm a -o /dev/null").Says(1, "'/dev/null' cannot be read again");
        _box.Tacit("c --codec brotli --rm /dev/null -o x").Says(1, "no regular file");
        _box.Tacit("c --codec brotli --rm -").Says(1, "--rm");
        _box.Tacit("d --rm --range 0:5 b -o x").Says(1, "--rm needs the whole data");
        _box.Tacit("d --rm --salvage b -o x").Says(1, "--rm needs the whole data");
        Assert.Equal("a b", _box.Names);
    }

    [UnixFact]
    public void AnInputThatChangesMeanwhileIsKept()
    {
        byte[] data = _box.Write("a", Samples.Text(800_000));
        using (System.Diagnostics.Process process = _box.StartAndAwaitTemporary("c --rm a"))
        {
            Thread.Sleep(300);   // it is read by now, and coded for another second
            File.AppendAllText(_box.PathOf("a"), "more");
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
            Assert.Equal(1, process.ExitCode);
            Assert.Contains("verification failed", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        }
        Assert.Equal("a", _box.Names);
        Assert.Equal(data.Length + 4, _box.Read("a").Length);
    }
}
