using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Npy;
using Tacit.Media.Sequences;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Commands;

/// <summary>What makes latents of a kind's data: the front half of 'tacit embed'.</summary>
internal abstract class LatentSource
{
    /// <summary>The lines of --help about the data, each ended.</summary>
    public abstract string OptionHelp { get; }

    /// <summary>Whether the data's options say where labels are, so that the command does not ask.</summary>
    public virtual bool FindsLabels => false;

    /// <summary>Where what was embedded stands among all items of the data, those left out too, and how many these are; null if none were.</summary>
    public (IReadOnlyList<int> Places, int Count)? Kept { get; protected set; }

    /// <summary>Adds the options about the data.</summary>
    public abstract void AddTo(Command command);

    /// <summary>Reads the data and makes the latents.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="files">What is named.</param>
    /// <param name="isOutput">Whether a file is one that is being written.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="report">Is told of what is left out.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public abstract Task<LatentTable> ReadAsync(ParseResult parsed, string model, IReadOnlyList<string> files, Func<FileStatus?, bool> isOutput, WorkPool workers,
        Report report, CancellationToken cancellationToken);
}

/// <summary>tacit embed: what a model makes of items, as numbers and as a map.</summary>
internal static class EmbedCommand
{
    private const int UsualPoints = 2000, MostLabelFile = 1 << 28;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private const string Help = """
        usage: tacit embed --model MODEL [OPTION…] DATA… [-o OUT]

        Writes the latent of each item of DATA: a row of numbers that stands for it.

          --model MODEL       an autoencoder
          -o, --output OUT    OUT.npy for NumPy, else CSV; standard output unless there is a --map
          --map OUT.svg       draw the items as points, coloured by their labels
          --method M          of the map: pca (default), or tsne, which keeps neighbours together
          --perplexity P      of tsne: how many neighbours count, about (default 30)
          --points N          most points on the map, taken evenly (default 2000; 5000 with tsne)
          --label-pattern R   labels: what the regular expression R finds in the items' names, or its first
                              group: '([0-9])_[^/]*$' is the digit in train/7_theo_3.wav
          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        """;

    private const string LabelHelp = """
          --labels FILE       labels: a line of text for each item, or for each line of DATA

        """;

