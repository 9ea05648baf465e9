using System.Globalization;
using Tacit.Compression;
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
            byte[] file = RecordTraining.Train(set.Train, new RecordTrainingOptions { Profile = args.Contains("--fast") ? RecordProfile.Fast : RecordProfile.Best });
            double trained = ThreadTime.Now - start;
            RecordModel model = RecordModel.Load(new MemoryStream(file));
            start = ThreadTime.Now;
            for (int i = 0; i < 5; i++)
                RecordModel.Load(new MemoryStream(file));
            double load = (ThreadTime.Now - start) / 5;
            using var codec = new RecordCodec(model);
            long coded = 0;
            var buffer = new byte[1 << 20];
            var back = new byte[1 << 20];
            double e = 0, d = 0;
            foreach (byte[] record in set.Test)
            {
                start = ThreadTime.Now;
                codec.TryCompress(record, buffer, out int length);
                e += ThreadTime.Now - start;
                coded += length;
                start = ThreadTime.Now;
                bool good = codec.TryDecompress(buffer.AsSpan(0, length), back, out int decoded);
                d += ThreadTime.Now - start;
                if (!good || decoded != record.Length || !back.AsSpan(0, decoded).SequenceEqual(record))
                    throw new InvalidOperationException("a record does not come back");
            }
            total += coded;
            raw += set.TestBytes;
            encode += e;
            decode += d;
            Console.WriteLine($"{set.Name,-18} {set.TestBytes,8} -> {coded,7} ({(double)coded / set.Test.Length:0.0}/record) {set.TestBytes / e / 1e3:0} {set.TestBytes / d / 1e3:0} kB/s, trained {trained:0.0} s; {model.Syntax}, {file.Length} bytes, {model.Parameters.Table.Count} contexts, loads in {load * 1e3:0} ms");
        }
        Console.WriteLine($"total {total}, {raw / encode / 1e3:0} {raw / decode / 1e3:0} kB/s");
        return 0;
    }
}
