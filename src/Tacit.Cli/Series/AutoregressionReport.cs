using System.Globalization;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;

namespace Tacit.Cli.Series;

/// <summary>What a fitted autoregression looks like, for people.</summary>
internal static class AutoregressionReport
{
    private const int MostRoots = 60;

    private static readonly string[] CoefficientHeadings = ["lag", "coefficient", "standard error"], CorrelationHeadings = ["lag", "autocorrelation", "partial"];

    /// <summary>Writes what there is to say of either kind.</summary>
    public static void Write(TextWriter writer, string column, ISeriesForecaster model, bool correlations)
    {
        if (model is NonlinearAutoregression nonlinear)
            Write(writer, column, nonlinear, correlations);
        else
            Write(writer, column, (Autoregression)model, correlations);
    }

    /// <summary>Writes the linear part's coefficients and what the network adds to it; correlations too if asked.</summary>
    private static void Write(TextWriter writer, string column, NonlinearAutoregression model, bool correlations)
    {
        writer.WriteLine("the linear part:");
        WriteFit(writer, column, model.Linear);
        if (model.Options.Order is null)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"order {model.Linear.Order} has the least error over the end of the series"));
        Stationarity(writer, model.Linear);
        double gain = model.HeldOutLinearError > 0 ? 1 - Math.Sqrt(model.HeldOutError / model.HeldOutLinearError) : 0;
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ten networks of {model.NetworkOptions.Hidden} hidden units: ")
            + (gain > 0 ? string.Create(CultureInfo.InvariantCulture,
                $"the error (RMS) over the last fifth falls from {SeriesText.Short(Math.Sqrt(model.HeldOutLinearError))} to {SeriesText.Short(Math.Sqrt(model.HeldOutError))}, by {100 * gain:0.0} %")
                : "no help over the last fifth, so the model is the linear one"));
        writer.WriteLine($"noise variance {SeriesText.Short(model.Variance)}");
        WriteTest(writer, model.Residuals(), model.Linear);
        if (correlations)
            WriteCorrelations(writer, model.Linear);
    }

    /// <summary>Writes coefficients, noise, criteria, stationarity and the test of the residuals; correlations too if asked.</summary>
    private static void Write(TextWriter writer, string column, Autoregression model, bool correlations)
    {
        WriteFit(writer, column, model);
        AutoregressionOptions options = model.Options;
        if (options.Order is null)
        {
            int best = Enumerable.Range(0, model.Criteria.Count).MinBy(i => model.Criteria[i]);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"order {best} of 0 to {model.Criteria.Count - 1} has the least {options.Criterion.ToString().ToUpperInvariant()}, {SeriesText.Short(model.Criteria[best])}"));
        }
        Stationarity(writer, model);
        WriteTest(writer, model.Residuals(), model);
        if (correlations)
            WriteCorrelations(writer, model);
    }

    private static void WriteFit(TextWriter writer, string column, Autoregression model)
    {
        AutoregressionOptions options = model.Options;
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{column}: {model.Series.Length} values, {Name(options.Method)}{Differences(options)}"));
        var rows = new List<string[]> { CoefficientHeadings };
        for (int i = 0; i < model.Lags.Count; i++)
            rows.Add([model.Lags[i].ToString(CultureInfo.InvariantCulture), SeriesText.Short(model.Coefficients[i]), SeriesText.Short(model.StandardErrors[i])]);
        rows.Add(["constant", SeriesText.Short(model.Intercept), ""]);
        SeriesText.Table(writer, rows);
        writer.WriteLine($"noise variance {SeriesText.Short(model.Variance)}");
    }

    private static string Name(FitMethod method) => method switch
    {
        FitMethod.YuleWalker => "Yule-Walker",
        FitMethod.Burg => "Burg's method",
        _ => "least squares",
    };

    private static string Differences(AutoregressionOptions o) =>
        (o.Differences > 0 ? string.Create(CultureInfo.InvariantCulture, $", differenced {o.Differences}×") : "")
        + (o.SeasonalDifferences > 0 ? string.Create(CultureInfo.InvariantCulture, $", {o.SeasonalDifferences}× over the season of {o.Season}") : "");

    private static void Stationarity(TextWriter writer, Autoregression model)
    {
        string verdict = model.IsStationary ? "stationary" : "not stationary: forecasts may run away";
        if (model.Lags.Count > 0 && model.Lags[^1] <= MostRoots)
        {
            IEnumerable<string> roots = model.InverseRoots()
                .Select(r => (Modulus: Math.Sqrt(r.Real * r.Real + r.Imaginary * r.Imaginary), Angle: Math.Abs(Math.Atan2(r.Imaginary, r.Real)), Upper: r.Imaginary > -1e-9))
                .Where(r => r.Upper).OrderByDescending(r => r.Modulus).Take(3)
                .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Modulus:0.000}") + (r.Angle > 1e-6
                    ? string.Create(CultureInfo.InvariantCulture, $" (period {2 * Math.PI / r.Angle:0.0})") : ""));
            verdict += $"; largest inverse roots {string.Join(", ", roots)}";
        }
        writer.WriteLine(verdict);
    }

    private static void WriteTest(TextWriter writer, double[] residuals, Autoregression model)
    {
        int fitted = model.Lags.Count, lags = Math.Max(fitted + 3, Math.Min(2 * Math.Max(model.Options.Season, 5), residuals.Length / 5));
        if (lags >= residuals.Length || model.Variance == 0)
            return;
        (double q, int freedom, double probability) = SeriesText.Try(() => Correlogram.LjungBox(residuals, lags, fitted));
        string verdict = probability < 0.05 ? ": the residuals are not white" : "";
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Ljung-Box over {lags} lags: Q = {q:0.00}, {freedom} degrees of freedom, p = {probability:0.000}{verdict}"));
    }

    private static void WriteCorrelations(TextWriter writer, Autoregression model)
    {
        int lags = Math.Min(model.Series.Length - 1, 24);
        double[] acf = Correlogram.Autocorrelation(model.Series.Span, lags), pacf = Correlogram.PartialAutocorrelation(model.Series.Span, lags);
        var rows = new List<string[]> { CorrelationHeadings };
        for (int k = 1; k <= lags; k++)
            rows.Add([k.ToString(CultureInfo.InvariantCulture), acf[k].ToString("0.000", CultureInfo.InvariantCulture), pacf[k - 1].ToString("0.000", CultureInfo.InvariantCulture)]);
        SeriesText.Table(writer, rows);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"beyond ±{1.96 / Math.Sqrt(model.Series.Length):0.000} a correlation is unlikely to be chance"));
    }
}
