using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Media;
using Tacit.Media.Audio;
using Tacit.Media.Csv;
using Tacit.Media.DataSets;
using Tacit.Media.Sequences;
using Tacit.Modeling.Recurrent;

namespace Tacit.Cli.Sequences;

/// <summary>What files hold.</summary>
internal enum SequenceInput
{
    Auto,       // a sound by its first bytes, .csv and .tsv, .i16 and .i16le by name; else text
    Text,
    Csv,
    Sound,
    Int16,
}

/// <summary>How files become sequences.</summary>
/// <param name="Input">What they hold.</param>
/// <param name="Length">Values of a window.</param>
/// <param name="Stride">Values from one window to the next; 0 for as many as it has.</param>
/// <param name="Column">The column of a CSV file.</param>
/// <param name="MostWords">Lines with more words are left out; 0 for none.</param>
/// <param name="Rate">Samples a second that sounds must have; 0 for those of the first; null for any.</param>
internal sealed record SequenceReading(SequenceInput Input, int Length, int Stride, string? Column, int MostWords, int? Rate);

/// <summary>Lines of text or windows of values, each with a name.</summary>
internal sealed class SequenceExamples
{
    private const int MostInside = 1 << 30;

    private readonly List<string> _names = [];
    private readonly List<int> _places = [];
    private readonly List<ReadOnlyMemory<byte>> _lines = [];
    private readonly List<ReadOnlyMemory<float>> _values = [];
    private readonly List<(int First, int Length, int Total)> _spans = [];
    private readonly List<int> _files = [];
    private int _empty, _wordy, _beyond, _fileCount;
    private string? _firstSound;

    private SequenceExamples(bool isText) => IsText = isText;

    /// <summary>Whether they are lines of text.</summary>
    public bool IsText { get; }

    /// <summary>How many.</summary>
    public int Count => _names.Count;

    /// <summary>The names: FILE:LINE, or FILE with @ and where the window begins.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The lines.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Lines => _lines;

    /// <summary>Numbers of the lines in all files together from 0, those left out counted; or of the windows.</summary>
    public IReadOnlyList<int> Places => _places;

    /// <summary>Lines in all files.</summary>
    public int AllLines { get; private set; }

    /// <summary>Which windows of a series are its last ones, and which overlap them: what validation is on, and what
    /// must not be learnt from then.</summary>
    /// <param name="share">Of each series' values.</param>
    /// <returns>For each window 0 to learn from, 1 to validate on, 2 for neither.</returns>
    public int[] LastWindows(float share) => [.. _spans.Select(s =>
    {
        int border = s.Total - (int)((double)share * s.Total);
        return s.First >= border ? 1 : s.First + s.Length > border && border < s.Total ? 2 : 0;
    })];

    /// <summary>Files that windows come from.</summary>
    public IReadOnlyList<int> FileOf => _files;

    /// <summary>Samples a second of the sounds; 0 if there are none that say, or if any would do.</summary>
    public int Rate { get; private set; }

    /// <summary>What was left out, for messages.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What files hold: the same for all, or it is an error.</summary>
    /// <exception cref="InvalidDataException">There is nothing in them, or it is not what it should be; the message
    /// names the file.</exception>
    public static SequenceExamples Read(IReadOnlyList<DataFile> files, SequenceReading how)
    {
        var contents = new List<(DataFile File, ReadOnlyMemory<byte> Content)>();
        long inside = 0;
        foreach (DataFile file in files)
        {
            ReadOnlyMemory<byte> content = ModelInput.OfFile(file.Name, () =>
                Gunzip.Unwrap(file.Bytes, (int)(MostInside - inside)));
            inside += content.Equals(file.Bytes) ? 0 : content.Length;      // all gzip files together
            contents.Add((file, content));
        }
        (DataFile File, ReadOnlyMemory<byte> Content)[] some = [.. contents.Where(c => c.Content.Length > 0)];
        if (some.Length == 0)
            throw new InvalidDataException("there is no data: what is named holds no bytes");
        bool text = Resolve(how.Input, some[0]) == SequenceInput.Text;
        var all = new SequenceExamples(text);
        foreach ((DataFile file, ReadOnlyMemory<byte> content) in some)
        {
            SequenceInput input = Resolve(how.Input, (file, content));
            if (input == SequenceInput.Text != text)
            {
                throw new InvalidDataException($"{file.Name}: " + (text ? "holds values, but the files before it text"
                    : "holds text, but the files before it values"));
            }
            ModelInput.OfFile(file.Name, () => text ? all.AddLines(file, content, how, files.Count > 1)
                : all.AddWindows(file, all.Values(file, input, content, how), how));
        }
        if (all._empty > 0)
            all.Notes.Add($"{all._empty} empty lines are left out");
        if (all._wordy > 0)
            all.Notes.Add($"{all._wordy} lines of more than {how.MostWords} words are left out");
        if (all._beyond > 0)
            all.Notes.Add($"{all._beyond} values after the last whole windows are left out");
        return all.Count > 0 ? all : throw new InvalidDataException("there is no data: nothing is left of what is " +
            "named");
    }

