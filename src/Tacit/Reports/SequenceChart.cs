using System.Globalization;
using System.Net;
using System.Text;

namespace Tacit.Reports;

/// <summary>Sequences of values, and perhaps what a model gave back, a small chart each, as an SVG picture that needs nothing
/// else.</summary>
public static class SequenceChart
{
    private const int Width = 960, Columns = 3, Row = 150, Top = 64, Gap = 16, MostPoints = 1200;
    private const string OriginalColour = "#334155", GivenColour = "#c2410c";

    /// <summary>Writes the picture.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="sequences">Name, values, and what came back, as many; none where nothing went in.</param>
    public static void Write(TextWriter writer, string title,
        IReadOnlyList<(string Name, ReadOnlyMemory<float> Original, float[] Given)> sequences)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(sequences);
        int height = Top + (sequences.Count + Columns - 1) / Columns * Row + Gap;
        double width = (Width - (Columns + 1.0) * Gap) / Columns;
        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"system-ui,sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        Add($"<text x=\"{Gap}\" y=\"26\" font-size=\"16\" fill=\"#1f2937\">{WebUtility.HtmlEncode(title)}</text>");
        bool compares = sequences.Any(s => s.Given.Length > 0);
        if (compares)
        {
            Add($"<path d=\"M{Gap} 45h22\" stroke=\"{OriginalColour}\" stroke-width=\"3\"/><text x=\"{Gap + 28}\" y=\"49\" fill=\"#1f2937\">original</text>");
            Add($"<path d=\"M{Gap + 100} 45h22\" stroke=\"{GivenColour}\" stroke-width=\"3\"/><text x=\"{Gap + 128}\" y=\"49\" fill=\"#1f2937\">reconstruction</text>");
        }
        for (int i = 0; i < sequences.Count; i++)
        {
            (string name, ReadOnlyMemory<float> original, float[] given) = sequences[i];
            double left = Gap + i % Columns * (width + Gap), top = Top + i / Columns * Row;
            double low = Math.Min(Low(original.Span), Low(given)), high = Math.Max(High(original.Span), High(given)),
                span = Math.Max(high - low, 1e-30);
            Add($"<rect x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"{Row - 30}\" fill=\"none\" stroke=\"#e5e7eb\"/>");
            Add($"<text x=\"{left:0.#}\" y=\"{top + Row - 15:0.#}\" fill=\"#4b5563\">{WebUtility.HtmlEncode(Short(name))}</text>");
            Line(original.Span, OriginalColour, 1.4);
            if (compares)
                Line(given, GivenColour, 1.2);

            void Line(ReadOnlySpan<float> values, string colour, double stroke)
            {
                int step = Math.Max(1, values.Length / MostPoints);
                svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"{stroke}\" stroke-linejoin=\"round\" d=\"");
                for (int t = 0; t < values.Length; t += step)
                {
                    double x = left + width * t / Math.Max(1, values.Length - 1),
                        y = top + 4 + (Row - 38) * (high - values[t]) / span;
                    svg.Append(CultureInfo.InvariantCulture, $"{(t == 0 ? 'M' : 'L')}{x:0.##} {y:0.##}");
                }
                svg.Append("\"/>\n");
            }
        }
        writer.Write(svg.Append("</svg>\n").ToString());

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static double Low(ReadOnlySpan<float> values)
    {
        double low = double.MaxValue;
        foreach (float value in values)
            low = Math.Min(low, value);
        return low;
    }

    private static double High(ReadOnlySpan<float> values)
    {
        double high = double.MinValue;
        foreach (float value in values)
            high = Math.Max(high, value);
        return high;
    }

    // The end of a path says more than its beginning.
    private static string Short(string name) => name.Length <= 44 ? name : "…" + name[^43..];
}
