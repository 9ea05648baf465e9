using System.Globalization;
using Tacit.Cli.Tests.Support;
using Tacit.Media.Audio;
using Tacit.Media.Images;

namespace Tacit.Cli.Tests;

/// <summary>Variational autoencoders on the command line: train vae, inspect, evaluate, generate, embed; then compress with one, lossless and lossy.</summary>
public sealed class VariationalTests : IDisposable
{
    private const string Tiny = "--preset tiny --steps 150 --latents 3 --hidden 16 --encoder mlp --decoder mlp --batch 16 --kl-warm-up 20";

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void AModelIsTrainedLookedAtAndCodesItsData()
    {
        WriteItems("f.idx", 300);
        Assert.Contains("nats per item", _box.Tacit($"train vae f.idx {Tiny} --binarise true -o m").Error, StringComparison.Ordinal);
        _box.Tacit($"train vae f.idx {Tiny} --binarise true -T3 -q -o same").IsQuiet();
        Assert.Equal(_box.Read("m"), _box.Read("same"));
        string layers = _box.Tacit("inspect --model m").IsQuiet().Text;
        Assert.Contains("items of 8x8, 3 latents, bernoulli of values that are drawn; values from 0 to 255", layers, StringComparison.Ordinal);
        Assert.Contains("z3 ", layers, StringComparison.Ordinal);

        string said = _box.Tacit("evaluate --model m f.idx --samples 5 --items b.idx").IsQuiet().Text;
        Assert.StartsWith("300 items: ", said, StringComparison.Ordinal);
        Assert.Contains("importance weighted by 5 samples", said, StringComparison.Ordinal);
        Assert.DoesNotContain(_box.Read("b.idx")[16..], b => b is not (0 or 255));
        Assert.Equal(said, _box.Tacit("evaluate --model m b.idx --samples 5 -T1").IsQuiet().Text);      // drawn already
        double nats = double.Parse(said.Split(' ')[2], CultureInfo.InvariantCulture);

        _box.Tacit("compress --model m b.idx --verify").IsQuiet();
        long length = _box.Read("b.idx.tacit").Length;
        double bytes = nats * 300 / Math.Log(2) / 8;
        Assert.InRange(length, 0.95 * bytes, 1.05 * bytes + 180);
        Assert.Contains("bitsback", _box.Tacit("list b.idx.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Run("mv b.idx kept && \"$TACIT\" decompress --model m b.idx.tacit && cmp b.idx kept").IsQuiet();
        _box.Run("\"$TACIT\" compress --model m --embed-model -c < b.idx > e && \"$TACIT\" d -c < e | cmp - b.idx").IsQuiet();
        _box.Tacit("compress --model m f.idx -o grey").IsQuiet();       // not black and white: by cm
        _box.Run("\"$TACIT\" d --model m grey -c | cmp - f.idx").IsQuiet();
    }

    [UnixFact]
    public void PicturesAreGeneratedBetweenAndAlong()
    {
        WriteItems("f.idx", 120);
        _box.Tacit($"train vae f.idx {Tiny} --likelihood mixture --components 2 --free-bits 0.1 --beta 0.5 -q -o m").IsQuiet();
        Assert.Contains("mixture of 2 over 256", _box.Tacit("inspect --model m").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("generate --model m -n 9 --seed 3 -o g.png").IsQuiet();
        Assert.Equal(3 * 49 + 1, Png.Decode(_box.Read("g.png")).Width);
        _box.Tacit("generate --model m -n 9 --seed 3 -T1 -o again.png").IsQuiet();
        Assert.Equal(_box.Read("g.png"), _box.Read("again.png"));
        foreach (string kind in new[] { "between", "along" })
        {
            _box.Tacit($"generate --model m --{kind} f.idx -n 2 -o {kind}.png").IsQuiet();
            Image image = Png.Decode(_box.Read($"{kind}.png"));
            Assert.Equal((11 * 49 + 1, 2 * 49 + 1), (image.Width, image.Height));
        }
        Assert.StartsWith("120 items: squared error 0.", _box.Tacit("reconstruct --model m f.idx -o r.png").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal(121, _box.Tacit("embed --model m f.idx -o -").IsQuiet().Text.Trim().Split('\n').Length);
        _box.Tacit("generate --model m --between f.idx --along f.idx -o x.png").Says(1, "exclude each other");
        _box.Tacit("generate --model m -n 3 -o x.csv").IsQuiet();
        Assert.Equal(64, File.ReadAllLines(_box.PathOf("x.csv"))[2].Split(',').Length);
    }

    [UnixFact]
    public void ModelsOfTwoLayersAndNeighboursDoTheSame()
    {
        WriteItems("f.idx", 150);
        _box.Tacit($"train vae f.idx {Tiny} --components 2 --neighbours 6 --features 4 --units 12 --top-latents 2 -q -o m").IsQuiet();
        Assert.Contains("3 latents below 2 more, mixture of 2 over 256 given 6 neighbours", _box.Tacit("inspect --model m").IsQuiet().Text, StringComparison.Ordinal);
        string said = _box.Tacit("evaluate --model m f.idx --samples 5").IsQuiet().Text;
        double bytes = double.Parse(said.Split(' ')[2], CultureInfo.InvariantCulture) * 150 / Math.Log(2) / 8;
        _box.Tacit("compress --model m f.idx -o lossless").IsQuiet();
        Assert.InRange(_box.Read("lossless").Length, 0.95 * bytes, 1.05 * bytes + 180);
        _box.Run("\"$TACIT\" d --model m lossless -c | cmp - f.idx").IsQuiet();
        _box.Run("\"$TACIT\" compress --lossy --model m -7 f.idx -o lossy && \"$TACIT\" test --model m lossy").IsQuiet();
        _box.Tacit("generate --model m -n 4 --seed 2 -o a.png").IsQuiet();
        _box.Tacit("generate --model m -n 4 --seed 2 -T1 -o b.png").IsQuiet();
        Assert.Equal(_box.Read("a.png"), _box.Read("b.png"));
        foreach (string kind in new[] { "between", "along" })
            _box.Tacit($"generate --model m --{kind} f.idx -n 2 -o {kind}.png").IsQuiet();
        Assert.Contains("foreseen from the true past 0.", _box.Tacit("reconstruct --model m f.idx -o r.png").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal(151, _box.Tacit("embed --model m f.idx -o -").IsQuiet().Text.Trim().Split('\n').Length);
    }

    [UnixFact]
    public void PiecesOfSoundComeOutAsSound()
    {
        Directory.CreateDirectory(_box.PathOf("s/low"));
        Directory.CreateDirectory(_box.PathOf("s/high"));
        for (int i = 0; i < 6; i++)
            WriteSound($"s/{(i % 2 == 0 ? "low" : "high")}/{i}.wav", 600, i % 2 == 0 ? 0.2 : 0.9, i);
        const string Clips = "--length 48 --stride 8 --validation-share 0.3 --preset tiny --steps 600 --latents 4 --hidden 32 --layers 1 --batch 16 --kl-warm-up 300";
        foreach (string kind in new[] { "mlp", "conv" })
        {
            _box.Tacit($"train vae s {Clips} --encoder {kind} --decoder {kind} -q -o {kind}").IsQuiet();
            Assert.Contains("items of 1x48, 4 latents, gaussian", _box.Tacit($"inspect --model {kind}").IsQuiet().Text, StringComparison.Ordinal);
            Assert.StartsWith("420 items: ", _box.Tacit($"evaluate --model {kind} s --stride 8").IsQuiet().Text, StringComparison.Ordinal);
            // A sine's variance is an eighth of its range, squared.
            string said = _box.Tacit($"reconstruct --model {kind} s --stride 8 -n 2 -o {kind}.r.wav").IsQuiet().Text;
            Assert.InRange(double.Parse(said.Split(' ')[4], CultureInfo.InvariantCulture), 0, 0.001);
            // Each piece, then what came back of it.
            float[] back = Sound.Read(_box.Read($"{kind}.r.wav"))!.Channel(0).ToArray(), own = Sound.Read(_box.Read("s/high/1.wav"))!.Channel(0).ToArray()[..48];
            Assert.Equal(4 * 48 + 3 * 800, back.Length);
            Assert.Equal(own, back[..48]);
            Assert.All(own.Zip(back[848..896]), v => Assert.InRange(v.First - v.Second, -0.15, 0.15));
            _box.Tacit($"generate --model {kind} -n 3 --seed 4 -o {kind}.wav").IsQuiet();
            Sound made = Sound.Read(_box.Read($"{kind}.wav"))!;
            Assert.Equal((8000, 3 * 48 + 2 * 800), (made.Format.Rate, made.Moments));
            Assert.Contains(made.Channel(0).ToArray()[..48], v => v != 0f);
            Assert.All(made.Channel(0).ToArray()[48..848], v => Assert.Equal(0f, v));
        }
        _box.Tacit("generate --model mlp -n 3 --seed 4 -T1 -o again.wav").IsQuiet();
        Assert.Equal(_box.Read("mlp.wav"), _box.Read("again.wav"));
        foreach (string kind in new[] { "between", "along" })
        {
            _box.Tacit($"generate --model mlp --{kind} s -n 2 -o {kind}.wav").IsQuiet();
            Assert.Equal(22 * 48 + 21 * 800, Sound.Read(_box.Read($"{kind}.wav"))!.Moments);
        }
        // Folders are labels.
        _box.Tacit("train classifier s --encoder mlp --length 48 --stride 8 --preset tiny --steps 200 -q -o c").IsQuiet();
        Assert.StartsWith("420 of 420 items are right", _box.Tacit("classify --model c s --stride 8").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Contains("72 items in 2 clusters, 2 labels", _box.Tacit("cluster --model mlp --clusters 2 s").IsQuiet().Text, StringComparison.Ordinal);
        _box.Tacit("train ae s --length 48 --preset tiny --steps 20 --latents 2 --hidden 8 -q -o ae").IsQuiet();
        _box.Tacit("generate --model ae -n 2 -o ae.wav").IsQuiet();
        Assert.Equal(2 * 48 + 800, Sound.Read(_box.Read("ae.wav"))!.Moments);

        _box.Tacit("train vae s --from mlp --stride 8 --steps 2 -q -o further").IsQuiet();       // of the same length

        // A run goes on to the same model, also one that an earlier version began, which kept no rate.
        _box.Run($"\"$TACIT\" train vae s {Clips} -q -o n & p=$!; while [ ! -e n.checkpoint ] && [ ! -e n ]; do sleep 0.02; done; kill -INT $p; wait $p; true");
        if (!_box.Has("n"))
        {
            _box.Blank("n.checkpoint", "\"sample_rate\":\"8000\",");
            _box.Tacit($"train vae s {Clips} --resume -q -o n").IsQuiet();
        }
        Assert.Equal(_box.Read("mlp"), _box.Read("n"));

        WriteSound("other.wav", 600, 0.2, 0, rate: 16000);
        _box.Run("mkdir o && cp other.wav o").IsQuiet();
        WriteItems("f.idx", 40);
        _box.Tacit($"train vae f.idx {Tiny} -q -o images").IsQuiet();
        string before = _box.Names;
        _box.Tacit("evaluate --model mlp other.wav").Says(1, "the sounds have 16000 samples a second, those the model was trained on 8000");
        _box.Tacit("generate --model images -o x.wav").Says(1, "images: the model did not learn from sounds");
        _box.Tacit("reconstruct --model images f.idx -o x.wav").Says(1, "images: the model did not learn from sounds");
        _box.Tacit($"train vae s --validation other.wav {Clips} -o x").Says(1, "what is to be validated on has 16000 samples a second");
        foreach (string further in new[] { "vae other.wav --from mlp", "ae other.wav --from ae", "classifier o --encoder mlp --length 48", "classifier o --from c" })
            _box.Tacit($"train {further} --stride 8 --steps 2 -o x").Says(1, "the sounds have 16000 samples a second, those the model was trained on 8000");
        _box.Tacit($"train vae s other.wav {Clips} -o x").Says(1, "other.wav: it is a sound of 16000 samples a second");
        _box.Tacit("compress --model mlp s/low/0.wav -o x").Says(1, "a model of real numbers");
        Assert.Equal(before, _box.Names);
    }

    [UnixFact]
    public void LossyFilesComeBackAsTheModelGivesThem()
    {
        WriteItems("f.idx", 120);
        _box.Tacit($"train vae f.idx {Tiny} --likelihood mixture --components 2 -q -o m").IsQuiet();
        _box.Tacit("compress --model m f.idx -o lossless").IsQuiet();
        _box.Run("\"$TACIT\" d --model m lossless -c | cmp - f.idx").IsQuiet();
        _box.Tacit("compress --lossy --model m -2 f.idx -o coarse").IsQuiet();
        _box.Tacit("compress --lossy --model m -9 f.idx -o fine").IsQuiet();
        Assert.True(_box.Read("coarse").Length < _box.Read("fine").Length && _box.Read("fine").Length < _box.Read("lossless").Length);
        _box.Run("\"$TACIT\" test --model m fine && \"$TACIT\" d --model m fine -o back").IsQuiet();
        Assert.Equal(_box.Read("f.idx")[..16], _box.Read("back")[..16]);
        Assert.Equal(_box.Read("f.idx").Length, _box.Read("back").Length);
        _box.Tacit("compress --lossy --model m f.idx --rm -o x").Says(1, "--lossy does not keep");
        _box.Tacit("compress --lossy f.idx -o x").Says(1, "lossy");
        Assert.False(_box.Has("x"));
    }

    [UnixFact]
    public void WhatDoesNotFitIsRefused()
    {
        WriteItems("f.idx", 40);
        File.WriteAllText(_box.PathOf("v.csv"), string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * 0.37},{i % 5},{1.5 - i}\n")));
        string before = _box.Names;
        _box.Tacit($"train vae f.idx {Tiny} --binarise true --likelihood mixture -o m").Says(1, "take the likelihood bernoulli");
        _box.Tacit($"train vae v.csv {Tiny} --likelihood mixture -o m").Says(1, "not whole numbers");
        _box.Tacit($"train vae f.idx {Tiny} --decoder ar -o m").Says(1, "'decoder' is one of conv, mlp");
        Assert.Equal(before, _box.Names);
        _box.Tacit($"train vae v.csv {Tiny} -q -o m").IsQuiet();
        Assert.Contains("gaussian", _box.Tacit("inspect --model m").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Equal(5, _box.Tacit("generate --model m -n 5 -o -").IsQuiet().Text.Trim().Split('\n').Length);
        _box.Tacit("compress --model m v.csv -o x").Says(1, "a model of real numbers");
        _box.Tacit("evaluate --model m f.idx").Says(1, "the items are 8x8, those the model was trained on 1x3");
        _box.Tacit("evaluate --model m v.csv --items x").Says(1, "whole numbers");
        Assert.False(_box.Has("x"));
    }

    private void WriteSound(string name, int samples, double step, int begin, int rate = 8000)
    {
        using var stream = new MemoryStream();
        Sound.WriteWav(stream, [.. Enumerable.Range(0, samples).Select(t => 0.5 * Math.Sin(begin + t * step))], rate);
        _box.Write(name, stream.ToArray());
    }

    // Grey bars of 8 x 8, somewhere.
    private void WriteItems(string name, int count)
    {
        byte[] header = [0, 0, 8, 3, 0, 0, (byte)(count >> 8), (byte)count, 0, 0, 0, 8, 0, 0, 0, 8];
        byte[] noise = Samples.Noise(count);
        _box.Write(name, [.. header, .. Enumerable.Range(0, count * 64).Select(i => (byte)(i % 8 >= noise[i / 64] % 6 && i % 8 <= noise[i / 64] % 6 + 2 ? 250 - i / 8 % 8 : 0))]);
    }
}
