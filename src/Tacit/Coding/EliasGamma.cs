using System.Numerics;

namespace Tacit.Coding;

/// <summary>
/// Elias gamma codes of 1, 2, 3, … 2^64 − 1: a zero for each binary digit after the first, then the digits.
/// </summary>
/// <remarks>A number of n binary digits takes 2n − 1 bits, so at most 127. Source: Elias 1975.</remarks>
public static class EliasGamma
{
    /// <summary>Length in bits of the word for <paramref name="value"/>, which is at least 1.</summary>
    public static int Length(ulong value) => 2 * BitOperations.Log2(value) + 1;

    /// <summary>Writes <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is 0.</exception>
    public static void Write(BitWriter writer, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        int zeros = BitOperations.Log2(value);
        writer.Write(0, zeros);
        writer.Write(value, zeros + 1);
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="InvalidDataException">The bits end early, or the number has more than 64 digits.</exception>
    public static ulong Read(ref BitReader reader)
    {
        int zeros = BitOperations.LeadingZeroCount(reader.Peek());
        if (zeros == 64)
            throw new InvalidDataException($"Bit {reader.Position}: the bits end early, or an Elias gamma word has "
                + "more than 64 digits.");
        reader.Skip(zeros);
        return reader.Read(zeros + 1);
    }
}
