using System.Runtime.CompilerServices;

namespace Tacit.Numerics.Products;

/// <summary>How the right operand of a product lies in memory: panels of two vectors' columns.</summary>
/// <remarks>
/// Panel p holds columns p · width … (p + 1) · width − 1, row after row (k = 0, 1, …), so that a tile reads it from
/// front to back. (One width for all would leave narrow tiles every second cache line, and half of the first cache's
/// sets.) Columns beyond the last are zero. Values nearer to zero than <see cref="Floors.Product"/> are zeros of their
/// sign.
/// </remarks>
internal static class Panel
{
    /// <summary>The largest width, a multiple of all others: where work is split, so that panels stay whole.</summary>
    public const int Widest = 32;

    /// <summary>Columns of a panel for vectors of so many lanes: 32, 16, 8 and again 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Width(int lanes) => lanes == 1 ? 8 : 2 * lanes;

    /// <summary>Panels that hold so many columns.</summary>
    public static int CountFor(int columns, int width) => (columns + width - 1) / width;
}
