using System.Globalization;
using System.Text;
using Tacit.Cli.Tests.Support;
using Tacit.Media.Audio;

namespace Tacit.Cli.Tests;

/// <summary>tacit train lstm-ae --variational of sounds and series: what is drawn, as sounds and pictures, and rates that do not fit.</summary>
public sealed class SequenceSoundTests : IDisposable
{
    private const int Rate = 8000, Pause = Rate / 10, Length = 64;
    private const string Tiny = "--preset tiny --hidden 24 --latent 4 --batch 16 --rate 0.01 --length 64 --frame 8 --variational true -q";

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void ClipsAreDrawnAndGivenBackAsSounds()
    {
        Clips("sounds", Rate);
        _box.Run("cp sounds/0.wav a.wav; cp sounds/3.wav b.wav; mkdir two; cp a.wav b.wav two").IsQuiet();
        _box.Tacit($"train lstm-ae sounds {Tiny} --stride 16 --kl-warm-up 150 --steps 250 -o m").IsQuiet();
        _box.Tacit("generate --model m -n 5 --seed 3 -o x.wav").IsQuiet();
        _box.Tacit("generate --model m -n 5 --seed 3 -o y.wav -T1").IsQuiet();
        Assert.Equal(_box.Read("x.wav"), _box.Read("y.wav"));
        _box.Tacit("generate --model m -n 5 --seed 4 -o y.wav -f").IsQuiet();
        Assert.NotEqual(_box.Read("x.wav"), _box.Read("y.wav"));
        // What is heard is what the CSV says, and it is as loud as the clips.
        float[] drawn = Heard("x.wav", 5 * Length + 4 * Pause);
        float[][] rows = [.. _box.Tacit("generate --model m -n 5 --seed 3").IsQuiet().Text.Trim().Split('\n').Select(Numbers)];
        for (int i = 0; i < 5; i++)
        {
            AssertNear(rows[i], drawn.AsSpan(i * (Length + Pause), Length));
            Assert.True(i == 4 || !drawn.AsSpan(i * (Length + Pause) + Length, Pause).ContainsAnyExcept(0f));
        }
        Assert.InRange(rows.Average(r => r.Average(v => v * v)), 0.004, 0.08);     // that of the clips is 0.03, less between phases

        _box.Tacit("generate --model m -n 4 --between two -o t.wav --stride 400 -q").IsQuiet();
        float[] between = Heard("t.wav", 4 * Length + 3 * Pause);
        Outcome given = _box.Tacit("reconstruct --model m two --stride 400 --worst 0 -o r.wav -q");
        Assert.Matches("2 sequences, 128 values: [^\n]*\n-?[0-9.]+ nats per value, of them 0[.0-9]* of divergence; [2-4] of 4 latents say something", given.Text);
        float[] back = Heard("r.wav", 4 * Length + 3 * Pause);
        AssertNear(Heard("a.wav", 320).AsSpan(0, Length), back.AsSpan(0, Length));
        AssertNear(Heard("b.wav", 320).AsSpan(0, Length), back.AsSpan(2 * (Length + Pause), Length));
        AssertNear(back.AsSpan(Length + Pause, Length), between.AsSpan(0, Length));
        AssertNear(back.AsSpan(3 * (Length + Pause), Length), between.AsSpan(3 * (Length + Pause), Length));
        Assert.Equal(5, _box.Tacit("embed --model m two --stride 400 -q").Text.Split('\n')[0].Split(',').Length);
        Assert.Matches("^cluster 0: [0-9]+ items\ncluster 1: [0-9]+ items\n$", _box.Tacit("cluster --model m sounds --clusters 2 -q").IsQuiet().Text);

        Clips("fast", 16_000);
        _box.Run("cp fast/0.wav fast.wav; mkdir mixed; cp a.wav fast.wav mixed").IsQuiet();
        string before = _box.Names;
        _box.Tacit("reconstruct --model m fast.wav -o q.csv").Says(1, "fast.wav: has 16000 samples a second, but what the model learnt from has 8000");
        _box.Tacit("embed --model m a.wav fast.wav").Says(1, "fast.wav: has 16000 samples a second");
        _box.Tacit("generate --model m --between fast -o q.wav").Says(1, "has 16000 samples a second");
        _box.Tacit($"train lstm-ae mixed {Tiny} --steps 2 -o n").Says(1, "mixed/fast.wav: has 16000 samples a second, but mixed/a.wav has 8000");
        _box.Tacit($"train lstm-ae sounds --validation fast {Tiny} --steps 2 -o n").Says(1, "has 16000 samples a second, but what the model learnt from has 8000");
        _box.Tacit("train lstm-ae fast --from m --steps 2 -q -o n").Says(1, "has 16000 samples a second");
        _box.Tacit($"train lstm-ae sounds {Tiny} --attention 8 --steps 2 -o n").Says(1, "'attention' of a variational");
        Assert.Equal(before, _box.Names);

        // A file of before models kept the rate: all is as it was, but nobody knows how fast a sound is.
        string latin = Encoding.Latin1.GetString(_box.Read("m")).Replace("\"sample_rate\":", "\"sample_rats\":", StringComparison.Ordinal);
        _box.Write("old", Encoding.Latin1.GetBytes(latin));
        _box.Tacit("reconstruct --model old a.wav fast.wav -q").IsQuiet();
        _box.Tacit("generate --model old -o q.wav").Says(1, "old: the model did not learn from sounds, so that it makes no OUT.wav");
        _box.Tacit("reconstruct --model old a.wav -o q.wav").Says(1, "old: the model did not learn from sounds");
        Assert.False(_box.Has("q.wav"));
    }

