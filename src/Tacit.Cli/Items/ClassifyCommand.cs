using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling;
using Tacit.Modeling.Classification;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>tacit classify: the labels of items, and how many are right where they have some.</summary>
internal static class ClassifyCommand
{
    private const int Confusions = 5;

    private const string Help = """
        usage: tacit classify --model MODEL [OPTION…] DATA…       (a model of 'tacit train classifier')

        Says which label each item of DATA has: CSV with the likeliest label and its probability. Where
        the items have labels, says how many of these are right and what is taken for what.

          --model MODEL       the classifier
          -o, --output OUT    the CSV file; standard output if the items have no labels
          --probabilities     all labels' probabilities in it, too
          --picture OUT       draw how often each label was taken for each other one, as PNG

        """ + ItemInput.CommandOptions.Help + """

          -T, --threads N     use N threads (default: all processors); same labels for any N
          -f, --force         overwrite
          -q, --quiet         no notes

        The names of folders are taken for labels only if one of them is a label that was learnt.
        """;

    public static Command Create()
    {
        var options = new DataOptions();
        var input = new ItemInput.CommandOptions();
        Option<string> output = CommandLine.Value("--output", "-o"), picture = CommandLine.Value("--picture");
        Option<bool> probabilities = CommandLine.Flag("--probabilities");
        var command = new Command("classify", Help) { output, picture, probabilities };
        options.AddTo(command);
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using DataRequest asked = options.Read(parsed);
            OutputFile? table = asked.Open(parsed.GetValue(output)), drawn = asked.Open(parsed.GetValue(picture));
            using OpenModel opened = await OpenModel.OpenAsync(asked.Model, cancellationToken);
            Classifier classifier = ModelInput.OfFile(asked.Model, () =>
                ModelRegistry.Standard.Load<Classifier>(opened.File));
            ItemSet items = await input.ReadAsync(parsed, opened.File, asked, cancellationToken);
            if (items.Shape != classifier.Network.Encoder.Shape)
                throw new InvalidDataException($"the items are {items.Shape}, those the model was trained on " +
                    $"{classifier.Network.Encoder.Shape}");
            int[]? actual = ActualOf(classifier, items);
            if (actual is null && drawn is not null)
                throw new InvalidDataException("without labels there is nothing to draw; --labels says where they are");
            if (drawn is not null && classifier.Labels.Count > ConfusionPicture.MostClasses)
                throw new InvalidDataException($"{classifier.Labels.Count} labels are too many for a picture");
            if (actual is null)
                table ??= asked.Outputs.Open("-");
            using WorkPool workers = new(asked.Threads);
            int[] all = [.. Enumerable.Range(0, items.Count)];
            float[] found = await Task.Run(() => classifier.Probabilities(items, all, workers, cancellationToken),
                cancellationToken);
            int[] likeliest = classifier.Likeliest(found);
            if (table is not null)
                Write(table, classifier, items, actual, found, likeliest, parsed.GetValue(probabilities));
            var summary = new List<string>();
            if (actual is not null)
            {
                var matrix = new ConfusionMatrix(classifier.Labels.Count, actual, likeliest);
                summary.Add(Sentence(matrix, actual, found));
                foreach ((int was, int taken, int count) in matrix.MostConfused(Confusions))
                    summary.Add($"{count,6}  {Report.Printable(classifier.Labels[was])} taken for " +
                        $"{Report.Printable(classifier.Labels[taken])}");
                if (drawn is not null)
                    Png.Encode(drawn.Stream, ConfusionPicture.Draw(matrix, classifier.Labels));
            }
            return await asked.FinishAsync(summary, cancellationToken);
        });
        return command;
    }

    // Null if there are no labels, or they are names of folders that say something else.
    private static int[]? ActualOf(Classifier classifier, ItemSet items)
    {
        if (items.Labels is not { } labels)
            return null;
        int[] classes = [.. labels.Select(l => classifier.Labels.IndexOf(l))];
        if (classes.All(c => c < 0))
            return null;
        int unknown = Array.IndexOf(classes, -1);
        return unknown < 0 ? classes
            : throw new InvalidDataException($"{items.NameOf(unknown)} has the label '{labels[unknown]}', which was " +
                $"not learnt; there are " +
                $"{string.Join(", ", classifier.Labels.Take(20))}{(classifier.Labels.Count > 20 ? ", …" : "")}");
    }

    private static int IndexOf(this IReadOnlyList<string> labels, string label)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] == label)
                return i;
        }
        return -1;
    }

    private static string Sentence(ConfusionMatrix matrix, int[] actual, float[] found)
    {
        double nats = 0;
        for (int i = 0; i < actual.Length; i++)
            nats -= Math.Log(Math.Max(found[i * matrix.Classes + actual[i]], 1e-30));
        return string.Create(CultureInfo.InvariantCulture,
            $"{matrix.Right} of {matrix.Items} items are right: {100 * matrix.Accuracy:0.00} %, " +
                $"{nats / actual.Length:0.0000} nats per item");
    }

    private static void Write(OutputFile file, Classifier classifier, ItemSet items, int[]? actual, float[] found,
        int[] likeliest, bool all)
    {
        int classes = classifier.Labels.Count;
        using StreamWriter writer = file.OpenWriter();
        writer.Write($"item{(actual is null ? "" : ",label")},predicted,probability");
        writer.WriteLine(all ? string.Concat(classifier.Labels.Select(l => "," + CsvCell.Of($"p_{l}"))) : "");
        for (int i = 0; i < likeliest.Length; i++)
        {
            writer.Write(CsvCell.Of(items.NameOf(i)) + ",");
            writer.Write(actual is null ? "" : CsvCell.Of(classifier.Labels[actual[i]]) + ",");
            writer.Write(CsvCell.Of(classifier.Labels[likeliest[i]]) + "," + Number(found[i * classes + likeliest[i]]));
            for (int c = 0; c < classes && all; c++)
                writer.Write("," + Number(found[i * classes + c]));
            writer.WriteLine();
        }
    }

    private static string Number(float value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
