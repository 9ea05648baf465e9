using System.Buffers.Binary;

namespace Tacit.Media.Audio;

/// <summary>The samples of a WAV or AIFF file as numbers, full scale being 1.</summary>
public sealed class Sound
{
    /// <summary>Samples a second, at most, that a sound is believed to have.</summary>
    public const int HighestRate = 10_000_000;

    private readonly float[][] _channels;

    private Sound(PcmFormat format, float[][] channels) => (Format, _channels) = (format, channels);

    /// <summary>What the samples are in the file.</summary>
    public PcmFormat Format { get; }

    /// <summary>Samples of each channel.</summary>
    public int Moments => _channels[0].Length;

    /// <summary>The samples of a channel. What is no finite number is 0.</summary>
    public ReadOnlyMemory<float> Channel(int channel) => _channels[channel];

    /// <summary>Whether a file begins as WAV and AIFF files do, whatever its samples are.</summary>
    public static bool IsSound(ReadOnlySpan<byte> file) => WaveHeader.Begins(file) || AiffHeader.Begins(file);

    /// <summary>Reads a file; null if it is none of samples that are understood.</summary>
    public static Sound? Read(ReadOnlySpan<byte> file)
    {
        if ((WaveHeader.Read(file) ?? AiffHeader.Read(file)) is not { } layout || layout.Start > file.Length)
            return null;
        ReadOnlySpan<byte> samples = file[(int)layout.Start..];
        samples = samples[..(int)Math.Min(samples.Length, layout.Length)];
        return Of(layout.Format, samples);
    }

    /// <summary>The samples of raw bytes; those of a moment that is cut are left out.</summary>
    internal static Sound Of(PcmFormat format, ReadOnlySpan<byte> samples)
    {
        float[][] channels = new float[format.Channels][];
        int moments = samples.Length / format.FrameLength;
        float full = 1L << (8 * format.Width - 1);
        for (int c = 0; c < channels.Length; c++)
        {
            channels[c] = new float[moments];
            for (int t = 0; t < moments; t++)
            {
                int sample = SampleBytes.Read(format.Type, samples[(t * format.FrameLength + c * format.Width)..]);
                float value = format.IsFloat ? BitConverter.Int32BitsToSingle(sample) : sample / full;
                channels[c][t] = float.IsFinite(value) ? value : 0;
            }
        }
        return new Sound(format, channels);
    }

    /// <summary>The mean of all channels.</summary>
    public double[] Mix()
    {
        double[] mix = new double[Moments];
        foreach (float[] channel in _channels)
        {
            for (int t = 0; t < mix.Length; t++)
                mix[t] += channel[t];
        }
        for (int t = 0; t < mix.Length; t++)
            mix[t] /= _channels.Length;
        return mix;
    }

    /// <summary>Writes a WAV file of one channel of 16 bits; what is beyond full scale is cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 2^30 samples, or a rate that is not positive.</exception>
    public static void WriteWav(Stream stream, ReadOnlySpan<double> samples, int rate)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples.Length, 1 << 30, nameof(samples));
        Span<byte> header = stackalloc byte[WaveHeader.PlainLength];
        uint length = 2u * (uint)samples.Length;
        WaveHeader.TryWritePlain(new PcmFormat(SampleType.S16LE, 1, rate), length + WaveHeader.PlainLength - 8, length, header);
        stream.Write(header);
        byte[] buffer = new byte[2 * Math.Min(samples.Length, 1 << 14)];
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, buffer.Length / 2);
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteInt16LittleEndian(buffer.AsSpan(2 * i), (short)Math.Clamp(Math.Floor(samples[i] * 32768 + 0.5), short.MinValue, short.MaxValue));
            stream.Write(buffer, 0, 2 * count);
            samples = samples[count..];
        }
    }
}
