using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Compressing and decompressing, in all the ways of naming inputs and outputs.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixTheory]
    [InlineData("")]
    [InlineData("--codec cm -1")]
    [InlineData("--codec brotli")]
    [InlineData("--codec deflate -9")]
    [InlineData("--codec store")]
    [InlineData("--block-size 1K --sha256 --name --verify -T3")]
    public void AFileComesBack(string options)
    {
        byte[] data = _box.WriteText("a.txt", 20_000);
        _box.Tacit($"compress {options} a.txt").IsQuiet();
        Assert.Equal("a.txt a.txt.tacit", _box.Names);   // the input is kept
        _box.Tacit("test a.txt.tacit").IsQuiet();
        // One small block: the frame without an index, whose flag is 16.
        Assert.Equal(!options.Contains("--sha256", StringComparison.Ordinal), (_box.Read("a.txt.tacit")[5] & 16) != 0);
        File.Delete(_box.PathOf("a.txt"));
        _box.Tacit("decompress a.txt.tacit").IsQuiet();
        Assert.Equal("a.txt a.txt.tacit", _box.Names);
        Assert.Equal(data, _box.Read("a.txt"));
    }

    [UnixTheory]
    [InlineData("")]
    [InlineData("--codec store")]
    public void AnEmptyFileComesBack(string options)
    {
        _box.Write("empty", []);
        _box.Run($"\"$TACIT\" c {options} empty && rm empty").IsQuiet();
        _box.Run("\"$TACIT\" t empty.tacit && \"$TACIT\" d empty.tacit").IsQuiet();
        Assert.Empty(_box.Read("empty"));
        Assert.InRange(_box.Read("empty.tacit").Length, 1, 96);
    }

    [UnixTheory]
    [InlineData(1000)]     // read and written in one go
    [InlineData(65_536)]   // the longest that a short frame takes
    public void ASmallFileTakesTheShortFrame(int length)
    {
        byte[] data = _box.Write("a", Samples.Noise(length));
        _box.Tacit("c --codec store a").IsQuiet();
        _box.Run("cat a | \"$TACIT\" c --codec store | cmp - a.tacit").IsQuiet();
        Assert.InRange(_box.Read("a.tacit").Length, data.Length + 1, data.Length + 60);
        Assert.Equal(data, _box.Tacit("d -c a.tacit").IsQuiet().Output);
    }

    [UnixFact]
    public void AFileOfSeveralReadsComesBack()
    {
        byte[] data = _box.Write("a", [.. Samples.Noise(300_000), .. Samples.Text(1_700_000)]);
        _box.Tacit("c --codec deflate -1 --block-size 256K -T2 a").IsQuiet();
        Assert.Equal(data, _box.Tacit("-dc a.tacit").IsQuiet().Output);
        Assert.Equal(data, _box.Run("cat a.tacit | \"$TACIT\" -d -T2 | cat").IsQuiet().Output);
        _box.Run("cat a | \"$TACIT\" c --codec deflate -1 --block-size 256K | cmp - a.tacit").IsQuiet();
    }

    [UnixTheory]
    [InlineData("c < a.txt > x.tacit", "d < x.tacit")]
    [InlineData("c - < a.txt > x.tacit", "-d - < x.tacit")]
    [InlineData("c -o x.tacit < a.txt", "-d x.tacit -o - ")]
    [InlineData("c a.txt -c > x.tacit", "-dc x.tacit")]
    [InlineData("c a.txt -o /dev/stdout > x.tacit", "-d x.tacit -o /dev/stdout")]
    public void StandardInputAndOutput(string compress, string decompress)
    {
        byte[] data = _box.WriteText("a.txt");
        _box.Tacit(compress).IsQuiet();
        Assert.Equal(data, _box.Tacit(decompress).IsQuiet().Output);
        Assert.Equal("a.txt x.tacit", _box.Names);
    }

    [UnixFact]
    public void PipesBothWays()
    {
        byte[] data = Samples.Text(100_000);
        Outcome outcome = _box.Run("cat | \"$TACIT\" c --codec brotli | cat | \"$TACIT\" d | cat", data).IsQuiet();
        Assert.Equal(data, outcome.Output);
        Assert.Equal("", _box.Names);
    }

    [UnixFact]
    public void SeveralFilesJoinOnStandardOutput()
    {
        byte[] a = _box.WriteText("a", 3000), b = _box.WriteText("b", 4000);
        _box.Tacit("c --codec brotli -c a b > both.tacit").IsQuiet();
        _box.Run("for f in a b; do \"$TACIT\" c --codec brotli $f; done; cat a.tacit b.tacit | cmp - both.tacit").IsQuiet();
        Assert.Equal([.. a, .. b], _box.Tacit("-dc both.tacit").IsQuiet().Output);
        Assert.Equal([.. a, .. b], _box.Tacit("-dc a.tacit b.tacit").IsQuiet().Output);
        _box.Tacit("-t both.tacit").IsQuiet();
    }

    [UnixFact]
    public void RedirectedOutputIsAppendedTo()
    {
        byte[] a = _box.WriteText("a", 3000), b = _box.WriteText("b", 4000);
        _box.Run("(\"$TACIT\" c -c --codec brotli a; \"$TACIT\" c -c --codec brotli b) > x.tacit; \"$TACIT\" -dc x.tacit >> c").IsQuiet();
        Assert.Equal([.. a, .. b], _box.Read("c"));
    }

    [UnixFact]
    public void CombinedFlags()
    {
        _box.WriteText("a");
        _box.Write("a.tacit", [1]);
        _box.Tacit("c -kf9T2 a").IsQuiet();
        _box.Tacit("c -9 a -o b.tacit").IsQuiet();
        Assert.Equal(_box.Read("b.tacit"), _box.Read("a.tacit"));
        _box.Tacit("-dkf a.tacit").IsQuiet();
        _box.Tacit("-kfd a.tacit").IsQuiet();
        _box.Tacit("-dkfoout a.tacit").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Read("out"));
        Assert.Contains("cm -9", _box.Tacit("-l a.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("c -1f9 a -o b.tacit").IsQuiet();   // the last level counts
        Assert.Equal(_box.Read("a.tacit"), _box.Read("b.tacit"));
    }

    [UnixFact]
    public void ThreadsDoNotChangeTheBytes()
    {
        _box.WriteText("a", 100_000);
        _box.Tacit("c -1 --block-size 10K -T1 a -o 1").IsQuiet();
        _box.Tacit("c -1 --block-size 10K -T2 a -o 2").IsQuiet();
        _box.Tacit("c -1 --block-size 10K a -o 3").IsQuiet();
        _box.Tacit("c -1 --block-size 10K -T7 < a > 4").IsQuiet();
        _box.Run("cmp 1 2 && cmp 1 3 && cmp 1 4").IsQuiet();
    }

    [UnixTheory]
    [InlineData("机器学习 与 🗜 压缩.txt")]
    [InlineData(" spaces  and\ttab ")]
    [InlineData("-dash")]
    [InlineData("--help")]
    [InlineData("@response")]
    [InlineData("compress")]
    [InlineData("tacit")]
    [InlineData("a=b:c")]
    [InlineData("[diagram]")]
    [InlineData("quote'and\"")]
    public void AnyName(string name)
    {
        byte[] data = _box.WriteText(name);
        string quoted = "'" + name.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        _box.Tacit($"c --codec brotli -- {quoted}").IsQuiet();
        File.Delete(_box.PathOf(name));
        _box.Tacit($"d -- {quoted}.tacit").IsQuiet();
        Assert.Equal(data, _box.Read(name));
        if (!name.StartsWith('-'))
            Assert.Equal(data, _box.Tacit($"-dc {quoted}.tacit").IsQuiet().Output);
    }

    [UnixFact]
    public void TheLongestName()
    {
        string name = new('n', 249);   // with the suffix 255, the most a name may have
        _box.WriteText(name);
        _box.Tacit($"c --codec brotli {name}").IsQuiet();
        _box.Tacit($"-df {name}.tacit").IsQuiet();
        _box.WriteText(name + "x");
        Assert.Equal(1, _box.Tacit($"c --codec brotli {name}x").ExitCode);
        Assert.DoesNotContain(".tmp", _box.Names, StringComparison.Ordinal);
    }

    [UnixFact]
    public void CompressedFilesAreSkipped()
    {
        _box.WriteArchive("a");
        _box.Tacit("c a.tacit").Says(2, "a.tacit: ends in .tacit already; skipped");
        _box.Tacit("c -q a.tacit").IsQuiet(2);
        Assert.Equal("a.tacit", _box.Names);
        _box.Tacit("c -f a.tacit").IsQuiet();
        Assert.Equal("a.tacit a.tacit.tacit", _box.Names);
    }

    [UnixFact]
    public void WithoutTheSuffixTheOutputHasNoName()
    {
        byte[] data = _box.WriteArchive("a");
        _box.Run("mv a.tacit b").IsQuiet();
        _box.Tacit("d b").Says(1, "b: does not end in .tacit");
        Assert.Equal("b", _box.Names);
        Assert.Equal(data, _box.Tacit("-dc b").IsQuiet().Output);
        _box.Tacit("d b -o c").IsQuiet();
        Assert.Equal(data, _box.Read("c"));
        _box.Run("mv b .tacit").IsQuiet();
        _box.Tacit("d .tacit").Says(1, ".tacit: does not end in .tacit");
    }

    [UnixFact]
    public void AnErrorDoesNotStopTheOthers()
    {
        _box.WriteText("a");
        _box.WriteText("c.tacit");
        _box.WriteText("d");
        Outcome outcome = _box.Tacit("c --codec brotli a missing c.tacit d");
        Assert.Equal(1, outcome.ExitCode);   // an error is worse than a warning
        Assert.Equal("tacit: missing: no such file or folder: 'missing'\ntacit: c.tacit: ends in .tacit already; skipped (-f compresses it again)\n",
            outcome.Error.Replace(_box.Folder + "/", "", StringComparison.Ordinal));
        Assert.Equal("a a.tacit c.tacit d d.tacit", _box.Names);
    }

    [UnixFact]
    public void VerboseSaysOneLinePerFile()
    {
        _box.WriteText("a", 5000);
        Outcome compressed = _box.Tacit("c -v --codec brotli a");
        Assert.Matches(@"^tacit: a: 5000 -> \d+ bytes, [\d.]+ %, [\d.]+ s\n$", compressed.Error);
        Assert.Matches(@"^tacit: a.tacit: intact, 5000 bytes, [\d.]+ s\n$", _box.Tacit("t -v a.tacit").Error);
        Assert.Matches(@"^tacit: a.tacit: 5000 bytes, [\d.]+ s\n$", _box.Tacit("-dfv a.tacit").Error);
    }
}
