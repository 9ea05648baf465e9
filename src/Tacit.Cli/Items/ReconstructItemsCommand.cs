using System.CommandLine;
using System.Globalization;
using System.Text;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Modeling;
using Tacit.Modeling.Autoencoders;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Items;

/// <summary>tacit reconstruct for images and vectors: what comes back of them from their latents.</summary>
internal static class ReconstructItemsCommand
{
    private const int RowLength = 16;

    private const string Help = """
        usage: tacit reconstruct --model MODEL [OPTION…] DATA… [-o OUT.png]     (a model of ae or vae)

        Makes latents of the items of DATA and items of the latents again, and says how large the
        squared error of a value is, in units of the range 0 to 1, and how it compares with the error
        on the items kept for validation: an item's score is how many of their deviations it lies
        above their mean, which is large for what the model has not seen the like of.

          --model MODEL       the model
          -o, --output OUT    draw items, what came back and the differences (light: more), as PNG
          -n N                items on the picture (default 16)
          --worst             those with the largest errors, not the first
          --errors OUT.csv    write each item's error and score; - is standard output

        """ + ItemInput.CommandOptions.Help + """

          -T, --threads N     use N threads (default: all processors); same numbers for any N
          -f, --force         overwrite
          -q, --quiet         no notes, no totals
        """;

