using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Terminal;
using Tacit.Media.Images;
using Tacit.Modeling.Classification;
using Tacit.Modeling.Clustering;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Commands;

/// <summary>tacit cluster: which items lie together among a model's latents.</summary>
internal static class ClusterCommand
{
    private const string Help = """
        usage: tacit cluster --model MODEL [OPTION…] DATA… [-o OUT.csv]

        Puts the items of DATA into clusters by their latents, without looking at labels. Where items
        have labels, says how well the clusters agree with them: accuracy, if each cluster stands for
        one label and no two for the same; purity; normalised mutual information.

          --model MODEL       an autoencoder
          --clusters N        how many; or A:B, the best of so many (default 2:20): by the least Bayesian
                              information criterion, of kmeans by the largest silhouette
          --method M          gmm (default): normal distributions by EM; gmm-diagonal: with a variance for
                              each latent only; kmeans: nearest means
          --beginnings N      of each fit, of which the best is taken (default 3, of kmeans 8)
          --seed S            decides them (default 1); the same everywhere
          -o, --output OUT    CSV: each item's cluster and its probability, or its distance by kmeans
          --picture OUT       the first items of each cluster in a row, as PNG
          -n N                items in a row (default 16)
          -T, --threads N     use N threads (default: all processors); same clusters for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        """;

    /// <summary>The command over a kind's data.</summary>
    public static Command Create(LatentSource source)
    {
        var options = new DataOptions();
        var labels = new LabelOptions(source);
        Option<string> output = CommandLine.Value("--output", "-o"), picture = CommandLine.Value("--picture"),
            clusters = CommandLine.Value("--clusters"),
            method = CommandLine.Value("--method");
        var row = new NumberOption<int>("-n", ItemGrid.RowLength, 1, 1000);
        var beginnings = new NumberOption<int>("--beginnings", 0, 1, 1000);
        var seed = new NumberOption<ulong>("--seed", 1, 0, ulong.MaxValue);
        var command = new Command("cluster", Help + labels.Help + source.OptionHelp)
        {
            output, picture, clusters, method, row.Option, beginnings.Option, seed.Option,
        };
        options.AddTo(command);
        labels.AddTo(command);
        source.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var how = new ClusterChoice(ClusterChoice.MethodOf(parsed.GetValue(method)), beginnings.Read(parsed),
                seed.Read(parsed));
            (int least, int most) = ClusterChoice.RangeOf(parsed.GetValue(clusters));
            int columns = row.Read(parsed);
            labels.Check(parsed);
            await using DataRequest asked = options.Read(parsed);
            OutputFile? table = asked.Open(parsed.GetValue(output)), drawn = asked.Open(parsed.GetValue(picture));
            using WorkPool workers = new(asked.Threads);
            LatentTable latents = await labels.ApplyAsync(parsed,
                await source.ReadAsync(parsed, asked, workers, cancellationToken), cancellationToken);
            if (drawn is not null && source.Items is null)
                throw new InvalidDataException("--picture is for images");
            // that it can be drawn
            ImageGrid? largest = drawn is null ? null : ItemGrid.Of(source.Items!.Value.Items.Shape, columns, most);
            var summary = new List<string>();
            Clustering found = await Task.Run(() =>
                how.Find(latents, least, most, workers, summary, cancellationToken), cancellationToken);
            Describe(found, latents, summary);
            if (table is not null)
                Write(table, found, latents);
            if (largest is not null)
                Draw(drawn!, found, source.Items!.Value, columns);
            return await asked.FinishAsync(summary, cancellationToken);
        });
        return command;
    }

    private static void Describe(Clustering found, LatentTable latents, List<string> summary)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        int k = found.Clusters;
        int[] sizes = new int[k];
        foreach (int cluster in found.Assignments)
            sizes[cluster]++;
        if (latents.Labels is not { } labels)
        {
            for (int c = 0; c < k; c++)
                summary.Add(string.Create(plain, $"cluster {c}: {sizes[c]} items"));
            return;
        }
        IReadOnlyList<string> classes = ClassifierModel.ClassesOf(labels);
        var numbers = Enumerable.Range(0, classes.Count).ToDictionary(i => classes[i], StringComparer.Ordinal);
        ClusterScores scores = ClusterScores.Of(found.Assignments, [.. labels.Select(l => numbers[l])]);
        for (int c = 0; c < k; c++)
        {
            var most = Enumerable.Range(0, classes.Count)
                .Select(l => (Label: l, Count: c < scores.Counts.GetLength(0) ? scores.Counts[c, l] : 0))
                .OrderByDescending(l => l.Count).TakeWhile(l => l.Count > 0).Take(3);
            summary.Add(string.Create(plain, $"cluster {c}: {sizes[c]} items") + string.Concat(most.Select((l, i) =>
                string.Create(plain, $"{(i == 0 ? ": " : ", ")}{Report.Printable(classes[l.Label])} " +
                    $"{100.0 * l.Count / sizes[c]:0.0} %"))));
        }
        summary.Add(string.Create(plain, $"{latents.Count} items in {k} clusters, {classes.Count} labels: accuracy " +
            $"{100 * scores.Accuracy:0.00} %, " +
            $"purity {100 * scores.Purity:0.00} %, normalised mutual information " +
                $"{scores.NormalisedMutualInformation:0.0000}"));
    }

    private static void Write(OutputFile file, Clustering found, LatentTable latents)
    {
        using StreamWriter writer = file.OpenWriter();
        writer.WriteLine($"item,{(latents.Labels is null ? "" : "label,")}cluster,{found.MeasureName}");
        for (int i = 0; i < latents.Count; i++)
        {
            string label = latents.Labels is null ? "" : CsvCell.Of(latents.Labels[i]) + ",";
            writer.WriteLine(CsvCell.Of(latents.Names[i]) + "," + label
                + string.Create(CultureInfo.InvariantCulture, $"{found.Assignments[i]},{found.Measures[i]:0.######}"));
        }
    }

    private static void Draw(OutputFile file, Clustering found, ItemsToDraw items, int columns)
    {
        ImageGrid grid = ItemGrid.Of(items.Items.Shape, columns, found.Clusters);
        int[] drawn = new int[found.Clusters];
        float[] item = new float[items.Items.Shape.Size];
        for (int i = 0; i < found.Assignments.Length; i++)
        {
            int cluster = found.Assignments[i];
            if (drawn[cluster] == columns)
                continue;
            items.Model.CopyTo(items.Items, i, item);
            grid.Draw(drawn[cluster]++, cluster, item);
        }
        Png.Encode(file.Stream, grid.ToImage());
    }
}
