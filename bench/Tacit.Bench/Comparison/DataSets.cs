using System.IO.Compression;

namespace Tacit.Bench.Comparison;

/// <summary>A named group of files, measured file by file and summed.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Files">Paths.</param>
/// <param name="HeldOut">False for sets on which Tacit's contexts and rates were chosen.</param>
internal sealed record DataSet(string Name, IReadOnlyList<string> Files, bool HeldOut)
{
    /// <summary>The sets of ../shared/data, with gzip wrappers taken off into <paramref name="folder"/>.</summary>
    public static List<DataSet> Prepare(string shared, string folder)
    {
        (string Name, bool HeldOut, string[] Patterns)[] sets =
        [
            ("canterbury", false, ["text/canterbury/*"]),
            ("enwik6", false, ["text/enwik/enwik6"]),
            ("enwik8 1-3 MB", true, ["text/enwik/enwik8_1000000-2999999.gz"]),
            ("world192", false, ["text/large/world192.txt.gz"]),
            ("silesia xml", true, ["text/silesia/xml.gz"]),
            ("tiny Shakespeare", false, ["text/tinyshakespeare/input.txt"]),
            ("wikitext-2", false, ["text/wikitext-2/*.gz"]),
            ("Chinese", false, ["text/chinese/*.gz"]),
            ("JSON", true, ["records/json/*", "records/github_users/test.jsonl.gz", "records/movies/test.jsonl.gz"]),
            ("logs", true, ["records/logs/*.log.gz", "records/apache_access/test.log"]),
        ];
        return [.. sets.Select(set => new DataSet(set.Name, [.. set.Patterns.SelectMany(p => Unwrap(shared, p, folder))], set.HeldOut))];
    }

    private static IEnumerable<string> Unwrap(string shared, string pattern, string folder)
    {
        string[] found = Directory.GetFiles(Path.Combine(shared, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern));
        foreach (string file in found.Where(f => !Path.GetFileName(f).StartsWith("SHA", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(shared, file).Replace('/', '_'));
            if (file.EndsWith(".gz", StringComparison.Ordinal))
            {
                copy = copy[..^3];
                using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
                using FileStream target = File.Create(copy);
                source.CopyTo(target);
            }
            else
            {
                File.Copy(file, copy, overwrite: true);
            }
            yield return copy;
        }
    }
}
