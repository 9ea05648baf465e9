namespace Tacit.Coding;

/// <summary>
/// Folds signed numbers onto unsigned ones, small magnitudes first: 0, −1, 1, −2, 2, … become 0, 1, 2, 3, 4, …
/// </summary>
public static class ZigZag
{
    /// <summary>Folds any signed number: 2v for v ≥ 0, −2v − 1 for v &lt; 0.</summary>
    public static ulong Fold(long value) => (ulong)value << 1 ^ (ulong)(value >> 63);

    /// <summary>Undoes <see cref="Fold"/>.</summary>
    public static long Unfold(ulong folded) => (long)(folded >> 1) ^ -(long)(folded & 1);
}
