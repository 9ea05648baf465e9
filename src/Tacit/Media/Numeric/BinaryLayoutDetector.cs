using System.Numerics;

namespace Tacit.Media.Numeric;

/// <summary>Guesses what numbers a block of bytes consists of.</summary>
internal static class BinaryLayoutDetector
{
    private const int SampleLength = 1 << 14;
    private const int MaxColumns = 16;

    // Bits that no difference shows: the spread about a typical size.
    private const double BitsBesideSize = 1.5;

    /// <summary>The layout in which neighbours differ least, with the bits per byte to be expected, by guess.</summary>
    public static (BinaryLayout Layout, double BitsPerByte) Detect(ReadOnlySpan<byte> raw)
    {
        int start = raw.Length <= SampleLength ? 0 : (raw.Length - SampleLength) / 2 & ~1023;
        ReadOnlySpan<byte> sample = raw.Slice(start, Math.Min(SampleLength, raw.Length - start));
        BinaryLayout best = new(new ElementType(0, false, false, false), 0, 1);
        double least = double.MaxValue;
        long[] values = new long[SampleLength];
        foreach (ElementType type in Types())
        {
            int count = sample.Length / type.Width;
            if (count < 16 || (type.IsFloat && !LooksLikeFloats(sample, type)))
                continue;
            for (int i = 0; i < count; i++)
                values[i] = type.Read(sample[(i * type.Width)..]);
            if (type.IsFloat)
                ToIntegers(values.AsSpan(0, count), type);
            for (int columns = 1; columns <= MaxColumns && count >= 8 * columns; columns++)
            {
                // More columns must earn their keep, for neighbours tell of each other too.
                double bits = Cost(values.AsSpan(0, count), columns, type.Width * 8) / type.Width * (1 + 0.004 * columns);
                if (bits < least)
                    (best, least) = (new BinaryLayout(type, 0, columns), bits);
            }
        }
        // Rows begin where the block does: a table in the middle of them would have been found at another phase.
        return (best, least);
    }

    private static IEnumerable<ElementType> Types()
    {
        for (int width = 3; width >= 0; width--)
        {
            for (int endian = 0; endian <= (width > 0 ? 1 : 0); endian++)
            {
                if (width >= 2)
                    yield return new ElementType(width, true, true, endian == 1);
                yield return new ElementType(width, false, true, endian == 1);
                if (width < 3)
                    yield return new ElementType(width, false, false, endian == 1);
            }
        }
    }

    // Mean size in bits of the better of first and second differences at that distance.
    private static double Cost(ReadOnlySpan<long> values, int distance, int width)
    {
        long first = 0, second = 0;
        int count = values.Length - 2 * distance;
        for (int i = 2 * distance; i < values.Length; i++)
        {
            long a = unchecked(values[i] - values[i - distance]), b = unchecked(a - (values[i - distance] - values[i - 2 * distance]));
            first += Size(a);
            second += Size(b);
        }
        return Math.Min(Math.Min(first, second) / (double)count + BitsBesideSize, width);
    }

    // In halves of a bit would be finer, but tables are told apart by whole ones.
    private static int Size(long difference) => 64 - BitOperations.LeadingZeroCount((ulong)(difference ^ difference >> 63));

    // By their digits, if they have few; where one has more, the number before it stands.
    private static void ToIntegers(Span<long> values, ElementType type)
    {
        ElementMap map = ElementMap.Choose(type, values);
        long last = 0;
        foreach (ref long value in values)
            value = last = map.TryMap(value, out long mapped) ? mapped : last;
    }

    // Exponents of measured numbers keep to a range that other bytes seldom do.
    private static bool LooksLikeFloats(ReadOnlySpan<byte> sample, ElementType type)
    {
        int count = sample.Length / type.Width, plausible = 0, zeros = 0;
        for (int i = 0; i < count; i++)
        {
            long bits = type.Read(sample[(i * type.Width)..]);
            bits = type.WidthLog2 == 3 ? FloatBits.Bits(bits) : FloatBits.Bits((int)bits);
            int exponent = type.WidthLog2 == 3 ? (int)(bits >> 52 & 2047) - 1023 : (int)(bits >> 23 & 255) - 127;
            bool zero = bits << 1 == 0;
            zeros += zero ? 1 : 0;
            plausible += zero || exponent is >= -40 and <= 60 ? 1 : 0;
        }
        return plausible >= count - count / 50 && zeros * 10 < count * 9;
    }
}
