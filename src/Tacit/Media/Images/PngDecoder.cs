using System.Buffers.Binary;
using System.IO.Compression;

namespace Tacit.Media.Images;

/// <summary>Reads a PNG file: its chunks in order, then its rows.</summary>
internal ref struct PngDecoder(ReadOnlySpan<byte> data)
{
    // What one byte of Deflate can stand for, at most.
    private const long MostExpansion = 1032;

    private static readonly uint s_header = PngChunks.TypeOf("IHDR"u8), s_palette = PngChunks.TypeOf("PLTE"u8),
        s_transparency = PngChunks.TypeOf("tRNS"u8), s_data = PngChunks.TypeOf("IDAT"u8), s_end = PngChunks.TypeOf("IEND"u8);

    private PngChunks _chunks = new(data);
    private PngHeader _header;
    private ReadOnlySpan<byte> _palette, _transparency;
    private bool _hasTransparency;

    /// <summary>The image.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, truncated or too large.</exception>
    public Image Decode()
    {
        _chunks.Next();
        if (_chunks.Type != s_header)
            throw new InvalidDataException($"The PNG file is damaged: it begins with the chunk {_chunks.Name}, not with its header.");
        _header = PngHeader.Parse(_chunks.Content);
        using MemoryStream coded = ReadChunks();
        if (_header.FilteredBytes > MostExpansion * coded.Length)
            throw new InvalidDataException($"The PNG file has {coded.Length} bytes of pixels, which is too few for {_header.Width} x {_header.Height}.");
        var target = new PngPixels(_header, _palette, _transparency, _hasTransparency);
        ReadRows(coded, target);
        return target.ToImage();
    }

    // What is before the pixels, the compressed pixels, and what is after.
    private MemoryStream ReadChunks()
    {
        var coded = new MemoryStream();
        bool hasPalette = false, after = false, ended = false;      // of the chunks of pixels; ended: another one came after them
        while (true)
        {
            _chunks.Next();
            if (_chunks.Type == s_data)
            {
                if (ended)
                    throw OutOfOrder();
                coded.Write(_chunks.Content);
                after = true;       // an empty one counts, too
                continue;
            }
            ended = after;
            if (_chunks.Type == s_end)
                break;
            if (_chunks.Type == s_palette)
            {
                if (hasPalette || after || _hasTransparency)
                    throw OutOfOrder();
                hasPalette = true;
                TakePalette();
            }
            else if (_chunks.Type == s_transparency)
            {
                if (_hasTransparency || after || (_header.Colour == PngColour.Palette && !hasPalette))
                    throw OutOfOrder();
                TakeTransparency();
            }
            else if (_chunks.Type == s_header)
            {
                throw OutOfOrder();
            }
            else if (_chunks.IsCritical)
            {
                throw new InvalidDataException($"The PNG file needs what its chunk {_chunks.Name} says, which is not known here.");
            }
        }
        if (_header.Colour == PngColour.Palette && !hasPalette)
            throw new InvalidDataException("The PNG file is damaged: it has no palette.");
        if (coded.Length == 0)
            throw new InvalidDataException("The PNG file is damaged: it has no pixels.");
        coded.Position = 0;
        return coded;
    }

    private void TakePalette()
    {
        int length = _chunks.Content.Length;
        if (_header.Colour is PngColour.Grey or PngColour.GreyAlpha || length == 0 || length % 3 != 0 || length > 3 * 256
            || (_header.Colour == PngColour.Palette && length / 3 > 1 << _header.Depth))
            throw new InvalidDataException($"The PNG file is damaged: a palette of {length} bytes in an image of colour type {(int)_header.Colour} with {_header.Depth} bits.");
        // In an image of colours it is a suggestion, for those who can show few.
        if (_header.Colour == PngColour.Palette)
            _palette = _chunks.Content;
    }

    private void TakeTransparency()
    {
        int length = _chunks.Content.Length;
        bool fits = _header.Colour switch
        {
            PngColour.Grey => length == 2,
            PngColour.Rgb => length == 6,
            PngColour.Palette => length > 0 && length <= _palette.Length / 3,
            _ => false,
        };
        if (!fits)
            throw new InvalidDataException($"The PNG file is damaged: a chunk tRNS of {length} bytes in an image of colour type {(int)_header.Colour}.");
        _transparency = _chunks.Content;
        _hasTransparency = true;
    }

    private readonly void ReadRows(Stream coded, PngPixels target)
    {
        using var inflated = new ZLibStream(coded, CompressionMode.Decompress, leaveOpen: true);
        var sum = new Adler32();
        foreach (Adam7Pass pass in Adam7Pass.Of(_header))
        {
            int length = (int)_header.RowBytes(pass.Columns);
            byte[] row = new byte[1 + length], above = new byte[1 + length];
            for (int y = 0; y < pass.Rows; y++)
            {
                Read(inflated, row);
                sum.Add(row);
                PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), _header.FilterStep);
                target.Put(pass, y, row.AsSpan(1));
                (row, above) = (above, row);
            }
        }
        if (Read(inflated, new byte[1], most: true) > 0)
            throw new InvalidDataException("The PNG file is damaged: it has more pixels than its size says.");
        // The BCL takes compressed data that end before their check sum for whole.
        Span<byte> last = stackalloc byte[4];
        coded.Position = Math.Max(0, coded.Length - last.Length);
        if (coded.ReadAtLeast(last, last.Length, throwOnEndOfStream: false) < last.Length || BinaryPrimitives.ReadUInt32BigEndian(last) != sum.Value)
            throw new InvalidDataException("The PNG file is damaged: its compressed pixels do not end with their check sum.");
    }

    private static int Read(ZLibStream inflated, byte[] row, bool most = false)
    {
        try
        {
            return inflated.ReadAtLeast(row, row.Length, throwOnEndOfStream: !most);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException("The PNG file is damaged: its compressed pixels end too early or are not valid.", e);
        }
    }

    private readonly InvalidDataException OutOfOrder() => new($"The PNG file is damaged: its chunk {_chunks.Name} is not where one can be.");
}

