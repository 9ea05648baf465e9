using System.Buffers.Binary;
using Tacit.Media.Audio;
using Tacit.Tests.Support;

namespace Tacit.Tests.Audio;

/// <summary>Sound files of every format, written chunk by chunk.</summary>
internal static class SoundFiles
{
    public static byte[] Little(uint value, int width)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes[..width];
    }

    public static byte[] Big(uint value, int width) => [.. Little(value, width).Reverse()];

    public static byte[] Chunk(string name, byte[] body, uint? length = null, bool big = false) =>
        [.. name.Select(c => (byte)c), .. (big ? Big(length ?? (uint)body.Length, 4) : Little(length ?? (uint)body.Length, 4)), .. body, .. new byte[body.Length & 1]];

    public static byte[] Format(PcmFormat format, ushort tag = 0, int bits = 0) =>
    [
        .. Little(tag != 0 ? tag : format.IsFloat ? 3u : 1u, 2), .. Little((uint)format.Channels, 2), .. Little((uint)format.Rate, 4),
        .. Little((uint)(format.Rate * format.FrameLength), 4), .. Little((uint)format.FrameLength, 2), .. Little((uint)(bits > 0 ? bits : 8 * format.Width), 2),
    ];

    public static byte[] Extensible(PcmFormat format, int validBits) =>
    [
        .. Format(format, 0xFFFE), 22, 0, .. Little((uint)validBits, 2), 0, 0, 0, 0, .. Little(format.IsFloat ? 3u : 1u, 2),
        0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
    ];

    public static byte[] Riff(params byte[][] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(c => c)];
        return [.. "RIFF"u8, .. Little((uint)body.Length, 4), .. body];
    }

    public static byte[] Wav(PcmFormat format, byte[] samples) => Riff(Chunk("fmt ", Format(format)), Chunk("data", samples));

    public static byte[] Aiff(PcmFormat format, byte[] samples, string? coding = null, int bits = 0)
    {
        byte[] common =
        [
            .. Big((uint)format.Channels, 2), .. Big((uint)(samples.Length / format.FrameLength), 4), .. Big((uint)(bits > 0 ? bits : 8 * format.Width), 2),
            0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0,    // 44100
        ];
        if (coding is not null)
            common = [.. common, .. coding.Select(c => (byte)c), 0, 0];
        byte[] body = [.. coding is null ? "AIFF"u8 : "AIFC"u8, .. Chunk("COMM", common, big: true), .. Chunk("SSND", [0, 0, 0, 0, 0, 0, 0, 0, .. samples], big: true)];
        return [.. "FORM"u8, .. Big((uint)body.Length, 4), .. body];
    }

    /// <summary>Tones with noise, each channel its own mixture, a share of the type's range.</summary>
    public static byte[] Tones(PcmFormat format, int moments, double loudness = 0.5, int noise = 20, ulong seed = 1)
    {
        var random = new SplitMix64(seed);
        byte[] bytes = new byte[moments * format.FrameLength];
        double full = format.IsFloat ? 1 << 23 : Math.Pow(2, 8 * format.Width - 1) - 1;
        for (int t = 0; t < moments; t++)
        {
            for (int c = 0; c < format.Channels; c++)
            {
                double tone = Math.Sin(t * 0.05) * 0.6 + Math.Sin(t * 0.031 * (1 + c % 3) + c) * 0.3;
                double value = tone * loudness * full + (random.Below(2 * noise + 1) - noise) * Math.Max(full / 32768, 0.1);
                value = Math.Clamp(Math.Round(value), -full, full);
                SampleBytes.Write(format.Type, format.IsFloat ? BitConverter.SingleToInt32Bits((float)(value / full)) : (int)value,
                    bytes.AsSpan(t * format.FrameLength + c * format.Width));
            }
        }
        return bytes;
    }
}
