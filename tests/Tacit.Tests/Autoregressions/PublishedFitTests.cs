using Tacit.Media.Csv;
using Tacit.Modeling.Linear;
using Tacit.Tests.Support;

namespace Tacit.Tests.Autoregressions;

/// <summary>Fits that books and statistical packages print, to the digits they print.</summary>
public class PublishedFitTests
{
    // R's documentation of ar(): ar(lh), ar(lh, method = "burg").
    [Theory]
    [InlineData(FitMethod.YuleWalker, "0.6534 -0.0636 -0.2269", 0.1959)]
    [InlineData(FitMethod.Burg, "0.6588 -0.0608 -0.2234", 0.1786)]
    public void HormoneAsInR(FitMethod method, string coefficients, double variance) =>
        Check(PublishedSeries.Hormone, new AutoregressionOptions { Method = method, Criterion = OrderCriterion.Aic }, coefficients, variance, 4);

    // The same: ar(lh, method = "ols") gives 0.586 with variance 0.2016, and 0.006234 as the intercept of the series less its
    // mean. It divides by the 47 equations, not by the 45 degrees of freedom.
    [Fact]
    public void HormoneByLeastSquaresAsInR()
    {
        Autoregression fit = Autoregression.Fit(PublishedSeries.Hormone, new AutoregressionOptions { Method = FitMethod.LeastSquares, Order = 1 });
        Assert.Equal(0.586, fit.Coefficients[0], 3);
        Assert.Equal(0.2016, fit.Variance * 45 / 47, 4);
        Assert.Equal(0.006234, fit.Intercept - PublishedSeries.Hormone.Average() * (1 - fit.Coefficients[0]), 6);
    }

    // R: ar(sunspot.year) chooses order 9.
    [Fact]
    public void SunspotsOfOrderNineAsInR() => Check(PublishedSeries.Sunspots,
        new AutoregressionOptions { Method = FitMethod.YuleWalker, Criterion = OrderCriterion.Aic },
        "1.1305 -0.3524 -0.1745 0.1403 -0.1358 0.0963 -0.0556 0.0076 0.1941", 267.5, 1);

    // Brockwell and Davis, Introduction to Time Series and Forecasting: γ(0) … γ(2), and (1 − 1.318 B + 0.634 B²) X = Z with
    // variance 289.2. They do not correct the variance for the three parameters.
    [Fact]
    public void WolferOfOrderTwoAsInBrockwellAndDavis()
    {
        double[] covariances = Correlogram.Autocovariance(PublishedSeries.Wolfer, 2);
        Assert.Equal(1382.2, covariances[0], 1);
        Assert.Equal(1114.4, covariances[1], 1);
        Assert.Equal(591.72, covariances[2], 2);
        Autoregression fit = Autoregression.Fit(PublishedSeries.Wolfer, new AutoregressionOptions { Method = FitMethod.YuleWalker, Order = 2 });
        Assert.Equal(1.318, fit.Coefficients[0], 3);
        Assert.Equal(-0.634, fit.Coefficients[1], 3);
        Assert.Equal(289.2, fit.Variance * 97 / 100, 1);
    }

    // Brockwell and Davis, examples 5.1.1 and 5.1.4: Yule-Walker 1.0538, −0.2668, variance 0.4920; Burg 1.0449, −0.2456, 0.4705.
    [Theory]
    [InlineData(FitMethod.YuleWalker, "1.0538 -0.2668", 0.4920, 95.0 / 98)]
    [InlineData(FitMethod.Burg, "1.0449 -0.2456", 0.4705, double.NaN)]
    public void LakeHuronAsInBrockwellAndDavis(FitMethod method, string coefficients, double variance, double correction)
    {
        Autoregression fit = Autoregression.Fit(PublishedSeries.LakeHuron, new AutoregressionOptions { Method = method, Order = 2 });
        Assert.Equal(coefficients, string.Join(' ', fit.Coefficients.Select(a => a.ToString("0.0000", null))));
        if (!double.IsNaN(correction))
            Assert.Equal(variance, fit.Variance * correction, 4);
        else
            Assert.InRange(fit.Variance, variance, variance * 1.02);    // the recursion's variance counts n values, theirs n − 2
    }

    // Box, Jenkins and Reinsel, Time Series Analysis, table of r_k of ∇∇₁₂ ln z for series G.
    [Fact]
    public void AirlineCorrelationsAsInBoxAndJenkins()
    {
        double[] logs = [.. PublishedSeries.Airline.Select(DoubleFunctions.Log)];
        double[] r = Correlogram.Autocorrelation(Differencing.Apply(logs, Differencing.Polynomial(1, 1, 12)), 12);
        Assert.Equal("-0.34 0.11 -0.20 0.02 0.06 0.03 -0.06 -0.00 0.18 -0.08 0.06 -0.39",
            string.Join(' ', r.Skip(1).Select(x => x.ToString("0.00", null))));
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(0, 1, 0)]
    public void AirlineIsForecastBetterThanByTheSeasonBefore(int differences, int seasonalDifferences, int seasonalLags)
    {
        var options = new AutoregressionOptions { Differences = differences, Season = 12, SeasonalDifferences = seasonalDifferences, SeasonalLags = seasonalLags };
        IReadOnlyList<ForecastAccuracy> rows = RollingEvaluation.Run(PublishedSeries.Airline, options, 72, 12, 12);
        Assert.Equal(["autoregression", "naive", "seasonal naive"], rows.Select(r => r.Name));
        Assert.True(rows[0].MeanAbsolute < 0.6 * rows[2].MeanAbsolute, $"{rows[0]} {rows[2]}");
        Assert.True(rows[0].RootMeanSquare < 0.6 * rows[2].RootMeanSquare, $"{rows[0]} {rows[2]}");
    }

    // That the tables above are typed rightly: yearly means of the monthly numbers, and the airline's file.
    [DataFact]
    public void TheTablesAgreeWithTheDataSets()
    {
        using StreamReader months = File.OpenText(Path.Combine(DataFactAttribute.Folder, "series", "monthly-sunspots.csv"));
        double[] monthly = CsvSeries.Read(months, "Sunspots").Values;
        int agreeing = 0;
        for (int year = 1749; year < 1984; year++)
            agreeing += Math.Abs(monthly.Skip((year - 1749) * 12).Take(12).Average() - PublishedSeries.Sunspots[year - 1700]) < 0.11 ? 1 : 0;
        Assert.InRange(agreeing, 210, 235);    // some years were revised in one source or the other
        using StreamReader airline = File.OpenText(Path.Combine(DataFactAttribute.Folder, "series", "airline-passengers.csv"));
        Assert.Equal(PublishedSeries.Airline, CsvSeries.Read(airline, null).Values);
    }

    private static void Check(double[] series, AutoregressionOptions options, string coefficients, double variance, int digits)
    {
        Autoregression fit = Autoregression.Fit(series, options);
        Assert.Equal(coefficients, string.Join(' ', fit.Coefficients.Select(a => a.ToString("0.0000", null))));
        Assert.Equal(variance, fit.Variance, digits);
        Assert.True(fit.IsStationary);
    }
}
