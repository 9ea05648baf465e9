using System.Globalization;

namespace Tacit.Media.DataSets;

/// <summary>The shape of an item: an image (channels, height, width), or a vector, which is 1 x 1 x its length.</summary>
public readonly record struct ItemShape(int Channels, int Height, int Width)
{
    private const int MostParts = 1 << 24;

    /// <summary>Numbers of an item.</summary>
    public int Size => checked(Channels * Height * Width);

    /// <summary>Whether it can be drawn.</summary>
    public bool IsImage => Height > 1 && Channels <= 4;

    /// <summary>Reads HxW or CxHxW.</summary>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public static ItemShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('x');
        int[] sizes = Array.ConvertAll(parts, p => int.TryParse(p, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int size) && size is > 0 and <= MostParts ? size : 0);
        long product = 1;
        foreach (int size in sizes)
            product = Math.Min(product * size, long.MaxValue / MostParts);
        return parts.Length is 2 or 3 && product is > 0 and <= MostParts ? new ItemShape(parts.Length == 3 ? sizes[0] : 1, sizes[^2], sizes[^1])
            : throw new InvalidDataException($"a shape is HEIGHTxWIDTH or CHANNELSxHEIGHTxWIDTH, such as 28x28 or 3x32x32, not '{text}'");
    }

    /// <inheritdoc/>
    public override string ToString() => (Channels > 1 ? $"{Channels}x" : "") + $"{Height}x{Width}";
}