/// <summary>Rows of a PNG file to samples: bits apart, colours of the palette, alpha of tRNS.</summary>
internal readonly ref struct PngPixels
{
    private readonly PngHeader _header;
    private readonly ReadOnlySpan<byte> _palette, _transparency;
    private readonly bool _hasTransparency;
    private readonly ushort[] _samples;
    private readonly int _channels;

    public PngPixels(PngHeader header, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> transparency, bool hasTransparency)
    {
        _header = header;
        _palette = palette;
        _transparency = transparency;
        _hasTransparency = hasTransparency;
        _channels = (header.Colour == PngColour.Palette ? 3 : header.Samples) + (hasTransparency ? 1 : 0);
        _samples = new ushort[header.Width * header.Height * _channels];
    }

    private int MaxValue => _header.Colour == PngColour.Palette ? byte.MaxValue : (1 << _header.Depth) - 1;

    public Image ToImage() => new(_header.Width, _header.Height, _channels, MaxValue, _samples);

    /// <summary>Puts a row of a pass where it belongs.</summary>
    public void Put(Adam7Pass pass, int y, ReadOnlySpan<byte> row)
    {
        int at = ((pass.FirstRow + y * pass.RowStep) * _header.Width + pass.FirstColumn) * _channels, step = pass.ColumnStep * _channels;
        int samples = _header.Samples;
        for (int x = 0; x < pass.Columns; x++, at += step)
        {
            Span<ushort> pixel = _samples.AsSpan(at, _channels);
            if (_header.Colour == PngColour.Palette)
            {
                PutColour(SampleAt(row, x), pixel);
                continue;
            }
            for (int c = 0; c < samples; c++)
                pixel[c] = (ushort)SampleAt(row, x * samples + c);
            if (_hasTransparency)
                pixel[samples] = (ushort)(IsTransparent(pixel[..samples]) ? 0 : MaxValue);
        }
    }

    private int SampleAt(ReadOnlySpan<byte> row, int i)
    {
        int depth = _header.Depth;
        if (depth >= 8)
            return depth == 8 ? row[i] : BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]);
        int bit = i * depth;        // the leftmost sample is in the highest bits
        return row[bit >> 3] >> (8 - depth - (bit & 7)) & (1 << depth) - 1;
    }

    private void PutColour(int index, Span<ushort> pixel)
    {
        if (3 * index >= _palette.Length)
            throw new InvalidDataException($"The PNG file is damaged: a pixel has colour {index} of a palette of {_palette.Length / 3}.");
        for (int c = 0; c < 3; c++)
            pixel[c] = _palette[3 * index + c];
        if (_hasTransparency)
            pixel[3] = index < _transparency.Length ? _transparency[index] : byte.MaxValue;
    }

    // The one colour that is see-through; of its numbers only as many bits count as samples have.
    private bool IsTransparent(ReadOnlySpan<ushort> pixel)
    {
        for (int c = 0; c < pixel.Length; c++)
        {
            if (pixel[c] != (BinaryPrimitives.ReadUInt16BigEndian(_transparency[(2 * c)..]) & MaxValue))
                return false;
        }
        return true;
    }
}
