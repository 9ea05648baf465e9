using System.Globalization;
using System.Net;
using System.Text;

namespace Tacit.Reports;

/// <summary>A sound as one HTML page that needs nothing else: the wave of each channel, and underneath what it costs.</summary>
public static class SoundPage
{
    private const int Columns = 1000, Left = 64, Right = 32, WaveHeight = 150, CostHeight = 170, Gap = 26, Top = 12;
    private const string WaveColour = "#334155", CostColour = "#c2410c";
    private const int MostChannels = 8;

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, SoundCosts costs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(costs);
        string name = WebUtility.HtmlEncode(costs.Name);
        writer.Write($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\n<style>body{{font:15px system-ui,sans-serif;color:#1f2937;margin:24px;max-width:1120px}}svg{{width:100%;height:auto}}</style></head>\n");
        writer.Write($"<body><h1>{name}</h1>\n<p>{WebUtility.HtmlEncode(Summary(costs))}</p>\n");
        writer.Write(Picture(costs));
        writer.Write("<p>Above, the lowest and highest sample of each stretch, 1 being full scale; below, bits a sample: the mean of the stretch, and pale its dearest moment.</p>\n</body></html>\n");
    }

    /// <summary>The sound and its cost in one line.</summary>
    public static string Summary(SoundCosts costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        double bits = Total(costs.Bits.Span);
        long samples = (long)costs.Bits.Length * costs.Sound.Format.Channels;
        string rate = costs.Sound.Format.Rate > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {costs.Sound.Format.Rate} Hz, {(double)costs.Bits.Length / costs.Sound.Format.Rate:0.00} s") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{samples:N0} samples of {8 * costs.Sound.Format.Width} bits in {costs.Sound.Format.Channels} channel{(costs.Sound.Format.Channels == 1 ? "" : "s")}{rate} cost {bits / 8:N0} bytes under audio -{costs.Level}: {bits / samples:0.00} bits a sample.");
    }

    private static string Picture(SoundCosts costs)
    {
        int moments = costs.Bits.Length, columns = Math.Min(Columns, moments), shown = Math.Min(costs.Sound.Format.Channels, MostChannels);
        int bottom = Top + shown * (WaveHeight + Gap), width = Left + Columns + Right, height = bottom + CostHeight + 40;
        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui,sans-serif\" font-size=\"13\">");
        for (int c = 0; c < shown; c++)
            Wave(c, Top + c * (WaveHeight + Gap));

        // Costs a sample: mean and largest of each column.
        double[] mean = new double[columns], most = new double[columns];
        for (int i = 0; i < columns; i++)
        {
            ReadOnlySpan<float> part = costs.Bits.Span[Start(i)..Start(i + 1)];
            mean[i] = Total(part) / part.Length / costs.Sound.Format.Channels;
            foreach (float bits in part)
                most[i] = Math.Max(most[i], bits / costs.Sound.Format.Channels);
        }
        double top = Math.Max(Math.Ceiling(most.Max() / 4) * 4, 4);
        for (double bits = 0; bits <= top; bits += top / 4)
        {
            Add($"<path d=\"M{Left} {Y(bits):0.#}h{Columns}\" stroke=\"#e5e7eb\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{Y(bits) + 4:0.#}\" text-anchor=\"end\" fill=\"#4b5563\">{bits:0.##}</text>");
        }
        Add($"<text x=\"{Left}\" y=\"{bottom - 8}\" fill=\"#4b5563\">bits a sample</text>");
        Area(most, 0.25);
        Area(mean, 0.9);
        double seconds = costs.Sound.Format.Rate > 0 ? (double)moments / costs.Sound.Format.Rate : moments;
        for (int i = 0; i <= 10; i++)
        {
            Add($"<text x=\"{Left + Columns * i / 10}\" y=\"{height - 20}\" text-anchor=\"middle\" fill=\"#4b5563\">{seconds * i / 10:0.###}</text>");
        }
        Add($"<text x=\"{Left + Columns / 2}\" y=\"{height - 3}\" text-anchor=\"middle\" fill=\"#4b5563\">{(costs.Sound.Format.Rate > 0 ? "seconds" : "samples")}</text>");
        return svg.Append("</svg>\n").ToString();

        int Start(int column) => (int)((long)moments * column / columns);

        double X(int column) => Left + (double)Columns * column / columns;

        double Y(double bits) => bottom + CostHeight * (1 - bits / top);

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Wave(int channel, int from)
        {
            ReadOnlySpan<float> samples = costs.Sound.Channel(channel).Span;
            float full = 0;
            foreach (float sample in samples)
                full = Math.Max(full, Math.Abs(sample));
            full = full > 0 ? full : 1;
            double middle = from + WaveHeight / 2.0;
            Add($"<path d=\"M{Left} {middle:0.#}h{Columns}\" stroke=\"#e5e7eb\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{from + 12}\" text-anchor=\"end\" fill=\"#4b5563\">{full:0.###}</text>");
            Add($"<text x=\"{Left - 8}\" y=\"{middle + 4:0.#}\" text-anchor=\"end\" fill=\"#4b5563\">0</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<path stroke=\"{WaveColour}\" fill=\"none\" d=\"");
            for (int i = 0; i < columns; i++)
            {
                float low = float.MaxValue, high = float.MinValue;
                foreach (float sample in samples[Start(i)..Start(i + 1)])
                    (low, high) = (Math.Min(low, sample), Math.Max(high, sample));
                svg.Append(CultureInfo.InvariantCulture, $"M{X(i):0.#} {middle - high / full * WaveHeight / 2 - 0.5:0.#}V{middle - low / full * WaveHeight / 2 + 0.5:0.#}");
            }
            svg.Append("\"/>\n");
        }

        void Area(double[] values, double opacity)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"{CostColour}\" fill-opacity=\"{opacity}\" d=\"M{Left} {Y(0):0.#}");
            for (int i = 0; i < values.Length; i++)
                svg.Append(CultureInfo.InvariantCulture, $"L{X(i):0.#} {Y(values[i]):0.#}H{X(i + 1):0.#}");
            svg.Append(CultureInfo.InvariantCulture, $"V{Y(0):0.#}Z\"/>\n");
        }
    }

    private static double Total(ReadOnlySpan<float> bits)
    {
        double sum = 0;
        foreach (float value in bits)
            sum += value;
        return sum;
    }
}
