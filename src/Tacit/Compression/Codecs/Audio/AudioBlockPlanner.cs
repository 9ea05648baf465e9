using System.Numerics;
using Tacit.Media.Audio;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Looks through a block of samples and decides how its channels become integers.</summary>
internal static class AudioBlockPlanner
{
    // Of floats, how many may need more bits than the others before the bits are told beside the integers.
    private const int ExceptionShare = 500;

    private const int MantissaBits = 23, Bias = 127, LargestExponent = 30;

    /// <summary>Plans a block.</summary>
    /// <param name="raw">The block.</param>
    /// <param name="format">What the samples are.</param>
    /// <param name="prefix">Bytes before the first.</param>
    /// <param name="end">Where the last one ends: a whole number of moments after the prefix.</param>
    public static AudioBlockHead Plan(ReadOnlySpan<byte> raw, PcmFormat format, int prefix, int end)
    {
        ReadOnlySpan<byte> samples = raw[prefix..end];
        FloatScale scale = default;
        bool fractions = false;
        if (format.IsFloat)
            (scale, fractions) = Scale(samples, format.Type);
        var maps = new SampleMap[format.Channels];
        for (int c = 0; c < maps.Length; c++)
            maps[c] = CopyOf(samples, format, c) is >= 0 and int other ? SampleMap.Copy(other) : Map(samples, format, c, scale, fractions);
        return new AudioBlockHead
        {
            Format = format,
            Prefix = prefix,
            Tail = raw.Length - end,
            PlainHeader = AudioBlockHead.ReadPlainHeader(format, raw[..prefix], raw.Length),
            Maps = maps,
            Scale = scale,
        };
    }

    private static SampleMap Map(ReadOnlySpan<byte> samples, PcmFormat format, int channel, FloatScale scale, bool fractions)
    {
        var choice = new SampleMapChoice();
        bool exceptions = false;
        int frame = format.FrameLength, start = channel * format.Width;
        for (int at = start; at < samples.Length; at += frame)
        {
            int value = SampleBytes.Read(format.Type, samples[at..]);
            if (!format.IsFloat)
                choice.Look(value);
            else if (scale.TrySplit(value, out int integer, out int rest) && (fractions || rest == 0))
                choice.Look(integer);
            else
                exceptions = true;
        }
        if (choice.WantsCounts())
        {
            for (int at = start; at < samples.Length; at += frame)
            {
                int value = SampleBytes.Read(format.Type, samples[at..]);
                if (!format.IsFloat)
                    choice.Count(value);
                else if (scale.TrySplit(value, out int integer, out int rest) && (fractions || rest == 0))
                    choice.Count(integer);
            }
        }
        return choice.Choose(exceptions, fractions);
    }

    private static int CopyOf(ReadOnlySpan<byte> samples, PcmFormat format, int channel)
    {
        int width = format.Width;
        for (int other = 0; other < channel; other++)
        {
            bool same = true;
            for (int at = 0; at < samples.Length && same; at += format.FrameLength)
                same = samples.Slice(at + other * width, width).SequenceEqual(samples.Slice(at + channel * width, width));
            if (same)
                return other;
        }
        return -1;
    }

    // Bits after the point that nearly all samples do with, if the largest then still is an integer; else 24 bits for the largest.
    private static (FloatScale Scale, bool Fractions) Scale(ReadOnlySpan<byte> samples, SampleType type)
    {
        Span<int> needed = stackalloc int[FloatScale.MaxBits + 2];
        int count = 0, largest = -Bias;
        for (int at = 0; at < samples.Length; at += sizeof(float))
        {
            int bits = SampleBytes.Read(type, samples[at..]), exponent = (bits >> MantissaBits & 255) - Bias;
            if (exponent is -Bias or > LargestExponent)
                continue;
            count++;
            largest = Math.Max(largest, exponent);
            int mantissa = bits & ((1 << MantissaBits) - 1) | 1 << MantissaBits;
            needed[Math.Clamp(MantissaBits - BitOperations.TrailingZeroCount(mantissa) - exponent, 0, FloatScale.MaxBits + 1)]++;
        }
        int beyond = count, scale = 0;
        for (; scale <= FloatScale.MaxBits; scale++)
        {
            beyond -= needed[scale];
            if (beyond <= count / ExceptionShare)
                break;
        }
        return scale <= FloatScale.MaxBits && scale + largest <= LargestExponent
            ? (new FloatScale(scale), false)
            : (new FloatScale(Math.Clamp(MantissaBits - largest, 0, FloatScale.MaxBits)), true);
    }
}
