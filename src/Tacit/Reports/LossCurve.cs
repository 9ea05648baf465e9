using System.Globalization;
using System.Net;
using System.Text;
using Tacit.Learning;

namespace Tacit.Reports;

/// <summary>The losses of a training run as an SVG picture that needs nothing else.</summary>
public static class LossCurve
{
    private const int Width = 860, Height = 460, Left = 70, Right = 24, Top = 56, Bottom = 52;
    private const string TrainingColour = "#7a8aa0", ValidationColour = "#c2410c", Grey = "#4b5563";

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
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\"");
        Add($" font-family=\"system-ui,sans-serif\" font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        Text(Left, 26, "start", "#1f2937", title, 16);
        for (double loss = low; loss <= high + gap / 2; loss += gap)
        {
            Add($"<path d=\"M{Left} {Y(loss):0.#}H{Width - Right}\" stroke=\"#e5e7eb\"/>");
            Text(Left - 8, Y(loss) + 4, "end", Grey, Math.Round(loss, 6).ToString("0.######", CultureInfo.InvariantCulture));
        }
        double stride = Math.Max(1, Round(0, steps).Gap);
        for (double step = 0; step <= steps; step += stride)
            Text(X(step), Height - Bottom + 20, "middle", Grey, step.ToString("0", CultureInfo.InvariantCulture));
        Text((Left + Width - Right) / 2, Height - 12, "middle", Grey, "steps");
        Text(Left, Top - 10, "start", Grey, unit);
        Line(training, TrainingColour, 1.5);
        Line(validation, ValidationColour, 2);
        Legend("training", TrainingColour, Width - Right - 210);
        if (validation.Count > 0)
        {
            Legend("validation", ValidationColour, Width - Right - 120);
            LossPoint best = validation.MinBy(p => p.Loss);
            bool late = X(best.Step) > Width / 2;
            Add($"<circle cx=\"{X(best.Step):0.#}\" cy=\"{Y(best.Loss):0.#}\" r=\"4\" fill=\"{ValidationColour}\"/>");
            string label = string.Create(CultureInfo.InvariantCulture, $"{best.Loss:0.0000} at step {best.Step}");
            Text(X(best.Step) + (late ? -8 : 8), Y(best.Loss) - 9, late ? "end" : "start", ValidationColour, label);
        }
        writer.Write(svg.Append("</svg>\n").ToString());

        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Text(double x, double y, string anchor, string colour, string text, int size = 13) => Add(
            $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\">{WebUtility.HtmlEncode(text)}</text>");

        double X(double step) => Left + (Width - Left - Right) * step / steps;
        double Y(double loss) => Height - Bottom - (Height - Top - Bottom) * (loss - low) / (high - low);

        void Line(IReadOnlyList<LossPoint> points, string colour, double width)
        {
            if (points.Count == 0)
                return;
            string path = string.Join('L', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Step):0.#} {Y(p.Loss):0.##}")));
            Add($"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" d=\"M{path}\"/>");
        }

        void Legend(string name, string colour, int x)
        {
            Add($"<path d=\"M{x} 22h22\" stroke=\"{colour}\" stroke-width=\"3\"/>");
            Text(x + 28, 26, "start", "#1f2937", name);
        }
    }

    // Ends and distance of about five lines at round numbers: 1, 2 or 5 times a power of ten.
    private static (double Low, double High, double Gap) Round(double low, double high)
    {
        double raw = Math.Max(high - low, 1e-3 * Math.Max(1, Math.Abs(high))) / 5, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double gap = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        return (Math.Floor(low / gap) * gap, Math.Max(Math.Ceiling(high / gap), Math.Floor(low / gap) + 1) * gap, gap);
    }
}
