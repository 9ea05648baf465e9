using System.CommandLine;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Sequences;
using Tacit.Cli.Terminal;
using Tacit.Cli.Variational;

namespace Tacit.Cli.Commands;

/// <summary>What the commands that take a model do for one kind of model: makers of the commands, null where the kind cannot be used so.</summary>
/// <param name="Kind">The kind in the model file.</param>
internal sealed record ModelCommands(string Kind)
{
    private static readonly ModelCommands[] All =
    [
        new("gpt") { Generate = GenerateCommand.Create, Evaluate = EvaluateCommand.Create },
        new("ar") { Forecast = ForecastCommand.Create, Generate = GenerateSeriesCommand.Create, Evaluate = EvaluateSeriesCommand.Create },
        new("nar") { Forecast = ForecastCommand.Create, Generate = GenerateSeriesCommand.Create, Evaluate = EvaluateSeriesCommand.Create },
        new("lstm-ae")
        {
            Embed = () => EmbedCommand.Create(new SequenceLatents()), Reconstruct = ReconstructSequencesCommand.Create,
            Inspect = InspectSequencesCommand.Create, Generate = GenerateSequencesCommand.Create,
            Cluster = () => ClusterCommand.Create(new SequenceLatents()),
        },
        new("ae")
        {
            Generate = GenerateItemsCommand.Create, Reconstruct = ReconstructItemsCommand.Create, Inspect = InspectItemsCommand.Create,
            Embed = () => EmbedCommand.Create(new ItemLatents()), Cluster = () => ClusterCommand.Create(new ItemLatents()),
        },
        new("classifier") { Classify = ClassifyCommand.Create },
        new("vae")
        {
            Generate = GenerateVariationalCommand.Create, Reconstruct = ReconstructItemsCommand.Create, Inspect = InspectVariationalCommand.Create,
            Embed = () => EmbedCommand.Create(new ItemLatents()), Evaluate = EvaluateVariationalCommand.Create,
            Cluster = () => ClusterCommand.Create(new ItemLatents()),
        },
    ];

    public Func<Command>? Forecast { get; init; }
    public Func<Command>? Generate { get; init; }
    public Func<Command>? Evaluate { get; init; }
    public Func<Command>? Reconstruct { get; init; }
    public Func<Command>? Embed { get; init; }
    public Func<Command>? Classify { get; init; }
    public Func<Command>? Cluster { get; init; }

    /// <summary>'tacit inspect', where it is not the one of files.</summary>
    public Func<Command>? Inspect { get; init; }

    /// <summary>The command of the kind that the model named by --model in the arguments has.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="args">The command line.</param>
    /// <param name="use">Its maker for a kind.</param>
    public static Command Create(string name, string[] args, Func<ModelCommands, Func<Command>?> use)
    {
        if (ModelIn(args) is not { } path)
        {
            // Without a model nobody knows which kind is meant: help for all of them.
            if (AsksForHelp(args))
                return new Command(name, Descriptions(All.Select(use)));
            throw new UsageException($"--model MODEL is missing; 'tacit {name} --help' shows what there is");
        }
        OpenModel model = OpenModel.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        model.Keep();
        string kind = model.File.Kind;
        ModelCommands? commands = Array.Find(All, c => c.Kind == kind);
        return (commands is null ? null : use(commands))?.Invoke()
            ?? throw new InvalidDataException($"{path}: a model of the kind '{kind}' cannot be used to {name}");
    }

    /// <summary>The command of the model's kind where it has one of its own, else another.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="use">Its maker for a kind.</param>
    /// <param name="otherwise">The other.</param>
    public static Command CreateOr(string[] args, Func<ModelCommands, Func<Command>?> use, Func<Command> otherwise)
    {
        if (ModelIn(args) is not { } path)
        {
            Command command = otherwise();
            if (AsksForHelp(args))
                command.Description = Descriptions([otherwise, .. All.Select(use)]);
            return command;
        }
        OpenModel model = OpenModel.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        model.Keep();
        return (Array.Find(All, c => c.Kind == model.File.Kind) is { } commands ? use(commands) ?? otherwise : otherwise)();
    }

    private static bool AsksForHelp(string[] args) => args.Contains("--help") || args.Contains("-h");

    private static string Descriptions(IEnumerable<Func<Command>?> makers) =>
        string.Join("\n\n", makers.OfType<Func<Command>>().Distinct().Select(make => make().Description!.TrimEnd()));

    private static string? ModelIn(string[] args)
    {
        string? path = null;     // of options given again the last one counts
        for (int i = 1; i < args.Length && args[i] != "--"; i++)
        {
            if (args[i] == "--model" && i + 1 < args.Length)
                path = args[++i];
            else if (args[i].StartsWith("--model=", StringComparison.Ordinal))
                path = args[i]["--model=".Length..];
        }
        return path;
    }
}
