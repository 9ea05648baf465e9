using System.CommandLine;
using Tacit.Cli.Terminal;
using Tacit.Cli.Training;

namespace Tacit.Cli.Commands;

/// <summary>tacit train KIND: makes a model file from data.</summary>
internal static class TrainCommand
{
    private const string Help = """
        usage: tacit train KIND [OPTION…] DATA… -o MODEL

        Trains a model on files, folders or - (standard input), and writes it to MODEL, usually
        NAME.tacitmodel. The same data, options and seed give the same file, bit for bit, on any
        machine and with any number of threads.

        """;

    private const string Options = """
          -o, --output MODEL  the model file; MODEL.checkpoint stands beside it until the run is done
          --preset NAME       tiny, small (default) or base: of gpt about 0.2, 1 and 5 million parameters
          --from MODEL        train this model further, and write it to the MODEL of -o: it keeps its sizes
                              and its tokens, and an option that says otherwise is an error
          --config FILE       settings as JSON, with the names of the options: {"key_heads": 2}
          --steps N           steps of the run (default 1000)
          --time T            instead: as many steps as fit 90s, 10m, 1.5h. The speed is measured first;
                              --steps with the number that is printed then gives the same model
          --seed S            the key of all random numbers (default 1)
          --resume            go on from MODEL.checkpoint, with its settings, to the same model
          -f, --force         overwrite MODEL, and begin anew where there is a checkpoint
          --validation PATH   validate on this file or folder
          --validation-share S
                              or else on the last part of DATA (default 0.1; 0 for no validation)
          --validate-every N  steps between validations (0: a twentieth of the run)
          --patience N        stop after N validations without a better one (0: never)
          --optimiser O       adamw (with --decay 0 that is Adam) or sgd
          --rate R, --schedule S, --warm-up N, --least-rate F
                              highest learning rate; cosine, linear or constant; steps of rise (-1: a
                              tenth of the run, at most 100); the rate at the end, as a fraction
          --decay D, --beta1 B, --beta2 B, --clip N
                              weight decay; what stays of the means; length gradients are clipped to
          --accumulate N      batches whose gradients are added up for a step
          --log FILE          write a line of JSON for each report
          --curve FILE        draw the losses as SVG
          -T, --threads N     use N threads (default: all processors); same model for any N
          --memlimit SIZE     refuse to train if parameters and activations take more
          -v, --verbose       a line for each report
          -q, --quiet         say nothing while training

        The model that is written is the one with the lowest validation loss. Ctrl-C saves a
        checkpoint, and another one, a second later or more, does not wait for it.

        examples:
          tacit train gpt book.txt -o book.tacitmodel --time 10m
          tacit train gpt letters --from book.tacitmodel -o letters.tacitmodel --steps 500
          tacit train ae photos --shape 32x32 --latents 64 -o photos.tacitmodel
          tacit train gpt texts --validation other.txt --preset tiny --steps 2000 -o t.tacitmodel
        """;

    /// <summary>The command for the kind that is named; takes its name out of the arguments.</summary>
    public static Command Create(ref string[] args)
    {
        string name = args.Length > 1 ? args[1] : "";
        if (name is "-h" or "--help" or "")
            return name.Length > 0 ? new Command("train", Help + Kinds() + "\n'tacit train KIND --help' explains the options.")
                : throw new UsageException("train needs a KIND; 'tacit train --help' shows what there is");
        foreach ((string own, _, Func<Command> create) in Others)
        {
            if (name == own)
            {
                args = [args[0], .. args[2..]];
                return create();
            }
        }
        TrainKind kind = TrainKind.All.FirstOrDefault(k => k.Name == name)
            ?? throw new UsageException($"there is no kind '{name}' to train; there are {string.Join(", ", TrainKind.All.Select(k => k.Name).Concat(Others.Select(o => o.Name)))}");
        args = [args[0], .. args[2..]];
        var settings = new TrainSettings(kind);
        string usage = Help.Replace("KIND", kind.Name, StringComparison.Ordinal);
        var command = new Command("train", $"{usage}{kind.Name}: {kind.Summary}\n\n{kind.OptionHelp}\n{Options}");
        settings.AddTo(command);
        command.SetAction((parsed, cancellationToken) => new TrainRun(settings.Read(parsed)).RunAsync(cancellationToken));
        return command;
    }

    // What is not trained step by step has a command of its own.
    private static IEnumerable<(string Name, string Summary, Func<Command> Create)> Others =>
    [
        ("ar", TrainAutoregressionCommand.Summary, TrainAutoregressionCommand.Create),
        ("prior", TrainPriorCommand.Summary, TrainPriorCommand.Create),
        ("records", TrainRecordsCommand.Summary, TrainRecordsCommand.Create),
    ];

    private static string Kinds() => "KIND is one of\n" + string.Concat(
        TrainKind.All.Select(k => (k.Name, k.Summary)).Concat(Others.Select(o => (o.Name, o.Summary))).Select(k => $"  {k.Name,-10}{k.Summary}\n"));
}
