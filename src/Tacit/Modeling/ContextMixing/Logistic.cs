using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The logistic function and its inverse, in integers.</summary>
/// <remarks>
/// <para>
/// Units: a probability has 32 bits (2^32 is 1); a mixer's input x is ln(p / (1 − p)) in units of 2^-8, held to
/// ±<see cref="MaxInput"/>; a mixer's sum z is the same in units of 2^-16, held to ±<see cref="MaxSum"/>.
/// </para>
/// <para>
/// Both tables come from one constant, e^(-1/32), summed as a series in 62-bit integers: no floating point, so every
/// machine has the same tables.
/// </para>
/// </remarks>
internal static unsafe class Logistic
{
    /// <summary>Bound of a mixer's input: 8 − 2^-8.</summary>
    public const int MaxInput = 2047;

    /// <summary>Bound of a mixer's sum: 16 − 2^-16.</summary>
    public const int MaxSum = (16 << SumBits) - 1;

    /// <summary>Fraction bits of a mixer's sum.</summary>
    public const int SumBits = 16;

    /// <summary>Fraction bits of a mixer's input.</summary>
    public const int InputBits = 8;

    /// <summary>Squashed values keep this far from 0 and 2^32: 22 bits of precision.</summary>
    public const uint MinProbability = 1 << 10;

    /// <summary>The other end: 2^32 − <see cref="MinProbability"/>.</summary>
    public const uint MaxProbability = uint.MaxValue - MinProbability + 1;

    private const int KnotsPerUnit = 32;
    private const int KnotBits = SumBits - 5;   // bits of z between two knots
    private const int Knots = 2 * 16 * KnotsPerUnit + 1;

    /// <summary>σ at z = −16, −16 + 1/32, … 16, in units of 2^-32.</summary>
    public static readonly uint* SquashTable = MakeSquashTable();

    /// <summary>
    /// For a 12-bit probability: the low half is x = ln(p / (1 − p)), the high half 2048 · (p − ½), so that one read gives
    /// both inputs of a context.
    /// </summary>
    public static readonly int* InputTable = MakeInputTable();

    /// <summary>σ(z) in units of 2^-32, by linear interpolation between the knots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Squash(uint* table, int z)
    {
        z = Math.Clamp(z, -MaxSum, MaxSum) + MaxSum + 1;
        uint* knot = table + (z >> KnotBits);
        uint below = knot[0];
        return below + (uint)((ulong)(knot[1] - below) * (uint)(z & ((1 << KnotBits) - 1)) >> KnotBits);
    }

    private static uint* MakeSquashTable()
    {
        const long One = 1L << 62;
        // e^(-1/32) = Σ (-1/32)^n / n!
        long step = 0, term = One;
        for (int n = 1; term != 0; n++)
        {
            step += n % 2 == 1 ? term : -term;
            term /= KnotsPerUnit * n;
        }

        var table = (uint*)Shared.Allocate(Knots * sizeof(uint));
        long power = One;   // e^-z
        for (int k = 0; k <= Knots / 2; k++)
        {
            // σ(-z) = e^-z / (1 + e^-z)
            ulong below = (ulong)(((UInt128)(ulong)power << 32) / (ulong)(One + power));
            uint low = (uint)Math.Clamp(below, MinProbability, uint.MaxValue);
            table[Knots / 2 - k] = low;
            table[Knots / 2 + k] = 0u - low;
            power = (long)((Int128)power * step >> 62);
        }
        return table;
    }

    private static int* MakeInputTable()
    {
        var table = (int*)Shared.Allocate(4096 * sizeof(int));
        int x = -MaxInput;
        for (int p = 0; p < 4096; p++)
        {
            // The x whose σ is nearest to the middle of the interval that p stands for.
            uint middle = ((uint)p << 20) + (1u << 19);
            while (x < MaxInput && Squash(SquashTable, (2 * x + 1) << (SumBits - InputBits - 1)) < middle)
                x++;
            table[p] = (p - 2048 >> 1) << 16 | (ushort)x;
        }
        return table;
    }
}