    public static Command Create()
    {
        var options = new CodingOptions();
        var input = new ItemInput.CommandOptions();
        Option<string> model = CommandLine.Value("--model"), output = CommandLine.Value("--output", "-o"), errors = CommandLine.Value("--errors");
        var count = new NumberOption<int>("-n", RowLength, 1, 1000);
        Option<bool> force = CommandLine.Flag("--force", "-f"), worst = CommandLine.Flag("--worst");
        var command = new Command("reconstruct", Help) { model, output, errors, count.Option, force, worst };
        options.AddTo(command);
        input.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            IReadOnlyList<string> files = options.Files(parsed);
            string path = parsed.GetValue(model)!;
            ModelInput.CheckStandardInput(path, files.Contains("-"));
            await using var outputs = new OutputSet(parsed.GetValue(force));
            OutputFile? picture = parsed.GetValue(output) is { } png ? outputs.Open(png) : null, table = parsed.GetValue(errors) is { } csv ? outputs.Open(csv) : null;
            using OpenModel opened = await OpenModel.OpenAsync(path, cancellationToken);
            IItemModel autoencoder = ModelInput.OfFile(path, () => ModelRegistry.Standard.Load<IItemModel>(opened.File));
            ItemInput items = input.Read(parsed, opened.File);
            FileBytes data = await FileBytes.ReadAsync(files, outputs.Contain, report, cancellationToken);
            using WorkPool workers = new(options.Threads(parsed));
            Reconstruction result = await Task.Run(() => Reconstruction.Of(autoencoder, ItemsOf(autoencoder, items.Read(data.Files)), workers, cancellationToken), cancellationToken);
            if (picture is not null)
                Png.Encode(picture.Stream, result.Draw(count.Read(parsed), parsed.GetValue(worst)));
            if (table is not null)
            {
                await using var writer = new StreamWriter(table.Stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                result.WriteErrors(writer);
            }
            await outputs.PublishAsync(cancellationToken);
            if (report.Verbosity > Verbosity.Quiet && parsed.GetValue(errors) != "-")
                Console.WriteLine(result.Summary());
            return report.ExitCode;
        });
        return command;
    }

    /// <summary>Passes items that are of the model's shape.</summary>
    public static ItemSet ItemsOf(IItemModel model, ItemSet items) => items.Shape == model.Shape ? items
        : throw new InvalidDataException($"the items are {items.Shape}, those the model was trained on {model.Shape}");

    /// <summary>Items, what came back, and how far that is.</summary>
    private sealed class Reconstruction
    {
        private const int Part = 4096;

        private readonly IItemModel _model;
        private readonly ItemSet _items;
        private readonly WorkPool _workers;
        private readonly float[] _errors;
        private readonly double _foreseen;      // the mean error with the true past; NaN if the decoder sees none

        private Reconstruction(IItemModel model, ItemSet items, WorkPool workers, float[] errors, double foreseen) =>
            (_model, _items, _workers, _errors, _foreseen) = (model, items, workers, errors, foreseen);

        public static Reconstruction Of(IItemModel model, ItemSet items, WorkPool workers, CancellationToken cancellationToken)
        {
            float[] errors = new float[items.Count];
            double foreseen = 0;
            for (int at = 0; at < items.Count; at += Part)      // what comes back is larger than what goes in
            {
                int[] which = [.. Enumerable.Range(at, Math.Min(Part, items.Count - at))];
                ItemErrors.SquaredErrors(items, model.Scale, which, model.Reconstruct(items, which, workers, cancellationToken)).CopyTo(errors, at);
                if (model.SeesPast)
                    foreseen += ItemErrors.SquaredErrors(items, model.Scale, which, model.Foresee(items, which, workers, cancellationToken)).Sum(e => (double)e);
            }
            return new Reconstruction(model, items, workers, errors, model.SeesPast ? foreseen / items.Count : double.NaN);
        }

        public string Summary()
        {
            double mean = _errors.Average(e => (double)e);
            ReadOnlySpan<float> known = _model.Fit.Error.Value.Span;
            string text = string.Create(CultureInfo.InvariantCulture,
                $"{_items.Count} items: squared error {mean:0.000000} ({-10 * Math.Log10(Math.Max(mean, 1e-30)):0.00} dB), items from {_errors.Min():0.000000} to {_errors.Max():0.000000}");
            if (known[0] > 0)       // a checkpoint does not know yet
                text += string.Create(CultureInfo.InvariantCulture, $"; in validation {known[0]:0.000000} ± {known[1]:0.000000}");
            return double.IsNaN(_foreseen) ? text : text + string.Create(CultureInfo.InvariantCulture, $"; foreseen from the true past {_foreseen:0.000000}");
        }

        public void WriteErrors(TextWriter writer)
        {
            ReadOnlySpan<float> known = _model.Fit.Error.Value.Span;
            writer.WriteLine(_items.Labels is null ? "item,error,score" : "item,label,error,score");
            for (int i = 0; i < _errors.Length; i++)
            {
                double score = known[1] > 0 ? (_errors[i] - (double)known[0]) / known[1] : 0;
                string label = _items.Labels is null ? "" : CsvCell.Of(_items.Labels[i]) + ",";
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CsvCell.Of(_items.NameOf(i))},{label}{_errors[i]:R},{score:0.0000}"));
            }
        }

        public Image Draw(int count, bool worst)
        {
            ItemShape shape = _items.Shape;
            if (!shape.IsImage)
                throw new InvalidDataException($"vectors are not drawn; --shape says what they are as images, in training too, and --errors writes their errors");
            int[] which = [.. (worst ? Enumerable.Range(0, _items.Count).OrderByDescending(i => _errors[i]) : Enumerable.Range(0, _items.Count)).Take(count)];
            float[] back = _model.Reconstruct(_items, which, _workers), item = new float[shape.Size];
            int columns = Math.Min(which.Length, RowLength);
            ImageGrid grid = GridOf(shape, columns, (which.Length + columns - 1) / columns * 3);
            for (int i = 0; i < which.Length; i++)
            {
                int column = i % columns, row = i / columns * 3;
                ReadOnlySpan<float> mine = back.AsSpan(i * shape.Size, shape.Size);
                _items.CopyTo(which[i], _model.Scale, item);
                grid.Draw(column, row, item);
                grid.Draw(column, row + 1, mine);
                grid.DrawDifference(column, row + 2, item, mine);
            }
            return grid.ToImage();
        }
    }

    /// <summary>A picture of so many tiles.</summary>
    public static ImageGrid GridOf(ItemShape shape, int columns, int rows)
    {
        try
        {
            return new ImageGrid(shape, columns, rows);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{columns} x {rows} items of {shape} are too large for a picture; a smaller -n", e);
        }
    }
}
