using System.Globalization;
using System.Net;
using System.Text;

namespace Tacit.Reports;

/// <summary>The inspection page: one HTML file that needs nothing else, with every byte coloured by its cost.</summary>
public static class CostPage
{
    /// <summary>Most bytes a page shows; browsers handle no more with ease.</summary>
    public const int MaxBytes = 8 << 20;

    // A cost is kept in 1/16 bit, up to 15.9 bits.
    private const int Scale = 16;

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, ByteCosts costs)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(costs);
        int shown = Math.Min(costs.Data.Length, MaxBytes);
        byte[] quantised = new byte[shown];
        for (int i = 0; i < shown; i++)
            quantised[i] = (byte)Math.Clamp((int)MathF.Round(costs.Bits.Span[i] * Scale), 0, 255);

        using Stream resource = typeof(CostPage).Assembly.GetManifestResourceStream("Tacit.Reports.CostPage.html")!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        string page = reader.ReadToEnd();
        foreach ((string mark, string value) in new (string, string)[]
        {
            ("{{summary}}", WebUtility.HtmlEncode(Summary(costs, shown))),
            ("{{kinds}}", Table("Best foreseen by", costs.ByKind())),
            ("{{classes}}", Table("Bytes that are", costs.ByClass())),
            ("{{saved}}", Savings(costs)),
            ("{{kind-names}}", string.Join(',', costs.Kinds.Select(k => $"\"{WebUtility.HtmlEncode(k)}\""))),
            ("{{data}}", Convert.ToBase64String(costs.Data.Span[..shown])),
            ("{{costs}}", Convert.ToBase64String(quantised)),
            ("{{best}}", Convert.ToBase64String(costs.Best.Span[..shown])),
            ("{{name}}", WebUtility.HtmlEncode(costs.Name)),   // last, for a file may be named like a mark
        })
        {
            page = page.Replace(mark, value, StringComparison.Ordinal);
        }
        writer.Write(page);
    }

    private static string Summary(ByteCosts costs, int shown) => string.Create(CultureInfo.InvariantCulture,
        $"{costs.Data.Length:N0} bytes cost {costs.TotalBits / 8:N0} bytes under {costs.Model}: {costs.TotalBits / Math.Max(1, costs.Data.Length):F3} bits per byte.")
        + (shown < costs.Data.Length ? string.Create(CultureInfo.InvariantCulture, $" The first {shown:N0} are shown.") : "");

    private static string Savings(ByteCosts costs)
    {
        if (costs.Saved.Count == 0)
            return "";
        double most = Math.Max(costs.Saved.Max(), 1e-9);
        var html = new StringBuilder("<table><tr><th title=\"what the bytes would have cost more if, at each bit, this part had had no opinion and all else had been as it was\">"
            + "Part</th><th>bytes saved</th><th>of the whole cost</th></tr>");
        foreach ((string name, double bits) in costs.Kinds.Zip(costs.Saved).OrderByDescending(part => part.Second))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(name)}</td><td>{bits / 8:N0}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td><div class=\"bar\" style=\"width:{Math.Max(0, 120 * bits / most):F1}px\"></div>{100 * bits / Math.Max(1e-9, costs.TotalBits):F1} %</td></tr>");
        }
        return html.Append("</table>").ToString();
    }

    private static string Table(string title, IReadOnlyList<CostTotal> totals)
    {
        double all = Math.Max(totals.Sum(t => t.Bits), 1e-9);
        var html = new StringBuilder($"<table><tr><th>{title}</th><th>bytes</th><th>cost in bytes</th><th>bits per byte</th><th>share of cost</th></tr>");
        foreach (CostTotal t in totals.Where(t => t.Bytes > 0).OrderByDescending(t => t.Bits))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(t.Name)}</td><td>{t.Bytes:N0}</td><td>{t.Bits / 8:N0}</td><td>{t.Bits / t.Bytes:F2}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td><div class=\"bar\" style=\"width:{120 * t.Bits / all:F1}px\"></div>{100 * t.Bits / all:F1} %</td></tr>");
        }
        return html.Append("</table>").ToString();
    }
}