    /// <summary>The sequences a model takes.</summary>
    /// <param name="tokenizer">Of text.</param>
    /// <param name="length">The most tokens.</param>
    /// <param name="cut">Whether longer ones are cut; else they are left out.</param>
    /// <param name="kept">Numbers of the examples that are in.</param>
    public SequenceSet Sequences(ITokenizer? tokenizer, int length, bool cut, out List<int> kept)
    {
        kept = [.. Enumerable.Range(0, Count)];
        if (!IsText)
            return new SequenceSet([.. _values]);
        var tokens = new List<int[]>(Count);
        kept.Clear();
        int longer = 0;
        for (int i = 0; i < Count; i++)
        {
            int[] line = tokenizer!.Encode(_lines[i].Span);
            if (line.Length > length)
            {
                longer++;
                if (!cut)
                    continue;
                line = line[..length];
            }
            tokens.Add(line);
            kept.Add(i);
        }
        if (longer > 0)
            Notes.Add($"{longer} lines of more than {length} tokens are " +
                $"{(cut ? "cut" : "left out (--long cut cuts them)")}");
        return tokens.Count > 0 ? new SequenceSet([.. tokens]) : throw new InvalidDataException($"all lines are " +
            $"longer than {length} tokens; a larger --length, or --long cut");
    }

    /// <summary>Some of the lines one after another, for a tokeniser to learn from.</summary>
    public byte[] Text(IEnumerable<int> lines)
    {
        using var text = new MemoryStream();
        foreach (int i in lines)
        {
            text.Write(_lines[i].Span);
            text.WriteByte((byte)'\n');
        }
        return text.ToArray();
    }

    private static SequenceInput Resolve(SequenceInput input, (DataFile File, ReadOnlyMemory<byte> Content) c)
    {
        if (input != SequenceInput.Auto)
            return input;
        if (Sound.IsSound(c.Content.Span))
            return SequenceInput.Sound;
        string name = c.File.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? c.File.Name[..^3] : c.File.Name;
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" or ".TSV" => SequenceInput.Csv,
            ".I16" or ".I16LE" => SequenceInput.Int16,
            ".WAV" or ".AIFF" or ".AIF" => SequenceInput.Sound,
            _ => SequenceInput.Text,
        };
    }

    private float[] Values(DataFile file, SequenceInput input, ReadOnlyMemory<byte> content, SequenceReading how)
    {
        switch (input)
        {
            case SequenceInput.Int16:
                return SeriesWindows.FromInt16(content.Span);
            case SequenceInput.Sound:
                Sound sound = Sound.Read(content.Span)
                    ?? throw new InvalidDataException("is no WAV or AIFF file of samples that are not compressed");
                CheckRate(file, sound.Format.Rate, how);
                return Array.ConvertAll(sound.Mix(), v => (float)v);
            default:
                using (var reader = new StreamReader(new MemoryStream(content.ToArray()),
                    new UTF8Encoding(false, true)))
                    return Finite(CsvSeries.Read(reader, how.Column).Values);
        }
    }

    private void CheckRate(DataFile file, int rate, SequenceReading how)
    {
        if (how.Rate is not { } wanted || rate is 0 or > Sound.HighestRate)
            return;
        if (Rate == 0)
            (Rate, _firstSound) = (wanted > 0 ? wanted : rate, wanted > 0 ? null : file.Name);
        if (rate != Rate)
            throw new InvalidDataException($"has {rate} samples a second, but {_firstSound ?? "what the model learnt from"} has {Rate}");
    }

    private static float[] Finite(double[] values)
    {
        float[] single = Array.ConvertAll(values, v => (float)v);
        int at = Array.FindIndex(single, v => !float.IsFinite(v));
        return at < 0 ? single : throw new InvalidDataException($"value {at + 1} is too large");
    }

    private bool AddLines(DataFile file, ReadOnlyMemory<byte> content, SequenceReading how, bool several)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> lines = TextLines.Split(content);
        for (int i = 0; i < lines.Count; i++)
        {
            int words = TextLines.Words(lines[i].Span);
            if (words == 0)
            {
                _empty++;
            }
            else if (how.MostWords > 0 && words > how.MostWords)
            {
                _wordy++;
            }
            else
            {
                _lines.Add(lines[i]);
                _places.Add(AllLines + i);
                _names.Add(string.Create(CultureInfo.InvariantCulture, $"{(several ? file.Name + ":" : "")}{i + 1}"));
            }
        }
        AllLines += lines.Count;
        return true;
    }

    private bool AddWindows(DataFile file, float[] values, SequenceReading how)
    {
        int end = 0, before = Count;
        foreach ((int first, int length) in SeriesWindows.Cut(values.Length, how.Length, how.Stride > 0 ? how.Stride
            : how.Length))
        {
            _values.Add(values.AsMemory(first, length));
            _places.Add(_places.Count);
            _spans.Add((first, length, values.Length));
            _files.Add(_fileCount);
            _names.Add(string.Create(CultureInfo.InvariantCulture, $"{file.Name}@{first}"));
            end = first + length;
        }
        if (Count - before == 1 && values.Length <= how.Length)
            _names[^1] = file.Name;
        _beyond += values.Length - end;
        _fileCount++;
        return true;
    }
}
