namespace Tacit.Bench.Comparison;

/// <summary>One compressor on one set: sums over its files, the larger memory.</summary>
internal sealed record Measurement(Peer Peer, DataSet Set, long Raw, long Coded, Cost Pack, Cost Unpack)
{
    // Seconds that GNU time tells apart.
    private const double Resolution = 0.01;

    /// <summary>Measures file by file, and compares what comes back with what went in.</summary>
    public static Measurement Of(Peer peer, DataSet set, string folder)
    {
        string coded = Path.Combine(folder, "coded"), back = Path.Combine(folder, "back");
        var sum = new Measurement(peer, set, 0, 0, default, default);
        foreach (string file in set.Files)
        {
            File.Delete(coded);
            Clear(back);
            Cost pack = Peer.Measure(peer.Pack, file, coded);
            Cost unpack = Peer.Measure(peer.Unpack, coded, back);
            // An archiver restores to a path inside the folder it is given.
            string restored = File.Exists(back) ? back : Directory.GetFiles(back, "*", SearchOption.AllDirectories).Single();
            if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(restored)))
                throw new InvalidOperationException($"{peer.Name} did not restore {file}");
            sum = sum with
            {
                Raw = sum.Raw + new FileInfo(file).Length,
                Coded = sum.Coded + new FileInfo(coded).Length,
                Pack = Add(sum.Pack, pack),
                Unpack = Add(sum.Unpack, unpack),
            };
        }
        return sum;
    }

    /// <summary>Megabytes (10^6) a CPU second while compressing.</summary>
    public double PackSpeed => Raw / 1e6 / Math.Max(Pack.Seconds, Resolution);

    /// <summary>The same while decompressing.</summary>
    public double UnpackSpeed => Raw / 1e6 / Math.Max(Unpack.Seconds, Resolution);

    private static Cost Add(Cost a, Cost b) => new(a.Seconds + b.Seconds, Math.Max(a.Memory, b.Memory));

    private static void Clear(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }
}
