using System.Globalization;
using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Language;
using Tacit.Modeling.LanguageModels;

namespace Tacit.Bench;

/// <summary>A trained language model in this process: a file by cm alone, by the model alone, by both, and with a prior; bytes and speeds both ways.</summary>
internal static class NeuralRun
{
    /// <summary>Runs; arguments are a file, --model MODEL, --prior MODEL for a prior of that level besides, -LEVEL of cm (9 unless given), --sizes for no decoding.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int at = Array.IndexOf(args, "--model"), before = Array.IndexOf(args, "--prior");
        string? file = args.Where((a, i) => !a.StartsWith('-') && (at < 0 || i != at + 1) && (before < 0 || i != before + 1)).FirstOrDefault();
        if (at < 0 || at + 1 == args.Length || file is null)
        {
            Console.Error.WriteLine("neural FILE --model MODEL [--prior MODEL] [-LEVEL] [--sizes]");
            return 1;
        }
        byte[] data = File.ReadAllBytes(file);
        TacitModel model = TacitModel.Load(args[at + 1]);
        int level = args.FirstOrDefault(a => a.Length == 2 && a[0] == '-' && char.IsAsciiDigit(a[1])) is { } given ? given[1] - '0' : 9;
        bool decode = !args.Contains("--sizes");
        var language = (LanguageDescription)new LanguageDescription().With([model]);
        Console.WriteLine($"{Path.GetFileName(file)}, {data.Length} bytes; {Path.GetFileName(args[at + 1])}, {model.FileLength} bytes; one thread, its own time");
        int cm = Show("cm", new ContextMixingDescription(), 0);
        int alone = Show("lm", language.Mixing(false), cm);
        if (language.Mixes)
            Show("lm and cm", language.Mixing(true), cm);
        if (before >= 0)
        {
            TacitModel prior = TacitModel.Load(args[before + 1]);
            Show("prior", new ContextMixingDescription().With([prior]), cm, prior.FileLength);
            Show("lm, prior", new LanguageDescription().With([model, prior]), cm, prior.FileLength + model.FileLength);
        }
        double nats = Evaluation.Of((LanguageModel)model.Content, data).Nats;
        Console.WriteLine($"cross-entropy of the model in floats, half a window at least: {nats / Math.Log(2) / 8:f0} bytes; lm {100.0 * (alone * 8 * Math.Log(2) / nats - 1):+0.00;-0.00} %");
        return 0;

        int Show(string name, CodecDescription codec, int against, int charged = 0)
        {
            CodecRun.Line line = CodecRun.Measure(codec, data, level, 1, decode);
            string less = against == 0 ? "" : $", {100.0 * (1 - (double)line.Coded / against):0.00} % less than cm; {line.Coded + (charged > 0 ? charged : model.FileLength)} with the model";
            Console.WriteLine($"{name,-10} -{level} {line.Coded,9} {8.0 * line.Coded / data.Length,7:f4} {data.Length / 1e3 / line.Pack,8:f1} " +
                $"{(line.Unpack > 0 ? data.Length / 1e3 / line.Unpack : 0),8:f1} kB/s {line.Kind}{less}");
            return line.Coded;
        }
    }
}
