using Tacit.Media.Audio;
using Tacit.Tests.Support;

namespace Tacit.Tests.Audio;

/// <summary>Headers say where the samples lie, however they lie otherwise; nothing else is taken for sound.</summary>
public class HeaderTests
{
    private static readonly PcmFormat Cd = new(SampleType.S16LE, 2, 44100);

    [Theory]
    [InlineData(SampleType.U8)]
    [InlineData(SampleType.S16LE)]
    [InlineData(SampleType.S24LE)]
    [InlineData(SampleType.S32LE)]
    [InlineData(SampleType.F32LE)]
    public void WavOfEveryType(SampleType type)
    {
        byte[] plain = new byte[44];
        foreach (int channels in new[] { 1, 2, 6, 64 })
        {
            var format = new PcmFormat(type, channels, 96000);
            byte[] samples = new byte[100 * format.FrameLength];
            Assert.Equal(new AudioLayout(format, 44, samples.Length), AudioLayout.Read(SoundFiles.Wav(format, samples)));
            Assert.Equal(new AudioLayout(format, 68, samples.Length),
                AudioLayout.Read(SoundFiles.Riff(SoundFiles.Chunk("fmt ", SoundFiles.Extensible(format, 8 * format.Width)), SoundFiles.Chunk("data", samples))));
            byte[] file = SoundFiles.Wav(format, samples);
            Assert.True(WaveHeader.TryWritePlain(format, (uint)file.Length - 8, (uint)samples.Length, plain));
            Assert.Equal(file[..44], plain);
        }
    }

    [Theory]
    [InlineData(SampleType.S8, null, 8)]
    [InlineData(SampleType.S16BE, null, 12)]
    [InlineData(SampleType.S16BE, "NONE", 16)]
    [InlineData(SampleType.S16LE, "sowt", 16)]
    [InlineData(SampleType.S24BE, null, 20)]
    [InlineData(SampleType.S24BE, "in24", 24)]
    [InlineData(SampleType.S32BE, "in32", 32)]
    [InlineData(SampleType.F32BE, "fl32", 32)]
    public void AiffOfEveryType(SampleType type, string? coding, int bits)
    {
        var format = new PcmFormat(type, 2, 44100);
        byte[] samples = new byte[60 * format.FrameLength], file = SoundFiles.Aiff(format, samples, coding, bits);
        Assert.Equal(new AudioLayout(format, file.Length - samples.Length, samples.Length), AudioLayout.Read(file));
    }

