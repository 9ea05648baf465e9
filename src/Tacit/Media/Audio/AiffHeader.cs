using System.Buffers.Binary;

namespace Tacit.Media.Audio;

/// <summary>Headers of AIFF and AIFF-C files (Apple, 1989 and 1991) whose samples are not compressed.</summary>
internal static class AiffHeader
{
    private const int ChunkHead = 8, CommonLength = 18, SoundHead = 8;

    /// <summary>Whether this is such a file by how it begins.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => file.Length >= 12
        && file.StartsWith("FORM"u8) && (file[8..].StartsWith("AIFF"u8) || file[8..].StartsWith("AIFC"u8));

    /// <summary>Where the samples lie; null if this is no such file, or its samples are of another kind.</summary>
    public static AudioLayout? Read(ReadOnlySpan<byte> file)
    {
        if (!Begins(file))
            return null;
        bool mayBeCoded = file[11] == (byte)'C';
        PcmFormat? format = null;
        for (long at = 12; at <= file.Length - ChunkHead;)
        {
            ReadOnlySpan<byte> chunk = file[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
            ReadOnlySpan<byte> body = chunk[ChunkHead..];
            body = body[..(int)Math.Min((uint)body.Length, length)];
            if (chunk.StartsWith("COMM"u8))
            {
                format = ReadCommon(body, mayBeCoded);
            }
            else if (chunk.StartsWith("SSND"u8))
            {
                if (format is not { } known || body.Length < SoundHead)
                    return null;
                uint offset = BinaryPrimitives.ReadUInt32BigEndian(body);
                long start = at + ChunkHead + SoundHead + offset;
                return start <= file.Length ? new AudioLayout(known, start, Math.Max(0, length - SoundHead - (long)offset)) : null;
            }
            at += ChunkHead + (long)length + (length & 1);
        }
        return null;
    }

    private static PcmFormat? ReadCommon(ReadOnlySpan<byte> body, bool mayBeCoded)
    {
        if (body.Length < CommonLength + (mayBeCoded ? 4 : 0))
            return null;
        int channels = BinaryPrimitives.ReadUInt16BigEndian(body), bits = BinaryPrimitives.ReadUInt16BigEndian(body[6..]);
        ReadOnlySpan<byte> coding = mayBeCoded ? body.Slice(CommonLength, 4) : "NONE"u8;
        int width = (bits + 7) / 8;
        SampleType? type = null;
        if (coding.SequenceEqual("NONE"u8) || coding.SequenceEqual("twos"u8))
            type = width switch { 1 => SampleType.S8, 2 => SampleType.S16BE, 3 => SampleType.S24BE, 4 => SampleType.S32BE, _ => null };
        else if (coding.SequenceEqual("sowt"u8))
            type = width switch { 1 => SampleType.S8, 2 => SampleType.S16LE, 3 => SampleType.S24LE, 4 => SampleType.S32LE, _ => null };
        else if (coding.SequenceEqual("in24"u8))
            type = SampleType.S24BE;
        else if (coding.SequenceEqual("in32"u8))
            type = SampleType.S32BE;
        else if (coding.SequenceEqual("fl32"u8) || coding.SequenceEqual("FL32"u8))
            type = SampleType.F32BE;
        return type is { } found && channels is >= 1 and <= PcmFormat.MaxChannels ? new PcmFormat(found, channels, Rate(body[8..])) : null;
    }

    // An 80-bit number: sign, exponent, 64 bits of mantissa with the first one written. Only for people to see.
    private static int Rate(ReadOnlySpan<byte> extended)
    {
        int exponent = BinaryPrimitives.ReadUInt16BigEndian(extended) - 16383;
        ulong mantissa = BinaryPrimitives.ReadUInt64BigEndian(extended[2..]);
        return exponent is >= 0 and <= 30 ? (int)(mantissa >> (63 - exponent)) : 0;
    }
}
