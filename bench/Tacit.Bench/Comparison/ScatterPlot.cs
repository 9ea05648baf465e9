using System.Globalization;
using System.Text;

namespace Tacit.Bench.Comparison;

/// <summary>Bits per byte (down is better) against compression speed on a logarithmic axis, as SVG.</summary>
internal static class ScatterPlot
{
    private const int Width = 860, Height = 520, Left = 70, Right = 40, Top = 40, Bottom = 60;

    private static readonly string[] Colours =
        ["#c0392b", "#7f8c8d", "#2980b9", "#8e44ad", "#16a085", "#d35400", "#2c3e50", "#27ae60", "#b7950b", "#5d6d7e"];

    /// <summary>The plot.</summary>
    public static string Draw(IReadOnlyList<Measurement> results)
    {
        double slow = Math.Floor(Math.Log10(results.Min(r => r.PackSpeed))), fast = Math.Ceiling(Math.Log10(results.Max(r => r.PackSpeed)));
        double low = Math.Floor(results.Min(Bits) * 5) / 5, high = Math.Ceiling(results.Max(Bits) * 5) / 5;
        double X(double speed) => Left + (Math.Log10(speed) - slow) / (fast - slow) * (Width - Left - Right);
        double Y(double bits) => Top + (high - bits) / (high - low) * (Height - Top - Bottom);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n");
        for (double e = slow; e <= fast; e++)
        {
            double x = X(Math.Pow(10, e));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:F1}\" y1=\"{Top}\" x2=\"{x:F1}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/><text x=\"{x:F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Math.Pow(10, e)}</text>\n");
        }
        for (double b = low; b <= high + 1e-9; b += 0.2)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{Y(b):F1}\" x2=\"{Width - Right}\" y2=\"{Y(b):F1}\" stroke=\"#eee\"/><text x=\"{Left - 8}\" y=\"{Y(b) + 4:F1}\" text-anchor=\"end\">{b:F1}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\">compression speed, MB per CPU second</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(18 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">bits per byte, all sets</text>\n");

        int colour = 0;
        foreach (IGrouping<string, Measurement> family in results.GroupBy(r => r.Peer.Family))
        {
            string fill = Colours[colour++ % Colours.Length];
            string points = string.Join(' ', family.OrderBy(r => r.PackSpeed).Select(r => string.Create(CultureInfo.InvariantCulture, $"{X(r.PackSpeed):F1},{Y(Bits(r)):F1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{fill}\" stroke-width=\"{(family.Key == "tacit" ? 2.5 : 1)}\"/>\n");
            foreach (Measurement r in family)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(r.PackSpeed):F1}\" cy=\"{Y(Bits(r)):F1}\" r=\"4\" fill=\"{fill}\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(r.PackSpeed) + 6:F1}\" y=\"{Y(Bits(r)) - 5:F1}\" fill=\"{fill}\">{r.Peer.Name}</text>\n");
            }
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static double Bits(Measurement r) => 8.0 * r.Coded / r.Raw;
}
