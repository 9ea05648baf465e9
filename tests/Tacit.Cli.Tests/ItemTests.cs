using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tacit.Cli.Tests.Support;
using Tacit.Media.Images;

namespace Tacit.Cli.Tests;

/// <summary>Commands on images and vectors: train ae, reconstruct, embed, generate, inspect; and what is refused with
/// nothing written.</summary>
public sealed class ItemTests : IDisposable
{
    private const string Tiny = "--preset tiny --steps 40 --latents 3 --hidden 8 --filters 2 --batch 8";

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ImagesOfAFolderAreLearntReconstructedEmbeddedAndGenerated()
    {
        WriteImages();
        string said = _box.Tacit($"train ae f {Tiny} -o m").Error;
        Assert.Contains("x 0.001 squared error", said, StringComparison.Ordinal);
        Assert.Equal("f m", _box.Names);
        string list = _box.Tacit("list m").IsQuiet().Text;
        Assert.Contains("kind ae", list, StringComparison.Ordinal);
        Assert.Contains("data_items: 27", list, StringComparison.Ordinal);
        string layers = _box.Tacit("inspect --model m").IsQuiet().Text;
        Assert.Contains("items of 8x8, 3 latents; values from 0 to 255", layers, StringComparison.Ordinal);
        Assert.Contains("encoder.convolutions.1.weight", layers, StringComparison.Ordinal);

        string summary = _box.Tacit("reconstruct --model m f -o r.png -n 5 --errors e.csv").IsQuiet().Text;
        Assert.StartsWith("30 items: squared error 0.0", summary, StringComparison.Ordinal);
        Image picture = Png.Decode(_box.Read("r.png"));
        Assert.Equal((5 * (8 * 6 + 1) + 1, 3 * (8 * 6 + 1) + 1), (picture.Width, picture.Height));
        Assert.Equal(200, picture.Samples.Span[(picture.Width + 1)]);      // the first pixel of the first image
        string[] errors = File.ReadAllLines(_box.PathOf("e.csv"));
        Assert.Equal("item,label,error,score", errors[0]);
        Assert.Equal(31, errors.Length);
        Assert.StartsWith("f/bright/0.pgm,bright,0.", errors[1], StringComparison.Ordinal);
        double mean = errors.Skip(1).Average(e => double.Parse(e.Split(',')[2], CultureInfo.InvariantCulture));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"squared error {mean:0.000000}"), summary,
            StringComparison.Ordinal);

        string[] latents = _box.Tacit("embed --model m f -o -").IsQuiet().Text.Split('\n');
        Assert.Equal("item,label,z1,z2,z3", latents[0]);
        Assert.StartsWith("f/bright/0.pgm,bright,", latents[1], StringComparison.Ordinal);
        _box.Tacit("embed --model m f -o z.npy --map z.svg -q").IsQuiet();
        Assert.Equal(128 + 30 * 3 * 4, _box.Read("z.npy").Length);
        Assert.Contains("bright", File.ReadAllText(_box.PathOf("z.svg")), StringComparison.Ordinal);

        _box.Tacit("generate --model m -n 4 --seed 3 -o g.png").IsQuiet();
        Assert.Equal(2 * (8 * 6 + 1) + 1, Png.Decode(_box.Read("g.png")).Width);
        _box.Tacit("generate --model m -n 4 --seed 3 -T1 -o again.png").IsQuiet();
        Assert.Equal(_box.Read("g.png"), _box.Read("again.png"));
        _box.Run("\"$TACIT\" generate --model m -n 4 --seed 3 -o - > piped.png && cmp g.png piped.png").IsQuiet();

        // Beside a picture on standard output the totals are words on standard error.
        Outcome piped = _box.Run("\"$TACIT\" reconstruct --model m f -n 5 -o - > r2.png && cmp r.png r2.png");
        Assert.Equal(0, piped.ExitCode);
        Assert.Contains("30 items: squared error", piped.Error, StringComparison.Ordinal);
        _box.Tacit("reconstruct --model m f -q").IsQuiet();
        Assert.Contains("; in validation 0.0", summary, StringComparison.Ordinal);
        _box.Tacit($"train ae f {Tiny} --validation-share 0 -q -o t").IsQuiet();
        Assert.Contains("; in training 0.0", _box.Tacit("reconstruct --model t f").IsQuiet().Text,
            StringComparison.Ordinal);
        Assert.Contains("; squared error in training 0.0", _box.Tacit("inspect --model t").IsQuiet().Text,
            StringComparison.Ordinal);
    }

    [UnixFact]
    public void EveryDecoderTrainsTheSameWithAnyThreadsAndGoesOnWhereItStopped()
    {
        WriteVectors();
        foreach (string decoder in new[] { "mlp", "conv", "ar", "transformer --loss cross-entropy" })
        {
            string options = $"v.csv --shape 4x4 --labels last {Tiny} --levels 1 --decoder {decoder} -q";
            _box.Tacit($"train ae {options} -o a -T1").IsQuiet();
            _box.Tacit($"train ae {options} -o b -T3").IsQuiet();
            Assert.Equal(_box.Read("a"), _box.Read("b"));
            // shape and labels as in training
            string text = _box.Tacit("reconstruct --model a v.csv --errors - -q").IsQuiet().Text;
            Assert.StartsWith("item,label,error,score\nv.csv:0,even,", text, StringComparison.Ordinal);
            Assert.Equal(decoder[0] is 'a' or 't',
                _box.Tacit("reconstruct --model a v.csv").IsQuiet()
                .Text.Contains("from the true past", StringComparison.Ordinal));
            string made = _box.Tacit("generate --model a -n 3 --seed 5 -o g.csv").IsQuiet().Text,
                rows = File.ReadAllText(_box.PathOf("g.csv"));
            Assert.Empty(made);
            Assert.All(rows.Trim().Split('\n'), row =>
                Assert.All(row.Split(','), cell =>
                Assert.InRange(float.Parse(cell, CultureInfo.InvariantCulture), 0, 16)));
            Assert.Equal(3, rows.Trim().Split('\n').Distinct().Count());
            _box.Tacit("generate --model b -n 3 --seed 5 -T3 -f -o g.csv").IsQuiet();
            Assert.Equal(rows, File.ReadAllText(_box.PathOf("g.csv")));
            _box.Run("rm a b g.csv").IsQuiet();
        }
        _box.Tacit($"train ae v.csv --labels last {Tiny} --decoder ar --latents 0 -q -o p").IsQuiet();
        _box.Tacit("embed --model p v.csv -o -").Says(1, "no latents");
        Assert.Equal(3, _box.Tacit("generate --model p -n 3 -o -").IsQuiet().Text.Trim().Split('\n').Length);
        _box.Tacit("generate --model p -n 3 --draw -o -").Says(1, "--draw is for");
        _box.Tacit("generate --model p -n 3 -o g.png -f -q").IsQuiet();      // vectors are a table whatever its name
        Assert.Equal(3, File.ReadAllLines(_box.PathOf("g.png")).Length);
        _box.Tacit($"train ae v.csv --labels last {Tiny} --from p -o q").Says(1, "keeps its sizes");
    }

    [UnixFact]
    public void WhatComesAfterTheLastStepIsGoneOnWithToo()
    {
        File.WriteAllLines(_box.PathOf("w.csv"),
            Enumerable.Range(0, 3000).Select(i =>
            string.Join(',', Enumerable.Range(0, 256).Select(k => (i * 7 + k * k) % 17))));
        const string Options = "w.csv --preset tiny --steps 3 --latents 3 --hidden 8 --decoder ar --units 64 " +
            "--validation-share 0.9";
        using Process process = Shell.Start(_box.Folder, $"exec \"$TACIT\" train ae {Options} -o n");
        string? line;
        while ((line = process.StandardError.ReadLine()) is not null
            && !line.Contains("looking where", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);
        _box.Run($"kill -INT {process.Id}").IsQuiet();
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("stopped after the last step", said, StringComparison.Ordinal);
        Assert.True(_box.Has("n.checkpoint") && !_box.Has("n"));
        // As an earlier version wrote it, which did not know of --length and --stride.
        _box.Blank("n.checkpoint", "\\\"length\\\":512,\\\"stride\\\":0,");
        _box.Tacit($"train ae {Options} --stride 2 --resume -q -o n").Says(1, "another task");
        _box.Tacit($"train ae {Options} --resume -q -o n").IsQuiet();
        _box.Tacit($"train ae {Options} -q -o whole").IsQuiet();
        Assert.Equal(_box.Read("whole"), _box.Read("n"));
    }

    [UnixFact]
    public void WhatDoesNotFitIsRefusedAndNothingIsWritten()
    {
        WriteImages();
        WriteVectors();
        _box.Write("small.pgm", [.. "P5 4 4 255\n"u8, .. new byte[16]]);
        using (var file = new MemoryStream())
        {
            Png.Encode(file, new Image(8, 8, 1, 255, new ushort[64]));
            _box.Write("cut.png", file.ToArray()[..^7]);
        }
        _box.Run("mkdir empty && printf 'a\\nb\\n' > two").IsQuiet();
        string before = _box.Names;
        _box.Tacit($"train ae f small.pgm {Tiny} -o m")
            .Says(1, "small.pgm: its items are 4x4, those of f/bright/0.pgm are 8x8; all must have one size");
        _box.Tacit($"train ae f cut.png {Tiny} -o m").Says(1, "cut.png: The PNG file is truncated");
        _box.Tacit($"train ae empty {Tiny} -o m").Says(1, "there is no data");
        _box.Tacit($"train ae f --labels two {Tiny} -o m").Says(1, "2 labels for 30 items");
        _box.Tacit($"train ae f --labels no/such {Tiny} -o m").Says(1, "no/such: no such file");
        _box.Tacit($"train ae v.csv {Tiny} -o m")
            .Says(1, "which is no finite number; a column of labels must be named");
        _box.Tacit($"train ae v.csv --labels last --encoder conv --levels 5 {Tiny} -o m").Says(1, "cannot be halved");
        _box.Tacit($"train ae f --decoder mlp --latents 0 " +
            $"{Tiny.Replace("--latents 3", "", StringComparison.Ordinal)} -o m").Says(1, "without latents");
        _box.Tacit($"train ae f --augment turn {Tiny} -o m").Says(1, "'augment' is");
        _box.Tacit($"train ae f --validation small.pgm {Tiny} -o m").Says(1, "the items to validate on are 4x4");
        _box.Tacit($"train ae f --memlimit 20K {Tiny} -o m").Says(1, "training takes");
        Assert.Equal(before, _box.Names);

        _box.Tacit($"train ae f {Tiny} -q -o m").IsQuiet();
        before = _box.Names;
        _box.Tacit("reconstruct --model m small.pgm -o r.png")
            .Says(1, "the items are 4x4, those the model was trained on 8x8");
        _box.Tacit("reconstruct --model m cut.png -o r.png").Says(1, "truncated");
        _box.Tacit("reconstruct --model m empty -o r.png").Says(1, "there are no items");
        _box.Tacit("reconstruct --model m f --labels two -o r.png").Says(1, "2 labels for 30 items");
        _box.Tacit("reconstruct --model m f -o m").Says(1, "exists already");
        _box.Tacit("reconstruct --model m f --memlimit 1G").Says(1, "unknown option '--memlimit'");
        _box.Tacit("reconstruct --model m f extra -o r.png").Says(1, "extra: no such file");
        _box.Tacit("generate --model m -n 10000 --temperature 2 -o g.csv -q").IsQuiet();
        _box.Run("rm g.csv").IsQuiet();
        _box.Tacit($"train ae v.csv --labels last {Tiny} -q -o v").IsQuiet();
        _box.Tacit("reconstruct --model v v.csv -o r.png").Says(1, "vectors are not drawn");
        _box.Run("rm v").IsQuiet();
        _box.Tacit($"train ae v.csv --labels last --loss cross-entropy --highest 3 --lowest 0 {Tiny} -o v")
            .Says(1, "cross-entropy takes no values beyond");
        _box.Tacit("embed --model m f --labels two -o z.csv").Says(1, "2 labels for 30 items");
        _box.Tacit("generate --model m").Says(1, "-o OUT is missing");
        _box.Tacit("forecast --model m").Says(1, "cannot be used to forecast");
        Assert.Equal(before, _box.Names);
    }

    // Fifteen dark and fifteen bright images of 8 x 8 with a bar somewhere.
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

    private void WriteVectors()
    {
        var lines = new StringBuilder();
        for (int i = 0; i < 40; i++)
            lines.Append(string.Join(',', Enumerable.Range(0, 16).Select(k => (i * 7 + k * k) % 17)))
                .Append(i % 2 == 0 ? ",even\n" : ",odd\n");
        File.WriteAllText(_box.PathOf("v.csv"), lines.ToString());
    }
}
