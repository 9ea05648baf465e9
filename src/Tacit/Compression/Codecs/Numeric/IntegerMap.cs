using Tacit.Modeling.Linear;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>Which integers a column has, as indices without gaps where that is worth it: all, every g-th, or those of a list.</summary>
internal sealed class IntegerMap
{
    // What a listed value costs beyond its share of the range, in bits, by guess; and how much the list must save.
    private const int ListedValueBits = 4, LeastGainFactor = 4;

    private const int CountedRange = 1 << 20;

    private IntegerMap(long offset, long step, long[]? values)
    {
        (Offset, Step, Values) = (offset, step, values);
    }

    /// <summary>The value of index 0.</summary>
    public long Offset { get; }

    /// <summary>The distance of neighbours; 1 if there are no gaps.</summary>
    public long Step { get; }

    /// <summary>The values, ascending, or null if there is no list.</summary>
    public long[]? Values { get; }

    /// <summary>Details of the listed values, or null if all are 0.</summary>
    public int[]? Details { get; set; }

    /// <summary>Values as they are.</summary>
    public static IntegerMap Plain { get; } = new(0, 1, null);

    /// <summary>A map of these parts.</summary>
    public static IntegerMap Of(long offset, long step, long[]? values) => new(offset, step, values);

    /// <summary>The map that suits these values.</summary>
    public static IntegerMap Choose(ReadOnlySpan<long> values)
    {
        if (values.Length < 2)
            return Plain;
        long least = values[0], most = least;
        foreach (long value in values)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }
        ulong step = 0;
        foreach (long value in values)
        {
            if (step == 1)
                break;
            step = GreatestCommonDivisor(step, unchecked((ulong)value - (ulong)least));
        }
        step = step is 0 or > long.MaxValue ? 1 : step;
        ulong range = unchecked((ulong)most - (ulong)least) / step;
        if (range >= LeastGainFactor && Distinct(values, least, step, range) is { } list)
            return new IntegerMap(0, 1, list);
        return step > 1 ? new IntegerMap(least, (long)step, null) : Plain;
    }

    /// <summary>The index of a value that the map has.</summary>
    public long Index(long value) => Values is not null ? Array.BinarySearch(Values, value) : unchecked(value - Offset) / Step;

    /// <summary>The value of an index, and its detail.</summary>
    /// <exception cref="InvalidDataException">It is not in the list.</exception>
    public long Value(long index, out int detail)
    {
        detail = 0;
        if (Values is null)
            return unchecked(Offset + index * Step);
        if ((ulong)index >= (ulong)Values.Length)
            throw new InvalidDataException($"A number is the {index}th of a list of {Values.Length}.");
        detail = Details is null ? 0 : Details[index];
        return Values[index];
    }

    // The list, if it is worth its cost.
    private static long[]? Distinct(ReadOnlySpan<long> values, long least, ulong step, ulong range)
    {
        long[] sorted;
        if (range < CountedRange)
        {
            var seen = new bool[range + 1];
            int count = 0;
            foreach (long value in values)
            {
                ref bool at = ref seen[unchecked((ulong)value - (ulong)least) / step];
                count += at ? 0 : 1;
                at = true;
            }
            if (!Pays(values.Length, count, range))
                return null;
            sorted = new long[count];
            for (int i = 0, next = 0; i < seen.Length; i++)
            {
                if (seen[i])
                    sorted[next++] = unchecked(least + (long)step * i);
            }
            return sorted;
        }
        sorted = values.ToArray();
        Array.Sort(sorted);
        int distinct = 1;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[distinct - 1])
                sorted[distinct++] = sorted[i];
        }
        return Pays(values.Length, distinct, range) ? sorted[..distinct] : null;
    }

    private static bool Pays(int count, int distinct, ulong range)
    {
        double share = ((double)range + 1) / distinct;
        double bits = DoubleFunctions.Log(share) / DoubleFunctions.Ln2;
        return share >= LeastGainFactor && count * bits > distinct * (bits + ListedValueBits) + 64;
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
