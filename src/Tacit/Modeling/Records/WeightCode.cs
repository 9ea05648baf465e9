using System.Buffers.Binary;

namespace Tacit.Modeling.Records;

/// <summary>Weight sets of a mixer as a model file holds them: in steps of 2^-6, each less the mean of all that were ever used.</summary>
/// <remarks>A set that was never used gets the mean.</remarks>
internal static class WeightCode
{
    /// <summary>Fraction bits of a weight in a file.</summary>
    public const int FileBits = 6;

    /// <summary>Fraction bits of a weight in use.</summary>
    public const int UseBits = 13;

    private const int Half = 512, Shift = UseBits - FileBits;

    /// <summary>The code of some sets.</summary>
    /// <param name="weights">(sets, inputs), in units of 1.</param>
    /// <param name="uses">How often each set learnt.</param>
    /// <param name="inputs">Inputs of a set.</param>
    /// <param name="maxSize">Most bytes: sets used least become the mean as far as that takes.</param>
    public static byte[] Write(ReadOnlySpan<float> weights, ReadOnlySpan<int> uses, int inputs, int maxSize)
    {
        for (int least = 1; ; least *= 4)
        {
            byte[] code = Write(weights, uses, inputs, least, out int written);
            if (code.Length <= maxSize || written == 0)
                return code;
        }
    }

    private static byte[] Write(ReadOnlySpan<float> weights, ReadOnlySpan<int> uses, int inputs, int least, out int written)
    {
        written = 0;
        int[] mean = new int[inputs];
        for (int j = 0; j < inputs; j++)
        {
            double sum = 0, all = 0;
            for (int s = 0; s < uses.Length; s++)
            {
                int weight = Math.Min(uses[s], 1000);
                sum += (double)weights[s * inputs + j] * weight;
                all += weight;
            }
            mean[j] = Quantise(all == 0 ? 0 : (float)(sum / all));
        }
        var symbols = new List<int>();
        foreach (int m in mean)
            symbols.Add(Math.Clamp(m + Half, 0, 2 * Half - 1));
        for (int s = 0; s < uses.Length; s++)
        {
            bool used = uses[s] >= least;
            written += used ? 1 : 0;
            symbols.Add(used ? 1 : 0);
            for (int j = 0; j < inputs && used; j++)
                symbols.Add(Math.Clamp(Quantise(weights[s * inputs + j]) - mean[j] + Half, 0, 2 * Half - 1));
        }
        byte[] code = RangeCodes.WriteAll([.. symbols], 2 * Half);
        byte[] count = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(count, symbols.Count);
        return [.. count, .. code];
    }

    private static int Quantise(float weight)
    {
        float scaled = weight * (1 << FileBits);
        return (int)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    }

    /// <summary>Reads sets into memory of their size.</summary>
    /// <exception cref="InvalidDataException">The code is damaged.</exception>
    public static void Read(ReadOnlySpan<byte> code, Span<short> weights, int sets, int inputs)
    {
        int count = code.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(code) : -1;
        if (count < inputs + sets || count > inputs + sets + sets * inputs)
            throw Damaged();
        int[] symbols = new int[count];
        RangeCodes.ReadAll(code[4..], 2 * Half, symbols);
        int at = 0;
        int[] mean = new int[inputs];
        for (int j = 0; j < inputs; j++)
            mean[j] = symbols[at++] - Half;
        for (int s = 0; s < sets; s++)
        {
            if (at == count)
                throw Damaged();
            bool used = symbols[at++] == 1;
            if (used && count - at < inputs)
                throw Damaged();
            for (int j = 0; j < inputs; j++)
                weights[s * inputs + j] = (short)Math.Clamp((mean[j] + (used ? symbols[at++] - Half : 0)) << Shift, short.MinValue, short.MaxValue);
        }
        if (at != count)
            throw Damaged();
    }

    private static InvalidDataException Damaged() => new("The model's weights are damaged.");
}
