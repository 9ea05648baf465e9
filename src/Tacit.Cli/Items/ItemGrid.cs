using Tacit.Media.DataSets;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>Pictures of items, made before the work so that what cannot be drawn is said first.</summary>
internal static class ItemGrid
{
    /// <summary>Items side by side, at most.</summary>
    public const int RowLength = 16;

    /// <summary>A picture of so many tiles.</summary>
    /// <exception cref="InvalidDataException">The items are vectors, or it would be too large.</exception>
    public static ImageGrid Of(ItemShape shape, int columns, int rows)
    {
        if (!shape.IsImage)
            throw new InvalidDataException("vectors are not drawn; --shape says what they are as images, in training " +
                "too");
        try
        {
            return new ImageGrid(shape, columns, rows);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{columns} x {rows} items of {shape} are too large for a picture; a " +
                $"smaller -n", e);
        }
    }

    /// <summary>A picture of so many items in rows, each item of several tiles from top to bottom.</summary>
    public static ImageGrid OfItems(ItemShape shape, int count, int tiles)
    {
        int columns = Math.Min(count, RowLength);
        return Of(shape, columns, (count + columns - 1) / columns * tiles);
    }
}
