using System.Globalization;
using Tacit.Compression.Records;
using Tacit.Modeling.Records;

namespace Tacit.Bench.Records;

/// <summary>Small records, each alone: sizes and speeds of both profiles against compressors with trained dictionaries, and the bars.</summary>
internal static class RecordBars
{
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        bool rivals = args.Contains("--rivals");
        string[] wanted = [.. args.Where(a => !a.StartsWith('-'))];
        long total = 0;
        double encode = 0, decode = 0;
        long raw = 0;
        foreach (RecordSet set in RecordSets.All().Where(s => wanted.Length == 0 || wanted.Contains(s.Name)))
        {
            if (rivals)
            {
                (long zstd, long brotli, long deflate) = RecordRivals.Measure(set);
                Console.WriteLine($"{set.Name,-18} {set.TestBytes,8} zstd {zstd,7} brotli {brotli,7} deflate {deflate,7}");
                continue;
            }
            double start = ThreadTime.Now;
            string log = "";
            RecordSyntax syntax = set.Test[0][0] is (byte)'{' || (set.Test[0][0] == (byte)'[' && set.Test[0][1] == '"') ? RecordSyntax.Json : RecordSyntax.Text;
            RankModel model = RecordTrainer.TrainRank(set.Train, args.Contains("--fast") ? RecordProfile.Fast : RecordProfile.Best, syntax, (byte)',', log: s => log += " " + s);
            double trained = ThreadTime.Now - start;
            using var predictor = new RankPredictor(model);
            long coded = 0;
            var buffer = new byte[1 << 20];
            var back = new byte[1 << 20];
            double e = 0, d = 0;
            foreach (byte[] record in set.Test)
            {
                start = ThreadTime.Now;
                int length = RecordCoding.Encode(predictor, model, record, buffer);
                e += ThreadTime.Now - start;
                coded += Math.Min(length, record.Length + 1);
                start = ThreadTime.Now;
                int decoded = RecordCoding.Decode(predictor, model, buffer.AsSpan(0, length), back);
                d += ThreadTime.Now - start;
                if (decoded != record.Length || !back.AsSpan(0, decoded).SequenceEqual(record))
                    throw new InvalidOperationException("a record does not come back");
            }
            total += coded;
            raw += set.TestBytes;
            encode += e;
            decode += d;
            Console.WriteLine($"{set.Name,-18} {set.TestBytes,8} -> {coded,7} ({(double)coded / set.Test.Length:0.0}/record) {set.TestBytes / e / 1e3:0} {set.TestBytes / d / 1e3:0} kB/s, trained {trained:0.0} s;{log}");
        }
        Console.WriteLine($"total {total}, {raw / encode / 1e3:0} {raw / decode / 1e3:0} kB/s");
        return 0;
    }
}
