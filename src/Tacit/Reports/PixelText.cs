namespace Tacit.Reports;

/// <summary>Small letters for pictures made of pixels: capitals, digits and a few signs, three pixels wide and five
/// high.</summary>
internal static class PixelText
{
    /// <summary>Pixels of a letter from left to right with the space after it, and from top to bottom.</summary>
    public const int Advance = 4, Height = 5;

    // Each letter's rows from the top, three bits each.
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./% ";

    private static readonly int[] s_rows =
    [
        0x7555_7, 0x2622_7, 0x7174_7, 0x7171_7, 0x5571_1, 0x7471_7, 0x7475_7, 0x7111_1, 0x7575_7, 0x7571_7,
        0x2575_5, 0x6565_6, 0x3444_3, 0x6555_6, 0x7464_7, 0x7464_4, 0x3455_3, 0x5575_5, 0x7222_7, 0x1115_2, 0x5565_5,
            0x4444_7, 0x5775_5,
        0x6555_5, 0x2555_2, 0x6564_4, 0x2556_3, 0x6565_5, 0x3421_6, 0x7222_2, 0x5555_7, 0x5555_2, 0x5577_5, 0x5525_5,
            0x5522_2, 0x7124_7,
        0x0070_0, 0x0000_2, 0x1124_4, 0x5124_5, 0x0000_0,
    ];

    /// <summary>Whether a pixel of a text is set; what has no letter is a dot.</summary>
    /// <param name="text">The text.</param>
    /// <param name="x">From its left.</param>
    /// <param name="y">From its top.</param>
    public static bool At(string text, int x, int y)
    {
        if (x % Advance == Advance - 1)
            return false;
        int letter = Letters.IndexOf(char.ToUpperInvariant(text[x / Advance]), StringComparison.Ordinal);
        int row = (letter < 0 ? 0x0020_0 : s_rows[letter]) >> 4 * (Height - 1 - y) & 7;
        return (row >> 2 - x % Advance & 1) != 0;
    }
}
