using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Series;
using Tacit.Modeling.Linear;

namespace Tacit.Cli.Commands;

/// <summary>tacit generate for models of series: ways the series might go on.</summary>
internal static class GenerateSeriesCommand
{
    private const string Help = """
        usage: tacit generate --model MODEL [OPTION…]        (a model of 'tacit train ar')

        Draws ways in which the series might go on, as CSV: a row per step, a column per path. The
        same seed gives the same numbers everywhere.

          -n N                values of a path (default 24)
          --paths N           paths (default 1)
          --seed S            the seed (default 1)
          -o, --output OUT    write to OUT
          -f, --force         overwrite
        """;

    public static Command Create()
    {
        var model = new SeriesModel();
        Option<string> count = CommandLine.Value("--count", "-n"), paths = CommandLine.Value("--paths"), seed = CommandLine.Value("--seed"),
            output = CommandLine.Value("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("generate", Help) { model.Option, count, paths, seed, output, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (ISeriesForecaster fitted, string column) = model.Load(parsed);
            int steps = WholeNumber.Parse("-n", parsed.GetValue(count), 24, 1, 1_000_000), width = WholeNumber.Parse("--paths", parsed.GetValue(paths), 1, 1, 1000);
            ulong key = WholeNumber.Seed(parsed.GetValue(seed));
            double[][] drawn = [.. Enumerable.Range(0, width).Select(path => SeriesText.Try(() => fitted.Simulate(steps, key, path)))];
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
}