    [UnixFact]
    public void WindowsOfASeriesAreDrawnAsAPicture()
    {
        File.WriteAllLines(_box.PathOf("s.csv"), Enumerable.Range(0, 900).Select(t =>
            Math.Round(10 * Math.Sin(t * 0.2) + 20, 3).ToString(CultureInfo.InvariantCulture)).Prepend("x"));
        File.WriteAllText(_box.PathOf("lines"), "ab\ncd\n");
        _box.Tacit($"train lstm-ae s.csv {Tiny} --stride 4 --steps 20 --withheld 0.5 -o m").IsQuiet();
        _box.Tacit("generate --model m -n 7 -o g.svg").IsQuiet();
        string svg = File.ReadAllText(_box.PathOf("g.svg"));
        Assert.Equal(8, svg.Split("<path").Length);
        Assert.DoesNotContain("reconstruction", svg, StringComparison.Ordinal);
        _box.Tacit("train lstm-ae lines --preset tiny --tokenizer bytes --variational true --steps 2 -o t -q").IsQuiet();
        string before = _box.Names;
        _box.Tacit("generate --model m -o x.wav").Says(1, "m: the model did not learn from sounds");
        _box.Tacit("generate --model t -o x.svg").Says(1, "t: is of text, of which x.svg draws no picture");
        Assert.Equal(before, _box.Names);
        Assert.Contains(" nats per token, of them ", _box.Tacit("reconstruct --model t lines -q").IsQuiet().Text, StringComparison.Ordinal);
    }

    // Sines of two pitches and any phase.
    private void Clips(string folder, int rate)
    {
        Directory.CreateDirectory(_box.PathOf(folder));
        for (int i = 0; i < 12; i++)
        {
            using FileStream file = File.Create(_box.PathOf($"{folder}/{i}.wav"));
            Sound.WriteWav(file, [.. Enumerable.Range(0, 320).Select(t => 0.25 * Math.Sin(t * (i % 2 == 0 ? 0.2 : 0.45) + i))], rate);
        }
    }

    private float[] Heard(string name, int samples)
    {
        Sound sound = Sound.Read(_box.Read(name))!;
        Assert.Equal((new PcmFormat(SampleType.S16LE, 1, Rate), samples), (sound.Format, sound.Moments));
        return sound.Channel(0).ToArray();
    }

    private static float[] Numbers(string line) => [.. line.Split(',').Select(c => float.Parse(c, CultureInfo.InvariantCulture))];

    // As near as samples of 16 bits are.
    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1.1f / 65536);
    }
}
