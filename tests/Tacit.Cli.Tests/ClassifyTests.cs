using System.Diagnostics;
using System.Globalization;
using Tacit.Cli.Tests.Support;
using Tacit.Media.Images;

namespace Tacit.Cli.Tests;

/// <summary>tacit train classifier, classify and cluster; and what is refused with nothing written.</summary>
public sealed class ClassifyTests : IDisposable
{
    private readonly Sandbox _box = new();

    public ClassifyTests()
    {
        WriteImages();
        _box.Tacit("train ae f --preset tiny --steps 150 --latents 3 --hidden 8 --filters 2 --batch 8 -q -o m")
            .IsQuiet();
    }

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void LabelsAreLearntAndSaidOfOtherFiles()
    {
        string said = _box.Tacit("train classifier f --encoder m --preset tiny --steps 200 -o c").Error;
        Assert.Contains("2 labels, 3 latents", said, StringComparison.Ordinal);
        string list = _box.Tacit("list c").IsQuiet().Text;
        Assert.Contains("kind classifier", list, StringComparison.Ordinal);
        Assert.Contains("encoder_sha256: ", list, StringComparison.Ordinal);
        Assert.DoesNotContain(_box.Folder, System.Text.Encoding.Latin1.GetString(_box.Read("c")),
            StringComparison.Ordinal);

        string summary = _box.Tacit("classify --model c f --picture p.png -o o.csv").IsQuiet().Text;
        Assert.StartsWith("30 of 30 items are right: 100.00 %, 0.", summary, StringComparison.Ordinal);
        Assert.True(Png.Decode(_box.Read("p.png")).Width > 2 * 44);
        string[] rows = File.ReadAllLines(_box.PathOf("o.csv"));
        Assert.Equal("item,label,predicted,probability", rows[0]);
        Assert.StartsWith("f/bright/0.pgm,bright,bright,0.", rows[1], StringComparison.Ordinal);

        // New files, in a folder whose name is no label.
        _box.Run("mkdir new && cp f/dark/3.pgm new/a.pgm && cp f/bright/2.pgm new/b.pgm").IsQuiet();
        string[] found = _box.Tacit("classify --model c new --probabilities").IsQuiet().Text.Trim().Split('\n');
        Assert.Equal("item,predicted,probability,p_bright,p_dark", found[0]);
        Assert.StartsWith("new/a.pgm,dark,", found[1], StringComparison.Ordinal);
        Assert.StartsWith("new/b.pgm,bright,", found[2], StringComparison.Ordinal);
        double[] sums = [.. found.Skip(1)
            .Select(r => r.Split(',')[3..].Sum(p => double.Parse(p, CultureInfo.InvariantCulture)))];
        Assert.All(sums, s => Assert.Equal(1, s, 1e-5));
        Assert.Equal(string.Join('\n', found) + "\n",
            _box.Tacit("classify --model c new --probabilities -T1").IsQuiet().Text);
    }

