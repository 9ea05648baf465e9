using System.Numerics;
using Tacit.Numerics;

namespace Tacit.Modeling.LanguageModels;

/// <summary>ln(a / b) of whole numbers in units of 2^-8, by a table: whole numbers in, whole numbers out.</summary>
internal static class LogRatio
{
    private const int TableBits = 10, Fraction = 16;

    // Entry i is ln(1 + i / 2^10) in units of 2^-16; one after the last for interpolation. ln 2 in the same units.
    private static readonly int[] s_table = MakeTable();

    /// <summary>ln 2 · 2^16.</summary>
    public const int Ln2 = 45426;

    /// <summary>ln(a / b) · 2^8, rounded down to a unit; a and b are from 1 to 2^24.</summary>
    public static int Of(uint a, uint b) => (Log(a) - Log(b)) >> (Fraction - 8);

    /// <summary>ln x · 2^16, about; x is from 1 to 2^24.</summary>
    public static int Log(uint x)
    {
        int exponent = BitOperations.Log2(x);
        uint mantissa = x << (24 - exponent) & 0xFFFFFF;        // 24 bits after the point
        int index = (int)(mantissa >> (24 - TableBits)), rest = (int)(mantissa & (1 << (24 - TableBits)) - 1);
        int low = s_table[index];
        return exponent * Ln2 + low + ((s_table[index + 1] - low) * rest >> (24 - TableBits));
    }

    private static int[] MakeTable()
    {
        float[] values = new float[(1 << TableBits) + 1];
        for (int i = 0; i < values.Length; i++)
            values[i] = 1f + i * (1f / (1 << TableBits));
        Elementwise.Log(values, values);
        int[] table = new int[values.Length];
        for (int i = 0; i < table.Length; i++)
            table[i] = (int)(values[i] * (1 << Fraction) + 0.5f);
        return table;
    }
}
