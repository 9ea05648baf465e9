using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling;

namespace Tacit.Cli.Items;

/// <summary>How items are read from the files of a command: their shape and where their labels are.</summary>
internal sealed class ItemInput
{
    private const string SomeFile = "file", ShapeName = "shape", LabelsName = "labels",
        LengthName = "length", StrideName = "stride";
    private const int MostLength = 1 << 20;

    private readonly ItemOptions _options;

    private ItemInput(string shape, string labels, int length, int stride)
    {
        bool isFile = IsFile(labels);
        _options = new ItemOptions
        {
            Shape = shape.Length > 0 ? ItemShape.Parse(shape) : null,
            Labels = labels.Length == 0 || isFile || labels == SomeFile ? null : labels,
            ClipLength = length,
            Stride = stride,
            LabelFile = isFile ? new DataFile(labels, null, ReadLabels(labels)) : null,
        };
    }

    /// <summary>The settings that decide the items' shape.</summary>
    public static IReadOnlyList<string> ShapeSettings { get; } = [ShapeName, LengthName];

    /// <summary>Asks for the settings of a training task.</summary>
    public static ItemInput Ask(Settings task) =>
        // no paths in a model file
        new(task.Text(ShapeName, ""), task.Text(LabelsName, "", text => IsFile(text) ? SomeFile : text),
            LengthOf(task), task.Whole(StrideName, 0, 0, MostLength));

    /// <summary>The items of files.</summary>
    public ItemSet Read(IReadOnlyList<DataFile> files) => ItemReader.Read(files, _options);

    /// <summary>The same for other files, of which a file of labels says nothing.</summary>
    public ItemInput WithoutLabelFile() => _options.LabelFile is null ? this
        : new ItemInput(_options.Shape?.ToString() ?? "", "", _options.ClipLength, _options.Stride);

    private static int LengthOf(Settings task) => task.Whole(LengthName, 512, 2, MostLength);

    // A path has more in it than a column's name, or is there.
    private static bool IsFile(string labels) =>
        labels is not ("" or SomeFile or ItemOptions.NoLabels or ItemOptions.LastColumn)
        && (File.Exists(labels) || labels.Contains('/', StringComparison.Ordinal));

    private static byte[] ReadLabels(string path)
    {
        try
        {
            using InputFile input = InputFile.Open(path);
            return input.ReadAllAsync(1 << 30, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (Trouble.IsExpected(e))
        {
            throw new IOException($"{path}: {Trouble.Describe(e)}", e);
        }
    }

    /// <summary>The options of commands that read items: --shape and --labels, where not given those of the model's
    /// training, and --stride.</summary>
    public sealed class CommandOptions
    {
        /// <summary>The lines of --help.</summary>
        public const string Help = """
              --shape [C x]HxW    what vectors are as images, or the images in each row of a PNG's pixels
              --labels L          a file of labels (IDX, or a line for each), a table's column, or none;
                                  without, the folders' names
              --stride N          samples from one piece of a sound to the next (default: as many as it has,
                              whatever it was in training)
            """;

        private readonly Option<string> _shape = CommandLine.Value("--" + ShapeName),
            _labels = CommandLine.Value("--" + LabelsName);
        private readonly NumberOption<int> _stride = new("--" + StrideName, 0, 1, MostLength);

        public void AddTo(Command command)
        {
            command.Add(_shape);
            command.Add(_labels);
            command.Add(_stride.Option);
        }

        /// <summary>The items of DATA.</summary>
        public async Task<ItemSet> ReadAsync(ParseResult parsed, ModelFile model, DataRequest asked,
            CancellationToken cancellationToken)
        {
            Settings task = ModelInput.TaskOf(model);
            var input = new ItemInput(parsed.GetValue(_shape) ?? task.Text(ShapeName, ""), parsed.GetValue(_labels)
                ?? task.Text(LabelsName, ""), LengthOf(task), _stride.Read(parsed));
            FileBytes data = await FileBytes.ReadAsync(asked.Files, asked.Outputs.Contain, asked.Report,
                cancellationToken);
            ItemSet items = await Task.Run(() => input.Read(data.Files), cancellationToken);
            SoundClips.CheckRate(model, items.SampleRate);
            return items;
        }
    }
}
