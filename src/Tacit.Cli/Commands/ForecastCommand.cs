using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Linear;
using Tacit.Reports;

namespace Tacit.Cli.Commands;

/// <summary>tacit forecast: the values to come, with intervals.</summary>
internal static class ForecastCommand
{
    private const int MostSteps = 1_000_000;

    private const string Help = """
        usage: tacit forecast --model MODEL [OPTION…]

        Shows the values to come after the series the model was trained on, with intervals in which
        they lie with the probabilities of --level, if the model is right.

          --model MODEL       a model of 'tacit train ar'
          --steps N           values to forecast (default 24)
          --level L,…         probabilities in per cent (default 80,95)
          --paths N           intervals from N simulated paths instead of the psi-weights; a nonlinear
                              model always simulates (default 1000)
          --seed S            of the paths (default 1)
          -o, --output OUT    write CSV to OUT; - is standard output
          --svg OUT           draw the series, the forecast and the fan of its intervals
          -f, --force         overwrite
          -q, --quiet         no table

        example:
          tacit forecast --model airline.tacitmodel --steps 24 --level 80,95 --svg airline.svg
        """;

    public static Command Create()
    {
        var model = new SeriesModel();
        Option<string> steps = CommandLine.Value("--steps"), level = CommandLine.Value("--level"), paths = CommandLine.Value("--paths"),
            seed = CommandLine.Value("--seed"), output = CommandLine.Value("--output", "-o"), svg = CommandLine.Value("--svg");
        Option<bool> force = CommandLine.Flag("--force", "-f"), quiet = CommandLine.Flag("--quiet", "-q");
        var command = new Command("forecast", Help) { model.Option, steps, level, paths, seed, output, svg, force, quiet };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (ISeriesForecaster fitted, string column) = model.Load(parsed);
            int count = WholeNumber.Parse("--steps", parsed.GetValue(steps), 24, 1, MostSteps);
            double[] levels = Levels(parsed.GetValue(level) ?? "80,95");
            int drawn = WholeNumber.Parse("--paths", parsed.GetValue(paths), 0, 2, 1_000_000);
            Forecast forecast = SeriesText.Try(() => drawn > 0 ? fitted.Forecast(count, drawn, WholeNumber.Seed(parsed.GetValue(seed))) : fitted.Forecast(count));
            if (!double.IsFinite(forecast.Mean[^1]) || !double.IsFinite(forecast.StandardErrors[^1]))
                throw new InvalidDataException("the forecast runs away beyond all bounds: the model is not stationary; fewer --steps, or --method burg in training");
            string? csv = parsed.GetValue(output), picture = parsed.GetValue(svg);
            bool overwrite = parsed.GetValue(force);
            if (picture is not null)
            {
                await SeriesText.WriteAsync(picture, overwrite,
                    writer => ForecastChart.Write(writer, $"{column}: forecast of {count} values", fitted.Series.Span, forecast, levels), cancellationToken);
            }
            if (csv is not null)
                await SeriesText.WriteAsync(csv, overwrite, writer => WriteCsv(writer, forecast, levels), cancellationToken);
            else if (!parsed.GetValue(quiet))
                await SeriesText.WriteAsync(null, false, writer => WriteTable(writer, forecast, levels), cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static double[] Levels(string text)
    {
        double[] levels = Array.ConvertAll(text.Split(','), part =>
            double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double level) && level is > 0 and < 100
                ? level / 100
                : throw new UsageException($"--level takes per cents between 0 and 100, such as 80,95, not '{text}'"));
        Array.Sort(levels);
        return levels.Length <= 5 ? levels : throw new UsageException("--level takes at most 5 levels");
    }

    private static string Percent(double level) => (Math.Round(level * 1e6) / 1e4).ToString("0.####", CultureInfo.InvariantCulture);

    private static void WriteCsv(TextWriter writer, Forecast forecast, double[] levels)
    {
        writer.WriteLine(string.Join(',', ["step", "forecast", "standard_error", .. levels.SelectMany(l => new[] { $"low_{Percent(l)}", $"high_{Percent(l)}" })]));
        for (int h = 0; h < forecast.Mean.Count; h++)
        {
            int step = h;
            writer.WriteLine(string.Join(',', [(h + 1).ToString(CultureInfo.InvariantCulture), SeriesText.Exact(forecast.Mean[h]), SeriesText.Exact(forecast.StandardErrors[h]),
                .. levels.SelectMany(l => Ends(forecast, step, l).Select(SeriesText.Exact))]));
        }
    }

    private static void WriteTable(TextWriter writer, Forecast forecast, double[] levels)
    {
        var rows = new List<string[]> { (string[])["step", "forecast", .. levels.SelectMany(l => new[] { $"low {Percent(l)} %", $"high {Percent(l)} %" })] };
        for (int h = 0; h < forecast.Mean.Count; h++)
        {
            int step = h;
            rows.Add([(h + 1).ToString(CultureInfo.InvariantCulture), SeriesText.Short(forecast.Mean[h]), .. levels.SelectMany(l => Ends(forecast, step, l).Select(SeriesText.Short))]);
        }
        SeriesText.Table(writer, rows);
    }

    private static double[] Ends(Forecast forecast, int step, double level)
    {
        (double low, double high) = forecast.Interval(step, level);
        return [low, high];
    }
}
