using System.Text;
using Tacit.Cli.Tests.Support;
using Tacit.Compression;

namespace Tacit.Cli.Tests;

/// <summary>Mode, times, owner and name: from file to archive and back.</summary>
public sealed class AttributeTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [LinuxFact]
    public void ModeAndTimesAreKept()
    {
        _box.WriteText("a");
        _box.Run("chmod 640 a; touch -d '2001-02-03 04:05:06.123456789' a; stat -c '%a %y' a > want").IsQuiet();
        _box.Run("\"$TACIT\" c --codec brotli a && stat -c '%a %y' a.tacit | cmp - want").IsQuiet();
        _box.Run("rm a; \"$TACIT\" d a.tacit && stat -c '%a %y' a | cmp - want").IsQuiet();
    }

    [UnixFact]
    public void SpecialModeBitsAreNotKept()
    {
        _box.WriteText("a");
        _box.Run("chmod 7755 a; \"$TACIT\" c --codec brotli a").IsQuiet();
        Assert.Equal("-rwxr-xr-x", _box.Run("ls -l a.tacit | cut -c1-10").Text.Trim());
    }

    [UnixFact]
    public void WithoutAnInputsModeTheUsualOneIsUsed()
    {
        _box.WriteText("a");
        _box.Run("umask 027; cat a | \"$TACIT\" c --codec brotli -o b; ls -l b | cut -c1-10 > mode").IsQuiet();
        Assert.Equal("-rw-r-----", Encoding.ASCII.GetString(_box.Read("mode")).Trim());
        _box.Run("chmod 604 b; cat a | \"$TACIT\" c --codec brotli -f -o b; ls -l b | cut -c1-10 > mode").IsQuiet();
        Assert.Equal("-rw----r--", Encoding.ASCII.GetString(_box.Read("mode")).Trim());
    }

    [RootFact]
    public void TheOwnerIsKeptWhereThatIsAllowed()
    {
        _box.WriteText("a");
        _box.Run("chown 12345:23456 a; chmod 660 a; \"$TACIT\" c --codec brotli a").IsQuiet();
        Assert.Equal("12345:23456 660\n", _box.Run("stat -c '%u:%g %a' a.tacit").Text);
        // Somebody else cannot keep the group: then it gets no more than everybody had.
        _box.Run($"chmod 777 .; chmod 664 a; rm a.tacit; {Shell.Unprivileged} \"$TACIT\" c --codec brotli a").IsQuiet();
        Assert.Equal("65534:65534 644\n", _box.Run("stat -c '%u:%g %a' a.tacit").Text);
    }

    [UnixFact]
    public void AStoredNameIsUsedOnlyOnRequest()
    {
        byte[] data = _box.WriteText("original 名.txt");
        _box.Run("mkdir sub; \"$TACIT\" c --codec brotli --name 'original 名.txt' -o sub/x.tacit && rm original*").IsQuiet();
        _box.Tacit("d sub/x.tacit").IsQuiet();
        Assert.Equal(data, _box.Read("sub/x"));
        _box.Tacit("d --name sub/x.tacit").IsQuiet();
        Assert.Equal(data, _box.Read("sub/original 名.txt"));
        _box.Run("cat sub/x.tacit | \"$TACIT\" d --name -").IsQuiet();
        Assert.Equal(data, _box.Read("original 名.txt"));
        _box.Tacit("d --name sub/x.tacit").Says(1, "exists already");
        _box.WriteArchive("plain");
        _box.Tacit("d --name plain.tacit").Says(1, "keeps no name");
        _box.Tacit("c --name < plain.tacit").Says(1, "standard input has none");
        _box.Tacit("d --name plain.tacit -o x").Says(1, "--name and -o or -c exclude each other");
    }

    [UnixTheory]
    [InlineData("../../up")]
    [InlineData("/etc/abs")]
    [InlineData("sub/inn")]
    [InlineData("back\\sla")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("nul\0byte")]
    [InlineData("new\nline")]
    public void AStoredNameIsNeverAPath(string name)
    {
        using (FileStream file = File.Create(_box.PathOf("x.tacit")))
        using (var tacit = new TacitStream(file, new TacitCompressionOptions { Codec = TacitCodec.Store, Metadata = new Dictionary<string, string> { ["name"] = name } }))
            tacit.Write("data"u8);
        _box.Tacit("t x.tacit").IsQuiet();
        _box.Tacit("d --name x.tacit").Says(1, "could lead elsewhere");
        _box.Run("mkdir sub").IsQuiet();
        _box.Tacit("d -f --name x.tacit").Says(1, "could lead elsewhere");
        Assert.Equal("sub x.tacit", _box.Names);
        _box.Tacit("d x.tacit").IsQuiet();   // without --name it is an ordinary archive
    }
}
