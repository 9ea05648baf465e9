namespace Tacit.Media.Numeric;

/// <summary>Floats as integers in the same order: −∞ &lt; … &lt; −0 &lt; 0 &lt; … &lt; ∞, NaN at both ends; one to one.</summary>
internal static class FloatBits
{
    /// <summary>The place of the binary64 with these bits.</summary>
    public static long Order(long bits) => bits ^ (long)((ulong)(bits >> 63) >> 1);

    /// <summary>Undoes <see cref="Order(long)"/>.</summary>
    public static long Bits(long order) => order ^ (long)((ulong)(order >> 63) >> 1);

    /// <summary>The place of the binary32 with these bits.</summary>
    public static int Order(int bits) => bits ^ (int)((uint)(bits >> 31) >> 1);

    /// <summary>Undoes <see cref="Order(int)"/>.</summary>
    public static int Bits(int order) => order ^ (int)((uint)(order >> 31) >> 1);
}
