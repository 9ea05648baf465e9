using Tacit.Media.DataSets;
using Tacit.Media.Images;

namespace Tacit.Reports;

/// <summary>Items as one picture: tiles in rows, with lines between.</summary>
public sealed class ImageGrid
{
    private const int Line = 1, LargestSide = 1 << 15, SmallTile = 48;
    private const ushort LineGrey = 96, Empty = 255;

    private readonly ItemShape _shape;
    private readonly int _columns, _rows, _zoom, _channels, _width;
    private readonly ushort[] _samples;

    /// <summary>A picture of so many tiles.</summary>
    /// <param name="shape">The items' shape: an image; of two or more than four channels the first is shown, of four the first three.</param>
    /// <param name="columns">Tiles side by side.</param>
    /// <param name="rows">Tiles from top to bottom.</param>
    /// <exception cref="ArgumentException">The picture would be too large, or items are no images.</exception>
    public ImageGrid(ItemShape shape, int columns, int rows)
    {
        (_shape, _columns, _rows) = (shape, columns, rows);
        _zoom = Math.Max(1, SmallTile / Math.Max(shape.Height, shape.Width));
        long width = (long)columns * (shape.Width * _zoom + Line) + Line, height = (long)rows * (shape.Height * _zoom + Line) + Line;
        if (columns < 1 || rows < 1 || !shape.IsImage || Math.Max(width, height) > LargestSide)
            throw new ArgumentException($"ImageGrid: {columns} x {rows} tiles of {shape} are no picture, or one of more than {LargestSide} pixels a side.");
        _channels = shape.Channels is 3 or 4 ? 3 : 1;
        _width = (int)width;
        _samples = new ushort[checked((int)(width * height * _channels))];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bool line = x % (shape.Width * _zoom + Line) < Line || y % (shape.Height * _zoom + Line) < Line;
                _samples.AsSpan((y * _width + x) * _channels, _channels).Fill(line ? LineGrey : Empty);
            }
        }
    }

    /// <summary>Draws a tile.</summary>
    /// <param name="column">From the left.</param>
    /// <param name="row">From the top.</param>
    /// <param name="values">Its values (channels, height, width): 0 dark, 1 light, what is beyond is cut.</param>
    public void Draw(int column, int row, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, _columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _rows);
        int pixels = _shape.Height * _shape.Width, left = column * (_shape.Width * _zoom + Line) + Line, top = row * (_shape.Height * _zoom + Line) + Line;
        for (int y = 0; y < _shape.Height * _zoom; y++)
        {
            for (int x = 0; x < _shape.Width * _zoom; x++)
            {
                int from = y / _zoom * _shape.Width + x / _zoom, to = ((top + y) * _width + left + x) * _channels;
                for (int c = 0; c < _channels; c++)
                    _samples[to + c] = Byte(values[c * pixels + from]);
            }
        }
    }

    /// <summary>Draws how two items differ: grey where they are the same, light where the second is more.</summary>
    /// <inheritdoc cref="Draw"/>
    /// <param name="column">From the left.</param>
    /// <param name="row">From the top.</param>
    /// <param name="first">An item.</param>
    /// <param name="second">Another.</param>
    public void DrawDifference(int column, int row, ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        float[] difference = new float[first.Length];
        for (int i = 0; i < difference.Length; i++)
            difference[i] = 0.5f + (second[i] - first[i]) / 2;
        Draw(column, row, difference);
    }

    /// <summary>The picture.</summary>
    public Image ToImage() => new(_width, _samples.Length / _channels / _width, _channels, byte.MaxValue, _samples);

    private static ushort Byte(float value) => (ushort)(Math.Clamp(value, 0f, 1f) * byte.MaxValue + 0.5f);
}
