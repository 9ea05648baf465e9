using System.Numerics;

namespace Tacit.Coding;

/// <summary>Golomb-Rice codes with parameter k: the quotient v / 2^k in unary, the remainder in k bits.</summary>
/// <remarks>
/// Unary is ones ended by a zero. Quotients from <see cref="EscapeQuotient"/> on are escaped: that many ones and no
/// zero, then v itself in valueBits bits, so the longest word has 32 + valueBits bits. Each number has one word: an
/// escaped number that had no need to be is refused. Source: Golomb 1966; Rice 1979.
/// </remarks>
public static class GolombRice
{
    /// <summary>The first quotient that is escaped.</summary>
    public const int EscapeQuotient = 32;

    /// <summary>Length in bits of the word for <paramref name="value"/>: at most 32 + valueBits.</summary>
    /// <param name="value">The number, below 2^valueBits.</param>
    /// <param name="k">The parameter, from 0 to valueBits − 1.</param>
    /// <param name="valueBits">Bits of the largest number that can occur, from 1 to 64.</param>
    public static int Length(ulong value, int k, int valueBits = 64)
    {
        CheckParameters(k, valueBits);
        ulong quotient = value >> k;
        return quotient < EscapeQuotient ? (int)quotient + 1 + k : EscapeQuotient + valueBits;
    }

    /// <summary>Writes <paramref name="value"/>.</summary>
    /// <param name="writer">Receives the word.</param>
    /// <param name="value">The number, below 2^valueBits.</param>
    /// <param name="k">The parameter, from 0 to valueBits − 1.</param>
    /// <param name="valueBits">Bits of the largest number that can occur, from 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A parameter is out of range, or the number has more bits.
    /// </exception>
    public static void Write(BitWriter writer, ulong value, int k, int valueBits = 64)
    {
        CheckParameters(k, valueBits);
        if (valueBits < 64 && value >> valueBits != 0)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The number has more than {valueBits} bits.");

        ulong quotient = value >> k;
        if (quotient < EscapeQuotient)
        {
            int ones = (int)quotient;
            writer.Write(((1UL << ones) - 1) << 1, ones + 1);
            writer.Write(value & ((1UL << k) - 1), k);
        }
        else
        {
            writer.Write(uint.MaxValue, EscapeQuotient);
            writer.Write(value, valueBits);
        }
    }

    /// <summary>Reads a number that was written with the same parameters.</summary>
    /// <param name="reader">Is moved past the word.</param>
    /// <param name="k">The parameter, from 0 to valueBits − 1.</param>
    /// <param name="valueBits">Bits of the largest number that can occur, from 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    /// <exception cref="InvalidDataException">
    /// The bits end early, or are the word of no number below 2^valueBits.
    /// </exception>
    public static ulong Read(ref BitReader reader, int k, int valueBits = 64)
    {
        CheckParameters(k, valueBits);
        int ones = BitOperations.LeadingZeroCount(~reader.Peek());
        ulong value;
        bool known;
        if (ones < EscapeQuotient)
        {
            reader.Skip(ones + 1);
            value = (ulong)ones << k | reader.Read(k);
            known = (ulong)ones <= ulong.MaxValue >> (64 - valueBits) >> k;
        }
        else
        {
            reader.Skip(EscapeQuotient);
            value = reader.Read(valueBits);
            known = value >> k >= EscapeQuotient;
        }
        return known ? value : throw new InvalidDataException(
            $"Bit {reader.Position}: no number of {valueBits} bits has this Golomb-Rice word with k = {k}.");
    }

    private static void CheckParameters(int k, int valueBits)
    {
        if (valueBits is < 1 or > 64)
            throw new ArgumentOutOfRangeException(nameof(valueBits), valueBits, "Numbers have 1 to 64 bits.");
        if (k < 0 || k >= valueBits)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"The parameter is from 0 to {valueBits - 1}.");
    }
}
