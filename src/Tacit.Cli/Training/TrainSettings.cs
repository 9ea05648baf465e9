using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Commands;
using Tacit.Cli.Terminal;
using Tacit.Learning;

namespace Tacit.Cli.Training;

/// <summary>The options every kind's training has, and one for each setting of the kind.</summary>
internal sealed class TrainSettings : CodingOptions
{
    private readonly TrainKind _kind;
    private readonly List<(string Name, Option<string> Option)> _options = [];
    private readonly Option<string> _output = new("--output", "-o"), _preset = CommandLine.Value("--preset"), _config = CommandLine.Value("--config");
    private readonly Option<string> _from = CommandLine.Value("--from");
    private readonly Option<string> _time = CommandLine.Value("--time"), _validation = CommandLine.Value("--validation");
    private readonly Option<string> _log = CommandLine.Value("--log"), _curve = CommandLine.Value("--curve");
    private readonly Option<bool> _resume = CommandLine.Flag("--resume"), _force = CommandLine.Flag("--force", "-f");

    public TrainSettings(TrainKind kind)
    {
        _kind = kind;
        Settings model = new(), task = new(), training = new();
        kind.Ask(model, task);
        Share(task);
        TrainingOptions.From(training);
        foreach (string name in model.Names.Concat(task.Names).Concat(training.Names))
            _options.Add((name, CommandLine.Value("--" + name.Replace('_', '-'))));
    }

    /// <summary>The share of the data that is kept for validation if no file is named for it.</summary>
    public static float Share(Settings task) => task.Real("validation_share", 0.1f, 0f, 0.9f);

    public override void AddTo(Command command)
    {
        base.AddTo(command);
        foreach ((_, Option<string> option) in _options)
            command.Add(option);
        foreach (Option option in (Option[])[_output, _from, _preset, _config, _time, _validation, _log, _curve, _resume, _force])
            command.Add(option);
    }

    /// <summary>Reads all of them and checks that they fit together.</summary>
    public TrainRequest Read(ParseResult parsed)
    {
        var given = new Settings();
        foreach ((string name, Option<string> option) in _options)
        {
            if (parsed.GetValue(option) is { } text)
                given.Give(name, text);
        }
        TimeSpan? time = parsed.GetValue(_time) is { } duration ? Duration(duration) : null;
        if (time is not null && parsed.GetValue(_options.Find(o => o.Name == "steps").Option) is not null)
            throw new UsageException("--steps and --time exclude each other");
        bool resume = parsed.GetValue(_resume);
        string output = parsed.GetValue(_output) ?? throw new UsageException($"-o MODEL is missing: 'tacit train {_kind.Name} DATA… -o NAME.tacitmodel'");
        if (output is "" or "-")
            throw new UsageException("-o takes the name of a file; a model is not written to standard output");
        foreach (Option<string> file in (Option<string>[])[_config, _log, _curve])
        {
            if (parsed.GetValue(file) is "" or "-")
                throw new UsageException($"{file.Name} takes the name of a file");
        }
        return new TrainRequest
        {
            Kind = _kind,
            Data = Files(parsed),
            Report = Report(parsed),
            Threads = Threads(parsed),
            MemoryLimit = MemoryLimit(parsed),
            Output = output,
            Given = given,
            From = parsed.GetValue(_from),
            Preset = PresetOf(parsed.GetValue(_preset)),
            Config = parsed.GetValue(_config),
            Time = time,
            Validation = parsed.GetValue(_validation),
            Log = parsed.GetValue(_log),
            Curve = parsed.GetValue(_curve),
            Resume = resume,
            Force = parsed.GetValue(_force),
        };
    }

    private string? PresetOf(string? name)
    {
        if (name is null)
            return null;
        foreach ((string preset, string json) in _kind.Presets)
        {
            if (preset == name)
                return json;
        }
        throw new UsageException($"--preset is one of {string.Join(", ", _kind.Presets.Select(p => p.Name))}, not '{name}'");
    }

    // 90s, 10m, 1.5h.
    private static TimeSpan Duration(string text)
    {
        double seconds = text is [.., var unit] ? unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 } : 0;
        return seconds > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number > 0 && number * seconds <= 366 * 86400.0
            ? TimeSpan.FromSeconds(number * seconds)
            : throw new UsageException($"--time takes a time such as 90s, 10m or 1.5h, not '{text}'");
    }
}

/// <summary>What the options of a training command say.</summary>
internal sealed class TrainRequest
{
    public required TrainKind Kind { get; init; }
    public required IReadOnlyList<string> Data { get; init; }
    public required Report Report { get; init; }
    public required int Threads { get; init; }
    public required long MemoryLimit { get; init; }      // 0 for none
    public required string Output { get; init; }
    public required Settings Given { get; init; }        // on the command line
    public required string? From { get; init; }          // a model to train further
    public required string? Preset { get; init; }        // JSON
    public required string? Config { get; init; }        // a file
    public required TimeSpan? Time { get; init; }
    public required string? Validation { get; init; }
    public required string? Log { get; init; }
    public required string? Curve { get; init; }
    public required bool Resume { get; init; }
    public required bool Force { get; init; }
}
