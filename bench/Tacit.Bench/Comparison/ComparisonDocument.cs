using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tacit.Bench.Comparison;

/// <summary>docs/BENCHMARKS.md and its plot, from measurements.</summary>
internal static class ComparisonDocument
{
    /// <summary>Writes both files into <paramref name="docs"/>.</summary>
    public static void Write(string docs, IReadOnlyList<Measurement> results)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        File.WriteAllText(Path.Combine(docs, "benchmarks.svg"), ScatterPlot.Draw(Totals(results)));
        var text = new StringBuilder();
        text.Append("""
            # Benchmarks

            Written by `dotnet run -c Release --project bench/Tacit.Bench -- compare`, which needs the data sets in
            `../shared/data`, GNU time, and measures every compressor below that is installed: one process a file, one
            thread, one block where it can be chosen. MB are 10^6 bytes of raw data; speeds are per second of CPU time
            (user and system, start-up included), so neighbours on a shared machine disturb them less than the wall clock.
            Memory is the largest resident set. Every file was restored and compared.


            """);
        text.Append("Machine: ").Append(Machine()).Append(". ").Append(DateTime.UtcNow.ToString("yyyy-MM-dd")).Append(Commit()).Append(".\n\n");
        text.Append("![Ratio against speed](benchmarks.svg)\n\n## All sets together\n\n");
        Table(text, Totals(results));
        Half(text, results, heldOut: false, "Sets on which Tacit's contexts and rates were chosen");
        Half(text, results, heldOut: true, "Sets held out of that choice");
        foreach (IGrouping<string, Measurement> set in results.GroupBy(r => r.Set.Name))
        {
            text.Append("\n## ").Append(set.Key).Append($" ({set.First().Set.Files.Count} files, {set.First().Raw:N0} bytes)\n\n");
            Table(text, [.. set]);
        }
        text.Append("\n## Versions\n\n");
        foreach (Peer peer in results.Select(r => r.Peer).DistinctBy(p => p.Program))
            text.Append("- ").Append(peer.Family).Append(": `").Append(peer.VersionLine()).Append("`\n");
        File.WriteAllText(Path.Combine(docs, "BENCHMARKS.md"), text.ToString());
    }

    private static void Half(StringBuilder text, IReadOnlyList<Measurement> results, bool heldOut, string title)
    {
        List<Measurement> half = [.. results.Where(r => r.Set.HeldOut == heldOut)];
        if (half.Count == 0)
            return;
        string names = string.Join(", ", half.Select(r => r.Set.Name).Distinct());
        text.Append($"\n## {title}\n\nTogether: {names}.\n\n");
        Table(text, Totals(half));
    }

    private static List<Measurement> Totals(IReadOnlyList<Measurement> results) => [.. results.GroupBy(r => r.Peer.Name).Select(group =>
        new Measurement(group.First().Peer, new DataSet("all", [], false), group.Sum(r => r.Raw), group.Sum(r => r.Coded),
            new Cost(group.Sum(r => r.Pack.Seconds), group.Max(r => r.Pack.Memory)),
            new Cost(group.Sum(r => r.Unpack.Seconds), group.Max(r => r.Unpack.Memory))))];

    private static void Table(StringBuilder text, IReadOnlyList<Measurement> results)
    {
        text.Append("| | bytes | bits per byte | compress MB/s | decompress MB/s | memory MB |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (Measurement r in results.OrderBy(r => r.Coded))
        {
            string name = r.Peer.Family == "tacit" ? $"**{r.Peer.Name}**" : r.Peer.Name;
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {r.Coded:N0} | {8.0 * r.Coded / r.Raw:F3} | {r.PackSpeed:F2} | {r.UnpackSpeed:F2} | {Math.Max(r.Pack.Memory, r.Unpack.Memory) / 1e6:F0} |\n");
        }
    }

    // The SDK writes the commit into the version: "0.1.0+0123abc…".
    private static string Commit()
    {
        string version = typeof(ComparisonDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "" : $", built at commit {version[(plus + 1)..][..Math.Min(7, version.Length - plus - 1)]}";
    }

    private static string Machine()
    {
        string model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
        string family = string.Join(' ', File.ReadLines("/proc/cpuinfo").Where(l => l.StartsWith("cpu family", StringComparison.Ordinal)
            || l.StartsWith("model\t", StringComparison.Ordinal)).Take(2).Select(l => l.Replace("\t", "").Replace(":", "")));
        return $"{model} ({family}), {Environment.ProcessorCount} virtual cores, .NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}";
    }
}
