using System.Buffers.Binary;

namespace Tacit.Media.Audio;

/// <summary>Headers of RIFF WAVE files, RF64 and BW64 among them (EBU Tech 3306): finds the samples, believes no size it need not.</summary>
internal static class WaveHeader
{
    /// <summary>Bytes of the header most files have: RIFF, a fmt chunk of 16 bytes, and the data chunk's head.</summary>
    public const int PlainLength = 44;

    private const int ChunkHead = 8, FormatLength = 16, ExtensibleLength = 40;
    private const ushort IntegerTag = 1, FloatTag = 3, ExtensibleTag = 0xFFFE;

    // What follows the tag in the sub-format of WAVE_FORMAT_EXTENSIBLE.
    private static ReadOnlySpan<byte> SubFormat => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Whether this is such a file by how it begins.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => file.Length >= 12
        && (file.StartsWith("RIFF"u8) || file.StartsWith("RF64"u8) || file.StartsWith("BW64"u8)) && file[8..].StartsWith("WAVE"u8);

    /// <summary>Where the samples lie; null if this is no such file, or its samples are of another kind.</summary>
    public static AudioLayout? Read(ReadOnlySpan<byte> file)
    {
        if (!Begins(file))
            return null;
        PcmFormat? format = null;
        ulong longLength = 0;
        for (long at = 12; at <= file.Length - ChunkHead;)
        {
            ReadOnlySpan<byte> chunk = file[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            ReadOnlySpan<byte> body = chunk[ChunkHead..];
            body = body[..(int)Math.Min((uint)body.Length, length)];
            if (chunk.StartsWith("data"u8))
            {
                // 0 and 2^32 - 1 are what programs leave that cannot go back and write it.
                long claimed = length == uint.MaxValue ? (longLength is > 0 and < long.MaxValue ? (long)longLength : long.MaxValue)
                    : length == 0 ? long.MaxValue : length;
                return format is { } known ? new AudioLayout(known, at + ChunkHead, claimed) : null;
            }
            if (chunk.StartsWith("fmt "u8))
                format = ReadFormat(body);
            else if (chunk.StartsWith("ds64"u8) && body.Length >= 16)
                longLength = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
            at += ChunkHead + (long)length + (length & 1);
        }
        return null;
    }

    /// <summary>Writes the plain header for samples of this format; false if there is none for it.</summary>
    public static bool TryWritePlain(PcmFormat format, uint riffLength, uint dataLength, Span<byte> header)
    {
        if (format.Type is not (SampleType.U8 or SampleType.S16LE or SampleType.S24LE or SampleType.S32LE or SampleType.F32LE))
            return false;
        "RIFF\0\0\0\0WAVEfmt \x10\0\0\0"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], riffLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], format.IsFloat ? FloatTag : IntegerTag);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)format.Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)format.Rate);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], unchecked((uint)format.Rate * (uint)format.FrameLength));
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)format.FrameLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], (ushort)(8 * format.Width));
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], dataLength);
        return true;
    }

    private static PcmFormat? ReadFormat(ReadOnlySpan<byte> body)
    {
        if (body.Length < FormatLength)
            return null;
        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int frame = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        if (tag == ExtensibleTag)
        {
            if (body.Length < ExtensibleLength || !body[26..].StartsWith(SubFormat))
                return null;
            tag = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
        }
        if (channels is 0 or > PcmFormat.MaxChannels || frame % channels != 0 || rate > int.MaxValue)
            return null;
        // A sample fills its bytes from the top; how many of its bits are used shows in the samples.
        int width = frame / channels;
        SampleType? type = (tag, width) switch
        {
            (IntegerTag, 1) => SampleType.U8,
            (IntegerTag, 2) => SampleType.S16LE,
            (IntegerTag, 3) => SampleType.S24LE,
            (IntegerTag, 4) => SampleType.S32LE,
            (FloatTag, 4) => SampleType.F32LE,
            _ => null,
        };
        return type is { } found && bits <= 8 * width && (bits > 0 || tag == IntegerTag) ? new PcmFormat(found, channels, (int)rate) : null;
    }
}
