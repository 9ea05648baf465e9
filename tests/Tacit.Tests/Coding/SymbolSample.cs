using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

/// <summary>
/// Symbols, each with the table it is coded under, from a seed: several totals and shapes in one message.
/// </summary>
internal sealed class SymbolSample(FrequencyTable[] tables, int[] symbols)
{
    public FrequencyTable[] Tables => tables;

    public int[] Symbols => symbols;

    public int Count => symbols.Length;

    /// <summary>−Σ log2 of the frequencies of the symbols that came, over their totals.</summary>
    public double IdealBits
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < symbols.Length; i++)
                sum += tables[i].TotalBits - Math.Log2(tables[i].Frequency(symbols[i]));
            return sum;
        }
    }

    /// <summary>
    /// Draws from tables of 1 to 300 symbols with totals up to 2^24, some with one symbol at nearly all.
    /// </summary>
    public static SymbolSample Skewed(ulong seed, int count)
    {
        var random = new SplitMix64(seed);
        var choice = new FrequencyTable[9];
        for (int t = 0; t < choice.Length; t++)
        {
            int totalBits = t == 0 ? 0 : t < 4 ? 24 : 1 + random.Below(24);
            ulong[] counts = new ulong[1 + random.Below(Math.Min(300, 1 << totalBits))];
            for (int i = 0; i < counts.Length; i++)
                counts[i] = random.Skewed(20);
            counts[random.Below(counts.Length)] += t is 1 or 2 ? 1UL << 45 : 1;    // p next to 1
            choice[t] = FrequencyTable.FromCounts(counts, totalBits);
        }
        var tables = new FrequencyTable[count];
        int[] symbols = new int[count];
        for (int i = 0; i < count; i++)
        {
            tables[i] = choice[random.Below(choice.Length)];
            symbols[i] = tables[i].Find((uint)random.Below(1 << tables[i].TotalBits));
        }
        return new SymbolSample(tables, symbols);
    }

    /// <summary>
    /// Draws bytes from one distribution that has <paramref name="frequency"/> of 2^24 at symbol 1 of 3.
    /// </summary>
    public static SymbolSample Likely(ulong seed, int count, uint frequency)
    {
        var random = new SplitMix64(seed);
        uint rest = (1u << 24) - frequency;
        var table = new FrequencyTable([rest / 2, frequency, rest - rest / 2], 24);
        int[] symbols = new int[count];
        for (int i = 0; i < count; i++)
            symbols[i] = table.Find((uint)random.Below(1 << 24));
        return new SymbolSample([.. Enumerable.Repeat(table, count)], symbols);
    }
}
