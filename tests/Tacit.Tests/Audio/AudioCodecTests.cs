using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Audio;
using Tacit.Media.Audio;
using Tacit.Tests.Support;

namespace Tacit.Tests.Audio;

/// <summary>Sound of every kind comes back to the byte, is taken for sound, and becomes small.</summary>
public class AudioCodecTests
{
    private static readonly PcmFormat Mono = new(SampleType.S16LE, 1, 44100), Stereo = new(SampleType.S16LE, 2, 44100);

    public static TheoryData<SampleType, int> Formats()
    {
        var data = new TheoryData<SampleType, int>();
        for (SampleType type = SampleType.U8; type <= SampleType.F32BE; type++)
        {
            data.Add(type, 1);
            data.Add(type, 2);
        }
        foreach (int channels in new[] { 3, 4, 5, 6, 7, 8 })
            data.Add(SampleType.S16LE, channels);
        return data;
    }

    [Theory, MemberData(nameof(Formats))]
    public void TonesOfEveryFormatBecomeSmall(SampleType type, int channels)
    {
        var format = new PcmFormat(type, channels, 48000);
        byte[] samples = SoundFiles.Tones(format, 6000 / channels + 500);
        (int length, byte kind) = Check(samples, format);
        Assert.Equal(AudioCodec.SamplesKind, kind);
        // The noise is about 5.4 bits at 16 bits of sound; with more there is noise below it, in floats below 24.
        Assert.InRange(length, 1, samples.Length * (format.Width == 1 ? 4 : format.Width == 2 ? 5 : 7) / 8);
    }

    [Fact]
    public void ExtremesComeBack()
    {
        var random = new SplitMix64(3);
        foreach (SampleType type in new[] { SampleType.U8, SampleType.S16LE, SampleType.S24BE, SampleType.S32LE, SampleType.F32LE })
        {
            var format = new PcmFormat(type, 2, 8000);
            byte[] noise = Samples.Noise(4000 * format.FrameLength / 4, 5), square = new byte[4000 * format.FrameLength];
            int top = (int)((1L << (8 * format.Width - 1)) - 1);
            for (int at = 0; at < square.Length; at += format.Width)
                SampleBytes.Write(type, random.Below(at / 4000 % 2 == 0 ? 2 : 60) == 0 ? top : -top - 1, square.AsSpan(at));
            Check(noise, format);
            Check(square, format);
        }
    }

    [Fact]
    public void SilenceAndStandingStillCostNothing()
    {
        Assert.InRange(Check(new byte[200_000], Stereo).Length, 1, 60);
        byte[] constant = new byte[100_000];
        for (int at = 0; at < constant.Length; at += 2)
            BitConverter.TryWriteBytes(constant.AsSpan(at), (short)1234);
        Assert.InRange(Check(constant, Mono).Length, 1, 60);
        byte[] pauses = SoundFiles.Tones(Mono, 60_000);
        for (int pause = 0; pause < 6; pause++)
            pauses.AsSpan(pause * 20_000 + 4000, 12_000).Clear();
        Assert.InRange(Check(pauses, Mono).Length, 1, 25_000);
    }

    [Fact]
    public void UnusedLowBitsGapsAndListsAreNotPaidFor()
    {
        byte[] samples = SoundFiles.Tones(Mono, 20_000, noise: 400);
        int plain = Check(samples, Mono).Length;
        // Three low bits unused; in one half only; every fourth and one; and what a change of volume by 5 leaves.
        Assert.InRange(Check(Map(samples, (_, v) => v & ~7), Mono).Length, 1, plain - 20_000 * 26 / 80);
        Assert.InRange(Check(Map(samples, (t, v) => t < 10_240 ? v & ~7 : v), Mono).Length, 1, plain - 10_000 * 24 / 80);
        Assert.InRange(Check(Map(samples, (_, v) => (v & ~3) + 1), Mono).Length, 1, plain - 20_000 * 16 / 80);
        Assert.InRange(Check(Map(samples, (_, v) => v / 5 * 16 / 10 * 3), Mono).Length, 1, plain - 20_000 * 16 / 80);
        // 256 amplitudes as of a logarithmic code.
        Assert.InRange(Check(Map(samples, (_, v) => Math.Sign(v) * (1 << (int)Math.Log2(Math.Abs(v) + 1)) * (16 + (Math.Abs(v) + 1) * 16 / (1 << (int)Math.Log2(Math.Abs(v) + 1)) % 16) / 16), Mono).Length, 1, plain / 2);
    }

    [Fact]
    public void TwoChannelsOfOneSoundCostOne()
    {
        byte[] one = SoundFiles.Tones(Mono, 8000), both = new byte[one.Length * 2], delayed = new byte[one.Length * 2];
        for (int t = 0; t < 8000; t++)
        {
            one.AsSpan(2 * t, 2).CopyTo(both.AsSpan(4 * t));
            one.AsSpan(2 * t, 2).CopyTo(both.AsSpan(4 * t + 2));
            one.AsSpan(2 * t, 2).CopyTo(delayed.AsSpan(4 * t));
            one.AsSpan(2 * Math.Max(t - 2, 0), 2).CopyTo(delayed.AsSpan(4 * t + 2));
        }
        int alone = Check(one, Mono).Length;
        Assert.InRange(Check(both, Stereo).Length, 1, alone + 8);
        Assert.InRange(Check(delayed, Stereo).Length, 1, alone * 3 / 2);
    }

