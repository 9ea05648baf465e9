using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;

namespace Tacit.Cli.Commands;

/// <summary>tacit evaluate for models of series: rolling-origin forecasts against naive ones.</summary>
internal static class EvaluateSeriesCommand
{
    private const int NonlinearFits = 20;

    private const string Help = """
        usage: tacit evaluate --model MODEL [OPTION…] [DATA.csv]        (a model of 'tacit train ar')

        Forecasts from every origin in turn, each time with the model's settings fitted to the values
        before it only, and compares with repeating the last value and the last season; a nonlinear
        model with the linear one too. Without DATA.csv on the series the model was trained on.

          --column NAME       the column of DATA.csv (default: the model's)
          --horizon N         steps forecast from each origin (default: a season, or 1)
          --first N           values before the first origin (default: half of them)
          --season S          the season of the naive forecast (default: the model's)
          --refit N           fit anew at every N-th origin only, and in between go on from the values
                              that came (default: 1; nonlinear models are fitted 20 times)

        MASE is the mean absolute error in units of the (seasonal) naive one before the first origin.
        """;

    public static Command Create()
    {
        var model = new SeriesModel();
        var data = new Argument<string[]>("DATA") { Arity = ArgumentArity.ZeroOrMore };
        Option<string> column = CommandLine.Value("--column"), horizon = CommandLine.Value("--horizon"), first = CommandLine.Value("--first"), season = CommandLine.Value("--season"),
            refit = CommandLine.Value("--refit");
        var command = new Command("evaluate", Help) { model.Option, data, column, horizon, first, season, refit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] files = parsed.GetValue(data) ?? [];
            if (files.Length > 1)
                throw new UsageException("evaluate takes one DATA file");
            ModelInput.CheckStandardInput(parsed.GetValue(model.Option)!, files.Contains("-"));
            (ISeriesForecaster fitted, string name) = model.Load(parsed);
            double[] series = files.Length == 1 ? SeriesText.Read(files[0], parsed.GetValue(column) ?? name).Values : fitted.Series.ToArray();
            int length = WholeNumber.Parse("--season", parsed.GetValue(season), fitted.Options.Season, 2, 20_000);
            int steps = WholeNumber.Parse("--horizon", parsed.GetValue(horizon), Math.Max(length, 1), 1, 100_000);
            int origin = WholeNumber.Parse("--first", parsed.GetValue(first), series.Length / 2, 1, int.MaxValue);
            int origins = series.Length - steps - origin + 1, usual = fitted is NonlinearAutoregression ? (origins + NonlinearFits - 1) / NonlinearFits : 1;
            int every = WholeNumber.Parse("--refit", parsed.GetValue(refit), Math.Max(usual, 1), 1, int.MaxValue);
            var rivals = new List<(string, Func<double[], ISeriesForecaster>, int)>();
            if (fitted is NonlinearAutoregression { NetworkOptions: var network })
                rivals.Add(("nonlinear", past => NonlinearAutoregression.Fit(past, fitted.Options, network, cancellationToken), every));
            rivals.Add(("autoregression", past => Autoregression.Fit(past, fitted.Options), every));
            IReadOnlyList<ForecastAccuracy> rows = SeriesText.Try(() => RollingEvaluation.Run(series, rivals, origin, steps, length));
            await SeriesText.WriteAsync(null, false, writer =>
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{origins} origins after {origin} values, {steps} steps each, {((long)origins + every - 1) / every} fits"));
                SeriesText.Table(writer, [["", "MAE", "RMSE", "MASE"], .. rows.Select(r => new[] { r.Name, SeriesText.Short(r.MeanAbsolute), SeriesText.Short(r.RootMeanSquare), SeriesText.Short(r.Scaled) })]);
            }, cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }
}
