using System.CommandLine;
using Tacit.Cli.Commands;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling;
using Tacit.Modeling.Recurrent;

namespace Tacit.Cli.Sequences;

/// <summary>Sequences a model of the kind 'lstm-ae' takes, as they come out of files.</summary>
/// <param name="Model">The model.</param>
/// <param name="Set">The sequences.</param>
/// <param name="Names">A name for each.</param>
/// <param name="Lines">The text of each; empty where they are of values.</param>
/// <param name="Places">Where each stands in the data: the number of its line from 0, or its own.</param>
/// <param name="AllLines">Lines there are in the data, those left out too.</param>
internal sealed record SequenceData(LstmAutoencoderModel Model, SequenceSet Set, IReadOnlyList<string> Names,
    IReadOnlyList<ReadOnlyMemory<byte>> Lines,
    IReadOnlyList<int> Places, int AllLines);

/// <summary>A model of the kind 'lstm-ae' out of its file.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rate">Samples a second of the sounds it learnt from; null if it does not say.</param>
internal sealed record SequenceModel(LstmAutoencoderModel Model, int? Rate)
{
    /// <summary>Loads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="output">The name of what is made: one of a sound takes a model of sounds. Null for no such thing.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It is no such model; the message names the file.</exception>
    public static async Task<SequenceModel> LoadAsync(string path, string? output, CancellationToken cancellationToken)
    {
        using OpenModel opened = await OpenModel.OpenAsync(path, cancellationToken);
        LstmAutoencoderModel model = ModelInput.OfFile(path, () => ModelRegistry.Standard.Load<LstmAutoencoderModel>(opened.File));
        return new SequenceModel(model, output is not null && SoundClips.IsSoundName(output) ? SoundClips.RateOf(opened) : SoundClips.KnownRate(opened.File));
    }
}

/// <summary>The options of commands that put sequences through a model.</summary>
internal sealed class SequenceOptions
{
    private readonly Option<string> _input = CommandLine.Value("--input"), _words = CommandLine.Value("--max-words"),
        _long = CommandLine.Value("--long"),
        _stride = CommandLine.Value("--stride"), _column = CommandLine.Value("--column");

    /// <summary>The lines of --help.</summary>
    public const string Help = """
        DATA, of a model of 'tacit train lstm-ae':
          --input I           auto (default), text, csv, sound or int16
          --max-words N       leave out lines of more words
          --long L            lines of more tokens than the model takes: skip (default) or cut
          --stride N          values from one window to the next (default: as many as it has)
          --column NAME       the column of a CSV file

        """;

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_input, _words, _long, _stride, _column])
            command.Add(option);
    }

    /// <summary>Loads the model and reads the data.</summary>
    public async Task<SequenceData> ReadAsync(ParseResult parsed, DataRequest asked, CancellationToken cancellationToken) =>
        await ReadAsync(parsed, await SequenceModel.LoadAsync(asked.Model, null, cancellationToken), asked.Files, asked, cancellationToken);

    /// <summary>Reads data for a model.</summary>
    public async Task<SequenceData> ReadAsync(ParseResult parsed, SequenceModel loaded,
        IReadOnlyList<string> files, DataRequest asked,
        CancellationToken cancellationToken)
    {
        LstmAutoencoderModel model = loaded.Model;
        bool text = model.Model.Options.IsText;
        SequenceInput input = parsed.GetValue(_input) switch
        {
            null or "auto" => text ? SequenceInput.Text : SequenceInput.Auto,
            "text" => SequenceInput.Text,
            "csv" => SequenceInput.Csv,
            "sound" => SequenceInput.Sound,
            "int16" => SequenceInput.Int16,
            var other => throw new UsageException($"--input is auto, text, csv, sound or int16, not '{other}'"),
        };
        bool cut = parsed.GetValue(_long) switch
        {
            null or "skip" => false,
            "cut" => true,
            var other => throw new UsageException($"--long is skip or cut, not '{other}'"),
        };
        int words = WholeNumber.Parse("--max-words", parsed.GetValue(_words), 0, 0, 1 << 20),
            stride = WholeNumber.Parse("--stride", parsed.GetValue(_stride), 0, 1, 1 << 28);
        int length = model.Model.Options.Length;
        FileBytes bytes = await FileBytes.ReadAsync(files, asked.Outputs.Contain, asked.Report, cancellationToken);
        var how = new SequenceReading(input, length, stride, parsed.GetValue(_column), words, loaded.Rate);
        return await Task.Run(() =>
        {
            SequenceExamples examples = SequenceExamples.Read(bytes.Files, how);
            if (examples.IsText != text)
                throw new InvalidDataException(text ? "the model is of text, the data of values"
                    : "the model is of values, the data is text (--input says what it is)");
            SequenceSet set = examples.Sequences(model.Tokenizer, length, cut, out List<int> kept);
            foreach (string note in examples.Notes)
                asked.Report.Note(note);
            return new SequenceData(model, set, [.. kept.Select(i => examples.Names[i])], text
                ? [.. kept.Select(i => examples.Lines[i])] : [],
                [.. kept.Select(i => examples.Places[i])], examples.AllLines);
        }, cancellationToken);
    }
}
