using System.Globalization;
using System.Net;
using System.Text;
using Tacit.Modeling.Linear;

namespace Tacit.Reports;

/// <summary>A series, its forecast and the fan of its intervals as an SVG picture that needs nothing else.</summary>
public static class ForecastChart
{
    private const int Width = 960, Height = 480, Left = 76, Right = 24, Top = 60, Bottom = 48;
    private const string HistoryColour = "#334155", ForecastColour = "#c2410c";
    private const int LinesAcross = 8, LinesUp = 5;

    /// <summary>Writes the picture.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="title">What the series is.</param>
    /// <param name="history">The series; its end is drawn, at least three times as long as the forecast.</param>
    /// <param name="forecast">What is to come.</param>
    /// <param name="levels">Probabilities of the intervals to draw, each between 0 and 1.</param>
    public static void Write(TextWriter writer, string title, ReadOnlySpan<double> history, Forecast forecast, IReadOnlyList<double> levels)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(forecast);
        ArgumentNullException.ThrowIfNull(levels);
        int steps = forecast.Mean.Count, shown = (int)Math.Min(history.Length, Math.Max(3L * steps, 120)), first = history.Length - shown;
        double[] past = history[first..].ToArray();
        double[] widest = [.. levels.OrderDescending()];
        double low = Math.Min(past.Min(), forecast.Mean.Min()), high = Math.Max(past.Max(), forecast.Mean.Max());
        foreach (double level in widest.Take(1))
        {
            for (int h = 0; h < steps; h++)
            {
                (double below, double above) = forecast.Interval(h, level);
                (low, high) = (Math.Min(low, below), Math.Max(high, above));
            }
        }
        double gap = Gap((high - low) / LinesUp, low, high);
        (low, high) = (Math.Floor(low / gap) * gap, Math.Max(Math.Ceiling(high / gap), Math.Floor(low / gap) + 1) * gap);

        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"system-ui,sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        Add($"<text x=\"{Left}\" y=\"26\" font-size=\"16\" fill=\"#1f2937\">{WebUtility.HtmlEncode(title)}</text>");
        for (double value = low; value <= high + gap / 2; value += gap)
        {
            Add($"<path d=\"M{Left} {Y(value):0.#}H{Width - Right}\" stroke=\"#e5e7eb\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\" fill=\"#4b5563\">{Math.Round(value / gap) * gap:G6}</text>");
        }
        int stride = (int)Math.Max(1, Gap((shown + steps) / (double)LinesAcross, 0, shown + steps));
        for (int t = (first / stride + 1) * stride; t <= history.Length + steps; t += stride)
            Add($"<text x=\"{X(t - first - 1):0.#}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\" fill=\"#4b5563\">{t}</text>");
        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\" fill=\"#4b5563\">value number</text>");
        for (int i = 0; i < widest.Length; i++)
            Fan(widest[i], 0.16 + 0.14 * i);
        Line(HistoryColour, past, 0);
        Line(ForecastColour, [past[^1], .. forecast.Mean], shown - 1);
        int legend = Width - Right - 190 - 70 * widest.Length;
        Add($"<path d=\"M{legend} 44h22\" stroke=\"{HistoryColour}\" stroke-width=\"3\"/><text x=\"{legend + 28}\" y=\"48\" fill=\"#1f2937\">series</text>");
        Add($"<path d=\"M{legend + 80} 44h22\" stroke=\"{ForecastColour}\" stroke-width=\"3\"/><text x=\"{legend + 108}\" y=\"48\" fill=\"#1f2937\">forecast</text>");
        for (int i = 0; i < widest.Length; i++)
        {
            int x = legend + 180 + 70 * i;
            Add($"<rect x=\"{x}\" y=\"37\" width=\"18\" height=\"14\" fill=\"{ForecastColour}\" fill-opacity=\"{1 - Math.Pow(0.8, i + 1):0.##}\"/><text x=\"{x + 23}\" y=\"48\" fill=\"#1f2937\">{widest[i] * 100:0.##} %</text>");
        }
        writer.Write(svg.Append("</svg>\n").ToString());

        double X(double t) => Left + (Width - Left - Right) * t / Math.Max(shown + steps - 1, 1);
        double Y(double value) => Height - Bottom - (Height - Top - Bottom) * (value - low) / (high - low);

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Line(string colour, double[] values, int from)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-linejoin=\"round\" d=\"");
            for (int i = 0; i < values.Length; i++)
                svg.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(from + i):0.##} {Y(values[i]):0.##}");
            svg.Append("\"/>\n");
        }

        // From the last value out along the upper bounds and back along the lower ones.
        void Fan(double level, double opacity)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path stroke=\"none\" fill=\"{ForecastColour}\" fill-opacity=\"{Math.Min(opacity, 0.5):0.##}\" d=\"M{X(shown - 1):0.##} {Y(past[^1]):0.##}");
            for (int h = 0; h < steps; h++)
                svg.Append(CultureInfo.InvariantCulture, $"L{X(shown + h):0.##} {Y(forecast.Interval(h, level).High):0.##}");
            for (int h = steps - 1; h >= 0; h--)
                svg.Append(CultureInfo.InvariantCulture, $"L{X(shown + h):0.##} {Y(forecast.Interval(h, level).Low):0.##}");
            svg.Append("Z\"/>\n");
        }
    }

    // 1, 2 or 5 times a power of ten, not below what doubles of that size tell apart.
    private static double Gap(double raw, double low, double high)
    {
        raw = Math.Max(raw, 1e-9 * Math.Max(Math.Max(Math.Abs(low), Math.Abs(high)), 1e-300));
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}
