using System.Globalization;
using System.Net;
using System.Text;
using Tacit.Learning;

namespace Tacit.Reports;

/// <summary>The losses of a training run as an SVG picture that needs nothing else.</summary>
public static class LossCurve
{
    private const int Width = 860, Height = 460, Left = 70, Right = 24, Top = 56, Bottom = 52;
    private const string TrainingColour = "#7a8aa0", ValidationColour = "#c2410c";

    /// <summary>Writes the picture.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="title">What was trained.</param>
    /// <param name="unit">What the losses are in, such as bits per byte.</param>
    /// <param name="training">Losses of training, by step.</param>
    /// <param name="validation">Losses of validation, by step; the lowest is marked.</param>
    public static void Write(TextWriter writer, string title, string unit, IReadOnlyList<LossPoint> training, IReadOnlyList<LossPoint> validation)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        double[] losses = [.. training.Concat(validation).Select(p => p.Loss).Where(double.IsFinite)];
        double steps = Math.Max(1, training.Concat(validation).Select(p => p.Step).DefaultIfEmpty(1).Max());
        (double low, double high, double gap) = losses.Length == 0 ? (0, 1, 0.2) : Round(losses.Min(), losses.Max());
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"system-ui,sans-serif\" font-size=\"13\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"26\" font-size=\"16\" fill=\"#1f2937\">{WebUtility.HtmlEncode(title)}</text>\n");
        for (double loss = low; loss <= high + gap / 2; loss += gap)
        {
            double y = Y(loss);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:0.#}H{Width - Right}\" stroke=\"#e5e7eb\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\" fill=\"#4b5563\">{Math.Round(loss, 6):0.######}</text>\n");
        }
        (_, _, double stride) = Round(0, steps);
        stride = Math.Max(1, stride);
        for (double step = 0; step <= steps; step += stride)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(step):0.#}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\" fill=\"#4b5563\">{step:0}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\" fill=\"#4b5563\">steps</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Top - 10}\" text-anchor=\"start\" fill=\"#4b5563\">{WebUtility.HtmlEncode(unit)}</text>\n");
        Line(training, TrainingColour, 1.5);
        Line(validation, ValidationColour, 2);
        Legend("training", TrainingColour, Width - Right - 210);
        if (validation.Count > 0)
        {
            Legend("validation", ValidationColour, Width - Right - 120);
            LossPoint best = validation.MinBy(p => p.Loss);
            bool late = X(best.Step) > Width / 2;
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(best.Step):0.#}\" cy=\"{Y(best.Loss):0.#}\" r=\"4\" fill=\"{ValidationColour}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(best.Step) + (late ? -8 : 8):0.#}\" y=\"{Y(best.Loss) - 9:0.#}\" text-anchor=\"{(late ? "end" : "start")}\" fill=\"{ValidationColour}\">{best.Loss:0.0000} at step {best.Step}</text>\n");
        }
        writer.Write(svg.Append("</svg>\n").ToString());

        double X(double step) => Left + (Width - Left - Right) * step / steps;
        double Y(double loss) => Height - Bottom - (Height - Top - Bottom) * (loss - low) / (high - low);

        void Line(IReadOnlyList<LossPoint> points, string colour, double width)
        {
            if (points.Count == 0)
                return;
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" d=\"");
            for (int i = 0; i < points.Count; i++)
                svg.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(points[i].Step):0.#} {Y(points[i].Loss):0.##}");
            svg.Append("\"/>\n");
        }

        void Legend(string name, string colour, int x) => svg.Append(CultureInfo.InvariantCulture,
            $"<path d=\"M{x} 22h22\" stroke=\"{colour}\" stroke-width=\"3\"/><text x=\"{x + 28}\" y=\"26\" fill=\"#1f2937\">{name}</text>\n");
    }

    // Ends and distance of about five lines at round numbers: 1, 2 or 5 times a power of ten.
    private static (double Low, double High, double Gap) Round(double low, double high)
    {
        double raw = Math.Max(high - low, 1e-3 * Math.Max(1, Math.Abs(high))) / 5, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double gap = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        return (Math.Floor(low / gap) * gap, Math.Max(Math.Ceiling(high / gap), Math.Floor(low / gap) + 1) * gap, gap);
    }
}
