using System.Buffers.Binary;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Audio;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>What a block of samples begins with: their format, the bytes around them and each channel's map.</summary>
internal sealed class AudioBlockHead
{
    /// <summary>Most bytes of a head.</summary>
    public const int MaxLength = 64 + (11 * PcmFormat.MaxChannels);

    private const int TypeMask = 15, PlainHeaderBit = 16;

    // Bytes a block must have for each channel beyond the first, so that a small one cannot ask for much memory.
    private const int BytesOfAChannel = 1024;

    /// <summary>What the samples are.</summary>
    public required PcmFormat Format { get; init; }

    /// <summary>Bytes before the first sample.</summary>
    public required int Prefix { get; init; }

    /// <summary>Bytes after the last.</summary>
    public required int Tail { get; init; }

    /// <summary>The prefix is a plain WAV header; these are the two lengths in it, less what they would be if all of the file were here.</summary>
    public (long Riff, long Data)? PlainHeader { get; init; }

    /// <summary>Each channel's map.</summary>
    public required SampleMap[] Maps { get; init; }

    /// <summary>How floats become integers.</summary>
    public FloatScale Scale { get; init; }

    /// <summary>Prefix bytes that must be told.</summary>
    public int ToldPrefix => PlainHeader is null ? Prefix : 0;

    /// <summary>Most channels of a block of so many bytes.</summary>
    public static int ChannelsOf(int length) => Math.Min(PcmFormat.MaxChannels, 1 + length / BytesOfAChannel);

    /// <summary>The two lengths, if the prefix is a plain WAV header of this format.</summary>
    public static (long Riff, long Data)? ReadPlainHeader(PcmFormat format, ReadOnlySpan<byte> prefix, int blockLength)
    {
        if (prefix.Length != WaveHeader.PlainLength)
            return null;
        Span<byte> plain = stackalloc byte[WaveHeader.PlainLength];
        uint riff = BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]), data = BinaryPrimitives.ReadUInt32LittleEndian(prefix[40..]);
        return WaveHeader.TryWritePlain(format, riff, data, plain) && plain.SequenceEqual(prefix)
            ? (riff - (blockLength - 8L), data - ((long)blockLength - WaveHeader.PlainLength))
            : null;
    }

    /// <summary>Writes the plain header.</summary>
    public void WritePlainHeader(Span<byte> target, int blockLength)
    {
        (long riff, long data) = PlainHeader!.Value;
        WaveHeader.TryWritePlain(Format, unchecked((uint)(riff + (blockLength - 8L))), unchecked((uint)(data + ((long)blockLength - WaveHeader.PlainLength))), target);
    }

    /// <summary>Writes the head.</summary>
    public void Write(HeadWriter head)
    {
        head.Byte((byte)((int)Format.Type | (PlainHeader is null ? 0 : PlainHeaderBit)));
        head.Number((ulong)Format.Channels);
        head.Number((ulong)Format.Rate);
        if (PlainHeader is (long riff, long data))
        {
            head.Signed(riff);
            head.Signed(data);
        }
        else
        {
            head.Number((ulong)Prefix);
        }
        head.Number((ulong)Tail);
        if (Format.IsFloat)
            head.Byte((byte)Scale.Bits);
        foreach (SampleMap map in Maps)
            map.Write(head);
    }

    /// <summary>Reads the head of a block of so many raw bytes.</summary>
    /// <exception cref="InvalidDataException">There is no such block.</exception>
    public static AudioBlockHead Read(ref HeadReader head, int length)
    {
        int first = head.Byte(), channels = head.Number("channels", ChannelsOf(length)), rate = head.Number("the rate", int.MaxValue);
        var format = new PcmFormat((SampleType)(first & TypeMask), channels, rate);
        bool plain = (first & PlainHeaderBit) != 0;
        if (first > (TypeMask | PlainHeaderBit) || !format.IsPossible
            || (plain && !WaveHeader.TryWritePlain(format, 0, 0, stackalloc byte[WaveHeader.PlainLength])))
            throw new InvalidDataException($"The block has samples of an unknown format, {first} in {channels} channels.");
        (long, long)? lengths = plain ? (head.Signed(), head.Signed()) : null;
        int prefix = plain ? WaveHeader.PlainLength : head.Number("bytes before the samples", length);
        int tail = head.Number("bytes after the samples", length);
        if ((long)prefix + tail > length || (length - prefix - tail) % format.FrameLength != 0)
            throw new InvalidDataException($"The block has {prefix} bytes before its samples and {tail} after them, which leaves no whole number of them.");
        int bits = format.IsFloat ? head.Byte() : 0;
        if (bits > FloatScale.MaxBits)
            throw new InvalidDataException($"The block has floats of {bits} bits after the point.");
        var maps = new SampleMap[channels];
        int room = length;
        for (int i = 0; i < channels; i++)
            maps[i] = SampleMap.Read(ref head, i, format.IsFloat, ref room);
        return new AudioBlockHead { Format = format, Prefix = prefix, Tail = tail, PlainHeader = lengths, Maps = maps, Scale = new FloatScale(bits) };
    }
}
