using System.Globalization;
using System.Net;
using System.Text;

namespace Tacit.Reports;

/// <summary>Items as points in a plane, coloured by their labels, as an SVG picture that needs nothing else.</summary>
public static class LatentMap
{
    private const int Side = 720, Margin = 28, Top = 56, LegendWidth = 190, MostLabels = 20, LongestLabel = 22;
    private const string Others = "#9ca3af";

    // Two rounds: a colour, then the same darker (Tableau's ten).
    private static readonly string[] Colours =
        ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#5b6770",
         "#1f3f66", "#a3540a", "#8c1c1f", "#2d6f6a", "#26591f", "#8f7410", "#6b3a5e", "#c2415a", "#523a2c", "#111827"];

    /// <summary>Writes the picture.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="places">(items, 2).</param>
    /// <param name="names">The items' names, shown where a pointer rests.</param>
    /// <param name="labels">The items' labels, or null.</param>
    /// <param name="axes">What the axes are, or null where they mean nothing.</param>
    public static void Write(TextWriter writer, string title, IReadOnlyList<double> places,
        IReadOnlyList<string> names, IReadOnlyList<string>? labels,
        (string Across, string Up)? axes = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(names);
        (string Label, int Count)[] legend = labels is null ? [] : Legend(labels);
        int width = Side + (legend.Length > 0 ? LegendWidth : 0), height = Top + Side;
        double left = Margin, size = Side - 2 * Margin;
        (double x0, double x1) = Bounds(places, 0);
        (double y0, double y1) = Bounds(places, 1);
        double span = Math.Max(Math.Max(x1 - x0, y1 - y0), 1e-300);        // one scale for both axes
        double radius = names.Count switch { <= 300 => 4, <= 1500 => 3, _ => 2.2 };
        var numbers = legend.Select((l, i) => (l.Label, i)).Take(MostLabels)
            .ToDictionary(l => l.Label, l => l.i, StringComparer.Ordinal);

        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui,sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        Add($"<text x=\"{Margin}\" y=\"28\" font-size=\"16\" fill=\"#1f2937\">{WebUtility.HtmlEncode(title)}</text>");
        Add($"<rect x=\"{left - 12:0.#}\" y=\"{Top}\" width=\"{size + 24:0.#}\" height=\"{size + 24:0.#}\" fill=\"none\" stroke=\"#e5e7eb\"/>");
        if (axes is var (across, up))
        {
            Add($"<text x=\"{left + size / 2:0.#}\" y=\"{height - 10}\" text-anchor=\"middle\" fill=\"#4b5563\">{WebUtility.HtmlEncode(across)}</text>");
            Add($"<text transform=\"translate(12 {Top + size / 2:0.#}) rotate(-90)\" text-anchor=\"middle\" fill=\"#4b5563\">{WebUtility.HtmlEncode(up)}</text>");
        }
        Add($"<g fill-opacity=\"0.75\">");
        for (int i = 0; i < names.Count; i++)
        {
            double x = left + size / 2 + size * (places[2 * i] - (x0 + x1) / 2) / span,
                y = Top + 12 + size / 2 - size * (places[2 * i + 1] - (y0 + y1) / 2) / span;
            string colour = labels is null ? Colours[0] : numbers.TryGetValue(labels[i], out int number)
                ? Colours[number] : Others;
            string tip = labels is null ? names[i] : $"{labels[i]}: {names[i]}";
            Add($"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius}\" fill=\"{colour}\"><title>{WebUtility.HtmlEncode(tip)}</title></circle>");
        }
        Add($"</g>");
        for (int i = 0; i < legend.Length && i <= MostLabels; i++)
        {
            bool rest = i == MostLabels;
            string label = rest ? $"{legend.Length - MostLabels} others" : Short(legend[i].Label);
            int count = rest ? legend.Skip(MostLabels).Sum(l => l.Count) : legend[i].Count, y = Top + 14 + 24 * i;
            Add($"<circle cx=\"{Side + 8}\" cy=\"{y - 4}\" r=\"6\" fill=\"{(rest ? Others : Colours[i])}\"/>");
            Add($"<text x=\"{Side + 22}\" y=\"{y}\" fill=\"#1f2937\">{WebUtility.HtmlEncode(label)} <tspan fill=\"#9ca3af\">{count}</tspan></text>");
        }
        writer.Write(svg.Append("</svg>\n").ToString());

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    // Numbers in their order, then words in theirs; of more than there are colours, the most frequent come first.
    private static (string, int)[] Legend(IReadOnlyList<string> labels)
    {
        var groups = labels.GroupBy(l => l, StringComparer.Ordinal).Select(g => (Label: g.Key, Count: g.Count()))
            .ToList();
        return groups.Count > MostLabels ? [.. groups.OrderByDescending(g => g.Count)]
            : [.. groups.OrderBy(g => double.TryParse(g.Label, CultureInfo.InvariantCulture, out double number)
                ? number : double.MaxValue)
                .ThenBy(g => g.Label, StringComparer.Ordinal)];
    }

    private static (double Low, double High) Bounds(IReadOnlyList<double> places, int axis)
    {
        double low = double.MaxValue, high = double.MinValue;
        for (int i = axis; i < places.Count; i += 2)
            (low, high) = (Math.Min(low, places[i]), Math.Max(high, places[i]));
        return low > high ? (0, 0) : (low, high);
    }

    private static string Short(string label) => label.Length <= LongestLabel ? label
        : label[..(LongestLabel - 1)] + "…";
}
