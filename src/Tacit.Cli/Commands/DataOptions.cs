using System.CommandLine;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Commands;

/// <summary>DATA, --model, -T and -f: the options of commands that put data through a model and write files.</summary>
internal sealed class DataOptions : ThreadedOptions
{
    private readonly Option<string> _model = CommandLine.Value("--model");
    private readonly Option<bool> _force = CommandLine.Flag("--force", "-f");

    public override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(_model);
        command.Add(_force);
    }

    /// <summary>Reads all of them; nothing is opened yet.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="instead">What an option names in the place of DATA.</param>
    public DataRequest Read(ParseResult parsed, IReadOnlyList<string>? instead = null)
    {
        if (instead is not null && Named(parsed) is [var surplus, ..])
            throw new UsageException($"unexpected '{surplus}'");
        IReadOnlyList<string> files = instead ?? Files(parsed);
        string model = parsed.GetValue(_model)!;        // the command was found by its kind
        ModelInput.CheckStandardInput(model, files.Contains("-"));
        return new DataRequest(Report(parsed), files, model, Threads(parsed), new OutputSet(parsed.GetValue(_force)));
    }
}

/// <summary>What the options of a command that puts data through a model say.</summary>
/// <param name="Report">Messages.</param>
/// <param name="Files">DATA.</param>
/// <param name="Model">The model's file.</param>
/// <param name="Threads">Threads to use.</param>
/// <param name="Outputs">What is written, all of it or nothing.</param>
internal sealed record DataRequest(Report Report, IReadOnlyList<string> Files, string Model, int Threads,
    OutputSet Outputs) : IAsyncDisposable
{
    /// <summary>Opens an output if one is named.</summary>
    public OutputFile? Open(string? path) => path is null ? null : Outputs.Open(path);

    /// <summary>The outputs get their names; then lines are shown, on standard error if data went to standard
    /// output.</summary>
    public async Task<int> FinishAsync(IReadOnlyList<string> summary, CancellationToken cancellationToken)
    {
        await Outputs.PublishAsync(cancellationToken);
        if (Outputs.HasStandard)
        {
            foreach (string line in summary)
                Report.Note(line);
        }
        else if (summary.Count > 0)
        {
            await SeriesText.WriteAsync(null, false, writer =>
            {
                foreach (string line in summary)
                    writer.WriteLine(line);
            }, cancellationToken);
        }
        return Report.ExitCode;
    }

    public ValueTask DisposeAsync() => Outputs.DisposeAsync();
}
