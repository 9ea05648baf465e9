using System.Numerics;

namespace Tacit.Media.Audio;

/// <summary>Binary32 samples as integers m = ⌊|x| · 2^bits⌋ with x's sign, and what bits of the mantissa that leaves out.</summary>
/// <remarks>
/// A number whose m is 0 though it is not +0, and one that is too large, infinite or no number, has no m. The bits left out are the
/// lowest 23 − ⌊log2 |m|⌋ of the mantissa, if that is positive: m tells the exponent and the others.
/// </remarks>
/// <param name="Bits">0 to <see cref="MaxBits"/>.</param>
internal readonly record struct FloatScale(int Bits)
{
    /// <summary>Most bits after the point.</summary>
    public const int MaxBits = 40;

    private const int Mantissa = 23, Bias = 127, Largest = 30;

    /// <summary>m of the number with these bits, and the bits left out; false if it has none.</summary>
    public bool TrySplit(int bits, out int integer, out int rest)
    {
        integer = rest = 0;
        if (bits == 0)
            return true;
        int exponent = (bits >> Mantissa & 255) - Bias + Bits;   // of the leading bit of m
        if ((bits >> Mantissa & 255) is 0 or 255 || exponent is < 0 or > Largest)
            return false;
        int mantissa = bits & ((1 << Mantissa) - 1) | 1 << Mantissa, missing = Mantissa - exponent;
        int size = missing >= 0 ? mantissa >> missing : mantissa << -missing;
        rest = missing > 0 ? mantissa & ((1 << missing) - 1) : 0;
        integer = bits < 0 ? -size : size;
        return true;
    }

    /// <summary>How many bits m leaves out.</summary>
    public static int MissingBits(int integer) => integer == 0 ? 0 : Math.Max(Mantissa - BitOperations.Log2(Size(integer)), 0);

    /// <summary>The bits of the number; false if no number of this scale has this m.</summary>
    public bool TryJoin(long integer, int rest, out int bits)
    {
        bits = 0;
        if (integer == 0)
            return true;
        if (integer is < int.MinValue or > int.MaxValue)
            return false;
        uint size = Size((int)integer);
        int exponent = BitOperations.Log2(size), missing = Mantissa - exponent, biased = exponent - Bits + Bias;
        if (exponent > Largest || biased is < 1 or > 254 || (missing < 0 && (size & ((1u << -missing) - 1)) != 0))
            return false;
        uint mantissa = missing >= 0 ? size << missing | (uint)rest : size >> -missing;
        bits = (int)(mantissa & ((1u << Mantissa) - 1)) | biased << Mantissa | (integer < 0 ? int.MinValue : 0);
        return true;
    }

    private static uint Size(int integer) => (uint)(integer < 0 ? -(long)integer : integer);
}
