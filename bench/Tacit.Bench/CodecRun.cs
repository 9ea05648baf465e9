using System.Globalization;
using Tacit.Compression;
using Tacit.Compression.Codecs;

namespace Tacit.Bench;

/// <summary>Codec cm in this process, one block a file: size, kind and speed both ways per second of thread time.</summary>
internal static class CodecRun
{
    private const int Rounds = 3;

    private const string ModelOption = "--model=";

    /// <summary>
    /// Runs; arguments are levels such as -5 (several may be given), --sizes for no timing and no decoding, --neural for a network that
    /// learns along, --model=FILE for a prior, and files.
    /// </summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        bool sizes = args.Contains("--sizes"), neural = args.Contains("--neural");
        TacitModel[] models = [.. args.Where(a => a.StartsWith(ModelOption, StringComparison.Ordinal)).Select(a => TacitModel.Load(a[ModelOption.Length..]))];
        string[] files = [.. args.Where(a => !a.StartsWith('-'))];
        int[] levels = [.. args.Where(a => a.Length == 2 && a[0] == '-' && char.IsAsciiDigit(a[1])).Select(a => a[1] - '0')];
        if (files.Length == 0)
        {
            Console.Error.WriteLine("cm [-LEVEL…] [--sizes] [--neural] [--model=FILE] FILE…");
            return 1;
        }
        foreach (int level in levels.Length > 0 ? levels : [models.Length > 0 ? models[0].Level ?? 5 : 5])
        {
            long raw = 0, coded = 0;
            double pack = 0, unpack = 0;
            foreach (string file in files)
            {
                byte[] data = File.ReadAllBytes(file);
                CodecDescription codec = ((ContextMixingDescription)new ContextMixingDescription().With(models)).At(level, neural);
                Line line = Measure(codec, data, level, sizes || neural ? 1 : Rounds, decode: !sizes);
                Print(Path.GetFileName(file), level, line, data.Length);
                raw += data.Length;
                coded += line.Coded;
                pack += line.Pack;
                unpack += line.Unpack;
            }
            Print("all", level, new Line((int)coded, "", pack, unpack), raw);
        }
        return 0;
    }

    /// <summary>Codes a block so many times, and decodes it; the least times.</summary>
    public static Line Measure(CodecDescription description, byte[] data, int level, int rounds, bool decode)
    {
        byte[] coded = new byte[data.Length + 64], back = new byte[data.Length];
        int length = 0;
        byte kind = 0;
        double pack = double.MaxValue, unpack = double.MaxValue;
        using BlockCodec codec = description.Create(description.ParametersFor(level), data.Length);
        for (int round = 0; round < rounds; round++)
        {
            double start = ThreadTime.Now;
            length = codec.Encode(data, coded, out kind, WorkMonitor.None);
            pack = Math.Min(pack, ThreadTime.Now - start);
            if (length < 0 || !decode)
                continue;
            start = ThreadTime.Now;
            codec.Decode(coded.AsSpan(0, length), kind, back, WorkMonitor.None);
            unpack = Math.Min(unpack, ThreadTime.Now - start);
            if (!back.AsSpan().SequenceEqual(data))
                throw new InvalidOperationException("what came back differs");
        }
        return length < 0 ? new Line(data.Length, "stored", pack, 0) : new Line(length, description.KindName(kind), pack, decode ? unpack : 0);
    }

    private static void Print(string name, int level, Line line, long raw) => Console.WriteLine(
        $"-{level} {name,-28} {line.Coded,10} {8.0 * line.Coded / raw,7:f4} {raw / 1e6 / line.Pack,8:f3} {(line.Unpack > 0 ? raw / 1e6 / line.Unpack : 0),8:f3} MB/s {line.Kind}");

    /// <summary>What a block came to: bytes, kind, seconds of thread time each way.</summary>
    public readonly record struct Line(int Coded, string Kind, double Pack, double Unpack);
}
