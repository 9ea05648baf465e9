namespace Tacit.Media.Images;

/// <summary>PNG's filters: a row as differences from what is left of it and above it. PNG specification, section 9.</summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Turns a filtered row into the row, in place.</summary>
    /// <param name="filter">0: none; 1: left; 2: above; 3: their mean; 4: Paeth's choice of left, above and above left.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row before it, or zeros.</param>
    /// <param name="step">Bytes from a byte to its left one.</param>
    /// <exception cref="InvalidDataException">There is no such filter.</exception>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (int i = step; i < row.Length; i++)
                    row[i] += row[i - step];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < step ? 0 : row[i - step]) + above[i]) >> 1);
                break;
            case 4:
                for (int i = 0; i < row.Length; i++)
                    row[i] += i < step ? above[i] : Paeth(row[i - step], above[i], above[i - step]);
                break;
            default:
                throw new InvalidDataException($"The PNG file is damaged: a row has filter {filter}, which there is not.");
        }
    }

    /// <summary>Filters a row.</summary>
    /// <inheritdoc cref="Undo"/>
    /// <param name="filter">The filter.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row before it, or zeros.</param>
    /// <param name="step">Bytes from a byte to its left one.</param>
    /// <param name="target">The filtered row.</param>
    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> target)
    {
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i < step ? (byte)0 : row[i - step], up = above[i], corner = i < step ? (byte)0 : above[i - step];
            target[i] = (byte)(row[i] - filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) >> 1, _ => Paeth(left, up, corner) });
        }
    }

    /// <summary>How long a filtered row promises to be: the sum of its bytes as numbers from −128 to 127, by magnitude.</summary>
    public static long Cost(ReadOnlySpan<byte> filtered)
    {
        long sum = 0;
        foreach (byte b in filtered)
            sum += Math.Abs((int)(sbyte)b);
        return sum;
    }

    // Of left, above and corner the one nearest to left + above − corner; ties in this order.
    private static byte Paeth(byte left, byte above, byte corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - 2 * corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
