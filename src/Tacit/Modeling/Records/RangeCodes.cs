using Tacit.Coding;

namespace Tacit.Modeling.Records;

/// <summary>Numbers of a model file under the range coder: even ones, and those of a table sent before them.</summary>
internal static class RangeCodes
{
    private const int TotalBits = 15;

    /// <summary>Writes the frequencies that counts suggest. Counts that are all zero stand for the first symbol alone.</summary>
    public static FrequencyTable WriteTable(ref RangeEncoder encoder, ulong[] counts)
    {
        if (Array.TrueForAll(counts, c => c == 0))
            counts[0] = 1;
        FrequencyTable table = FrequencyTable.FromCounts(counts, TotalBits);
        for (int i = 0; i < counts.Length; i++)
        {
            Write(ref encoder, table.Frequency(i) == 0 ? 0u : 1u, 1);
            if (table.Frequency(i) != 0)
                Write(ref encoder, table.Frequency(i) - 1, TotalBits);
        }
        return table;
    }

    /// <summary>Reads what <see cref="WriteTable"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no table.</exception>
    public static FrequencyTable ReadTable(ref RangeDecoder decoder, int symbols)
    {
        uint[] frequencies = new uint[symbols];
        for (int i = 0; i < symbols; i++)
            frequencies[i] = Read(ref decoder, 1) == 0 ? 0 : Read(ref decoder, TotalBits) + 1;
        try
        {
            return new FrequencyTable(frequencies, TotalBits);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException("The model has a damaged table of frequencies.", e);
        }
    }

    /// <summary>Writes a symbol.</summary>
    public static void Write(ref RangeEncoder encoder, FrequencyTable table, int symbol) =>
        encoder.Encode(table.Start(symbol), table.Frequency(symbol), TotalBits);

    /// <summary>Writes a number of that many bits, at most 24.</summary>
    public static void Write(ref RangeEncoder encoder, uint value, int bits) => encoder.Encode(value, 1, bits);

    /// <summary>Reads a number of that many bits.</summary>
    public static uint Read(ref RangeDecoder decoder, int bits)
    {
        uint value = decoder.Peek(bits);
        decoder.Consume(value, 1, bits);
        return value;
    }

    /// <summary>Reads a symbol.</summary>
    public static int Read(ref RangeDecoder decoder, FrequencyTable table)
    {
        int symbol = table.Find(decoder.Peek(TotalBits));
        decoder.Consume(table.Start(symbol), table.Frequency(symbol), TotalBits);
        return symbol;
    }

    /// <summary>Writes symbols of an alphabet with a table of their own.</summary>
    public static byte[] WriteAll(ReadOnlySpan<int> symbols, int alphabet)
    {
        ulong[] counts = new ulong[alphabet];
        foreach (int symbol in symbols)
            counts[symbol]++;
        byte[] code = new byte[3 * (alphabet + symbols.Length) + 16];
        var encoder = new RangeEncoder(code);
        FrequencyTable table = WriteTable(ref encoder, counts);
        foreach (int symbol in symbols)
            Write(ref encoder, table, symbol);
        int length = encoder.Finish();
        return code[..length];
    }

    /// <summary>Reads what <see cref="WriteAll"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void ReadAll(ReadOnlySpan<byte> code, int alphabet, Span<int> symbols)
    {
        var decoder = new RangeDecoder(code);
        FrequencyTable table = ReadTable(ref decoder, alphabet);
        for (int i = 0; i < symbols.Length; i++)
            symbols[i] = Read(ref decoder, table);
        if (decoder.Exhausted)
            throw new InvalidDataException("The model's numbers end early.");
    }
}