    /// <summary>The command over a kind's data.</summary>
    public static Command Create(LatentSource source)
    {
        var options = new ThreadedOptions();
        Option<string> model = CommandLine.Value("--model"), output = CommandLine.Value("--output", "-o"), map = CommandLine.Value("--map"),
            method = CommandLine.Value("--method"), perplexity = CommandLine.Value("--perplexity"), points = CommandLine.Value("--points"),
            labels = CommandLine.Value("--labels"), pattern = CommandLine.Value("--label-pattern");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("embed", Help + (source.FindsLabels ? "" : LabelHelp) + source.OptionHelp) { model, output, map, method, perplexity, points, pattern, force };
        if (!source.FindsLabels)
            command.Add(labels);
        options.AddTo(command);
        source.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            IReadOnlyList<string> files = options.Files(parsed);
            string path = parsed.GetValue(model)!;
            ModelInput.CheckStandardInput(path, files.Contains("-"));
            bool tsne = parsed.GetValue(method) switch
            {
                null or "pca" => false,
                "tsne" => true,
                var other => throw new UsageException($"--method is pca or tsne, not '{other}'"),
            };
            int most = WholeNumber.Parse("--points", parsed.GetValue(points), UsualPoints, 4, tsne ? TSne.MostRows : 1_000_000);
            double neighbours = Perplexity(parsed.GetValue(perplexity));
            Regex? expression = PatternOf(parsed.GetValue(pattern));
            string? labelFile = source.FindsLabels ? null : parsed.GetValue(labels);
            if (expression is not null && labelFile is not null)
                throw new UsageException("--labels and --label-pattern exclude each other");
            string? picture = parsed.GetValue(map), table = parsed.GetValue(output) ?? (picture is null ? "-" : null);
            await using var outputs = new OutputSet(parsed.GetValue(force));
            OutputFile? tableFile = table is null ? null : outputs.Open(table), mapFile = picture is null ? null : outputs.Open(picture);
            using WorkPool workers = new(options.Threads(parsed));
            LatentTable latents = await source.ReadAsync(parsed, path, files, outputs.Contain, workers, report, cancellationToken);
            if (labelFile is not null)
                latents = await LabelledAsync(latents, labelFile, source.Kept, cancellationToken);
            else if (expression is not null)
                latents = latents.With([.. latents.Names.Select(n => LabelIn(n, expression))]);
            if (mapFile is not null)
                await Task.Run(() => WriteMap(mapFile.Stream, latents, Path.GetFileName(path), tsne, most, neighbours, workers, report, cancellationToken), cancellationToken);
            if (tableFile is not null)
                WriteTable(tableFile.Stream, latents, table!.EndsWith(".npy", StringComparison.OrdinalIgnoreCase));
            await outputs.PublishAsync(cancellationToken);
            return report.ExitCode;
        });
        return command;
    }

    private static double Perplexity(string? text) => text is null ? 30
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 1 and <= 1000 ? value
        : throw new UsageException($"--perplexity takes a number from 1 to 1000, not '{text}'");

    private static Regex? PatternOf(string? text)
    {
        try
        {
            return text is null ? null : new Regex(text, RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--label-pattern: {e.Message}");
        }
    }

    private static string LabelIn(string name, Regex pattern)
    {
        Match match;
        try
        {
            match = pattern.Match(name);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException($"--label-pattern takes too long on '{name}'", e);
        }
        return match.Success ? (match.Groups.Count > 1 ? match.Groups[1] : match).Value
            : throw new InvalidDataException($"--label-pattern finds nothing in '{name}'");
    }

    private static async Task<LatentTable> LabelledAsync(LatentTable latents, string path, (IReadOnlyList<int> Places, int Count)? kept, CancellationToken cancellationToken)
    {
        using InputFile input = InputFile.Open(path);
        byte[] bytes = await input.ReadAllAsync(MostLabelFile, cancellationToken);
        string[] lines = [.. ModelInput.OfFile(path, () => TextLines.Split(Gunzip.Unwrap(bytes, MostLabelFile))).Select(l => Encoding.UTF8.GetString(l.Span))];
        if (lines.Length != latents.Count && kept is { } all && lines.Length == all.Count)
            return latents.With([.. all.Places.Select(p => lines[p])]);     // a line for each item, those left out too
        return lines.Length == latents.Count ? latents.With(lines)
            : throw new InvalidDataException($"{path}: has {lines.Length} labels for {latents.Count} items");
    }

    private static void WriteTable(Stream stream, LatentTable latents, bool npy)
    {
        if (npy)
        {
            NpyWriter.Write(stream, latents.Values, latents.Count, latents.Columns);
            return;
        }
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.Write("item");
        writer.Write(latents.Labels is null ? "" : ",label");
        for (int c = 0; c < latents.Columns; c++)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $",z{c + 1}"));
        writer.WriteLine();
        for (int i = 0; i < latents.Count; i++)
        {
            writer.Write(CsvCell.Of(latents.Names[i]));
            writer.Write(latents.Labels is null ? "" : "," + CsvCell.Of(latents.Labels[i]));
            foreach (float value in latents.Row(i))
                writer.Write("," + value.ToString("R", CultureInfo.InvariantCulture));
            writer.WriteLine();
        }
    }

    private static void WriteMap(Stream stream, LatentTable latents, string model, bool tsne, int most, double perplexity, WorkPool workers, Report report,
        CancellationToken cancellationToken)
    {
        if (latents.Count < 4)
            throw new InvalidDataException($"a map takes at least 4 items, not {latents.Count}");
        if (latents.Count > most)
        {
            report.Note($"the map has {most} of {latents.Count} items; --points shows more");
            latents = latents.Part([.. Enumerable.Range(0, most).Select(i => (int)((long)i * latents.Count / most))]);
        }
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        if (tsne)
        {
            double[] places = new TSne { Perplexity = perplexity }.Fit(latents.Values, latents.Columns, workers, cancellationToken);
            LatentMap.Write(writer, $"{model}: {latents.Count} items by t-SNE", places, latents.Names, latents.Labels);
            return;
        }
        int count = Math.Min(2, latents.Columns);
        PrincipalComponents components = PrincipalComponents.Fit(latents.Values, latents.Columns, count, workers, cancellationToken);
        float[] projected = components.Project(latents.Values, workers);
        double[] flat = [.. Enumerable.Range(0, 2 * latents.Count).Select(i => i % 2 < count ? (double)projected[i / 2 * count + i % 2] : 0)];
        double total = TotalVariance(latents);
        LatentMap.Write(writer, $"{model}: {latents.Count} items by their principal components", flat, latents.Names, latents.Labels,
            (Share(0), count > 1 ? Share(1) : ""));

        string Share(int i) => string.Create(CultureInfo.InvariantCulture,
            $"component {i + 1}: {(total > 0 ? 100 * components.Variances[i] / total : 0):0.#} % of the variance");
    }

    private static double TotalVariance(LatentTable latents)
    {
        double total = 0;
        for (int c = 0; c < latents.Columns; c++)
        {
            double sum = 0, squares = 0;
            for (int i = 0; i < latents.Count; i++)
            {
                double value = latents.Row(i)[c];
                (sum, squares) = (sum + value, squares + value * value);
            }
            total += squares / latents.Count - sum / latents.Count * (sum / latents.Count);
        }
        return total;
    }
}
