namespace Tacit.Reports;

/// <summary>What each byte of some data cost under a model, and which of the model's parts foresaw it best.</summary>
/// <param name="Name">What the data is called.</param>
/// <param name="Model">What coded it, in words.</param>
/// <param name="Data">The bytes.</param>
/// <param name="Bits">Each byte's cost, in bits.</param>
/// <param name="Best">For each byte, the number in <paramref name="Kinds"/> of the part that alone would have paid least.</param>
/// <param name="Kinds">The model's parts: kinds of context, matches, experts.</param>
public sealed record ByteCosts(string Name, string Model, ReadOnlyMemory<byte> Data, ReadOnlyMemory<float> Bits,
    ReadOnlyMemory<byte> Best, IReadOnlyList<string> Kinds)
{
    /// <summary>
    /// For each of <see cref="Kinds"/>, how many bits more the data would have cost if, at each bit, this part alone had had
    /// no opinion and all else had been as it was: the weights of the others, the refiners, what was learnt. Parts stand in for
    /// each other, so this is not what a model without the part would cost, and the sum has no meaning. Empty if not measured.
    /// </summary>
    public IReadOnlyList<double> Saved { get; init; } = [];

    /// <summary>Cost of all bytes, in bits.</summary>
    public double TotalBits => Sum(Bits.Span);

    /// <summary>Bytes and bits by the part of the model that foresaw them best, in the order of <see cref="Kinds"/>.</summary>
    public IReadOnlyList<CostTotal> ByKind() => Totals(Kinds, i => Best.Span[i]);

    /// <summary>Bytes and bits by what the bytes are.</summary>
    public IReadOnlyList<CostTotal> ByClass() => Totals(ClassNames, i => ClassOf(Data.Span[i]));

    private static readonly string[] ClassNames = ["letters", "digits", "white space", "punctuation", "control bytes", "bytes from 128"];

    // A frozen table of ours: ASCII only, whatever the runtime thinks of a character.
    private static int ClassOf(byte value) => value switch
    {
        >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' => 0,
        >= (byte)'0' and <= (byte)'9' => 1,
        9 or 10 or 13 or 32 => 2,
        < 32 or 127 => 4,
        >= 128 => 5,
        _ => 3,
    };

    private List<CostTotal> Totals(IReadOnlyList<string> names, Func<int, int> group)
    {
        long[] bytes = new long[names.Count];
        double[] bits = new double[names.Count];
        for (int i = 0; i < Data.Length; i++)
        {
            int g = group(i);
            bytes[g]++;
            bits[g] += Bits.Span[i];
        }
        return [.. names.Select((name, g) => new CostTotal(name, bytes[g], bits[g]))];
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }
}

/// <summary>A group of bytes and what they cost.</summary>
/// <param name="Name">The group.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Bits">Their cost, in bits.</param>
public readonly record struct CostTotal(string Name, long Bytes, double Bits);
