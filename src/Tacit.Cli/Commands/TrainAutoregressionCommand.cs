using System.CommandLine;
using Tacit.Cli.Files;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media.Audio;
using Tacit.Media.Csv;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;

namespace Tacit.Cli.Commands;

/// <summary>tacit train ar: fits an autoregression to a column of a CSV file.</summary>
internal static class TrainAutoregressionCommand
{
    public const string Summary = "an autoregression of a series, linear or with a network, for forecasts";

    private const string Help = """
        usage: tacit train ar [OPTION…] DATA.csv -o MODEL

        Fits y(t) = c + a1·y(t-1) + … + ap·y(t-p) + noise to a column, shows it, and writes it to
        MODEL, usually NAME.tacitmodel. DATA.csv may be - for standard input. Or DATA is a WAV or AIFF
        file: then the series is the mean of its channels, the method burg and the order 32 unless given,
        and 'tacit generate' goes on with the sound.

          --column NAME       the column, by name or number (needed if several hold numbers)
          -p, --order N       the order p, or auto (default): the one with the least criterion
          --max-order N       largest order to choose from (default 10·log10 of the length)
          --criterion C       aic, aicc (default) or bic
          --method M          ols (least squares, default), burg or yule-walker
          --difference D      difference the series D times first (0 to 2)
          --season S          the season has S values: the value a season ago is a lag too
          --seasonal-difference D
                              instead: difference D times over the season
          --seasonal-lags N   how many seasonal lags (default 1 without seasonal differences)
          --nonlinear         add the mean of ten small networks over the same lags, which learn what the
                              linear part leaves; auto is then the order with the least error over the
                              last fifth of the series, which they do not learn from
          --hidden N, --steps N, --seed S
                              hidden units of a network (default 16), most steps of its training (1000),
                              and the key of the random numbers (1)
          -o, --output MODEL  the model file
          -f, --force         overwrite
          -v, --verbose       show autocorrelations and partial autocorrelations too
          -q, --quiet         show nothing

        examples:
          tacit train ar sunspots.csv -o sunspots.tacitmodel
          tacit train ar sunspots.csv --nonlinear -o sunspots.tacitmodel
          tacit train ar airline.csv --column Passengers --difference 1 --season 12 -o airline.tacitmodel
        """;

    // Enough for a spectrum with its resonances.
    private const int SoundOrder = 32;

