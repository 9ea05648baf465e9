using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media.Npy;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Commands;

/// <summary>tacit embed: what a model makes of items, as numbers and as a map.</summary>
internal static class EmbedCommand
{
    private const int UsualPoints = 2000;

    private const string Help = """
        usage: tacit embed --model MODEL [OPTION…] DATA… [-o OUT]

        Writes the latent of each item of DATA: a row of numbers that stands for it.

          --model MODEL       an autoencoder
          -o, --output OUT    OUT.npy for NumPy, else CSV; standard output unless there is a --map
          --map OUT.svg       draw the items as points, coloured by their labels
          --method M          of the map: pca (default), or tsne, which keeps neighbours together
          --perplexity P      of tsne: how many neighbours count, about (default 30)
          --points N          most points on the map, taken evenly (default 2000; 5000 with tsne)
          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        """;

    /// <summary>The command over a kind's data.</summary>
    public static Command Create(LatentSource source)
    {
        var options = new DataOptions();
        var labels = new LabelOptions(source);
        Option<string> output = CommandLine.Value("--output", "-o"), map = CommandLine.Value("--map"),
            method = CommandLine.Value("--method"),
            perplexity = CommandLine.Value("--perplexity"), points = CommandLine.Value("--points");
        var command = new Command("embed", Help + labels.Help + source.OptionHelp) { output, map, method, perplexity,
            points };
        options.AddTo(command);
        labels.AddTo(command);
        source.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            bool tsne = parsed.GetValue(method) switch
            {
                null or "pca" => false,
                "tsne" => true,
                var other => throw new UsageException($"--method is pca or tsne, not '{other}'"),
            };
            int most = WholeNumber.Parse("--points", parsed.GetValue(points), UsualPoints, 4, tsne ? TSne.MostRows
                : 1_000_000);
            double neighbours = Perplexity(parsed.GetValue(perplexity));
            labels.Check(parsed);
            await using DataRequest asked = options.Read(parsed);
            string? picture = parsed.GetValue(map), table = parsed.GetValue(output) ?? (picture is null ? "-" : null);
            OutputFile? tableFile = asked.Open(table), mapFile = asked.Open(picture);
            using WorkPool workers = new(asked.Threads);
            LatentTable latents = await labels.ApplyAsync(parsed,
                await source.ReadAsync(parsed, asked, workers, cancellationToken), cancellationToken);
            if (mapFile is not null)
            {
                await Task.Run(() => WriteMap(mapFile, latents, Path.GetFileName(asked.Model), tsne, most, neighbours,
                    workers, asked.Report,
                    cancellationToken), cancellationToken);
            }
            if (tableFile is not null)
                WriteTable(tableFile, latents, table!.EndsWith(".npy", StringComparison.OrdinalIgnoreCase));
            return await asked.FinishAsync([], cancellationToken);
        });
        return command;
    }

    private static double Perplexity(string? text) => text is null ? 30
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value is >= 1 and <= 1000 ? value
        : throw new UsageException($"--perplexity takes a number from 1 to 1000, not '{text}'");

    private static void WriteTable(OutputFile file, LatentTable latents, bool npy)
    {
        if (npy)
        {
            NpyWriter.Write(file.Stream, latents.Values, latents.Count, latents.Columns);
            return;
        }
        using StreamWriter writer = file.OpenWriter();
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

    private static void WriteMap(OutputFile file, LatentTable latents, string model, bool tsne, int most,
        double perplexity, WorkPool workers, Report report,
        CancellationToken cancellationToken)
    {
        if (latents.Count < 4)
            throw new InvalidDataException($"a map takes at least 4 items, not {latents.Count}");
        if (latents.Count > most)
        {
            report.Note($"the map has {most} of {latents.Count} items; --points shows more");
            latents = latents.Part([.. Enumerable.Range(0, most).Select(i => (int)((long)i * latents.Count / most))]);
        }
        using StreamWriter writer = file.OpenWriter();
        if (tsne)
        {
            double[] places = new TSne { Perplexity = perplexity }.Fit(latents.Values, latents.Columns, workers,
                cancellationToken);
            LatentMap.Write(writer, $"{model}: {latents.Count} items by t-SNE", places, latents.Names, latents.Labels);
            return;
        }
        int count = Math.Min(2, latents.Columns);
        PrincipalComponents components = PrincipalComponents.Fit(latents.Values, latents.Columns, count, workers,
            cancellationToken);
        float[] projected = components.Project(latents.Values, workers);
        double[] flat = [.. Enumerable.Range(0, 2 * latents.Count)
            .Select(i => i % 2 < count ? (double)projected[i / 2 * count + i % 2] : 0)];
        double total = TotalVariance(latents);
        LatentMap.Write(writer, $"{model}: {latents.Count} items by their principal components", flat, latents.Names,
            latents.Labels,
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
