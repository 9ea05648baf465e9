using System.Globalization;
using Tacit.Bench.Comparison;
using Tacit.Compression;

namespace Tacit.Bench;

/// <summary>
/// Is any text or file of records larger than it may be: with --mix more than 1 % larger than the better of cm and the model
/// alone, with --neural more than 0.1 % larger than cm? Whole archives of the first bytes of every file.
/// </summary>
internal static class NeverLargerRun
{
    private const string ModelOption = "--model=", CapOption = "--cap=";

    private static readonly string[] Folders = ["text", "records"];

    /// <summary>Runs; arguments are --model=FILE or --neural, --cap=BYTES of each file (300,000 unless given), -LEVEL (9 unless given) and parts of paths. 1 if a file is larger.</summary>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string? file = args.FirstOrDefault(a => a.StartsWith(ModelOption, StringComparison.Ordinal))?[ModelOption.Length..];
        int cap = args.FirstOrDefault(a => a.StartsWith(CapOption, StringComparison.Ordinal)) is { } given ? int.Parse(given[CapOption.Length..]) : 300_000;
        int level = args.FirstOrDefault(a => a.Length == 2 && a[0] == '-' && char.IsAsciiDigit(a[1])) is { } at ? at[1] - '0' : 9;
        if (file is null == !args.Contains("--neural"))
        {
            Console.Error.WriteLine("never-larger --model=FILE|--neural [--cap=BYTES] [-LEVEL] [PART…]");
            return 1;
        }
        string[] parts = [.. args.Where(a => !a.StartsWith('-'))];
        string shared = Path.GetFullPath(Path.Combine(ComparisonRun.Root(), "..", "shared", "data"));
        string[] files = [.. Folders.SelectMany(f => Directory.GetFiles(Path.Combine(shared, f), "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)
            .Where(f => parts.Length == 0 || parts.Any(p => f.Contains(p, StringComparison.Ordinal)))];
        TacitModel? model = file is null ? null : TacitModel.Load(file);
        double allowed = model is null ? 1.001 : 1.01, worst = 0;
        int larger = 0, helped = 0;
        long least = 0, reached = 0, bytes = 0;
        foreach (string path in files)
        {
            byte[] data = XzCheck.Content(path);
            data = data[..Math.Min(cap, data.Length)];
            int plain = Length(data, new TacitCompressionOptions { Level = level }), better = plain, alone = 0, with;
            if (model is null)
            {
                with = Length(data, new TacitCompressionOptions { Level = level, Network = true });
            }
            else
            {
                alone = Length(data, new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [model], Mix = false, Level = level });
                better = Math.Min(plain, alone);
                with = Length(data, new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [model], Mix = true, Level = level });
            }
            (least, reached, bytes) = (least + better, reached + with, bytes + data.Length);
            worst = Math.Max(worst, (double)with / better);
            helped += with < better ? 1 : 0;
            if (with > allowed * better)
            {
                larger++;
                Console.WriteLine($"LARGER {Path.GetRelativePath(shared, path)}, {data.Length} bytes: cm {plain}{(alone > 0 ? $", alone {alone}" : "")}, with it {with}");
            }
        }
        Console.WriteLine($"{files.Length} files, {bytes:N0} bytes, {larger} more than {100 * (allowed - 1):0.#} % larger; {helped} smaller; the worst {100 * (worst - 1):+0.000;-0.000} %; "
            + $"together {least:N0} to {reached:N0}, {100.0 * ((double)reached / least - 1):+0.00;-0.00} %");
        return larger == 0 ? 0 : 1;
    }

    private static int Length(byte[] data, TacitCompressionOptions options)
    {
        byte[] packed = new byte[TacitEncoder.GetMaxCompressedLength(data.Length, options)];
        if (!TacitEncoder.TryCompress(data, packed, out int length, options))
            throw new InvalidOperationException("the bound on the compressed length does not hold");
        return length;
    }
}
