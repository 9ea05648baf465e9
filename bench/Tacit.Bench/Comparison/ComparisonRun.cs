using System.Diagnostics;

namespace Tacit.Bench.Comparison;

/// <summary>Measures every installed compressor on every set in one run and writes the document.</summary>
internal static class ComparisonRun
{
    /// <summary>Runs; the arguments may name sets to keep (all by default).</summary>
    public static int Run(string[] wanted)
    {
        string root = Root();
        string shared = Path.GetFullPath(Path.Combine(root, "..", "shared", "data"));
        if (!Directory.Exists(shared))
        {
            Console.Error.WriteLine($"The data sets are not there: {shared}");
            return 1;
        }
        string folder = Directory.CreateTempSubdirectory("tacit-bench-").FullName;
        try
        {
            string tacit = Publish(root, Path.Combine(folder, "tacit"));
            List<DataSet> sets = DataSet.Prepare(shared, Directory.CreateDirectory(Path.Combine(folder, "data")).FullName);
            sets.RemoveAll(set => wanted.Length > 0 && !wanted.Contains(set.Name));
            var results = new List<Measurement>();
            List<Peer> peers = [.. Peer.All(tacit).Where(peer => peer.IsInstalled)];
            foreach (DataSet set in sets)
            {
                foreach (Peer peer in peers)
                {
                    Measurement result = Measurement.Of(peer, set, folder);
                    Console.Error.WriteLine($"{set.Name,-18} {peer.Name,-18} {result.Coded,10:N0} {result.PackSpeed,8:F2} {result.UnpackSpeed,8:F2} MB/s");
                    results.Add(result);
                }
            }
            if (wanted.Length == 0)
                ComparisonDocument.Write(Path.Combine(root, "docs"), results);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Publish(string root, string target)
    {
        using Process publish = Process.Start("dotnet", ["publish", "-c", "Release", Path.Combine(root, "src", "Tacit.Cli"), "-o", target, "-v", "q"]);
        publish.WaitForExit();
        return publish.ExitCode == 0 ? Path.Combine(target, "tacit") : throw new InvalidOperationException("dotnet publish failed");
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Tacit.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("Run the benchmarks from within the repository.");
    }
}
