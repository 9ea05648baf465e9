using Tacit.Cli.Tests.Support;

namespace Tacit.Cli.Tests;

/// <summary>Sound through the command: chosen by itself, listed with rate and length, raw samples by option.</summary>
public sealed class AudioTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [UnixFact]
    public void AWavFileIsTakenForSound()
    {
        byte[] file = _box.Write("a.wav", Wav(Tone(22_050)));
        _box.Tacit("c a.wav").IsQuiet();
        Assert.InRange(_box.Read("a.wav.tacit").Length, 1, file.Length / 3);
        Assert.Contains("audio -5    a.wav.tacit (22050 Hz, 1 channel, 1.00 s)", _box.Tacit("l a.wav.tacit").IsQuiet().Text, StringComparison.Ordinal);
        Assert.Contains("    22050 Hz, 1 channel, 1.00 s\n", _box.Tacit("l -v a.wav.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Run("\"$TACIT\" d -c a.wav.tacit | cmp - a.wav").IsQuiet();
        _box.Run("\"$TACIT\" d -c --range 10001:20002 a.wav.tacit | cmp - <(head -c 20002 a.wav | tail -c +10002)").IsQuiet();
        // In blocks, with threads, verified, the input removed.
        _box.Run("\"$TACIT\" c -1f --block-size 7001 -T3 --rm a.wav && \"$TACIT\" t a.wav.tacit && \"$TACIT\" d a.wav.tacit").IsQuiet();
        Assert.Equal(file, _box.Read("a.wav"));
    }

    [UnixFact]
    public void RawSamplesNeedTheirFormat()
    {
        byte[] samples = _box.Write("a.raw", Tone(20_000));
        _box.Tacit("c --pcm s16le:1:8000 a.raw").IsQuiet();
        Assert.InRange(_box.Read("a.raw.tacit").Length, 1, samples.Length / 3);
        Assert.Contains("8000 Hz, 1 channel, 2.50 s", _box.Tacit("l a.raw.tacit").IsQuiet().Text, StringComparison.Ordinal);
        _box.Run("\"$TACIT\" d -c a.raw.tacit | cmp - a.raw").IsQuiet();
        Assert.Contains("2 channels, 10000 samples", _box.Run("cat a.raw | \"$TACIT\" c --pcm s16le:2 | \"$TACIT\" l -").IsQuiet().Text, StringComparison.Ordinal);
        foreach (string wrong in new[] { "s16le", "s17le:1:8000", "s16le:0", "s16le:65:8000", "s16le:1:x", "s16le:-1", "s16le:1:2:3", "''" })
            _box.Tacit($"c -f --pcm {wrong} a.raw").Says(1, "--pcm is TYPE:CHANNELS:RATE");
        _box.Tacit("c -f --codec cm --pcm s16le:1 a.raw").Says(1, "--pcm is for codec audio");
    }

    [UnixFact]
    public void InspectDrawsTheWaveWithItsCost()
    {
        _box.Write("a.wav", Wav(Tone(11_025)));
        _box.Tacit("inspect -1 a.wav -o page.html").IsQuiet();
        string page = File.ReadAllText(_box.PathOf("page.html"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Matches(@"11,025 samples of 16 bits in 1 channel, 22050 Hz, 0\.50 s cost [\d,]+ bytes under audio -1: [3-6]\.\d\d bits a sample\.", page);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [UnixFact]
    public void AModelOfSoundGoesOnWithIt()
    {
        byte[] file = _box.Write("a.wav", Wav(Tone(8000)));
        Assert.Contains("sound at 22050 Hz: 8000 values, Burg's method", _box.Tacit("train ar a.wav -o a.tacitmodel -p 12").IsQuiet().Text, StringComparison.Ordinal);
        foreach (string noise in new[] { "", "--resample" })
        {
            _box.Tacit($"generate --model a.tacitmodel -n 5000 --seed 3 {noise} -o more.wav -f").IsQuiet();
            byte[] more = _box.Read("more.wav");
            Assert.Equal(44 + 2 * 13_000, more.Length);
            Assert.Equal(file[44..], more[44..file.Length]);
            // It sounds on: neither silent nor louder than it was by far.
            double before = Loudness(file.AsSpan(44)), after = Loudness(more.AsSpan(file.Length));
            Assert.InRange(after, before / 4, before * 2);
            _box.Tacit($"generate --model a.tacitmodel -n 5000 --seed 3 {noise} -o again.wav -f").IsQuiet();
            Assert.Equal(more, _box.Read("again.wav"));
        }
        _box.Tacit("generate --model a.tacitmodel --paths 2 -o two.wav").Says(1, "--paths is 1");
        _box.Write("b.wav", [.. "RIFF1234WAVEfmt "u8]);
        _box.Tacit("train ar b.wav -o b.tacitmodel").Says(1, "is no WAV or AIFF file");
    }

    private static double Loudness(ReadOnlySpan<byte> samples)
    {
        double sum = 0;
        for (int at = 0; at + 2 <= samples.Length; at += 2)
            sum += Math.Pow(BitConverter.ToInt16(samples[at..]), 2);
        return Math.Sqrt(sum / (samples.Length / 2));
    }

    private static byte[] Tone(int count)
    {
        byte[] samples = new byte[2 * count];
        uint noise = 1;
        for (int t = 0; t < count; t++)
        {
            noise = noise * 1664525 + 1013904223;
            BitConverter.TryWriteBytes(samples.AsSpan(2 * t), (short)(8000 * Math.Sin(t * 0.04) + (noise >> 28)));
        }
        return samples;
    }

    private static byte[] Wav(byte[] samples) =>
    [
        .. "RIFF"u8, .. BitConverter.GetBytes(36 + samples.Length), .. "WAVEfmt "u8, .. BitConverter.GetBytes(16), 1, 0, 1, 0, .. BitConverter.GetBytes(22_050),
        .. BitConverter.GetBytes(44_100), 2, 0, 16, 0, .. "data"u8, .. BitConverter.GetBytes(samples.Length), .. samples,
    ];
}
