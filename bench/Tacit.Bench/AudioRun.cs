using System.Globalization;
using System.Text;
using Tacit.Bench.Comparison;
using Tacit.Compression;

namespace Tacit.Bench;

/// <summary>Codec audio against FLAC and WavPack on the sounds of the data sets: whole archives, each file alone; writes docs/AUDIO.md.</summary>
internal static class AudioRun
{
    private static readonly int[] Levels = [1, 3, 5, 7, 9];

    private static readonly Peer[] Peers =
    [
        new("flac", "flac -8", "flac --version", "flac -8 --no-padding -s -f -o {out} {in}", "flac -d -s -f -o {out} {in}"),
        new("wavpack", "wavpack -hhx6", "wavpack --version", "wavpack -hhx6 -q -y {in} -o {out}.wv && mv {out}.wv {out}", "cp {in} {in}.wv; wvunpack -q -y {in}.wv -o {out}"),
    ];

    // Left out of the second total: FLAC does far better on it than WavPack does.
    private const string Special = "guit_em9.wav";

    /// <summary>Runs; --to=FILE writes there, --only=PART takes files whose path has that part, and writes nothing.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string root = ComparisonRun.Root(), folder = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", "audio"));
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"The data sets are not there: {folder}");
            return 1;
        }
        string? only = args.FirstOrDefault(a => a.StartsWith("--only=", StringComparison.Ordinal))?[7..];
        string to = args.FirstOrDefault(a => a.StartsWith("--to=", StringComparison.Ordinal))?[5..] ?? Path.Combine(root, "docs", "AUDIO.md");
        string[] files = [.. Directory.GetFiles(folder, "*.wav", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(f => only is null || f.Contains(only, StringComparison.Ordinal))];
        Peer[] peers = [.. Peers.Where(p => p.IsInstalled)];
        string[] names = [.. peers.Select(p => p.Name), .. Levels.Select(l => $"tacit -{l}")];
        string scratch = Directory.CreateTempSubdirectory("tacit-audio-").FullName;
        var text = new StringBuilder();
        try
        {
            // Once in vain, so that what is measured is compiled.
            foreach (int level in Levels)
                Tacit(File.ReadAllBytes(files[^1]), level);
            var lines = new List<Line>();
            foreach (string file in files)
            {
                byte[] data = File.ReadAllBytes(file);
                Result[] results = [.. peers.Select(p => Of(p, file, scratch)), .. Levels.Select(l => Tacit(data, l))];
                lines.Add(new Line(Path.GetRelativePath(folder, file), data.Length, results));
                if (!file.Contains("fsdd", StringComparison.Ordinal))
                    Console.WriteLine(lines[^1].Name + " " + string.Join(' ', results.Select(r => r.Length)));
            }
            Write(text, names, peers, lines);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
        Console.Write(text);
        if (only is null)
            File.WriteAllText(to, text.ToString());
        return 0;
    }

    private static void Write(StringBuilder text, string[] names, Peer[] peers, List<Line> lines)
    {
        text.Append("# Sound\n\n");
        text.Append("The codec `audio` against FLAC and WavPack on the recordings of the data sets, each file alone, in bytes of whole archives.\n");
        text.Append("`dotnet run -c Release --project bench/Tacit.Bench -- audio` writes this page. FLAC is run without padding. Speeds are megabytes (10^6) of\n");
        text.Append("WAV a CPU second, of Tacit in a process that is warm, of the others by whole processes; a busy machine lowers all of them.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Versions: {string.Join("; ", peers.Select(p => p.VersionLine()))}.\n\n");
        Row(text, ["file", "raw", .. names]);
        Row(text, [.. Enumerable.Repeat("---", names.Length + 2)]);
        List<Line> digits = [.. lines.Where(l => l.Name.Contains("fsdd", StringComparison.Ordinal))], music = [.. lines.Except(digits)];
        foreach (Line line in music)
            Row(text, [line.Name, Number(line.Raw), .. line.Results.Select(r => Number(r.Length))]);
        List<Line> without = [.. music.Where(l => !l.Name.EndsWith(Special, StringComparison.Ordinal))];
        foreach ((string name, List<Line> part) in new[] { ("all of these", music), ($"without {Special}", without), ($"{digits.Count} spoken digits, each alone", digits) })
        {
            if (part.Count == 0)
                continue;
            Result[] sums = [.. Enumerable.Range(0, names.Length).Select(i => Sum(part, i))];
            Row(text, [name, Number(part.Sum(l => l.Raw)), .. sums.Select(r => Number(r.Length))]);
            Row(text, ["… against the first", "", .. sums.Select(r => $"{100.0 * r.Length / sums[0].Length - 100:+0.0;-0.0} %")]);
        }
        Row(text, ["MB/s in", "", .. Enumerable.Range(0, names.Length).Select(i => Speed(music, Sum(music, i).Pack))]);
        Row(text, ["MB/s out", "", .. Enumerable.Range(0, names.Length).Select(i => Speed(music, Sum(music, i).Unpack))]);
    }

    private static void Row(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Speed(List<Line> lines, double seconds) => (lines.Sum(l => l.Raw) / 1e6 / Math.Max(seconds, 0.01)).ToString("0.00", CultureInfo.InvariantCulture);

    private static Result Sum(List<Line> lines, int i) =>
        new(lines.Sum(l => l.Results[i].Length), lines.Sum(l => l.Results[i].Pack), lines.Sum(l => l.Results[i].Unpack));

    private static Result Of(Peer peer, string file, string scratch)
    {
        string coded = Path.Combine(scratch, "coded"), back = Path.Combine(scratch, "back.wav");
        Cost pack = Peer.Measure(peer.Pack, file, coded), unpack = Peer.Measure(peer.Unpack, coded, back);
        return new Result(new FileInfo(coded).Length, pack.Seconds, unpack.Seconds);
    }

    private static Result Tacit(byte[] data, int level)
    {
        var options = new TacitCompressionOptions { Level = level, Codec = TacitCodecChoice.For(data, level), SourceLength = data.Length };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)], back = new byte[data.Length];
        double start = ThreadTime.Now;
        TacitEncoder.TryCompress(data, packed, out int length, options);
        double middle = ThreadTime.Now;
        TacitDecoder.TryDecompress(packed.AsSpan(0, length), back, out _);
        double end = ThreadTime.Now;
        return back.AsSpan().SequenceEqual(data) ? new Result(length, middle - start, end - middle) : throw new InvalidOperationException("what came back differs");
    }

    private readonly record struct Result(long Length, double Pack, double Unpack);

    private sealed record Line(string Name, long Raw, Result[] Results);
}