    [Fact]
    public void ALoopIsRecognised()
    {
        byte[] once = SoundFiles.Tones(Mono, 20_000, noise: 300, seed: 8), loop = [.. once, .. once, .. once];
        int first = Check(once, Mono).Length;
        Assert.InRange(Check(loop, Mono).Length, 1, first * 5 / 4);
    }

    [Fact]
    public void FloatsThatAreIntegersAreCodedAsSuch()
    {
        byte[] samples = SoundFiles.Tones(Mono, 6000), floats = new byte[24_000];
        var format = new PcmFormat(SampleType.F32LE, 1, 44100);
        for (int t = 0; t < 6000; t++)
            BitConverter.TryWriteBytes(floats.AsSpan(4 * t), BitConverter.ToInt16(samples, 2 * t) / 32768f);
        int integers = Check(samples, Mono).Length;
        Assert.InRange(Check(floats, format).Length, 1, integers + 40);
        // Some are no such numbers, and no numbers at all.
        int[] strange = [int.MinValue, 0x7F800000, unchecked((int)0xFF800000), 0x7FC12345, 0x7F812345, 1, 0x33333333, 0x7F7FFFFF];
        for (int i = 0; i < strange.Length; i++)
            BitConverter.TryWriteBytes(floats.AsSpan(4 * (i * 600 + 300)), strange[i]);
        Assert.InRange(Check(floats, format).Length, 1, integers + 140);
        // Floats of no scale: 24 bits of which the noise is below the sixteenth.
        for (int t = 0; t < 6000; t++)
            BitConverter.TryWriteBytes(floats.AsSpan(4 * t), (float)(BitConverter.ToInt16(samples, 2 * t) / 32768.0 * 0.7071));
        Assert.InRange(Check(floats, format).Length, 1, floats.Length * 6 / 10);
    }

