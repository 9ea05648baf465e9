using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>tacit train lstm-ae, reconstruct, embed and inspect on lines of text, series and sounds.</summary>
public sealed class SequenceTests : IDisposable
{
    private const string Tiny = "--preset tiny --embedding 16 --hidden 32 --latent 16 --batch 16 --rate 0.01 -q";

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void LinesAreLearntGivenBackEmbeddedAndInspected()
    {
        string[] lines = Lines(400);
        File.WriteAllLines(_box.PathOf("lines"), lines);
        File.WriteAllLines(_box.PathOf("some"), lines[..20]);
        _box.Run("gzip -kn lines").IsQuiet();
        _box.Tacit($"train lstm-ae lines {Tiny} --tokenizer bytes --attention 16 --steps 300 -o m").IsQuiet();
        _box.Tacit($"train lstm-ae lines.gz {Tiny} --tokenizer bytes --attention 16 --steps 300 -o again -T1")
            .IsQuiet();
        Assert.Contains("kind lstm-ae", _box.Tacit("list m").IsQuiet().Text, StringComparison.Ordinal);

        string summary = _box.Tacit("reconstruct --model m some --worst 2 -o r.csv").IsQuiet().Text;
        Assert.StartsWith("20 sequences of ", summary, StringComparison.Ordinal);
        Assert.Equal(5, summary.Trim().Split('\n').Length);
        double right = double.Parse(summary.Split(": ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(right, 90, 100);
        Assert.Equal(summary, _box.Tacit("reconstruct --model again some --worst 2 -T1").IsQuiet().Text);
        string[] rows = File.ReadAllLines(_box.PathOf("r.csv"));
        Assert.Equal("item,tokens,right,exact,nats_per_token,anomaly,original,reconstruction", rows[0]);
        Assert.StartsWith($"1,{lines[0].Length},", rows[1], StringComparison.Ordinal);
        Assert.Contains($",{lines[0]},", rows[1], StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_box.PathOf("r.csv")),
            _box.Tacit("reconstruct --model m some -o - -q").IsQuiet().Text);
        _box.Tacit("reconstruct --model m some --worst 0 -o back").IsQuiet();
        Assert.Equal(20, File.ReadAllLines(_box.PathOf("back")).Length);
    }

    [UnixFact]
    public void LatentsAreWrittenAsTablesAndMaps()
    {
        string[] lines = Lines(60);
        File.WriteAllLines(_box.PathOf("lines"), lines);
        File.WriteAllLines(_box.PathOf("labels"), lines.Select(l => l[..1]));
        _box.Tacit($"train lstm-ae lines {Tiny} --tokenizer bytes --attention 8 --steps 5 -o m").IsQuiet();
        string csv = _box.Tacit("embed --model m lines --labels labels").IsQuiet().Text;
        string[] rows = csv.Trim().Split('\n');
        Assert.Equal(61, rows.Length);
        Assert.StartsWith("item,label,z1,z2,", rows[0], StringComparison.Ordinal);
        Assert.Equal(18, rows[7].Split(',').Length);
        _box.Tacit("embed --model m lines -o z.npy --map z.svg --labels labels").IsQuiet();
        byte[] npy = _box.Read("z.npy");
        Assert.Equal(128 + 60 * 16 * 4, npy.Length);
        Assert.Equal(float.Parse(rows[1].Split(',')[2], CultureInfo.InvariantCulture),
            BinaryPrimitives.ReadSingleLittleEndian(npy.AsSpan(128)));
        Assert.StartsWith("<svg", Encoding.UTF8.GetString(_box.Read("z.svg")), StringComparison.Ordinal);
        _box.Tacit("embed --model m lines --map t.svg --method tsne --points 40 --perplexity 5 --label-pattern '.$' -q")
            .IsQuiet();
        Assert.Equal("<svg"u8, _box.Read("t.svg").AsSpan(0, 4));
        _box.Tacit("inspect --model m lines -n 3 -o page.html").IsQuiet();
        Assert.Equal(3, Encoding.UTF8.GetString(_box.Read("page.html")).Split("<svg").Length - 1);
        string before = _box.Names;

        _box.Tacit("embed --model m lines --labels m -o x.csv").Says(1, "no UTF-8");
        File.WriteAllLines(_box.PathOf("labels"), ["a", "b"]);
        File.WriteAllLines(_box.PathOf("gaps"), [lines[0], "", lines[1]]);
        File.WriteAllLines(_box.PathOf("three"), ["a", "b", "c"]);
        Assert.Contains("\n3,c,", _box.Tacit("embed --model m gaps --labels three -q").IsQuiet().Text,
            StringComparison.Ordinal);
        _box.Run("rm gaps three").IsQuiet();
        _box.Tacit("embed --model m lines --labels labels -o x.csv").Says(1, "labels: has 2 labels for 60 items");
        _box.Tacit("embed --model m lines --label-pattern '(' -o x.csv").Says(1, "--label-pattern");
        _box.Tacit("embed --model m lines --label-pattern xyz -o x.csv").Says(1, "finds nothing in '1'");
        _box.Tacit("embed --model m lines -o z.npy").Says(1, "exists already");
        _box.Tacit("embed --model m nothing -o x.csv").Says(1, "nothing: no such file");
        _box.Tacit("embed lines").Says(1, "--model MODEL is missing");
        Assert.Equal(before, _box.Names);
    }

    [UnixFact]
    public void LatentsThatAreDrawnOrLieBetweenTwoBecomeSequences()
    {
        string[] lines = Lines(400);
        File.WriteAllLines(_box.PathOf("lines"), lines);
        File.WriteAllLines(_box.PathOf("two"), [lines[0], lines[1], lines[2]]);
        _box.Tacit($"train lstm-ae lines {Tiny} --tokenizer bytes --attention 0 --withheld 0.3 --steps 1000 -o m").IsQuiet();
        string drawn = _box.Tacit("generate --model m -n 40 --seed 7").IsQuiet().Text;
        string[] made = drawn.Trim().Split('\n');
        Assert.Equal(40, made.Length);
        // Nearly all are words of the data: what lies where latents lie is decoded to what is like them.
        HashSet<string> words = [.. lines.SelectMany(l => l.Split(' '))];
        Assert.InRange(made.Count(l => l.Split(' ').Count(words.Contains) * 2 >= l.Split(' ').Length), 32, 40);
        Assert.InRange(made.Distinct().Count(), 20, 40);
        Assert.Equal(drawn, _box.Tacit("generate --model m -n 40 --seed 7 -T1").IsQuiet().Text);
        Assert.NotEqual(drawn, _box.Tacit("generate --model m -n 40 --seed 8").IsQuiet().Text);
        Assert.Single(_box.Tacit("generate --model m -n 9 --temperature 0").IsQuiet().Text.Trim().Split('\n')
            .Distinct());

        _box.Tacit("reconstruct --model m two --worst 0 -o back -q").IsQuiet();
        string[] back = File.ReadAllLines(_box.PathOf("back")),
            between = _box.Tacit("generate --model m --between two -n 7").IsQuiet().Text.Trim().Split('\n');
        Assert.Equal(7, between.Length);
        Assert.Equal((back[0], back[1]), (between[0], between[^1]));

        File.WriteAllLines(_box.PathOf("s.csv"),
            Enumerable.Range(0, 900).Select(t =>
            Math.Round(10 * Math.Sin(t * 0.2) + 20, 3).ToString(CultureInfo.InvariantCulture)).Prepend("x"));
        _box.Tacit($"train lstm-ae s.csv {Tiny} --length 32 --stride 4 --frame 8 --latent 3 --steps 200 -o v")
            .IsQuiet();
        string[][] rows = [.. _box.Tacit("generate --model v -n 12").IsQuiet().Text.Trim().Split('\n')
            .Select(l => l.Split(','))];
        Assert.Equal(12, rows.Length);
        Assert.All(rows, row => Assert.Equal(32, row.Length));
        Assert.All(rows.SelectMany(r => r), cell =>
            Assert.InRange(float.Parse(cell, CultureInfo.InvariantCulture), 0, 40));

        _box.Tacit($"train lstm-ae lines {Tiny} --tokenizer bytes --attention 8 --steps 3 -o a").IsQuiet();
        string before = _box.Names;
        _box.Tacit("generate --model a -o x").Says(1, "a: has attention, so that latents alone say nothing");
        _box.Tacit("generate --model m --between back -n 1 -o x").Says(1, "two steps");
        _box.Tacit("generate --model m --between two --seed 3 -o x").Says(1, "nothing is drawn");
        _box.Tacit("generate --model v --between two -o x").Says(1, "the model is of values");
        _box.Tacit("generate --model m two -o x").Says(1, "unexpected 'two'");
        _box.Run("head -1 two > one").IsQuiet();
        _box.Tacit("generate --model m --between one -o x").Says(1, "there must be two sequences");
        _box.Run("rm one").IsQuiet();
        Assert.Equal(before, _box.Names);
    }

    [UnixFact]
    public void ValuesComeFromTablesSamplesAndSounds()
    {
        byte[] samples = new byte[2 * 3000];
        for (int t = 0; t < 3000; t++)
            BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(2 * t),
                (short)(1000 * Math.Sin(t * 0.3) + 300 * Math.Sin(t * 0.071)));
        _box.Write("s.i16le", samples);
        File.WriteAllLines(_box.PathOf("s.csv"),
            Enumerable.Range(0, 3000).Select(t =>
            BinaryPrimitives.ReadInt16LittleEndian(samples.AsSpan(2 * t)).ToString(CultureInfo.InvariantCulture))
            .Prepend("x"));
        const string Sizes = $"{Tiny} --length 32 --stride 8 --frame 4 --latent 6 --steps 300";
        _box.Tacit($"train lstm-ae s.i16le {Sizes} -o m").IsQuiet();
        _box.Tacit($"train lstm-ae s.csv {Sizes} -o c").IsQuiet();
        string summary = _box.Tacit("reconstruct --model m s.i16le --rival s.i16le --stride 16 --worst 1 --svg s.svg " +
            "-o e.csv -q").IsQuiet().Text;
        Assert.Equal(summary.Replace("s.i16le", "s.csv", StringComparison.Ordinal),
            _box.Tacit("reconstruct --model c s.csv --rival s.csv --stride 16 --worst 1 -q").IsQuiet().Text);
        Assert.Contains("186 sequences, 5952 values", summary, StringComparison.Ordinal);
        Assert.Contains("principal components, 6 of them", summary, StringComparison.Ordinal);
        double share = double.Parse(summary.Split("RMS error ")[1].Split(", ")[1].Split(' ')[0],
            CultureInfo.InvariantCulture);
        Assert.InRange(share, 0, 15);
        Assert.Equal(187, File.ReadAllLines(_box.PathOf("e.csv")).Length);
        _box.Tacit("inspect --model m s.i16le -o x -q").Says(1, "has no attention");

        Directory.CreateDirectory(_box.PathOf("sounds"));
        for (int i = 0; i < 12; i++)
            _box.Write($"sounds/{i % 3}_x_{i}.wav", Wave(200, i % 3));
        _box.Tacit($"train lstm-ae sounds {Tiny} --length 256 --frame 16 --latent 4 --steps 20 -o w").IsQuiet();
        string csv = _box.Tacit("embed --model w sounds --label-pattern '([0-9])_[^/]*$'").IsQuiet().Text;
        Assert.Contains("\nsounds/1_x_10.wav,1,", csv, StringComparison.Ordinal);
        Assert.Equal(13, csv.Trim().Split('\n').Length);
    }

