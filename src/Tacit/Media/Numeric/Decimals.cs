namespace Tacit.Media.Numeric;

/// <summary>Floats that are decimal numbers with few digits: m · 10^-d, rounded once.</summary>
internal static class Decimals
{
    /// <summary>Most digits after the point; every power up to it is an exact double.</summary>
    public const int MaxDigits = 9;

    /// <summary>Bound of |m|: below it a quotient is rounded once.</summary>
    public const long MaxValue = 1L << 53;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    /// <summary>The double nearest to m · 10^-d.</summary>
    public static double ToDouble(long m, int digits) => m / Powers[digits];

    /// <summary>The double of the float nearest to that double.</summary>
    public static double ToSingle(long m, int digits) => (float)(m / Powers[digits]);

    /// <summary>The m whose quotient may be x; the caller checks that it is.</summary>
    public static bool TryFind(double x, int digits, out long m)
    {
        double scaled = Math.Round(x * Powers[digits]);
        bool found = Math.Abs(scaled) < MaxValue;    // false for NaN
        m = found ? (long)scaled : 0;
        return found;
    }
}
