using System.Security.Cryptography;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>What list prints, to the letter.</summary>
public sealed class ListTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ARowPerArchive()
    {
        _box.WriteArchive("a", 1000, "--codec store");
        Assert.Equal("""
                       raw     compressed    ratio  codec       name
                      1000           1059  105.9 %  store       a.tacit

            """, _box.Tacit("list a.tacit").IsQuiet().Text);
        _box.Write("empty", []);
        _box.Tacit("c --codec store empty").IsQuiet();
        Assert.Equal("""
                       raw     compressed    ratio  codec       name
                      1000           1059  105.9 %  store       a.tacit
                         0             79        -  store       empty.tacit
                      1000           1138  113.8 %              (2 files)

            """, _box.Tacit("-l a.tacit empty.tacit").IsQuiet().Text);
        Assert.Equal("""
                       raw     compressed    ratio  codec       name
                      1000           1059  105.9 %  store       standard input

            """, _box.Run("cat a.tacit | \"$TACIT\" l").IsQuiet().Text);
    }

    [UnixFact]
    public void AllThereIsToKnow()
    {
        byte[] data = _box.WriteText("a", 5000);
        string hash = Convert.ToHexStringLower(SHA256.HashData(data));
        _box.Run("\"$TACIT\" c --codec store --block-size 4K --name --sha256 a; \"$TACIT\" c --codec deflate -3 -c a >> a.tacit").IsQuiet();
        int second = _box.Read("a.tacit").Length;
        string text = _box.Tacit("l -v a.tacit").IsQuiet().Text;
        Assert.Matches($"""
            ^a\.tacit
              10000 bytes in {second}, [\d.]+ %
              frame 0 at 0: 5000 bytes in 5\d\d\d, store, blocks up to 4\.0 KiB, 9\.3 KiB a thread to decode
                name: a
                SHA-256 {hash}
                block 0 at \d+: 4096 bytes from 0 in 4096, stored
                block 1 at \d+: 904 bytes from 4096 in 904, stored
              frame 1 at 5\d\d\d: 5000 bytes in \d+, deflate -3, blocks up to 4\.9 KiB, [\d.]+ KiB a thread to decode
                block 0 at \d+: 5000 bytes from 0 in \d+
            $
            """, text);
        Assert.Contains("  several     a.tacit", _box.Tacit("l a.tacit").IsQuiet().Text, StringComparison.Ordinal);
    }

    [UnixFact]
    public void TheDefaultCodecNamesItsBlocksKind()
    {
        _box.WriteArchive("a", 20_000, "");
        Assert.Contains(" cm -5 ", _box.Tacit("l a.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Matches(@"block 0 at \d+: 20000 bytes from 0 in \d+, text\n", _box.Tacit("l -v a.tacit").IsQuiet().Text);
    }
}
