using System.IO.Compression;
using Tacit.Bench.Comparison;

namespace Tacit.Bench.Records;

/// <summary>The data sets of small records: one line is one record.</summary>
internal static class RecordSets
{
    public static string Folder => Path.GetFullPath(Path.Combine(ComparisonRun.Root(), "..", "shared", "data", "records"));

    public static IEnumerable<RecordSet> All()
    {
        yield return Load("github_users", "github_users/train.jsonl.gz", "github_users/test.jsonl.gz");
        yield return Load("apache_access", "apache_access/train.log.gz", "apache_access/test.log");
        yield return Load("amazon_cellphones", "amazon_cellphones/train.jsonl.gz", "amazon_cellphones/test.jsonl");
        yield return Load("movies", "movies/train.jsonl.gz", "movies/test.jsonl.gz");
        foreach (string log in (string[])["Android", "Apache", "BGL", "HDFS", "Linux", "OpenSSH", "Spark", "Zookeeper"])
            yield return Load(log, $"logs/{log}.train.log.gz", $"logs/{log}.test.log");
    }

    private static RecordSet Load(string name, string train, string test) => new(name, Lines(train), Lines(test));

    private static byte[][] Lines(string file)
    {
        byte[] all = File.ReadAllBytes(Path.Combine(Folder, file));
        if (file.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var source = new GZipStream(new MemoryStream(all), CompressionMode.Decompress);
            using var content = new MemoryStream();
            source.CopyTo(content);
            all = content.ToArray();
        }
        var lines = new List<byte[]>();
        for (int start = 0; start < all.Length;)
        {
            int end = Array.IndexOf(all, (byte)'\n', start);
            end = end < 0 ? all.Length : end;
            lines.Add(all[start..end]);
            start = end + 1;
        }
        return [.. lines];
    }
}

internal sealed record RecordSet(string Name, byte[][] Train, byte[][] Test)
{
    public long TestBytes => Test.Sum(r => (long)r.Length);

    public long TrainBytes => Train.Sum(r => (long)r.Length);
}
