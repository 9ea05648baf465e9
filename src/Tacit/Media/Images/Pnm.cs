using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tacit.Media.Images;

/// <summary>Portable bit, grey and pixel maps: P1 to P6, of Netpbm.</summary>
public static class Pnm
{
    /// <summary>Whether data begin as such a file does.</summary>
    public static bool IsPnm(ReadOnlySpan<byte> data) => data is [(byte)'P', >= (byte)'1' and <= (byte)'6', var next, ..] && IsSpace(next);

    /// <summary>Reads an image.</summary>
    /// <param name="data">The file, one image.</param>
    /// <returns>Grey or colour; of a bit map 1 is white, as in grey, and not black as in the file.</returns>
    /// <exception cref="InvalidDataException">It is no such file, damaged, truncated, or larger than <see cref="Image.MostSamples"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data)
    {
        if (!IsPnm(data))
            throw new InvalidDataException("This is no PNM file: it does not begin with P1 to P6.");
        int kind = data[1] - '0';
        bool bits = kind is 1 or 4, plain = kind <= 3;
        int channels = kind is 3 or 6 ? 3 : 1;
        var text = new Reader(data[2..]);
        int width = text.Number("width", int.MaxValue), height = text.Number("height", int.MaxValue);
        int maxValue = bits ? 1 : text.Number("largest value", ushort.MaxValue);
        if (width == 0 || height == 0 || maxValue == 0)
            throw new InvalidDataException($"The PNM file says it has {width} x {height} pixels up to {maxValue}, which cannot be.");
        if (width > Image.MostSamples / channels / height)
            throw new InvalidDataException($"The PNM file has {width} x {height} pixels; {Image.MostSamples / channels} are the most that are read.");
        int samples = width * height * channels;
        // A plain sample takes a byte of the file at least.
        long rowBytes = kind == 4 ? (width + 7L) / 8 : (long)width * channels * (maxValue > byte.MaxValue ? 2 : 1);
        long least = plain ? samples : rowBytes * height + 1;       // a space is before binary samples
        if (text.Rest.Length < least)
            throw new InvalidDataException($"The PNM file is truncated: {text.Rest.Length} bytes are too few for {width} x {height} pixels.");
        ushort[] target = new ushort[samples];
        if (plain)
        {
            for (int i = 0; i < target.Length; i++)
                target[i] = (ushort)(bits ? text.Bit() : text.Number("sample", maxValue));
        }
        else
        {
            text.Space();
            ReadOnlySpan<byte> raw = text.Rest[..(int)(rowBytes * height)];
            for (int i = 0; i < target.Length; i++)
                target[i] = (ushort)(kind == 4 ? Bit(raw, width, i) : maxValue > byte.MaxValue ? BinaryPrimitives.ReadUInt16BigEndian(raw[(2 * i)..]) : raw[i]);
            text = new Reader(text.Rest[raw.Length..]);
            if (target.AsSpan().ContainsAnyExceptInRange((ushort)0, (ushort)maxValue))
                throw new InvalidDataException($"The PNM file has a sample above its largest value of {maxValue}.");
        }
        if (!text.IsAtEnd)
            throw new InvalidDataException("The PNM file goes on after its image; one image in a file is read.");
        return new Image(width, height, channels, maxValue, target);
    }

    /// <summary>Writes a grey or a pixel map in binary, P5 or P6.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="image">Of one or three channels.</param>
    /// <exception cref="ArgumentException">It has others: there is no alpha.</exception>
    public static void Encode(Stream stream, Image image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(image);
        if (image.Channels is not (1 or 3))
            throw new ArgumentException($"Pnm: {image.Channels} channels; PNM has grey and colour.", nameof(image));
        ReadOnlySpan<ushort> samples = image.Samples.Span;
        bool wide = image.MaxValue > byte.MaxValue;
        byte[] bytes = new byte[samples.Length * (wide ? 2 : 1)];
        for (int i = 0; i < samples.Length; i++)
        {
            if (wide)
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), samples[i]);
            else
                bytes[i] = (byte)samples[i];
        }
        stream.Write(Encoding.ASCII.GetBytes(string.Create(NumberFormatInfo.InvariantInfo,
            $"P{(image.Channels == 1 ? 5 : 6)}\n{image.Width} {image.Height}\n{image.MaxValue}\n")));
        stream.Write(bytes);
    }

    private static int Bit(ReadOnlySpan<byte> rows, int width, int i)
    {
        int x = i % width;
        return 1 - (rows[i / width * ((width + 7) / 8) + x / 8] >> (7 - x % 8) & 1);
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);

    /// <summary>Numbers in text, with comments between them.</summary>
    private ref struct Reader(ReadOnlySpan<byte> text)
    {
        private int _at;
        private readonly ReadOnlySpan<byte> _text = text;

        public readonly ReadOnlySpan<byte> Rest => _text[_at..];

        public bool IsAtEnd
        {
            get
            {
                Skip();
                return _at == _text.Length;
            }
        }

        public int Number(string what, int most)
        {
            Skip();
            int start = _at;
            long value = 0;
            for (; _at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9' && value <= most; _at++)
                value = 10 * value + _text[_at] - '0';
            if (_at == start)
                throw Missing(what);
            return value <= most ? (int)value : throw new InvalidDataException($"The PNM file has a {what} above {most}.");
        }

        public int Bit()
        {
            Skip();
            if (_at == _text.Length || _text[_at] is not ((byte)'0' or (byte)'1'))
                throw Missing("bit");
            return '1' - _text[_at++];
        }

        public void Space()
        {
            if (_at == _text.Length || !IsSpace(_text[_at++]))
                throw Missing("space");
        }

        private void Skip()
        {
            while (_at < _text.Length && (IsSpace(_text[_at]) || _text[_at] == '#'))
            {
                if (_text[_at++] != '#')
                    continue;
                while (_at < _text.Length && _text[_at] is not ((byte)'\n' or (byte)'\r'))
                    _at++;
            }
        }

        private readonly InvalidDataException Missing(string what) => new(_at >= _text.Length
            ? $"The PNM file is truncated: it ends where a {what} should be."
            : $"The PNM file is damaged: '{Encoding.Latin1.GetString(_text.Slice(_at, 1))}' where a {what} should be.");
    }
}
