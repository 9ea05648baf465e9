using Tacit.Cli.Tests.Support;
using Tacit.Media.DataSets;
using Tacit.Media.Images;

namespace Tacit.Cli.Tests;

/// <summary>tacit compress of a folder of images with a model of them, and decompress into a new folder.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private const int Count = 40, Side = 8;

    private readonly Sandbox _box = new();
    private readonly byte[] _pixels = [.. Enumerable.Range(0, Count * Side * Side).Select(i => (byte)(i % 8 >= i / 64 % 6 && i % 8 <= i / 64 % 6 + 2 ? 255 : 0))];

    public ImageFolderTests()
    {
        _box.Write("f.idx", [.. Idx.HeaderOf([Count, Side, Side]), .. _pixels]);
        _box.Tacit("train vae f.idx --preset tiny --steps 150 --latents 3 --hidden 16 --encoder mlp --decoder mlp --batch 16 --binarise true -q -o m").IsQuiet();
        for (int i = 0; i < Count; i++)
            WriteImage($"in/{i % 3}/{i:00}.{(i % 5 == 0 ? "pgm" : "png")}", i, i % 2 == 0 ? 255 : 1);
        WriteImage("in/ü x.png", 3, 255);
    }

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ImagesComeBackPixelForPixel()
    {
        _box.Tacit("compress --model m in --verify --sha256").IsQuiet();
        long length = _box.Read("in.tacit").Length;
        _box.Tacit("compress --model m in -T3 -o same").IsQuiet();
        _box.Tacit("compress --model m in -T1 --sha256 -o same -f").IsQuiet();
        Assert.Equal(_box.Read("in.tacit"), _box.Read("same"));
        _box.Tacit("decompress --model m in.tacit -o out").IsQuiet();
        CheckSame("in", "out");
        Assert.Equal("f.idx in in.tacit m out same", _box.Names);
        // Nothing is written over, and -f changes nothing about that.
        _box.Tacit("decompress --model m in.tacit").Says(1, "'in' exists already");
        _box.Tacit("decompress --model m in.tacit -f -o out").Says(1, "exists already");

        // It costs about what the same pixels in a file do, and the names.
        _box.Tacit("compress --model m f.idx").IsQuiet();
        Assert.InRange(length, _box.Read("f.idx.tacit").Length, _box.Read("f.idx.tacit").Length + 600);
        // As a stream it is an IDX file and the names; ranges and tests go by that.
        _box.Tacit("test --model m in.tacit").IsQuiet();
        byte[] stream = _box.Tacit("decompress --model m -c in.tacit").IsQuiet().Output;
        Assert.Equal([.. Idx.HeaderOf([Count + 1, Side, Side])], stream[..16]);
        Assert.EndsWith("png 255 ü x.png\n", System.Text.Encoding.UTF8.GetString(stream), StringComparison.Ordinal);
        Assert.Equal(stream[100..300], _box.Tacit("decompress --model m --range 100:300 -c in.tacit").IsQuiet().Output);
        Assert.Contains("several", _box.Tacit("list in.tacit").IsQuiet().Text, StringComparison.Ordinal);
    }

    [UnixFact]
    public void EmbeddedNamedLossyAndFromStandardOutput()
    {
        _box.Tacit("compress --model m --embed-model --name in/ -o a").IsQuiet();
        _box.Run("mkdir sub && mv a sub && \"$TACIT\" d --name sub/a").IsQuiet();
        CheckSame("in", "sub/in");
        _box.Run("\"$TACIT\" c --model m in -c > b.tacit && \"$TACIT\" d --model m b.tacit").IsQuiet();
        CheckSame("in", "b");
        _box.Tacit("compress --lossy -9 --model m in -o c").IsQuiet();
        _box.Tacit("decompress --model m c -o lossy").IsQuiet();
        Assert.Equal(Files("in"), Files("lossy"));
        Assert.All(Files("lossy"), f => Assert.Equal((Side, Side, 255), (Read("lossy/" + f).Width, Read("lossy/" + f).Height, Read("lossy/" + f).MaxValue)));
    }

    [UnixFact]
    public void WhatDoesNotFitIsNamedAndNothingIsWritten()
    {
        Refused("is an image of 2x3; the model's are 8x8", () => _box.Write("in/1/odd.pgm", "P5 3 2 255\n123456"u8.ToArray()), "in/1/odd.pgm");
        Refused("1/notes.txt: is no image", () => _box.WriteText("in/1/notes.txt", 50), "in/1/notes.txt");
        Refused("a.png: The PNG file is", () => _box.Write("in/a.png", _box.Read("in/ü x.png")[..40]), "in/a.png");
        Refused("16.pgm: has samples up to 65535", () => _box.Write("in/16.pgm", [.. "P5 8 8 65535\n"u8, .. new byte[128]]), "in/16.pgm");
        Refused("z.png.gz: is in gzip", () => _box.Run("gzip < 'in/ü x.png' > in/z.png.gz"), "in/z.png.gz");
        Directory.CreateDirectory(_box.PathOf("empty"));
        _box.Tacit("compress --model m empty -o x").Says(1, "holds no images");
        _box.Tacit("compress --model m in --rm").Says(1, "--rm is not for folders");
        _box.Tacit("compress --model m -c in f.idx").Says(1, "holds the images of one folder");
        _box.Tacit("compress in -o x").Says(2, "is a folder; skipped");        // without a model of images
        _box.Tacit("compress --model m in -o a.tacit").IsQuiet();
        _box.Tacit("decompress --model m --rm a.tacit").Says(1, "--rm is not for archives of a folder");
        _box.Tacit("decompress a.tacit -o no/such/place --model m").Says(1, "cannot create");
        _box.Run("cat a.tacit a.tacit > two && \"$TACIT\" d --model m two -o x").Says(1, "in 4 frames instead of two");
        _box.Run("mv m n && \"$TACIT\" d a.tacit -o x").Says(1, "is needed, and is not there");
        Assert.Equal("a.tacit empty f.idx in n two", _box.Names);

        void Refused(string message, Action write, string path)
        {
            write();
            _box.Tacit("compress --model m in -o x").Says(1, message);
            Assert.False(_box.Has("x"));
            File.Delete(_box.PathOf(path));
        }
    }

    [UnixFact]
    public void HiddenFilesAreLeftOutAndSaid()
    {
        _box.WriteText("in/.notes", 10);
        Outcome said = _box.Tacit("compress --model m in -o a");
        Assert.Equal(2, said.ExitCode);
        Assert.Contains("in/.notes: its name begins with a dot; skipped", said.Error, StringComparison.Ordinal);
        _box.Tacit("decompress --model m a -o out").IsQuiet();
        File.Delete(_box.PathOf("in/.notes"));
        CheckSame("in", "out");
    }

    [UnixFact]
    public void DamageIsFoundAndLeavesNoFolder()
    {
        _box.Tacit("compress --model m in -o a").IsQuiet();
        byte[] whole = _box.Read("a");
        for (int part = 0; part < 16; part++)
        {
            int at = part * (whole.Length - 1) / 15;
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)(1 << part % 8);
            _box.Write("d", part % 2 == 0 ? damaged : whole[..at]);
            Outcome outcome = _box.Tacit("decompress --model m d -o out");
            Assert.Equal(1, outcome.ExitCode);
            Assert.StartsWith("tacit: ", outcome.Error, StringComparison.Ordinal);
            Assert.Equal("a d f.idx in m", _box.Names);
        }
    }

    [UnixFact]
    public void FilesThatAreNoItemsAreCodedByCmAndSaidToBe()
    {
        _box.Run("gzip -k f.idx").IsQuiet();
        Says("f.idx.gz", "in gzip");
        _box.WriteText("t.txt");
        Says("t.txt", "is no IDX file");
        _box.Write("o.idx", [.. Idx.HeaderOf([2, 3, 3]), .. new byte[18]]);
        Says("o.idx", "has items of 3x3, not 8x8");

        void Says(string name, string note)
        {
            _box.Tacit($"compress --model m {name}").Says(0, note);
            _box.Run($"\"$TACIT\" d {name}.tacit -c | cmp - {name}").IsQuiet();       // without the model
        }
    }

    private void CheckSame(string before, string after)
    {
        string[] files = Files(before);
        Assert.Equal(files, Files(after));
        foreach (string file in files)
        {
            Image one = Read($"{before}/{file}"), two = Read($"{after}/{file}");
            Assert.Equal((one.Width, one.Height, one.Channels, one.MaxValue), (two.Width, two.Height, two.Channels, two.MaxValue));
            Assert.Equal(one.Samples.ToArray(), two.Samples.ToArray());
            if (file.EndsWith(".pgm", StringComparison.Ordinal))
                Assert.Equal(_box.Read($"{before}/{file}"), _box.Read($"{after}/{file}"));
        }
    }

    private string[] Files(string folder) =>
        [.. Directory.GetFiles(_box.PathOf(folder), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_box.PathOf(folder), f)).Order(StringComparer.Ordinal)];

    private Image Read(string name)
    {
        byte[] data = _box.Read(name);
        return Png.IsPng(data) ? Png.Decode(data) : Pnm.Decode(data);
    }

    private void WriteImage(string name, int number, int maxValue)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_box.PathOf(name))!);
        var image = new Image(Side, Side, 1, maxValue, [.. _pixels.Skip(number * Side * Side).Take(Side * Side).Select(p => (ushort)(p * maxValue / 255))]);
        using FileStream file = File.Create(_box.PathOf(name));
        if (name.EndsWith(".pgm", StringComparison.Ordinal))
            Pnm.Encode(file, image);
        else
            Png.Encode(file, image);
    }
}