    public static Command Create()
    {
        var common = new CommonOptions();
        Option<string> column = CommandLine.Value("--column"), order = CommandLine.Value("--order", "-p"), maxOrder = CommandLine.Value("--max-order"),
            criterion = CommandLine.Value("--criterion"), method = CommandLine.Value("--method"), difference = CommandLine.Value("--difference"),
            season = CommandLine.Value("--season"), seasonalDifference = CommandLine.Value("--seasonal-difference"),
            seasonalLags = CommandLine.Value("--seasonal-lags"), output = CommandLine.Value("--output", "-o");
        Option<string> hidden = CommandLine.Value("--hidden"), steps = CommandLine.Value("--steps"), seed = CommandLine.Value("--seed");
        Option<bool> force = CommandLine.Flag("--force", "-f"), nonlinear = CommandLine.Flag("--nonlinear");
        var command = new Command("train", Help)
        {
            column, order, maxOrder, criterion, method, difference, season, seasonalDifference, seasonalLags, nonlinear, hidden, steps, seed, output, force,
        };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(output) ?? throw new UsageException("-o MODEL is missing: 'tacit train ar DATA.csv -o MODEL'");
            IReadOnlyList<string> files = common.Files(parsed);
            if (files.Count > 1)
                throw new UsageException("train ar takes one DATA file");
            Report report = common.Report(parsed);
            Sound? sound = SeriesText.ReadSound(files[0]);
            FitMethod fit = MethodNamed(parsed.GetValue(method) ?? (sound is null ? null : "burg"));
            int length = WholeNumber.Parse("--season", parsed.GetValue(season), 0, 2, 20_000);
            int seasonal = WholeNumber.Parse("--seasonal-difference", parsed.GetValue(seasonalDifference), 0, 0, 2);
            var options = new AutoregressionOptions
            {
                Order = parsed.GetValue(order) is null && sound is not null ? SoundOrder : parsed.GetValue(order) is null or "auto" ? null : WholeNumber.Parse("--order", parsed.GetValue(order), 0, 0, 1000),
                MaxOrder = parsed.GetValue(maxOrder) is null ? null : WholeNumber.Parse("--max-order", parsed.GetValue(maxOrder), 0, 0, 1000),
                Criterion = CriterionNamed(parsed.GetValue(criterion)),
                Method = fit,
                Differences = WholeNumber.Parse("--difference", parsed.GetValue(difference), 0, 0, 2),
                Season = length,
                SeasonalDifferences = seasonal,
                SeasonalLags = WholeNumber.Parse("--seasonal-lags", parsed.GetValue(seasonalLags), length > 0 && seasonal == 0 && fit != FitMethod.Burg ? 1 : 0, 0, 4),
            };
            var network = new NonlinearOptions
            {
                Hidden = WholeNumber.Parse("--hidden", parsed.GetValue(hidden), new NonlinearOptions().Hidden, 1, NonlinearOptions.MostHidden),
                Steps = WholeNumber.Parse("--steps", parsed.GetValue(steps), new NonlinearOptions().Steps, 1, NonlinearOptions.MostSteps),
                Seed = WholeNumber.Seed(parsed.GetValue(seed)),
            };
            bool withNetwork = parsed.GetValue(nonlinear);
            if (!withNetwork && (parsed.GetValue(hidden) ?? parsed.GetValue(steps) ?? parsed.GetValue(seed)) is not null)
                throw new UsageException("--hidden, --steps and --seed are of the network that --nonlinear adds");
            (string name, double[] values) = sound is null ? Column(SeriesText.Read(files[0], parsed.GetValue(column))) : (SoundName.Of(sound.Format.Rate), sound.Mix());
            ISeriesForecaster model = await Task.Run(() => SeriesText.Try<ISeriesForecaster>(() => withNetwork
                ? NonlinearAutoregression.Fit(values, options, network, cancellationToken)
                : Autoregression.Fit(values, options)), cancellationToken);
            await using OutputFile file = OutputFile.IsStandardName(path)
                ? OutputFile.OpenStandard(compressed: true)
                : OutputFile.Create(path, parsed.GetValue(force), compressed: true, files[0] == "-" ? null : FileStatus.Of(files[0]));
            if (model is NonlinearAutoregression withHidden)
                NonlinearModel.Write(file.Stream, withHidden, name);
            else
                AutoregressionModel.Write(file.Stream, (Autoregression)model, name);
            await file.FinishAsync(like: null, cancellationToken);
            file.Publish();
            if (report.Verbosity > Verbosity.Quiet && !OutputFile.IsStandardName(path))
                await SeriesText.WriteAsync(null, false, writer => AutoregressionReport.Write(writer, name, model, report.Verbosity == Verbosity.Verbose), cancellationToken);
            return report.ExitCode;
        });
        return command;
    }

    private static (string Name, double[] Values) Column(CsvSeries series) => (series.Name, series.Values);

    private static FitMethod MethodNamed(string? name) => name switch
    {
        null or "ols" => FitMethod.LeastSquares,
        "burg" => FitMethod.Burg,
        "yule-walker" => FitMethod.YuleWalker,
        _ => throw new UsageException($"--method is one of ols, burg, yule-walker, not '{name}'"),
    };

    private static OrderCriterion CriterionNamed(string? name) => name switch
    {
        null or "aicc" => OrderCriterion.Aicc,
        "aic" => OrderCriterion.Aic,
        "bic" => OrderCriterion.Bic,
        _ => throw new UsageException($"--criterion is one of aic, aicc, bic, not '{name}'"),
    };
}
