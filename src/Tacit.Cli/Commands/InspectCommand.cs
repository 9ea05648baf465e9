using System.CommandLine;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Modeling.LanguageModels;
using Tacit.Numerics;
using Tacit.Reports;

namespace Tacit.Cli.Commands;

/// <summary>tacit inspect: what each byte of a file costs under the context-mixing model, and what foresees it.</summary>
internal static class InspectCommand
{
    private const string Help = """
        usage: tacit inspect [OPTION…] FILE [-o REPORT.html]

        Shows what the codec cm pays for each byte of FILE: the darker, the less expected. With -o as
        one HTML page that needs nothing else; without, as coloured text in a terminal, or the totals
        alone elsewhere and with NO_COLOR.

        Of a WAV or AIFF file the page with -o shows the wave, and underneath what it costs under the
        codec audio.

        With --model it shows the tokens of FILE as a language model sees them: what each cost, on the
        page also what was foreseen in its place, and where each head of each layer looked. The first
        4,096 tokens are inspected.

        Of an autoencoder it shows what 'tacit inspect --model MODEL --help' says.

          -1 … -9             the level of cm or audio; -5 unless given
          --model MODEL       a language model, such as 'tacit train gpt' makes
          -o, --output OUT    write the HTML page to OUT
          -f, --force         overwrite
          -q, --quiet         no warnings
        """;

    public static Command Create()
    {
        var options = new CommonOptions();
        LevelOption level = new();
        var output = new Option<string>("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        Option<string> model = CommandLine.Value("--model");
        var command = new Command("inspect", Help) { level.Option, output, force, model };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            IReadOnlyList<string> files = options.Files(parsed);
            if (files.Count > 1)
                throw new UsageException("inspect takes one FILE");
            if (parsed.GetValue(model) is { } path)
            {
                await InspectTokensAsync(path, files[0], parsed.GetValue(output), parsed.GetValue(force), cancellationToken);
                return report.ExitCode;
            }
            using InputFile input = InputFile.Open(files[0]);
            byte[] data = await ReadAsync(input, cancellationToken);
            if (parsed.GetValue(output) is { } picture && await Task.Run(() => SoundCosts.Measure(input.Name, data, level.Read(parsed), cancellationToken), cancellationToken) is { } sound)
            {
                await WritePageAsync(picture, parsed.GetValue(force), input, writer => SoundPage.Write(writer, sound), cancellationToken);
                return report.ExitCode;
            }
            ByteCosts costs = await Task.Run(() => CostMeasurement.Measure(input.Name, data, level.Read(parsed), cancellationToken), cancellationToken);
            if (parsed.GetValue(output) is { } page)
                await WritePageAsync(page, parsed.GetValue(force), input, writer => CostPage.Write(writer, costs), cancellationToken);
            else
                WriteText(costs);
            return report.ExitCode;
        });
        return command;
    }

    private static async Task InspectTokensAsync(string modelPath, string file, string? page, bool force, CancellationToken cancellationToken)
    {
        ModelInput.CheckStandardInput(modelPath, file == "-");
        LanguageModel model = await ModelInput.LoadAsync<LanguageModel>(modelPath, cancellationToken);
        using InputFile input = InputFile.Open(file);
        byte[] data = await ReadAsync(input, cancellationToken);
        using WorkPool workers = new(Environment.ProcessorCount);
        TokenInspection inspection = await Task.Run(() => ModelInput.OfText(data.Length,
            () => TokenInspection.Of(model, data, workers, cancellationToken)), cancellationToken);
        if (page is null)
            Console.WriteLine($"{Report.Printable(input.Name)}: {TokenPage.Summary(inspection)}");
        else
            await WritePageAsync(page, force, input, writer => TokenPage.Write(writer, input.Name, inspection), cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(InputFile input, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await input.Stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (data.Length + read > CostMeasurement.MaxBytes)
                throw new IOException($"{input.Name} has more than {CostMeasurement.MaxBytes >> 20} MiB; inspect a part: head -c 10M FILE | tacit inspect -");
            data.Write(buffer, 0, read);
        }
        return data.ToArray();
    }

    private static async Task WritePageAsync(string path, bool force, InputFile input, Action<TextWriter> write, CancellationToken cancellationToken)
    {
        await using OutputFile file = OutputFile.IsStandardName(path)
            ? OutputFile.OpenStandard(compressed: false)
            : OutputFile.Create(path, force, compressed: false, input.Status);
        await using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(false), leaveOpen: true))
            write(writer);
        await file.FinishAsync(like: null, cancellationToken);
        file.Publish();
    }

    private static void WriteText(ByteCosts costs)
    {
        using var writer = new StreamWriter(new StandardStream(Posix.StandardOutput), new UTF8Encoding(false));
        if (StandardStream.IsTerminal(Posix.StandardOutput) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
        {
            CostText.WriteColoured(writer, costs);
            CostText.WriteLegend(writer);
        }
        CostText.WriteTotals(writer, costs);
    }
}
