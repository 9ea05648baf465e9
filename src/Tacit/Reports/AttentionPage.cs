using System.Globalization;
using System.Net;
using System.Text;

namespace Tacit.Reports;

/// <summary>Where a decoder looked in what went in: a heat map for each sequence, as one HTML page that needs nothing
/// else.</summary>
public static class AttentionPage
{
    private const int Cell = 20, Letter = 7, MostLabel = 24, DenseCell = 5, LabelledSteps = 120;

    /// <summary>A map.</summary>
    /// <param name="Title">The sequence's name.</param>
    /// <param name="Inputs">What stands at each encoder step; empty for numbers.</param>
    /// <param name="Outputs">What came out at each decoder step; empty for numbers.</param>
    /// <param name="Weights">(decoder steps, encoder steps), each row summing to one.</param>
    public sealed record Map(string Title, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
        IReadOnlyList<float[]> Weights);

    /// <summary>Writes the page.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="maps">The maps.</param>
    public static void Write(TextWriter writer, string name, IReadOnlyList<Map> maps)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(maps);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>")
            .Append(WebUtility.HtmlEncode(name)).Append("</title>\n<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#1f2937;background:#fff}"
            + "h1{font-size:1.25em}h2{font-size:1em;font-weight:600;margin:2em 0 .5em}p{max-width:44em;color:#4b5563}svg{max-width:100%;height:auto}</style></head><body>\n<h1>Attention of ")
            .Append(WebUtility.HtmlEncode(name)).Append("</h1>\n<p>Each row is a step of the decoder, with what it said on its own; each column a step of the encoder. "
            + "The darker a cell, the more of its context the decoder took from there.</p>\n");
        foreach (Map map in maps)
        {
            page.Append("<h2>").Append(WebUtility.HtmlEncode(map.Title)).Append("</h2>\n");
            Draw(page, map);
        }
        writer.Write(page.Append("</body></html>\n").ToString());
    }

    private static void Draw(StringBuilder page, Map map)
    {
        int rows = map.Weights.Count, columns = rows == 0 ? 0 : map.Weights[0].Length;
        bool labelled = map.Inputs.Count > 0 && Math.Max(rows, columns) <= LabelledSteps;
        int cell = labelled ? Cell : DenseCell, left = labelled ? Letter * Longest(map.Outputs) + 12 : 34,
            top = labelled ? Letter * Longest(map.Inputs) + 12 : 20;
        int width = left + columns * cell + 8, height = top + rows * cell + 8;
        Add($"<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-size=\"12\" font-family=\"ui-monospace,monospace\">");
        Add($"<rect x=\"{left}\" y=\"{top}\" width=\"{columns * cell}\" height=\"{rows * cell}\" fill=\"#f8fafc\" stroke=\"#e5e7eb\"/>");
        for (int s = 0; s < columns; s++)
        {
            if (labelled)
                Add($"<text transform=\"translate({left + s * cell + 14} {top - 6}) rotate(-90)\" fill=\"#1f2937\">{Text(map.Inputs, s)}</text>");
            else if (s % 20 == 0)
                Add($"<text x=\"{left + s * cell}\" y=\"{top - 6}\" fill=\"#4b5563\">{s}</text>");
        }
        for (int t = 0; t < rows; t++)
        {
            if (labelled)
                Add($"<text x=\"{left - 6}\" y=\"{top + t * cell + 14}\" text-anchor=\"end\" fill=\"#1f2937\">{Text(map.Outputs, t)}</text>");
            else if (t % 20 == 0)
                Add($"<text x=\"{left - 6}\" y=\"{top + t * cell + 9}\" text-anchor=\"end\" fill=\"#4b5563\">{t}</text>");
            for (int s = 0; s < columns; s++)
            {
                float weight = map.Weights[t][s];
                if (weight >= 0.005f)
                    Add($"<rect x=\"{left + s * cell}\" y=\"{top + t * cell}\" width=\"{cell}\" height=\"{cell}\" fill=\"#1d4ed8\" fill-opacity=\"{weight:0.##}\"><title>{weight:0.###}</title></rect>");
            }
        }
        Add($"</svg>");

        void Add(FormattableString line) => page.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static int Longest(IReadOnlyList<string> texts) => texts.Count == 0 ? 0
        : Math.Min(MostLabel, texts.Max(t => t.Length));

    private static string Text(IReadOnlyList<string> texts, int index)
    {
        string text = index < texts.Count ? texts[index] : "";
        return WebUtility.HtmlEncode(text.Length <= MostLabel ? text : text[..(MostLabel - 1)] + "…");
    }
}
