using System.Buffers.Binary;

namespace Tacit.Media.Images;

/// <summary>How the samples of a PNG file's pixels are stored.</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>The header of a PNG file: its chunk IHDR.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, PngColour Colour, bool Interlaced)
{
    public const int Length = 13;

    /// <summary>Samples of a stored pixel; an index of the palette is one.</summary>
    public int Samples => Colour switch { PngColour.Rgb => 3, PngColour.GreyAlpha => 2, PngColour.Rgba => 4, _ => 1 };

    /// <summary>Bytes from a byte to the one it is compared with in the pixel before, at least 1.</summary>
    public int FilterStep => Math.Max(1, Samples * Depth / 8);

    /// <summary>Bytes of a row of so many pixels, without the filter's number.</summary>
    public long RowBytes(int pixels) => ((long)pixels * Samples * Depth + 7) / 8;

    /// <summary>Bytes of all rows of all passes, with a filter's number for each row.</summary>
    public long FilteredBytes
    {
        get
        {
            long bytes = 0;
            foreach (Adam7Pass pass in Adam7Pass.Of(this))
                bytes += pass.Rows * (1 + RowBytes(pass.Columns));
            return bytes;
        }
    }

    public static PngHeader Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length != Length)
            throw new InvalidDataException($"The PNG file is damaged: its header has {content.Length} bytes instead of {Length}.");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(content), height = BinaryPrimitives.ReadUInt32BigEndian(content[4..]);
        byte depth = content[8], colour = content[9];
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new InvalidDataException($"The PNG file says it has {width} x {height} pixels, which cannot be.");
        bool known = colour switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            3 => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        if (!known)
            throw new InvalidDataException($"The PNG file says it has colour type {colour} with {depth} bits, which there is not.");
        if (content[10] != 0 || content[11] != 0 || content[12] > 1)
            throw new InvalidDataException($"The PNG file's compression {content[10]}, filter {content[11]} or interlace {content[12]} is not known.");
        var header = new PngHeader((int)width, (int)height, depth, (PngColour)colour, content[12] == 1);
        // As it comes out: a palette is colours, and any type may have an alpha by tRNS.
        return (long)header.Width * header.Height <= Image.MostSamples / 4 ? header
            : throw new InvalidDataException($"The PNG file has {width} x {height} pixels; {Image.MostSamples / 4} are the most that are read.");
    }

    public void Write(Span<byte> content)
    {
        BinaryPrimitives.WriteInt32BigEndian(content, Width);
        BinaryPrimitives.WriteInt32BigEndian(content[4..], Height);
        content[8] = (byte)Depth;
        content[9] = (byte)Colour;
        content[10] = content[11] = 0;
        content[12] = (byte)(Interlaced ? 1 : 0);
    }
}

/// <summary>The pixels of an image that are stored together: all, or those of one of the seven passes of Adam7.</summary>
internal readonly record struct Adam7Pass(int FirstColumn, int FirstRow, int ColumnStep, int RowStep, int Columns, int Rows)
{
    // PNG specification, section 8.2: first column and row, and steps, of the passes.
    private static readonly (int X, int Y, int XStep, int YStep)[] Seven =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The passes that have pixels.</summary>
    public static IEnumerable<Adam7Pass> Of(PngHeader header)
    {
        if (!header.Interlaced)
        {
            yield return new Adam7Pass(0, 0, 1, 1, header.Width, header.Height);
            yield break;
        }
        foreach ((int x, int y, int xStep, int yStep) in Seven)
        {
            int columns = Count(header.Width, x, xStep), rows = Count(header.Height, y, yStep);
            if (columns > 0 && rows > 0)
                yield return new Adam7Pass(x, y, xStep, yStep, columns, rows);
        }

        static int Count(int size, int first, int step) => first >= size ? 0 : (size - first - 1) / step + 1;
    }
}
