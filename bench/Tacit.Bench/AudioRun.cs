using System.Globalization;
using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Audio;

namespace Tacit.Bench;

/// <summary>Codec audio in this process, one block a file: sizes and speeds both ways per second of thread time.</summary>
internal static class AudioRun
{
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int level = args.Where(a => a.Length == 2 && a[0] == '-').Select(a => a[1] - '0').FirstOrDefault(5);
        bool decode = args.Contains("--decode");
        long total = 0, raw = 0;
        double time = 0, back = 0;
        var description = new AudioDescription();
        foreach (string path in args.Where(a => a[0] != '-'))
        {
            foreach (string file in Directory.Exists(path) ? Directory.GetFiles(path, "*.wav").Order(StringComparer.Ordinal).ToArray() : [path])
            {
                byte[] data = File.ReadAllBytes(file), coded = new byte[data.Length], restored = new byte[data.Length];
                using BlockCodec codec = description.Create(description.ParametersFor(level), data.Length);
                double t0 = ThreadTime.Now;
                int length = codec.Encode(data, coded, out byte kind, WorkMonitor.None);
                double t = ThreadTime.Now - t0, u = 0;
                if (decode)
                {
                    t0 = ThreadTime.Now;
                    codec.Decode(coded.AsSpan(0, length), kind, restored, WorkMonitor.None);
                    u = ThreadTime.Now - t0;
                    if (!restored.AsSpan().SequenceEqual(data))
                        throw new InvalidOperationException("what came back differs");
                }
                time += t;
                back += u;
                raw += data.Length;
                total += length;
                if (!Directory.Exists(path))
                    Console.WriteLine($"{Path.GetFileName(file),-24} {data.Length,9} {length,9} {description.KindName(kind)} {data.Length / t / 1e6,7:f2} {data.Length / Math.Max(u, 1e-9) / 1e6,7:f2} MB/s");
            }
        }
        Console.WriteLine($"-{level} total {total} of {raw}, {raw / time / 1e6:f2} {raw / Math.Max(back, 1e-9) / 1e6:f2} MB/s");
        return 0;
    }
}
