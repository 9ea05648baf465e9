using System.Numerics;

namespace Tacit.Coding;

/// <summary>
/// Elias delta codes of 1, 2, 3, … 2^64 − 1: the number of binary digits in gamma, then all but the first.
/// </summary>
/// <remarks>
/// A number of n binary digits takes n − 1 bits and those of n's gamma word, so at most 76: shorter than gamma from
/// 32 on. Source: Elias 1975.
/// </remarks>
public static class EliasDelta
{
    /// <summary>Length in bits of the word for <paramref name="value"/>, which is at least 1.</summary>
    public static int Length(ulong value)
    {
        int tail = BitOperations.Log2(value);
        return EliasGamma.Length((ulong)tail + 1) + tail;
    }

    /// <summary>Writes <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is 0.</exception>
    public static void Write(BitWriter writer, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        int tail = BitOperations.Log2(value);
        EliasGamma.Write(writer, (ulong)tail + 1);
        writer.Write(value - (1UL << tail), tail);
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="InvalidDataException">The bits end early, or the number has more than 64 digits.</exception>
    public static ulong Read(ref BitReader reader)
    {
        ulong digits = EliasGamma.Read(ref reader);
        if (digits > 64)
            throw new InvalidDataException(
                $"Bit {reader.Position}: an Elias delta word announces {digits} digits, 64 at most.");
        int tail = (int)digits - 1;
        return 1UL << tail | reader.Read(tail);
    }
}
