using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Tacit.Bench.Comparison;
using Tacit.Compression;
using Tacit.Compression.Codecs.Numeric;

namespace Tacit.Bench;

/// <summary>Codec numeric on the series of the data sets: sizes beside xz, zstd and codec cm, speeds per second of thread time, and the bars.</summary>
internal static class NumericBars
{
    private const int Rounds = 5;
    private const double GeneralBar = 0.75, MixerBar = 0.9, SpeedBar = 2;

    private static readonly (string Group, string File)[] Files =
    [
        ("CSV", "ETTh1.csv.gz"),
        ("CSV", "airline-passengers.csv"),
        ("CSV", "daily-min-temperatures.csv"),
        ("CSV", "monthly-shampoo-sales.csv"),
        ("CSV", "monthly-sunspots.csv"),
        ("CSV", "nab/speed_7578.csv"),
        ("int16", "ecg_mitbih208_360hz.i16le"),
        ("float64", "f64/ec2_network_in.f64le"),
        ("float64", "f64/exchange_rate_7588x8.f64le"),
    ];

    /// <summary>Runs; arguments are a level such as -5, --sizes for no timing, --write to put the table into docs/NUMERIC.md, parts of names for some files.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string folder = Path.GetFullPath(Path.Combine(ComparisonRun.Root(), "..", "shared", "data", "series"));
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"The data sets are not there: {folder}");
            return 1;
        }
        int level = args.FirstOrDefault(a => a.Length == 2 && char.IsAsciiDigit(a[1])) is { } digit ? digit[1] - '0' : 5;
        bool timed = !args.Contains("--sizes");
        var rows = new List<Row>();
        string[] wanted = [.. args.Where(a => !a.StartsWith('-'))];
        foreach ((string group, string file) in Files.Where(f => wanted.Length == 0 || wanted.Any(w => f.File.Contains(w, StringComparison.Ordinal))))
            rows.Add(Measure(group, Path.Combine(folder, file), level, timed));
        Row[] groups = [.. rows.GroupBy(r => r.Group).Select(g => Sum(g.Key, g)), Sum("all", rows)];

        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"| data | bytes | xz -9e | zstd --ultra -22 | cm -{level} | numeric -{level} | of the better of xz, zstd | of cm | MB/s coding | MB/s decoding |\n");
        table.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (Row row in rows)
            table.Append(row.ToString());
        foreach (Row row in groups)
            table.Append(row.ToString());
        Console.Write(table);
        string[] missed = [.. groups.Where(g => g.OfGeneral > GeneralBar || g.OfMixer > MixerBar || (timed && Math.Min(g.Pack, g.Unpack) < SpeedBar)).Select(g => g.Name)];
        Console.WriteLine($"bars: at most {GeneralBar} of the better of xz and zstd, {MixerBar} of cm, at least {SpeedBar} MB/s: "
            + (missed.Length == 0 ? "met by every group" : "missed by " + string.Join(", ", missed)));
        if (args.Contains("--write"))
            Replace(Path.Combine(ComparisonRun.Root(), "docs", "NUMERIC.md"), table.ToString());
        return missed.Length == 0 ? 0 : 1;
    }

    private static Row Measure(string group, string path, int level, bool timed)
    {
        byte[] data = Content(path);
        CodecRun.Line line = CodecRun.Measure(new NumericDescription(), data, level, timed ? Rounds : 1, decode: true);
        return new Row(group, Path.GetFileName(path).Replace(".gz", "", StringComparison.Ordinal), data.Length, Piped("xz", ["-9e", "-T1", "-c"], data),
            Piped("zstd", ["--ultra", "-22", "--single-thread", "-q", "-c"], data), Archive(data, TacitCodec.ContextMixing, level),
            Archive(data, TacitCodec.Numeric, level), line.Pack, line.Unpack);
    }

    private static Row Sum(string name, IEnumerable<Row> rows)
    {
        Row[] all = [.. rows];
        return new Row(name, $"**{name}**", all.Sum(r => r.Raw), all.Sum(r => r.Xz), all.Sum(r => r.Zstd), all.Sum(r => r.Mixer), all.Sum(r => r.Numeric),
            all.Sum(r => r.PackTime), all.Sum(r => r.UnpackTime));
    }

    private static byte[] Content(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
            return File.ReadAllBytes(path);
        using var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        source.CopyTo(content);
        return content.ToArray();
    }

    private static int Archive(byte[] data, TacitCodec codec, int level)
    {
        var options = new TacitCompressionOptions { Codec = codec, Level = level };
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        return TacitEncoder.TryCompress(data, packed, out int length, options)
            ? length
            : throw new InvalidOperationException("the bound on the compressed length does not hold");
    }

    private static int Piped(string program, string[] arguments, byte[] data)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} does not start");
        using var packed = new MemoryStream();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(packed);
        process.StandardInput.BaseStream.Write(data);
        process.StandardInput.Close();
        reading.Wait();
        process.WaitForExit();
        return (int)packed.Length;
    }

    // The table stands between two lines of its own.
    private static void Replace(string path, string table)
    {
        const string Begin = "<!-- bench numeric -->\n", End = "<!-- end -->\n";
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(path, string.Concat(text.AsSpan(0, begin), table, text.AsSpan(end)));
    }

    private sealed record Row(string Group, string Name, long Raw, long Xz, long Zstd, long Mixer, long Numeric, double PackTime, double UnpackTime)
    {
        public double OfGeneral => (double)Numeric / Math.Min(Xz, Zstd);

        public double OfMixer => (double)Numeric / Mixer;

        public double Pack => Raw / 1e6 / PackTime;

        public double Unpack => Raw / 1e6 / UnpackTime;

        public override string ToString() =>
            $"| {Name} | {Raw:N0} | {Xz:N0} | {Zstd:N0} | {Mixer:N0} | {Numeric:N0} | {OfGeneral:0.000} | {OfMixer:0.000} | {Pack:0.0} | {Unpack:0.0} |\n";
    }
}
