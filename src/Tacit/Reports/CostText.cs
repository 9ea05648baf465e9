using System.Globalization;
using System.Text;

namespace Tacit.Reports;

/// <summary>The same inspection for a terminal: the data with a background by cost, and the totals.</summary>
public static class CostText
{
    // From pale to dark in the 256-colour palette, each up to so many bits.
    private static readonly (float Bits, int Back, int Ink)[] Steps =
        [(0.25f, 255, 16), (0.75f, 230, 16), (1.5f, 222, 16), (3, 215, 16), (5, 203, 16), (8, 160, 231), (float.PositiveInfinity, 52, 231)];

    /// <summary>Writes the data as text, bytes that are not as dots, with ANSI colours.</summary>
    public static void WriteColoured(TextWriter writer, ByteCosts costs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(costs);
        ReadOnlySpan<byte> data = costs.Data.Span;
        int current = -1;
        for (int i = 0; i < data.Length;)
        {
            if (Rune.DecodeFromUtf8(data[i..], out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
                rune = new Rune('·');
            float bits = 0;
            foreach (float cost in costs.Bits.Span.Slice(i, length))
                bits += cost;
            int step = StepOf(bits);
            if (step != current)
                writer.Write($"\e[48;5;{Steps[step].Back};38;5;{Steps[step].Ink}m");
            current = step;
            if (rune.Value == '\n')
            {
                writer.Write("\e[0m\n");   // or the colour would run to the right edge
                current = -1;
            }
            else
            {
                writer.Write(Rune.IsControl(rune) ? "·" : rune.ToString());
            }
            i += length;
        }
        writer.Write("\e[0m\n");
    }

    /// <summary>Writes what the colours mean.</summary>
    public static void WriteLegend(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("bits: ");
        foreach ((float bits, int back, int ink) in Steps)
        {
            string label = float.IsPositiveInfinity(bits) ? "more" : "<" + bits.ToString(CultureInfo.InvariantCulture);
            writer.Write($"\e[48;5;{back};38;5;{ink}m {label} ");
        }
        writer.Write("\e[0m\n");
    }

    /// <summary>Writes the totals as plain text.</summary>
    public static void WriteTotals(TextWriter writer, ByteCosts costs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(costs);
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $"{costs.Name}: {costs.Data.Length} bytes cost {costs.TotalBits / 8:F0} under {costs.Model}, {costs.TotalBits / Math.Max(1, costs.Data.Length):F3} bits per byte\n"));
        WriteTable(writer, "best foreseen by", costs.ByKind());
        WriteTable(writer, "bytes that are", costs.ByClass());
        if (costs.Saved.Count == 0)
            return;
        writer.Write($"\n{"part",-28}{"bytes saved",27}{"share",15}\n");
        foreach ((string name, double bits) in costs.Kinds.Zip(costs.Saved).OrderByDescending(part => part.Second))
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{name,-28}{bits / 8,27:F0}{100 * bits / Math.Max(1e-9, costs.TotalBits),13:F1} %\n"));
    }

    private static int StepOf(float bits)
    {
        int step = 0;
        while (bits >= Steps[step].Bits)
            step++;
        return step;
    }

    private static void WriteTable(TextWriter writer, string title, IReadOnlyList<CostTotal> totals)
    {
        writer.Write($"\n{title,-28}{"bytes",12}{"cost in bytes",15}{"bits per byte",15}\n");
        foreach (CostTotal t in totals.Where(t => t.Bytes > 0).OrderByDescending(t => t.Bits))
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{t.Name,-28}{t.Bytes,12}{t.Bits / 8,15:F0}{t.Bits / t.Bytes,15:F2}\n"));
    }
}
