using System.Buffers.Binary;
using System.IO.Compression;

namespace Tacit.Media.Images;

/// <summary>Writes a PNG file: few colours as a palette, each row with the filter that promises most.</summary>
internal sealed class PngEncoder
{
    private readonly Image _image;
    private readonly PngHeader _header;
    private readonly PngPalette? _palette;
    private readonly byte[] _row;

    public PngEncoder(Image image)
    {
        _image = image;
        _palette = PngPalette.Of(image);
        int depth = _palette is not null ? _palette.Depth : image.MaxValue switch
        {
            1 when image.Channels == 1 => 1,
            3 when image.Channels == 1 => 2,
            15 when image.Channels == 1 => 4,
            byte.MaxValue => 8,
            ushort.MaxValue => 16,
            _ => throw new ArgumentException($"Png: samples up to {image.MaxValue} in {image.Channels} channels; PNG has 255 and 65535, and 1, 3 and 15 for grey."),
        };
        PngColour colour = _palette is not null ? PngColour.Palette
            : image.Channels switch { 1 => PngColour.Grey, 2 => PngColour.GreyAlpha, 3 => PngColour.Rgb, _ => PngColour.Rgba };
        _header = new PngHeader(image.Width, image.Height, depth, colour, Interlaced: false);
        _row = new byte[_header.RowBytes(image.Width)];
    }

    public void Write(Stream stream)
    {
        stream.Write(PngChunks.Signature);
        Span<byte> header = stackalloc byte[PngHeader.Length];
        _header.Write(header);
        PngChunks.Write(stream, "IHDR"u8, header);
        _palette?.Write(stream, _image.Channels == 4);
        using var coded = new MemoryStream();
        using (var deflated = new ZLibStream(coded, CompressionLevel.SmallestSize, leaveOpen: true))
            WriteRows(deflated);
        PngChunks.Write(stream, "IDAT"u8, coded.GetBuffer().AsSpan(0, (int)coded.Length));
        PngChunks.Write(stream, "IEND"u8, []);
    }

    private void WriteRows(Stream deflated)
    {
        // Filters compare bytes; indices of a palette and several samples in a byte have nothing to compare.
        bool filters = _header.Colour != PngColour.Palette && _header.Depth >= 8;
        byte[] above = new byte[_row.Length], best = new byte[1 + _row.Length], trial = new byte[1 + _row.Length];
        for (int y = 0; y < _image.Height; y++)
        {
            FillRow(y);
            long least = long.MaxValue;
            for (int filter = 0; filter < (filters ? PngFilter.Count : 1); filter++)
            {
                trial[0] = (byte)filter;
                PngFilter.Apply(filter, _row, above, _header.FilterStep, trial.AsSpan(1));
                long cost = PngFilter.Cost(trial.AsSpan(1));
                if (cost >= least)
                    continue;
                least = cost;
                (best, trial) = (trial, best);
            }
            deflated.Write(best);
            _row.CopyTo(above, 0);
        }
    }

    private void FillRow(int y)
    {
        ReadOnlySpan<ushort> samples = _image.Samples.Span.Slice(y * _image.Width * _image.Channels, _image.Width * _image.Channels);
        if (_header.Depth == 16)
        {
            for (int i = 0; i < samples.Length; i++)
                BinaryPrimitives.WriteUInt16BigEndian(_row.AsSpan(2 * i), samples[i]);
            return;
        }
        int count = _palette is null ? samples.Length : _image.Width, depth = _header.Depth;
        Array.Clear(_row);
        for (int i = 0; i < count; i++)
        {
            int value = _palette is null ? samples[i] : _palette.IndexOf(samples.Slice(i * _image.Channels, _image.Channels)), bit = i * depth;
            _row[bit >> 3] |= (byte)(value << (8 - depth - (bit & 7)));
        }
    }
}

/// <summary>The colours of an image, in the order in which they appear, where they are few.</summary>
internal sealed class PngPalette
{
    private readonly Dictionary<uint, int> _indices = [];
    private readonly List<uint> _colours = [];      // red in the lowest byte, alpha in the highest

    private PngPalette()
    {
    }

    public int Depth => _colours.Count <= 2 ? 1 : _colours.Count <= 4 ? 2 : _colours.Count <= 16 ? 4 : 8;

    /// <summary>The palette of an image of 8-bit colours; null if it has too many for one to pay.</summary>
    public static PngPalette? Of(Image image)
    {
        if (image.Channels < 3 || image.MaxValue != byte.MaxValue)
            return null;
        // A colour costs three or four bytes beside the pixels, which without a palette take as many each.
        int most = (int)Math.Min(256, (long)image.Width * image.Height / 4);
        var palette = new PngPalette();
        ReadOnlySpan<ushort> samples = image.Samples.Span;
        for (int i = 0; i < samples.Length; i += image.Channels)
        {
            uint colour = Colour(samples.Slice(i, image.Channels));
            if (palette._indices.ContainsKey(colour))
                continue;
            if (palette._colours.Count >= most)
                return null;
            palette._indices.Add(colour, palette._colours.Count);
            palette._colours.Add(colour);
        }
        return palette;
    }

    public int IndexOf(ReadOnlySpan<ushort> pixel) => _indices[Colour(pixel)];

    public void Write(Stream stream, bool alpha)
    {
        byte[] colours = new byte[3 * _colours.Count], alphas = new byte[_colours.Count];
        for (int i = 0; i < _colours.Count; i++)
        {
            for (int c = 0; c < 3; c++)
                colours[3 * i + c] = (byte)(_colours[i] >> 8 * c);
            alphas[i] = (byte)(_colours[i] >> 24);
        }
        PngChunks.Write(stream, "PLTE"u8, colours);
        if (alpha)
            PngChunks.Write(stream, "tRNS"u8, alphas);
    }

    private static uint Colour(ReadOnlySpan<ushort> pixel) =>
        (uint)(pixel[0] | pixel[1] << 8 | pixel[2] << 16) | (pixel.Length == 4 ? (uint)pixel[3] << 24 : 0);
}
