using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Compression;

namespace Tacit.Cli.Commands;

/// <summary>tacit test: decodes everything, checks everything, writes nothing.</summary>
internal static class TestCommand
{
    private const string Help = """
        usage: tacit test [OPTION…] [FILE…]                             (also: tacit t, tacit -t)

        Decodes each FILE and checks all its checksums and that nothing follows the data.
        Says nothing and returns 0 if all are intact.

          --model M           a model the archives may need (may be given again); without it, one is
                              looked for beside the archive, in $TACIT_MODELS and in the user's folder
          -T, --threads N     use N threads (default: all processors)
          --memlimit SIZE     most memory (default: half of the machine's); lowers -T
          -v, --verbose       a line per file
          -q, --quiet         no warnings, no progress
        """;

    public static Command Create()
    {
        var options = new CodingOptions();
        var given = new ModelsOption();
        var command = new Command("test", Help) { given.Option };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            int threads = options.Threads(parsed);
            ModelLookup models = given.Read(parsed, options.MemoryLimit(parsed));
            return Jobs.RunAsync(FileWalk.Expand(options.Files(parsed), recursive: false, report), report,
                file => TestAsync(file.Path, models.Options(file.Path, threads), report, cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task TestAsync(string path, TacitDecompressionOptions options, Report report, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        if (path == "-" && StandardStream.IsTerminal(Posix.StandardInput))
            throw new IOException("compressed data is not read from a terminal; redirect standard input or name a FILE");
        using InputFile input = InputFile.Open(path);
        var counted = new CountedOutput(Stream.Null);
        await using (ProgressLine? progress = ProgressLine.Start(report, input,
            _ => input.Length is > 0 and long length ? (double)input.Stream.Position / length : null))
        {
            await ArchiveReading.CopyAsync(input.Stream, counted, options, progress, input.IsSmall, cancellationToken);
        }
        report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{input.Name}: intact, {counted.Length} bytes, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));
    }
}
