using System.Globalization;
using System.Text;
using Tacit.Cli.Tests.Support;
using Tacit.Media.Images;

namespace Tacit.Cli.Tests;

/// <summary>Commands on images and vectors: train ae, reconstruct, embed, generate, inspect; and what is refused with nothing written.</summary>
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
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"squared error {mean:0.000000}"), summary, StringComparison.Ordinal);

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
            string text = _box.Tacit("reconstruct --model a v.csv --errors -").IsQuiet().Text;      // shape and labels as in training
            Assert.StartsWith("item,label,error,score\nv.csv:0,even,", text, StringComparison.Ordinal);
            Assert.Equal(decoder[0] is 'a' or 't', _box.Tacit("reconstruct --model a v.csv").IsQuiet().Text.Contains("from the true past", StringComparison.Ordinal));
            _box.Run("rm a b").IsQuiet();
        }
        _box.Tacit($"train ae v.csv --labels last {Tiny} --decoder ar --latents 0 -q -o p").IsQuiet();
        _box.Tacit("embed --model p v.csv -o -").Says(1, "no latents");
        Assert.Equal(3, _box.Tacit("generate --model p -n 3 -o -").IsQuiet().Text.Trim().Split('\n').Length);
        _box.Tacit("generate --model p -n 3 --draw -o -").Says(1, "--draw is for");
        _box.Tacit($"train ae v.csv --labels last {Tiny} --from p -o q").Says(1, "keeps its sizes");
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
        _box.Tacit($"train ae f small.pgm {Tiny} -o m").Says(1, "small.pgm: its items are 4x4, those of f/bright/0.pgm are 8x8; all must have one size");
        _box.Tacit($"train ae f cut.png {Tiny} -o m").Says(1, "cut.png: The PNG file is truncated");
        _box.Tacit($"train ae empty {Tiny} -o m").Says(1, "there is no data");
        _box.Tacit($"train ae f --labels two {Tiny} -o m").Says(1, "2 labels for 30 items");
        _box.Tacit($"train ae f --labels no/such {Tiny} -o m").Says(1, "no/such: no such file");
        _box.Tacit($"train ae v.csv {Tiny} -o m").Says(1, "which is no finite number; a column of labels must be named");
        _box.Tacit($"train ae v.csv --labels last --encoder conv {Tiny} -o m").Says(1, "cannot be halved");
        _box.Tacit($"train ae f --decoder mlp --latents 0 {Tiny.Replace("--latents 3", "", StringComparison.Ordinal)} -o m").Says(1, "without latents");
        _box.Tacit($"train ae f --augment turn {Tiny} -o m").Says(1, "'augment' is");
        _box.Tacit($"train ae f --validation small.pgm {Tiny} -o m").Says(1, "the items to validate on are 4x4");
        _box.Tacit($"train ae f --memlimit 20K {Tiny} -o m").Says(1, "training takes");
        Assert.Equal(before, _box.Names);

        _box.Tacit($"train ae f {Tiny} -q -o m").IsQuiet();
        before = _box.Names;
        _box.Tacit("reconstruct --model m small.pgm -o r.png").Says(1, "the items are 4x4, those the model was trained on 8x8");
        _box.Tacit("reconstruct --model m cut.png -o r.png").Says(1, "truncated");
        _box.Tacit("reconstruct --model m empty -o r.png").Says(1, "there are no items");
        _box.Tacit("reconstruct --model m f --labels two -o r.png").Says(1, "2 labels for 30 items");
        _box.Tacit("reconstruct --model m f -o m").Says(1, "exists already");
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
                _box.Write($"f/{name}/{i}.pgm", [.. "P5 8 8 255\n"u8, .. Enumerable.Range(0, 64).Select(p => (byte)(p % 8 == 1 + i % 7 ? 255 - level : level))]);
        }
    }

    private void WriteVectors()
    {
        var lines = new StringBuilder();
        for (int i = 0; i < 40; i++)
            lines.Append(string.Join(',', Enumerable.Range(0, 16).Select(k => (i * 7 + k * k) % 17))).Append(i % 2 == 0 ? ",even\n" : ",odd\n");
        File.WriteAllText(_box.PathOf("v.csv"), lines.ToString());
    }
}
