using System.CommandLine;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Compression;

namespace Tacit.Cli.Commands;

/// <summary>tacit list: what archives hold, from their indexes alone.</summary>
internal static class ListCommand
{
    private const string Help = """
        usage: tacit list [OPTION…] [FILE…]                             (also: tacit l, tacit -l)

        Shows sizes, ratio and codec of each FILE without decoding it; of a model its kind,
        parameters and where it comes from.

          --model M           a model, to tell its kind and place where an archive needs it
          -v, --verbose       frames, metadata, SHA-256, blocks with their kind, memory to decode;
                              of a model its SHA-256 and tensors
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new CommonOptions();
        var given = new ModelsOption();
        var command = new Command("list", Help) { given.Option };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            ModelLookup models = given.Read(parsed);
            IArchiveTable table = report.Verbosity == Verbosity.Verbose ? new ArchiveDetails()
                : StandardStream.IsTerminal(Posix.StandardOutput) ? new TerminalTable() : new PlainTable();
            await Jobs.RunAsync(FileWalk.Expand(options.Files(parsed), recursive: false, report), report,
                file => ListAsync(file.Path, table, models, report, cancellationToken), cancellationToken);
            table.End();
            return report.ExitCode;
        });
        return command;
    }

    private static async Task ListAsync(string path, IArchiveTable table, ModelLookup models, Report report, CancellationToken cancellationToken)
    {
        if (path == "-" && StandardStream.IsTerminal(Posix.StandardInput))
            throw new IOException("compressed data is not read from a terminal; redirect standard input or name a FILE");
        using InputFile input = InputFile.Open(path);
        Stream stream = await input.SeekableAsync(cancellationToken);
        if (ModelDetails.IsModel(stream))
            ModelDetails.Show(input.Name, stream, report.Verbosity == Verbosity.Verbose);
        else
            table.Add(new ListedArchive(input.Name, stream.Length, TacitArchive.Open(stream), models.In(input.IsStandard ? null : path)));
    }
}
