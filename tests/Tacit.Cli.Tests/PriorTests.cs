using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Priors from data to archive and back.</summary>
public sealed class PriorTests : IDisposable
{
    private readonly Sandbox _box = new();

    public PriorTests()
    {
        _box.Write("data", Samples.Text(20_000, 2));
        _box.WriteText("text", 4000);
    }

    public void Dispose() => _box.Dispose();

    [UnixTheory]
    [InlineData("-3", "cm -3")]
    [InlineData("-7 --form state --max-model 64K", "cm -7")]
    public void FilesAreCodedAsIfTheyCameAfterTheData(string options, string codec)
    {
        _box.Tacit($"train prior data {options} -q -o m.tacitmodel").IsQuiet();
        _box.Tacit($"train prior data {options} -q -o again").IsQuiet();
        Assert.Equal(_box.Read("m.tacitmodel"), _box.Read("again"));
        Assert.InRange(_box.Read("again").Length, 1000, 1 << 16);
        Assert.Contains("prior", _box.Tacit("list m.tacitmodel").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("compress --model m.tacitmodel text").IsQuiet();
        _box.Tacit($"compress {options.Split(' ')[0]} text -o cold").IsQuiet();
        Assert.InRange(_box.Read("text.tacit").Length, 1, _box.Read("cold").Length - 10);
        string listed = _box.Tacit("list -v text.tacit").IsQuiet().Text;
        Assert.Contains(codec, listed, StringComparison.Ordinal);
        // The model is found beside the archive.
        Assert.Equal(_box.Read("text"), _box.Tacit("decompress text.tacit -c").IsQuiet().Output);
        _box.Run("mkdir away && mv *.tacitmodel again away").IsQuiet();
        _box.Tacit("test text.tacit").Says(1, "SHA-256");
        Assert.Equal(_box.Read("text"), _box.Tacit("decompress --model away/again text.tacit -c").IsQuiet().Output);
        Assert.Contains("after a prior", _box.Tacit("inspect --model away/again text").IsQuiet().Text, StringComparison.Ordinal);
    }

    [UnixFact]
    public void WhatDoesNotFitIsSaid()
    {
        _box.Tacit("train prior data -q -o m").IsQuiet();
        _box.Tacit("train prior data -q -o m").Says(1, "-f");
        _box.Tacit("train prior data -q -o data -f").Says(1, "same file");
        _box.Tacit("train prior data -q").Says(1, "-o MODEL is missing");
        _box.Tacit("train prior data -q -o x --form best").Says(1, "--form is text or state");
        _box.Tacit("train prior data -q -o x --max-model 1K").Says(1, "--max-model");
        _box.Run(": > empty; \"$TACIT\" train prior empty -q -o x").Says(1, "no data");
        _box.Tacit("compress --model m -9 text").Says(1, "level 5, not 9");
        _box.Tacit("compress --model m --neural text").Says(1, "levels 7 to 9");
        _box.Tacit("compress --neural -9 --codec brotli text").Says(1, "only");
        _box.Tacit("inspect --model m -4 text").Says(1, "level 5, not 4");
        _box.Tacit("generate --model m").Says(1, "prior");
        _box.Run("head -c 2000 m > bad; \"$TACIT\" compress --model bad text").Says(1, "");
        _box.Run("cp m bad; printf x | dd of=bad bs=1 seek=2000 conv=notrunc status=none; \"$TACIT\" compress --model bad text").Says(1, "damaged");
        Assert.Equal("bad data empty m text", _box.Names);
    }

    [UnixFact]
    public void ANetworkLearnsAlong()
    {
        _box.WriteText("short", 600);
        _box.Tacit("compress -7 --neural -T 2 short").IsQuiet();
        Assert.Contains("cm -7", _box.Tacit("list -v short.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal(_box.Read("short"), _box.Tacit("decompress -T 1 short.tacit -c").IsQuiet().Output);
        Assert.Contains("network", _box.Tacit("inspect -7 --neural short").IsQuiet().Text, StringComparison.Ordinal);
    }
}