    [UnixFact]
    public void TheEncoderLearnsToo()
    {
        const string Options = "f --encoder m --tune true --augment shift:1 --preset tiny --steps 60 -q";
        _box.Tacit($"train classifier {Options} -o a -T1").IsQuiet();
        _box.Tacit($"train classifier {Options} -o b -T3").IsQuiet();
        Assert.Equal(_box.Read("a"), _box.Read("b"));
        _box.Tacit("train classifier f --encoder m --preset tiny --steps 60 -q -o frozen").IsQuiet();
        Assert.NotEqual(_box.Read("a"), _box.Read("frozen"));
        string many = Options.Replace("--steps 60 -q", "--steps 20000 -v", StringComparison.Ordinal);
        using Process process = Shell.Start(_box.Folder, $"exec \"$TACIT\" train classifier {many} -o n");
        string? line;
        while ((line = process.StandardError.ReadLine()) is not null
            && !line.Contains("step 1", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);
        _box.Run($"kill -INT {process.Id}").IsQuiet();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.True(_box.Has("n.checkpoint"));
        _box.Tacit("train classifier f --encoder frozen --resume -q -o n").Says(1, "frozen: is another model");
        _box.Tacit("train classifier f --from frozen --preset tiny --steps 5 -q -o further").IsQuiet();
        _box.Tacit("classify --model further f").IsQuiet();
        _box.Tacit("train classifier f --from frozen --encoder m --steps 5 -q -o x")
            .Says(1, "'encoder' is the model's own");
    }

    [UnixFact]
    public void ItemsThatLieTogetherAreFoundWithoutLabels()
    {
        string given = _box.Tacit("cluster --model m f --clusters 2 --method kmeans -o k.csv --picture k.png -n 5")
            .IsQuiet().Text;
        Assert.Contains("30 items in 2 clusters, 2 labels: accuracy 100.00 %, purity 100.00 %, normalised mutual " +
            "information 1.0000", given, StringComparison.Ordinal);
        Assert.Equal(5 * (8 * 6 + 1) + 1, Png.Decode(_box.Read("k.png")).Width);
        string[] rows = File.ReadAllLines(_box.PathOf("k.csv"));
        Assert.Equal("item,label,cluster,distance", rows[0]);
        Assert.Equal(31, rows.Length);
        string chosen = _box.Tacit("cluster --model m f --clusters 2:4 --method gmm-diagonal --seed 3 -o -").Text;
        Assert.StartsWith("item,label,cluster,probability\nf/bright/0.pgm,bright,", chosen, StringComparison.Ordinal);
        Assert.Equal(chosen, _box.Tacit("cluster --model m f --clusters 2:4 --method gmm-diagonal --seed 3 -o - -T1")
            .Text);
        string lines = _box.Tacit("cluster --model m f --clusters 2:3 --labels none").IsQuiet().Text;
        Assert.StartsWith("2 clusters: information criterion ", lines, StringComparison.Ordinal);
        Assert.Contains("\ncluster 1: ", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("accuracy", lines, StringComparison.Ordinal);
    }

    [UnixFact]
    public void WhatDoesNotFitIsRefusedAndNothingIsWritten()
    {
        _box.Write("small.pgm", [.. "P5 4 4 255\n"u8, .. new byte[16]]);
        _box.Run("mkdir flat && cp f/dark/1.pgm flat/1.pgm && cp f/dark/2.pgm alone.pgm").IsQuiet();
        _box.Tacit("train classifier f --encoder m --preset tiny --steps 20 -q -o c").IsQuiet();
        _box.Tacit("train ae f --decoder ar --latents 0 --preset tiny --steps 2 -q -o none").IsQuiet();
        string before = _box.Names;
        _box.Tacit("train classifier f -o x").Says(1, "--encoder MODEL is missing");
        _box.Tacit("train classifier f --encoder none -o x").Says(1, "none: the model has no latents");
        _box.Tacit("train classifier f --encoder c -o x").Says(1, "cannot be used for this");
        _box.Tacit("train classifier f --encoder f/dark/1.pgm -o x").Says(1, "f/dark/1.pgm: ");
        _box.Tacit("train classifier alone.pgm --encoder m -o x").Says(1, "have no labels");
        _box.Tacit("train classifier small.pgm f --encoder m -o x").Says(1, "all must have one size");
        _box.Tacit("classify --model c small.pgm").Says(1, "the items are 4x4, those the model was trained on 8x8");
        _box.Tacit("classify --model c flat --picture x.png").Says(1, "without labels there is nothing to draw");
        _box.Tacit("classify --model c f flat -o x").Says(1, "has the label 'flat', which was not learnt");
        _box.Tacit("classify --model m f").Says(1, "cannot be used to classify");
        _box.Tacit("cluster --model c f").Says(1, "cannot be used to cluster");
        _box.Tacit("cluster --model m f --clusters 0").Says(1, "--clusters takes a number");
        _box.Tacit("cluster --model m f --clusters 5:3").Says(1, "--clusters takes a number");
        _box.Tacit("cluster --model m f --clusters 31 -o x").Says(1, "30 items cannot be 31 clusters");
        _box.Tacit("cluster --model m f --method sun -o x").Says(1, "--method is gmm");
        Assert.Equal(before, _box.Names);
    }

    private void WriteImages()
    {
        foreach ((string name, int level) in new[] { ("dark", 40), ("bright", 200) })
        {
            Directory.CreateDirectory(_box.PathOf($"f/{name}"));
            for (int i = 0; i < 15; i++)
                _box.Write($"f/{name}/{i}.pgm",
                    [.. "P5 8 8 255\n"u8, .. Enumerable.Range(0, 64)
                    .Select(p => (byte)(p % 8 == 1 + i % 7 ? 255 - level : level))]);
        }
    }
}
