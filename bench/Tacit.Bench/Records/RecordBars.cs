using System.Globalization;
using Tacit.Modeling.Records;

namespace Tacit.Bench.Records;

/// <summary>Small records, each alone: sizes and speeds of both profiles against compressors with trained dictionaries, and the bars.</summary>
/// <remarks>Speeds are per second of thread time, so that neighbours count little.</remarks>
internal static class RecordBars
{
    private const double UsersBar = 0.45, AccessBar = 0.75, TotalBar = 0.65, FastBar = 0.9, BestSpeed = 0.5, FastSpeed = 3, LoadBar = 0.05,
        LatencyBar = 0.3, ThreadBar = 1.8;

    /// <summary>Runs; arguments are --no-rivals, --best or --fast for one profile, --max-model=BYTES, and names of sets for some of them.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (!Directory.Exists(RecordSets.Folder))
        {
            Console.Error.WriteLine($"The data sets are not there: {RecordSets.Folder}");
            return 1;
        }
        string[] wanted = [.. args.Where(a => !a.StartsWith('-'))];
        int most = args.FirstOrDefault(a => a.StartsWith("--max-model=", StringComparison.Ordinal)) is { } text ? int.Parse(text.AsSpan(12), CultureInfo.InvariantCulture) : 1 << 20;
        bool rivals = !args.Contains("--no-rivals");
        var all = new List<Row>();
        Console.WriteLine("| set | records | bytes | zstd | brotli | deflate | best | fast | best : zstd | best : best rival | fast : best rival "
            + "| best MB/s | fast MB/s | models kB | load ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (RecordSet set in RecordSets.All().Where(s => wanted.Length == 0 || wanted.Contains(s.Name)))
        {
            (long zstd, long? brotli, long deflate) = rivals ? RecordRivals.Measure(set) : default;
            Measured? best = args.Contains("--fast") ? null : Measure(set, RecordProfile.Best, most);
            Measured? fast = args.Contains("--best") ? null : Measure(set, RecordProfile.Fast, most);
            var row = new Row(set.Name, set.Test.Length, set.TestBytes, zstd, brotli, deflate, best ?? fast!, fast ?? best!);
            all.Add(row);
            Console.WriteLine(row);
        }
        var total = new Row("**all**", all.Sum(r => r.Records), all.Sum(r => r.Bytes), all.Sum(r => r.Zstd), all.Any(r => r.Brotli is null) ? null : all.Sum(r => r.Brotli),
            all.Sum(r => r.Deflate), Measured.Sum(all.Select(r => r.Best)), Measured.Sum(all.Select(r => r.Fast)));
        Console.WriteLine(total);
        Console.Error.WriteLine($"all records: {total.Best.Speed.Latency:0.00} ms for 1 kB with best, {total.Fast.Speed.Latency:0.00} with fast, in the median");
        return rivals && wanted.Length == 0 ? Judge(all, total) : 0;
    }

    private static int Judge(List<Row> rows, Row total)
    {
        var missed = new List<string>();
        foreach (Row row in rows)
        {
            if (row.Best.Coded >= row.Rival)
                missed.Add($"{row.Name}: best is not smaller than every rival");
            Check($"{row.Name}: 1 / speed of best", BestSpeed / row.Best.Slower, 1);
        }
        Check("github_users of zstd", rows.First(r => r.Name == "github_users").OfZstd, UsersBar);
        Check("apache_access of zstd", rows.First(r => r.Name == "apache_access").OfZstd, AccessBar);
        Check("total of zstd", total.OfZstd, TotalBar);
        Check("fast, of the best rival in total", (double)total.Fast.Coded / total.Rival, FastBar);
        Check("seconds of loading", rows.Max(r => Math.Max(r.Best.Load, r.Fast.Load)), LoadBar);
        Check("milliseconds of fast for 1 kB", total.Fast.Speed.Latency, LatencyBar);
        Check("1 / gain by two threads", ThreadBar / total.Fast.Speed.Threads, 1);
        Check("bytes allocated", Math.Max(total.Best.Speed.Allocated, total.Fast.Speed.Allocated), 0);
        Check("1 / speed of fast", FastSpeed / total.Fast.Slower, 1);
        Console.WriteLine(missed.Count == 0 ? "all bars are met" : "missed:\n" + string.Join('\n', missed));
        return missed.Count == 0 ? 0 : 1;

        void Check(string what, double value, double bar)
        {
            if (value > bar)
                missed.Add($"{what}: {value:0.000}, at most {bar}");
        }
    }

    private static Measured Measure(RecordSet set, RecordProfile profile, int most)
    {
        double start = ThreadTime.Now;
        byte[] file = RecordTraining.Train(set.Train, new RecordTrainingOptions { Profile = profile, MaxModelSize = most });
        double trained = ThreadTime.Now - start;
        RecordModel model = RecordModel.Load(new MemoryStream(file));
        start = ThreadTime.Now;
        for (int i = 0; i < 5; i++)
            RecordModel.Load(new MemoryStream(file));
        double load = (ThreadTime.Now - start) / 5;
        RecordSpeeds speeds = RecordSpeeds.Measure(model, set.Test);
        Console.Error.WriteLine($"{set.Name} {profile}: {model.Syntax}, {model.Parameters.Table.Count} contexts, trained in {trained:0.0} s, "
            + $"{speeds.Latency:0.00} ms for 1 kB, {speeds.Threads:0.00} times with two threads, {speeds.Allocated} bytes allocated");
        return new Measured(set.TestBytes, speeds, file.Length, load);
    }

    private sealed record Measured(long Raw, RecordSpeeds Speed, long Model, double Load)
    {
        public long Coded => Speed.Coded;

        public double Slower => Raw / 1e6 / Math.Max(Speed.Pack, Speed.Unpack);

        public string Speeds => $"{Raw / 1e6 / Speed.Pack:0.00}, {Raw / 1e6 / Speed.Unpack:0.00}";

        public static Measured Sum(IEnumerable<Measured> all)
        {
            Measured[] m = [.. all];
            return new(m.Sum(x => x.Raw), new RecordSpeeds(m.Sum(x => x.Coded), m.Sum(x => x.Speed.Pack), m.Sum(x => x.Speed.Unpack), [.. m.SelectMany(x => x.Speed.Latencies)],
                ThreadTime.Median(m.Select(x => x.Speed.Threads)), m.Max(x => x.Speed.Allocated)), m.Sum(x => x.Model), m.Max(x => x.Load));
        }
    }

    private sealed record Row(string Name, int Records, long Bytes, long Zstd, long? Brotli, long Deflate, Measured Best, Measured Fast)
    {
        public long Rival => Math.Min(Zstd, Math.Min(Brotli ?? long.MaxValue, Deflate));

        public double OfZstd => (double)Best.Coded / Zstd;

        public override string ToString() =>
            $"| {Name} | {Records:N0} | {Bytes:N0} | {Zstd:N0} | {Brotli?.ToString("N0", CultureInfo.InvariantCulture) ?? "-"} | {Deflate:N0} | {Best.Coded:N0} | {Fast.Coded:N0} | {OfZstd:0.000} "
            + $"| {(double)Best.Coded / Rival:0.000} | {(double)Fast.Coded / Rival:0.000} | {Best.Speeds} | {Fast.Speeds} "
            + $"| {Best.Model / 1e3:0}, {Fast.Model / 1e3:0} | {Best.Load * 1e3:0}, {Fast.Load * 1e3:0} |";
    }
}
