using System.CommandLine;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Compression;
using Tacit.Modeling;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
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
        alone elsewhere and with NO_COLOR. The totals tell what each part of the model saved: what the data
        would have cost more if, at each bit, it alone had had no opinion.

        Of a WAV or AIFF file the page with -o shows the wave, and underneath what it costs under the
        codec audio.

        With a language model it shows the tokens of FILE as the model sees them: what each cost, on the
        page also what was foreseen in its place, and where each head of each layer looked. The first
        4,096 tokens are inspected. With --mix, or a prior besides, it shows what codec lm pays: the bytes
        by cm, and what the model saves it.

        Of an autoencoder it shows what 'tacit inspect --model MODEL --help' says.

          -1 … -9             the level of cm or audio; -5 unless given
          --model MODEL       a language model, such as 'tacit train gpt' makes; or a prior ('tacit train
                              prior'), which cm then begins with; may be given again, for both
          --mix               a language model's part in codec lm, not its tokens
          --neural            with -7 to -9: a network learns along, as in 'tacit compress --neural',
                              here also where it makes nothing smaller
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
        var given = new ModelsOption();
        Option<bool> network = CommandLine.Flag("--neural"), mix = CommandLine.Flag("--mix");
        var command = new Command("inspect", Help) { level.Option, output, force, given.Option, network, mix };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Report report = options.Report(parsed);
            IReadOnlyList<string> files = options.Files(parsed);
            if (files.Count > 1)
                throw new UsageException("inspect takes one FILE");
            string[] paths = parsed.GetValue(given.Option) ?? [];
            bool learns = parsed.GetValue(network);
            if (paths.Length == 1 && !parsed.GetValue(mix))
            {
                ModelInput.CheckStandardInput(paths[0], files[0] == "-");
                OpenModel opened = await OpenModel.OpenAsync(paths[0], cancellationToken);
                if (opened.File.Kind == GptModel.Kind.Name)
                {
                    using OpenModel own = opened;
                    if (learns || level.Given(parsed) is not null)
                        throw new UsageException("a level and --neural are for what cm pays: with a language model and --mix");
                    LanguageModel language = ModelInput.OfFile(paths[0], () => ModelRegistry.Standard.Load<LanguageModel>(opened.File, cancellationToken));
                    await InspectTokensAsync(language, files[0], parsed.GetValue(output), parsed.GetValue(force), cancellationToken);
                    return report.ExitCode;
                }
                opened.Keep();
            }
            IReadOnlyList<TacitModel> models = await LoadAsync(paths, cancellationToken);
            if (parsed.GetValue(mix) && models.All(model => model.Kind != GptModel.Kind.Name))
                throw new UsageException("--mix is for a language model, which --model names");
            int at = level.Given(parsed) ?? models.FirstOrDefault(model => model.Level is not null)?.Level ?? 5;
            Check(models, at, learns);
            using InputFile input = InputFile.Open(files[0]);
            byte[] data = await ReadAsync(input, cancellationToken);
            if (models.Count == 0 && !learns && parsed.GetValue(output) is { } picture && await Task.Run(() => SoundCosts.Measure(input.Name, data, at, cancellationToken), cancellationToken) is { } sound)
            {
                await WritePageAsync(picture, parsed.GetValue(force), input, writer => SoundPage.Write(writer, sound), cancellationToken);
                return report.ExitCode;
            }
            ByteCosts costs = await Task.Run(() => CostMeasurement.Measure(input.Name, data, at, models, learns, cancellationToken), cancellationToken);
            if (parsed.GetValue(output) is { } page)
                await WritePageAsync(page, parsed.GetValue(force), input, writer => CostPage.Write(writer, costs), cancellationToken);
            else
                WriteText(costs);
            return report.ExitCode;
        });
        return command;
    }

    private static async Task<IReadOnlyList<TacitModel>> LoadAsync(string[] paths, CancellationToken cancellationToken)
    {
        var models = new List<TacitModel>();
        foreach (string path in paths)
        {
            using OpenModel opened = await OpenModel.OpenAsync(path, cancellationToken);
            models.Add(await Task.Run(() => ModelInput.OfFile(path, () => TacitModel.Load(opened.Whole(), 0, cancellationToken)), cancellationToken));
        }
        return models;
    }

    private static void Check(IReadOnlyList<TacitModel> models, int level, bool learns)
    {
        try
        {
            new TacitCompressionOptions
            {
                Codec = models.Count > 0 ? TacitCodecChoice.For(models) : TacitCodec.ContextMixing,
                Level = level,
                Models = models,
                Network = learns,
                Mix = models.Any(model => model.Kind == GptModel.Kind.Name) ? true : null,
            }.Check();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static async Task InspectTokensAsync(LanguageModel model, string file, string? page, bool force, CancellationToken cancellationToken)
    {
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
