using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media.Audio;
using Tacit.Modeling.Linear;

namespace Tacit.Cli.Commands;

/// <summary>tacit generate for models of series: ways the series might go on.</summary>
internal static class GenerateSeriesCommand
{
    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…]        (a model of 'tacit train ar')

        Draws ways in which the series might go on, as CSV: a row per step, a column per path. The
        same seed gives the same numbers everywhere. A model of sound writes a WAV file: the sound it was
        trained on and how it might go on.

          -n N                values of a path (default 24; of sound, as many as a second has)
          --paths N           paths (default 1)
          --seed S            the seed (default 1)
          --resample          draw the noise from the model's own errors, not from a normal distribution
          -o, --output OUT    write to OUT
          -f, --force         overwrite
        """;

    public static Command Create()
    {
        var model = new SeriesModel();
        Option<string> count = CommandLine.Value("--count", "-n"), paths = CommandLine.Value("--paths"), seed = CommandLine.Value("--seed"),
            output = CommandLine.Value("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f"), resample = CommandLine.Flag("--resample");
        var command = new Command("generate", Help) { model.Option, count, paths, seed, resample, output, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (ISeriesForecaster fitted, string column) = model.Load(parsed);
            int? rate = SoundName.RateOf(column);
            int steps = WholeNumber.Parse("-n", parsed.GetValue(count), Math.Min(rate ?? 24, 1_000_000), 1, 1_000_000), width = WholeNumber.Parse("--paths", parsed.GetValue(paths), 1, 1, 1000);
            ulong key = WholeNumber.Seed(parsed.GetValue(seed));
            var linear = fitted as Autoregression;
            if (linear is null && parsed.GetValue(resample))
                throw new UsageException("--resample is for linear models");
            double[][] drawn = [.. Enumerable.Range(0, width).Select(path => SeriesText.Try(() =>
                parsed.GetValue(resample) ? linear!.Resample(steps, key, path) : fitted.Simulate(steps, key, path)))];
            if (rate is { } known)
            {
                if (width > 1)
                    throw new UsageException("a model of sound goes on in one way: --paths is 1");
                await WriteSoundAsync(parsed.GetValue(output), parsed.GetValue(force), [.. fitted.Series.Span, .. drawn[0]], known, cancellationToken);
                return ExitCode.Success;
            }
            await SeriesText.WriteAsync(parsed.GetValue(output), parsed.GetValue(force), writer =>
            {
                string name = column.AsSpan().IndexOfAny(",\"\n\r") < 0 ? column : "path";
                writer.WriteLine(string.Join(',', ["step", .. Enumerable.Range(1, width).Select(p => width == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{p}"))]));
                for (int h = 0; h < steps; h++)
                {
                    int step = h;
                    writer.WriteLine(string.Join(',', [(h + 1).ToString(CultureInfo.InvariantCulture), .. drawn.Select(path => SeriesText.Exact(path[step]))]));
                }
            }, cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task WriteSoundAsync(string? path, bool force, double[] samples, int rate, CancellationToken cancellationToken)
    {
        await using OutputFile file = path is null || OutputFile.IsStandardName(path)
            ? OutputFile.OpenStandard(compressed: true)
            : OutputFile.Create(path, force, compressed: true, input: null);
        Sound.WriteWav(file.Stream, samples, rate);
        await file.FinishAsync(like: null, cancellationToken);
        file.Publish();
    }
}