    [UnixFact]
    public void ARunGoesOnToTheSameModelAndAModelIsTrainedFurther()
    {
        File.WriteAllLines(_box.PathOf("lines"), Lines(100));
        _box.Tacit($"train lstm-ae lines {Tiny} --tokenizer bpe:300 --steps 40 -o m").IsQuiet();
        _box.Run($"\"$TACIT\" train lstm-ae lines {Tiny} --tokenizer bpe:300 --steps 40 -o n & p=$!; while [ ! -e " +
            $"n.checkpoint ] && [ ! -e n ]; do sleep 0.02; done; kill -INT $p; wait $p; true");
        if (!_box.Has("n"))
            _box.Tacit("train lstm-ae lines --resume -o n -q").IsQuiet();
        Assert.Equal(_box.Read("m"), _box.Read("n"));
        _box.Tacit("train lstm-ae lines --from m --steps 3 -o f -q").IsQuiet();
        _box.Tacit("train lstm-ae lines --from m --hidden 64 -o g -q").Says(1, "cannot become");
    }

    [UnixFact]
    public void BadDataIsNamedAndNothingIsWritten()
    {
        _box.Write("empty", []);
        _box.Write("blank", "\n \n"u8.ToArray());
        _box.Write("latin", [(byte)'a', (byte)'\n', 0xE4, (byte)'\n']);
        _box.Write("odd.i16le", [1, 2, 3]);
        _box.Write("flat.csv", Encoding.ASCII.GetBytes("x\n" + string.Concat(Enumerable.Repeat("1\n", 50))));
        _box.Write("words.csv", "x\nred\n"u8.ToArray());
        _box.Write("text", "a b c\n"u8.ToArray());
        _box.Write("bad.wav", "no sound"u8.ToArray());
        string before = _box.Names;
        foreach ((string file, string what) in new[]
        {
            ("empty", "there is no data"), ("blank", "nothing is left"), ("latin", "latin: Line 2 is no UTF-8"),
                ("odd.i16le", "no whole samples"),
            ("flat.csv", "all values are the same"), ("words.csv", "words.csv: "), ("bad.wav", "bad.wav: is no WAV"),
                ("text --max-words 2", "nothing is left"),
            ("text --tokenizer bytes --length 3", "longer than 3 tokens"), ("text flat.csv", "flat.csv: holds values"),
                ("missing", "no such file"),
            ("text --hidden 31 --tokenizer bytes", "'hidden' (31)"), ("flat.csv --length 4 --frame 8", "'frame' (8)"),
        })
        {
            Outcome outcome = _box.Tacit($"train lstm-ae {file} --steps 5 -o m -q");
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains(what, outcome.Error, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(before, _box.Names);
        }
    }

    // Two or three of eight words.
    private static string[] Lines(int count)
    {
        string[] words = ["ab", "cd", "efa", "dog", "hen", "cow", "ba", "fig"], lines = new string[count];
        uint state = 1;
        for (int i = 0; i < count; i++)
            lines[i] = string.Join(' ', Enumerable.Range(0, 2 + i % 2)
                .Select(_ => words[(state = state * 1664525 + 1013904223) >> 29]));
        return lines;
    }

    private static byte[] Wave(int samples, int pitch)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + 2 * samples);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8000);
        writer.Write(16000);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(2 * samples);
        for (int t = 0; t < samples; t++)
            writer.Write((short)(8000 * Math.Sin(t * (0.2 + 0.3 * pitch))));
        return stream.ToArray();
    }
}
