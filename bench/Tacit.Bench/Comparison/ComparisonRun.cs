using System.Diagnostics;

namespace Tacit.Bench.Comparison;

/// <summary>Measures every installed compressor on every set in one run and writes the document.</summary>
internal static class ComparisonRun
{
    /// <summary>
    /// Runs; arguments: names of sets to keep (all by default), <c>--only=FAMILY,…</c> for the compressors to keep, and
    /// <c>--out=FOLDER</c> for where the document goes (docs, if all sets are measured; else nowhere).
    /// </summary>
    public static int Run(string[] args)
    {
        string root = Root();
        string shared = Path.GetFullPath(Path.Combine(root, "..", "shared", "data"));
        if (!Directory.Exists(shared))
        {
            Console.Error.WriteLine($"The data sets are not there: {shared}");
            return 1;
        }
        string[] wanted = [.. args.Where(a => !a.StartsWith("--", StringComparison.Ordinal))];
        string[]? families = Option(args, "--only=")?.Split(',');
        string? target = Option(args, "--out=") ?? (wanted.Length == 0 && families is null ? Path.Combine(root, "docs") : null);
        string folder = Directory.CreateTempSubdirectory("tacit-bench-").FullName;
        try
        {
            string tacit = Publish(root, Path.Combine(folder, "tacit"));
            List<DataSet> sets = DataSet.Prepare(shared, Directory.CreateDirectory(Path.Combine(folder, "data")).FullName);
            sets.RemoveAll(set => wanted.Length > 0 && !wanted.Contains(set.Name));
            List<Peer> peers = Installed(tacit, families);
            List<Measurement> results = Measure(sets, peers, folder);
            if (target is not null && results.Count > 0)
                ComparisonDocument.Write(Directory.CreateDirectory(target).FullName, results);
            return results.Count > 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Option(string[] args, string name) =>
        args.FirstOrDefault(a => a.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static List<Peer> Installed(string tacit, string[]? families)
    {
        List<Peer> peers = [.. Peer.All(tacit).Where(peer => families is null || families.Contains(peer.Family))];
        foreach (Peer peer in peers.Where(peer => !peer.IsInstalled))
            Console.Error.WriteLine($"{peer.Name} is not installed: left out");
        peers.RemoveAll(peer => !peer.IsInstalled);
        return peers;
    }

    // A compressor that fails anywhere is left out everywhere, so that all sums are over the same files.
    private static List<Measurement> Measure(List<DataSet> sets, List<Peer> peers, string folder)
    {
        var results = new List<Measurement>();
        var clock = Stopwatch.StartNew();
        foreach (DataSet set in sets)
        {
            foreach (Peer peer in peers.ToArray())
            {
                try
                {
                    Measurement result = Measurement.Of(peer, set, folder);
                    Console.Error.WriteLine($"{clock.Elapsed:mm\\:ss}  {set.Name,-18} {peer.Name,-18} {result.Coded,10:N0} {result.PackSpeed,8:F2} {result.UnpackSpeed,8:F2} MB/s");
                    results.Add(result);
                }
                catch (Exception e) when (e is InvalidOperationException or IOException)
                {
                    Console.Error.WriteLine($"{peer.Name}: {e.Message}: left out");
                    peers.Remove(peer);
                    results.RemoveAll(r => r.Peer == peer);
                }
            }
        }
        return results;
    }

    private static string Publish(string root, string target)
    {
        using Process publish = Process.Start("dotnet", ["publish", "-c", "Release", Path.Combine(root, "src", "Tacit.Cli"), "-o", target, "-v", "q"]);
        publish.WaitForExit();
        return publish.ExitCode == 0 ? Path.Combine(target, "tacit") : throw new InvalidOperationException("dotnet publish failed");
    }

    public static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Tacit.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("Run the benchmarks from within the repository.");
    }
}
