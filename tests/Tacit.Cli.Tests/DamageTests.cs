using System.Globalization;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Damaged archives, parts of archives, and limits.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ADamagedArchiveLeavesNothing()
    {
        _box.WriteArchive("a");
        byte[] archive = _box.Read("a.tacit");
        foreach (int at in new[] { 0, 5, 30, archive.Length / 2, archive.Length - 1 })
        {
            byte[] damaged = [.. archive];
            damaged[at] ^= 16;
            _box.Write("b.tacit", damaged);
            _box.Tacit("d b.tacit").Says(1, "b.tacit: ");
            _box.Tacit("t b.tacit").Says(1, "b.tacit: ");
        }
        Assert.Equal("a.tacit b.tacit", _box.Names);
    }

    [UnixFact]
    public void ATruncatedArchiveLeavesNothing()
    {
        _box.WriteArchive("a", 20_000, "--codec brotli --block-size 4K");
        byte[] archive = _box.Read("a.tacit");
        foreach (int length in new[] { 0, 3, 20, archive.Length / 2, archive.Length - 1 })
        {
            _box.Write("b.tacit", archive[..length]);
            _box.Tacit("d b.tacit").Says(1, length == 0 ? "empty, not a Tacit file" : "cut short");
            _box.Tacit("t < b.tacit").Says(1, "standard input: ");
        }
        Assert.Equal("a.tacit b.tacit", _box.Names);
        _box.WriteText("c.tacit");
        _box.Tacit("d c.tacit").Says(1, "Not a Tacit file");
        _box.Tacit("l c.tacit").Says(1, "c.tacit: ");
    }

    [UnixTheory]
    [InlineData("x")]
    [InlineData("ten bytes!")]
    [InlineData("more than a whole header of something else altogether, and then some")]
    public void TrailingBytesAreAnError(string trailing)
    {
        _box.WriteArchive("a");
        string where = _box.Read("a.tacit").Length.ToString(CultureInfo.InvariantCulture);
        File.AppendAllText(_box.PathOf("a.tacit"), trailing);
        _box.Tacit("d a.tacit").Says(1, $"follow the data at byte {where}");
        _box.Tacit("t a.tacit").Says(1, $"follow the data at byte {where}");
        _box.Run("cat a.tacit | \"$TACIT\" t").Says(1, $"follow the data at byte {where}");
        Assert.Equal("a.tacit", _box.Names);
        _box.Run($"head -c {where} a.tacit | \"$TACIT\" t").IsQuiet();
    }

    [UnixFact]
    public void SalvageRecoversTheOtherBlocks()
    {
        byte[] data = _box.WriteArchive("a", 20_000, "--codec store --block-size 4K");
        byte[] archive = _box.Read("a.tacit");
        archive[6000] ^= 1;   // in the second block
        _box.Write("a.tacit", archive);
        _box.Tacit("d a.tacit").Says(1, "Block 1 at byte");
        Assert.False(_box.Has("a"));
        _box.Tacit("d --salvage a.tacit -o b").Says(2, "a.tacit: lost bytes 4096 to 8192: ");
        Array.Clear(data, 4096, 4096);
        Assert.Equal(data, _box.Read("b"));
        Outcome piped = _box.Run("cat a.tacit | \"$TACIT\" d --salvage");
        Assert.Equal(data, piped.Says(2, "lost bytes 4096 to 8192").Output);
        _box.Tacit("d --salvage -q a.tacit").IsQuiet(2);
        Assert.Equal(data, _box.Read("a"));
    }

    [UnixFact]
    public void SalvageOfWhatIsIntactOrHopeless()
    {
        byte[] data = _box.WriteArchive("a");
        Assert.Equal(data, _box.Tacit("-dc --salvage a.tacit").IsQuiet().Output);
        _box.WriteText("b.tacit");
        _box.Tacit("d --salvage b.tacit").Says(1, "b.tacit: nothing could be recovered");
        Assert.Equal("a.tacit b.tacit", _box.Names);
    }

    [UnixTheory]
    [InlineData("0:0", 0, 0)]
    [InlineData("0:1", 0, 1)]
    [InlineData("4095:4097", 4095, 4097)]
    [InlineData("1K:10K", 1024, 10240)]
    [InlineData("19999:20000", 19999, 20000)]
    [InlineData("15000:", 15000, 20000)]
    [InlineData(":5000", 0, 5000)]
    [InlineData("20000:", 20000, 20000)]
    public void ARangeIsHalfOpen(string range, int from, int to)
    {
        byte[] data = _box.WriteArchive("a", 20_000, "--codec brotli --block-size 4K");
        Assert.Equal(data[from..to], _box.Tacit($"-dc --range {range} a.tacit").IsQuiet().Output);
        Assert.Equal(data[from..to], _box.Run($"cat a.tacit | \"$TACIT\" d --range {range}").IsQuiet().Output);
        Assert.Equal(data[from..to], _box.Tacit($"d --range={range} < a.tacit").IsQuiet().Output);
    }

    [UnixTheory]
    [InlineData("0:20001", "beyond the end of the data, which has 20000 bytes")]
    [InlineData("30000:", "beyond the end")]
    [InlineData("5:4", "ends before it starts")]
    [InlineData("5", "--range is A:B, A: or :B")]
    [InlineData(":", "--range is A:B, A: or :B")]
    [InlineData("a:b", "--range takes a number of bytes")]
    [InlineData("1:2:3", "--range takes a number of bytes")]
    public void ARangeThatIsNot(string range, string message)
    {
        _box.WriteArchive("a", 20_000);
        _box.Tacit($"d --range {range} a.tacit").Says(1, message);
        Assert.Equal("a.tacit", _box.Names);
    }

    [UnixFact]
    public void TheMemoryLimitIsKept()
    {
        _box.WriteText("a", 200_000);
        _box.Tacit("c --memlimit 64K a").Says(1, "of memory; the limit is");
        Assert.Equal("a", _box.Names);
        _box.Tacit("c --codec brotli a").IsQuiet();
        _box.Tacit("t --memlimit 64K a.tacit").Says(1, "Raise it with --memlimit");
        _box.Tacit("d --memlimit 64K a.tacit -o b").Says(1, "of memory; the limit is");
        _box.Tacit("t --memlimit 64M a.tacit").IsQuiet();
        _box.Tacit("c --memlimit 0 a").Says(1, "--memlimit takes");
        _box.Tacit("c --memlimit lots a").Says(1, "--memlimit takes a number of bytes such as 65536, 64K, 16M or 2G, not 'lots'");
        Assert.Equal("a a.tacit", _box.Names);
    }
}