    [Fact]
    public void OddChunksLongHeadersAndLyingLengths()
    {
        byte[] samples = new byte[400], format = SoundFiles.Chunk("fmt ", SoundFiles.Format(Cd));
        // An odd chunk is followed by a byte that its length does not count.
        byte[] odd = SoundFiles.Riff(SoundFiles.Chunk("JUNK", [1, 2, 3]), format, SoundFiles.Chunk("LIST", new byte[77]), SoundFiles.Chunk("data", samples), SoundFiles.Chunk("id3 ", [9]));
        Assert.Equal(new AudioLayout(Cd, 12 + 12 + 24 + 86 + 8, 400), AudioLayout.Read(odd));
        // Lengths nobody went back to write; and more than there is.
        foreach (uint lie in new uint[] { 0, uint.MaxValue })
            Assert.Equal(new AudioLayout(Cd, 44, long.MaxValue), AudioLayout.Read(SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, lie))));
        Assert.Equal(new AudioLayout(Cd, 44, 7_000_000), AudioLayout.Read(SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, 7_000_000))));
        Assert.Equal(new AudioLayout(Cd, 44, 100), AudioLayout.Read(SoundFiles.Riff(format, SoundFiles.Chunk("data", samples, 100))));
    }

    [Theory]
    [InlineData(0xFFFFFFF7u)]
    [InlineData(0xFFFFFFF8u)]
    [InlineData(0xFFFFFFFFu)]
    public void AChunkAsLongAsCanBeSaidEndsTheFile(uint length)
    {
        byte[] format = SoundFiles.Chunk("fmt ", SoundFiles.Format(Cd)), data = SoundFiles.Chunk("data", new byte[40]);
        Assert.Null(AudioLayout.Read(SoundFiles.Riff(format, SoundFiles.Chunk("JUNK", [], length), data)));
        byte[] aiff = [.. "FORM0000AIFFJUNK"u8, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        Assert.Null(AudioLayout.Read(aiff));
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void LengthsBeyondThirtyTwoBits(string name)
    {
        byte[] sizes = [.. BitConverter.GetBytes(5_000_000_100L), .. BitConverter.GetBytes(5_000_000_000L), .. BitConverter.GetBytes(1_250_000_000L), 0, 0, 0, 0];
        byte[] file = SoundFiles.Riff(SoundFiles.Chunk("ds64", sizes), SoundFiles.Chunk("fmt ", SoundFiles.Format(Cd)), SoundFiles.Chunk("data", new byte[400], uint.MaxValue));
        name.Select(c => (byte)c).ToArray().CopyTo(file, 0);
        Assert.Equal(new AudioLayout(Cd, 80, 5_000_000_000), AudioLayout.Read(file));
        BitConverter.GetBytes(-1L).CopyTo(file, 28);
        Assert.Equal(new AudioLayout(Cd, 80, long.MaxValue), AudioLayout.Read(file));
    }

    [Fact]
    public void WhatIsNotUnderstoodIsNoSound()
    {
        byte[] samples = new byte[400];
        byte[] With(byte[] format) => SoundFiles.Riff(SoundFiles.Chunk("fmt ", format), SoundFiles.Chunk("data", samples));
        Assert.Null(AudioLayout.Read([]));
        Assert.Null(AudioLayout.Read(Samples.Text(1000)));
        Assert.Null(AudioLayout.Read(With(SoundFiles.Format(Cd, tag: 2))));                                     // ADPCM
        Assert.Null(AudioLayout.Read(With(SoundFiles.Format(Cd, tag: 3))));                                     // floats of 16 bits
        Assert.Null(AudioLayout.Read(With(SoundFiles.Format(new PcmFormat(SampleType.S16LE, 65, 8000)))));      // too many channels
        Assert.Null(AudioLayout.Read(With(SoundFiles.Format(Cd)[..14])));
        Assert.Null(AudioLayout.Read(SoundFiles.Riff(SoundFiles.Chunk("data", samples), SoundFiles.Chunk("fmt ", SoundFiles.Format(Cd)))));
        byte[] strange = SoundFiles.Extensible(Cd, 16);
        strange[30] ^= 1;
        Assert.Null(AudioLayout.Read(With(strange)));
        Assert.Null(AudioLayout.Read(SoundFiles.Aiff(new PcmFormat(SampleType.S16BE, 2, 44100), samples, "ima4")));
        byte[] cut = SoundFiles.Wav(Cd, samples);
        for (int i = 0; i < 44; i++)
            Assert.Null(AudioLayout.Read(cut.AsSpan(0, i)));
        Assert.Null(AudioLayout.Read(SoundFiles.Riff(SoundFiles.Chunk("JUNK", new byte[70_000]), SoundFiles.Chunk("fmt ", SoundFiles.Format(Cd)), SoundFiles.Chunk("data", samples))));
    }

    [Fact]
    public void SamplesAndFloatsComeBack()
    {
        var random = new SplitMix64(2);
        byte[] bytes = new byte[4], back = new byte[4];
        for (SampleType type = SampleType.U8; type <= SampleType.F32BE; type++)
        {
            int width = new PcmFormat(type, 1, 0).Width;
            for (int i = 0; i < 2000; i++)
            {
                BitConverter.TryWriteBytes(bytes, (uint)random.Next());
                SampleBytes.Write(type, SampleBytes.Read(type, bytes), back);
                Assert.Equal(bytes[..width], back[..width]);
            }
        }
        int split = 0;
        foreach (int bits in new[] { 0, 15, 23, 40 })
        {
            var scale = new FloatScale(bits);
            for (int i = 0; i < 4000; i++)
            {
                int number = i < 5 ? new[] { 0, int.MinValue, 0x7F800000, 0x7FC00001, 1 }[i] : (int)random.Next() & ~(0x7F800000) | (90 + random.Below(60)) << 23;
                if (!scale.TrySplit(number, out int integer, out int rest))
                    continue;
                split++;
                Assert.InRange(rest, 0, (1 << FloatScale.MissingBits(integer)) - 1);
                Assert.True(scale.TryJoin(integer, rest, out int joined));
                Assert.Equal(number, joined);
                double size = Math.Abs(BitConverter.Int32BitsToSingle(number)) * Math.Pow(2, bits);
                Assert.Equal(Math.Floor(size), Math.Abs((double)integer));
            }
        }
        Assert.True(split > 3000);
    }
}
