using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Help, version, and command lines that say nothing sensible.</summary>
public sealed class UsageTests : IDisposable
{
    private static readonly string[] Commands = ["compress", "decompress", "test", "list", "selftest"];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void VersionIsOneLine() => Assert.Matches(@"^tacit \d+\.\d+\.\d+\n$", _box.Tacit("--version").IsQuiet().Text);

    [UnixFact]
    public void HelpHasExamplesAndFitsAScreen()
    {
        string help = _box.Tacit("--help").IsQuiet().Text;
        Assert.Equal(help, _box.Tacit("-h").IsQuiet().Text);
        Assert.Contains("examples:", help, StringComparison.Ordinal);
        foreach (string command in Commands)
        {
            Assert.Contains($"tacit {command}", help, StringComparison.Ordinal);
            string own = _box.Tacit($"{command} --help").IsQuiet().Text;
            Assert.StartsWith($"usage: tacit {command}", own, StringComparison.Ordinal);
            Assert.All(own.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
            Assert.InRange(own.Split('\n').Length, 3, 40);
        }
        Assert.Equal(_box.Tacit("decompress --help").Text, _box.Tacit("-d -h").Text);
    }

    [UnixTheory]
    [InlineData("", "no command; 'tacit compress FILE' compresses")]
    [InlineData("frobnicate", "unknown command 'frobnicate'; 'tacit --help' shows what there is")]
    [InlineData("-k a", "unknown option before the command '-k'")]
    [InlineData("--frob", "unknown option before the command '--frob'")]
    [InlineData("compress --frob a", "unknown option '--frob'; 'tacit compress --help' shows what there is")]
    [InlineData("compress a -Z", "unknown option '-Z'")]
    [InlineData("compress -kfZ a", "unknown option '-Z'")]
    [InlineData("compress --modle m a", "unknown option '--modle'")]
    [InlineData("decompress -9 a", "unknown option '-9'")]
    [InlineData("compress -0 a", "unknown option '-0'")]
    [InlineData("-dZ a", "unknown option '-Z'")]
    [InlineData("test --rm a", "unknown option '--rm'")]
    [InlineData("list -T2 a", "unknown option '-T'")]
    [InlineData("selftest x", "unexpected 'x'")]
    [InlineData("compress a -o", "argument missing for option: '-o'")]
    [InlineData("compress a -o x -o y", "-o")]
    [InlineData("compress a -T1 -T0", "-T takes a number of threads from 1 to 1024, not '0'")]
    [InlineData("compress a -T1 -T", "argument missing for option: '-T'")]
    [InlineData("compress a --codec store --codec", "argument missing for option: '--codec'")]
    [InlineData("--frob -d a", "unknown option '--frob'; 'tacit decompress --help' shows what there is")]
    [InlineData("-k -T -d a", "unknown option before the command '-k'")]
    [InlineData("-k -- -d", "unknown option before the command '-k'")]
    [InlineData("compress a --codec lzma", "--codec is one of cm, numeric, audio, lm, bitsback, records, brotli, deflate, store, not 'lzma'")]
    [InlineData("compress a -T0", "-T takes a number of threads from 1 to 1024, not '0'")]
    [InlineData("compress a -T two", "-T takes a number of threads")]
    [InlineData("compress a --block-size 0", "--block-size is 1 to 256M, not '0'")]
    [InlineData("compress a --block-size 257M", "--block-size is 1 to 256M, not '257M'")]
    [InlineData("compress a --block-size 99999999999T", "--block-size takes a number of bytes")]
    [InlineData("compress a --block-size -5", "--block-size")]
    public void UsageErrorsAreOneLineAndExitCodeOne(string arguments, string message)
    {
        _box.WriteText("a");
        _box.Tacit(arguments).Says(1, message);
        Assert.Equal("a", _box.Names);
    }

    [UnixFact]
    public void TheLastOfAnOptionCounts()
    {
        byte[] data = _box.WriteText("a");
        _box.Tacit("c --codec cm -T0 --block-size 0 --memlimit 1 a --codec store -T 1 --block-size=1M --memlimit 1G").IsQuiet();
        Assert.Contains(" store ", _box.Tacit("l a.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal(data[2..9], _box.Tacit("d --range 0:1 -c --range 2:9 a.tacit").IsQuiet().Output);
    }

    [UnixFact]
    public void TheCommandsFlagMayComeLater()
    {
        byte[] data = _box.WriteArchive("a");
        _box.Tacit("-k -d a.tacit").IsQuiet();
        Assert.Equal(data, _box.Read("a"));
        _box.Tacit("-k -o d -fd a.tacit").IsQuiet();
        _box.Tacit("-fT 1 --output t a.tacit -dk").IsQuiet();
        Assert.Equal(data, _box.Read("d"));
        Assert.Equal(data, _box.Read("t"));
        _box.Tacit("-q -t a.tacit").IsQuiet();
        Assert.Equal("a a.tacit d t", _box.Names);
    }

    [UnixFact]
    public void NamesDoNotSteerTheTerminal()
    {
        _box.Tacit("c 'a\x1b[2Jb\u202etxt.exe\U000e0041\U0001f600'").Says(1, @"tacit: a\x1b[2Jb\u202etxt.exe\U000e0041" + "\U0001f600: no such file");
    }

    [UnixFact]
    public void SelfTestSaysWhetherThePromiseIsKept()
    {
        string text = _box.Tacit("selftest").IsQuiet().Text;
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.All(lines[..^1], line => Assert.Matches("^[^ ]+ [0-9a-f]+$", line));
        Assert.Matches(@"^This machine keeps the promise: (\d+) of \1 digests are as everywhere\.$", lines[^1]);
    }

    [UnixFact]
    public void SmallFilesStartFast()
    {
        // Time is noise where tests run; what takes it, compiling at run time, can be counted.
        _box.WriteText("a", 1000);
        _box.Run("DOTNET_JitDisasmSummary=1 DOTNET_JitStdOutFile=jit \"$TACIT\" c a && \"$TACIT\" t a.tacit").IsQuiet();
        string[] methods = File.ReadAllLines(_box.PathOf("jit"));
        Assert.InRange(methods.Length, 1, 110);
        Assert.DoesNotContain(methods, method => method.Contains("Spectre", StringComparison.Ordinal));
    }
}
