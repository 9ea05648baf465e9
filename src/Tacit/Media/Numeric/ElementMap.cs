namespace Tacit.Media.Numeric;

/// <summary>How a column's elements in memory become integers: as they are, or floats by their decimal digits.</summary>
/// <param name="Type">The elements' type.</param>
/// <param name="Style">0 as they are; 1 m · 10^-d; 2 the nearest float of that, as a double.</param>
/// <param name="Digits">d.</param>
internal readonly record struct ElementMap(ElementType Type, int Style, int Digits)
{
    private const int SampleLength = 1000;

    /// <summary>True if there is such a map.</summary>
    public bool IsPossible => Digits is >= 0 and <= Decimals.MaxDigits
        && (Style == 0 ? Digits == 0 : Type.IsFloat && (Style == 1 || (Style == 2 && Type.WidthLog2 == 3)));

    /// <summary>The integer of an element, given its place among its type's (<see cref="ElementType.Read"/>).</summary>
    /// <returns>False if the integer would not give back the element.</returns>
    public bool TryMap(long element, out long value)
    {
        value = element;
        return Style == 0 || (Decimals.TryFind(ToDouble(element), Digits, out value) && Element(value) == element);
    }

    /// <summary>Undoes <see cref="TryMap"/>; any integer gives some element.</summary>
    public long Element(long value)
    {
        if (Style == 0)
            return value;
        if (Type.WidthLog2 == 2)
            return FloatBits.Order(BitConverter.SingleToInt32Bits((float)Decimals.ToDouble(value, Digits)));
        return FloatBits.Order(BitConverter.DoubleToInt64Bits(Style == 1 ? Decimals.ToDouble(value, Digits) : Decimals.ToSingle(value, Digits)));
    }

    /// <summary>The map that most of a column's elements fit with fewest digits.</summary>
    public static ElementMap Choose(ElementType type, ReadOnlySpan<long> elements)
    {
        var plain = new ElementMap(type, 0, 0);
        if (!type.IsFloat)
            return plain;
        int sample = Math.Min(elements.Length, SampleLength);
        for (int digits = 0; digits <= Decimals.MaxDigits; digits++)
        {
            for (int style = 1; style <= (type.WidthLog2 == 3 ? 2 : 1); style++)
            {
                var map = new ElementMap(type, style, digits);
                int fitting = 0;
                for (int i = 0; i < sample; i++)
                    fitting += map.TryMap(elements[(int)((long)i * elements.Length / sample)], out _) ? 1 : 0;
                // An exception costs its bytes; another digit costs every value 3.3 bits.
                if (fitting >= sample - sample / 25)
                    return map;
            }
        }
        return plain;
    }

    private double ToDouble(long element) => Type.WidthLog2 == 2
        ? BitConverter.Int32BitsToSingle(FloatBits.Bits((int)element))
        : BitConverter.Int64BitsToDouble(FloatBits.Bits(element));
}