    [Fact]
    public void HeadersAndWhatFollowsComeBack()
    {
        byte[] samples = SoundFiles.Tones(Stereo, 3000), format = SoundFiles.Chunk("fmt ", SoundFiles.Format(Stereo));
        byte[] plain = SoundFiles.Wav(Stereo, samples);
        int length = Check(plain).Length;
        foreach (byte[] file in new byte[][]
        {
            [.. plain, 1], [.. plain, .. "ID3 and more"u8], plain[..^1], plain[..^3], plain[..^1000],
            SoundFiles.Riff(SoundFiles.Chunk("JUNK", [1, 2, 3]), format, SoundFiles.Chunk("data", samples), SoundFiles.Chunk("LIST", new byte[26])),
            SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, 0)),
            SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, 1_000_000)),
            SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, 9001)),
            SoundFiles.Aiff(new PcmFormat(SampleType.S16BE, 2, 44100), SoundFiles.Tones(new PcmFormat(SampleType.S16BE, 2, 44100), 3000)),
        })
        {
            (int other, byte kind) = Check(file);
            Assert.Equal(AudioCodec.SamplesKind, kind);
            Assert.InRange(other, length * 5 / 10, length * 3 / 2);
        }
    }

    [Fact]
    public async Task BlocksAreSamplesWhereverTheyAreCut()
    {
        byte[] file = [.. SoundFiles.Wav(Stereo, SoundFiles.Tones(Stereo, 9000)), .. Samples.Text(1500)];
        foreach (int block in new[] { 5000, 5001, 5003, 20_000 })
        {
            TacitCompressionOptions options = Pack.Options(TacitCodec.Audio, block);
            byte[] packed = Pack.Compress(file, options);
            Pack.AssertSame(file, Pack.Decompress(packed));
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
            TacitFrame frame = archive.Frames[0];
            Assert.All(frame.Blocks.SkipLast(1), b => Assert.Equal("samples", archive.DescribeBlock(frame, b)));
            TacitAudio audio = archive.DescribeAudio(frame)!;
            Assert.Equal(Stereo, audio.Format);
            Assert.InRange(audio.Moments, 8980 - file.Length / block, 9000);
            var part = new MemoryStream();
            await archive.CopyRangeAsync(7000, 17_001, part);
            Pack.AssertSame(file[7000..17_001], part.ToArray());
            options.Threads = 3;
            var parallel = new MemoryStream();
            using (var stream = new TacitStream(parallel, options, leaveOpen: true))
                stream.Write(file);
            Pack.AssertSame(packed, parallel.ToArray());
        }
    }

    [Fact]
    public void RawSamplesAreCodedByTheirFormat()
    {
        byte[] samples = SoundFiles.Tones(Stereo, 5000);
        TacitCompressionOptions options = Pack.Options(TacitCodec.Audio, 7001), without = Pack.Options(TacitCodec.Audio, 7001);
        options.Pcm = Stereo;
        byte[] packed = Pack.Compress(samples, options);
        Pack.AssertSame(samples, Pack.Decompress(packed));
        Assert.InRange(packed.Length, 1, samples.Length * 5 / 8);
        byte[] mixed = Pack.Compress(samples, without);
        Pack.AssertSame(samples, Pack.Decompress(mixed));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(mixed));
        Assert.Null(archive.DescribeAudio(archive.Frames[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Pcm = new PcmFormat(SampleType.S16LE, 65, 1));
    }

    [Fact]
    public void WhatIsNoSoundIsCodedByTheContextMixer()
    {
        foreach (byte[] data in new[] { Samples.Text(5000), Samples.Mixed(3000), SoundFiles.Wav(Mono, Samples.Text(9000)) })
            Assert.True(Check(data).Kind >= AudioCodec.MixedKind);
    }

    [Fact]
    public void EveryLevelCodesAndTheHighestAreSmallest()
    {
        byte[] file = SoundFiles.Wav(Stereo, SoundFiles.Tones(Stereo, 4000, noise: 50));
        int[] lengths = [.. Enumerable.Range(1, 9).Select(level => Check(file, level: level).Length)];
        Assert.True(lengths[8] <= lengths[0] + lengths[0] / 100, string.Join(' ', lengths));
    }

    [Fact]
    public void TheChoiceOfCodecTakesSound()
    {
        Assert.Equal(TacitCodec.Audio, TacitCodecChoice.For(SoundFiles.Wav(Mono, SoundFiles.Tones(Mono, 500)), 5));
        Assert.Equal(TacitCodec.ContextMixing, TacitCodecChoice.For(SoundFiles.Wav(Mono, new byte[20]), 5));
    }

    [Fact]
    public void DamageIsRefusedOrGivesSomeData()
    {
        var random = new SplitMix64(7);
        var floats = new PcmFormat(SampleType.F32LE, 2, 44100);
        byte[] listed = Map(SoundFiles.Tones(Mono, 700), (_, v) => v / 300 * 300 + Math.Abs(v / 300 % 3));
        foreach ((byte[] data, PcmFormat? format) in new (byte[], PcmFormat?)[]
            { (SoundFiles.Wav(Stereo, SoundFiles.Tones(Stereo, 400)), null), (SoundFiles.Tones(floats, 300), floats), (listed, Mono) })
        {
            using BlockCodec codec = Create(1);
            byte[] coded = new byte[data.Length];
            int length = codec.Encode(data, coded, Place(data, format), out byte kind, WorkMonitor.None);
            Assert.Equal(AudioCodec.SamplesKind, kind);
            DamagedBlocks.Decode(codec, coded[..length], kind, data.Length, cases: 150, random);
        }
    }

    [DataFact]
    public void RealSoundIsSmallerThanItsPeersMakeIt()
    {
        // Bytes by "flac -8 --no-padding" 1.4.2 and "wavpack -hhx6" 5.6.0.
        foreach ((string file, int flac, int wavpack) in new[] { ("speech/Front_Center.wav", 48_364, 46_698), ("sms/sax-phrase-short.wav", 122_145, 121_454) })
        {
            byte[] data = File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "audio", file));
            int length = Check(data, level: 3).Length;
            Assert.True(length < 0.94 * flac && length < wavpack, $"{file}: {length}");
        }
    }

    private static byte[] Map(byte[] samples, Func<int, int, int> map)
    {
        byte[] mapped = new byte[samples.Length];
        for (int at = 0; at < samples.Length; at += 2)
            BitConverter.TryWriteBytes(mapped.AsSpan(at), (short)map(at / 2, BitConverter.ToInt16(samples, at)));
        return mapped;
    }

    private static BlockCodec Create(int level)
    {
        var description = new AudioDescription();
        return description.Create(description.ParametersFor(level), 1 << 20);
    }

    private static BlockPlace Place(byte[] data, PcmFormat? format) =>
        new(0, format is { } known ? new AudioLayout(known, 0, long.MaxValue) : AudioLayout.Read(data));

    private static (int Length, byte Kind) Check(byte[] data, PcmFormat? format = null, int level = 1)
    {
        using BlockCodec codec = Create(level);
        byte[] coded = new byte[data.Length], back = new byte[data.Length], again = new byte[data.Length];
        BlockPlace place = Place(data, format);
        int length = codec.Encode(data, coded, place, out byte kind, WorkMonitor.None);
        if (length < 0)
            return (length, kind);
        codec.Decode(coded.AsSpan(0, length), kind, back, WorkMonitor.None);
        Pack.AssertSame(data, back);
        Assert.Equal(length, codec.Encode(data, again, place, out _, WorkMonitor.None));
        Assert.True(coded.AsSpan(0, length).SequenceEqual(again.AsSpan(0, length)));
        return (length, kind);
    }
}
