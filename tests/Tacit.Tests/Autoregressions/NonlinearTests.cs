using Tacit.Modeling;
using Tacit.Modeling.Linear;
using Tacit.Modeling.Nonlinear;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Autoregressions;

/// <summary>The network beside the linear part: series that only it foresees, intervals, files, trouble.</summary>
public class NonlinearTests
{
    private static readonly double[] Threshold = ThresholdSeries(600);

    // x' = 4 x (1 − x) is white noise to a linear model (May 1976), and a parabola to a network.
    [Fact]
    public void TheLogisticMapIsForeseen()
    {
        double[] map = new double[400];
        map[0] = 0.3;
        for (int t = 1; t < map.Length; t++)
            map[t] = 4 * map[t - 1] * (1 - map[t - 1]);
        (double network, double linear, _) = OneStepErrors(map, 300, new AutoregressionOptions { Order = 1 });
        Assert.InRange(linear, 0.3, 0.4);      // the standard deviation is 1/√8
        Assert.InRange(network, 0, 0.02);
    }

    // Hénon 1976: x' = 1 − 1.4 x² + 0.3 x''. The order is found too.
    [Fact]
    public void TheHenonMapIsForeseen()
    {
        double[] map = new double[500];
        (map[0], map[1]) = (0.1, 0.2);
        for (int t = 2; t < map.Length; t++)
            map[t] = 1 - 1.4 * map[t - 1] * map[t - 1] + 0.3 * map[t - 2];
        (double network, double linear, NonlinearAutoregression model) = OneStepErrors(map, 400, new AutoregressionOptions { MaxOrder = 3 });
        Assert.InRange(linear, 0.4, 0.8);
        Assert.InRange(network, 0, 0.05);
        Assert.InRange(model.Linear.Order, 2, 3);
    }

    // Two regimes, as in Tong and Lim 1980; the noise has deviation 1.
    [Fact]
    public void AThresholdAutoregressionIsForeseenUpToItsNoise()
    {
        (double network, double linear, NonlinearAutoregression model) = OneStepErrors(Threshold, 450, new AutoregressionOptions { Order = 1 });
        Assert.InRange(linear, 1.25, 2);
        Assert.InRange(network, 0.9, 1.12);
        Assert.InRange(model.Variance, 0.8, 1.3);
        Assert.InRange(Correlogram.LjungBox(model.Residuals(), 10, 1).Probability, 0.001, 1);
    }

    [Fact]
    public void IntervalsHoldWhatTheySay()
    {
        NonlinearAutoregression model = NonlinearAutoregression.Fit(Threshold.AsSpan(0, 300), new AutoregressionOptions { Order = 1 });
        int within80 = 0, within95 = 0, count = 0;
        for (int origin = 300; origin + 3 <= Threshold.Length; origin += 2)
        {
            Forecast forecast = model.After(Threshold.AsSpan(0, origin)).Forecast(3, 400, seed: 2);
            for (int h = 0; h < 3; h++, count++)
            {
                within80 += Within(forecast.Interval(h, 0.8), Threshold[origin + h]);
                within95 += Within(forecast.Interval(h, 0.95), Threshold[origin + h]);
            }
        }
        Assert.InRange((double)within80 / count, 0.72, 0.9);
        Assert.InRange((double)within95 / count, 0.9, 0.99);

        static int Within((double Low, double High) interval, double value) => value >= interval.Low && value <= interval.High ? 1 : 0;
    }

    // Where the network stays at zero, means are the linear forecasts: the noise of a pair of paths cancels.
    [Fact]
    public void WithoutANetworkForecastsAreTheLinearOnes()
    {
        double[] wave = [.. Enumerable.Range(0, 120).Select(t => Math.Sin(t / 3.0) + 5)];
        NonlinearAutoregression model = NonlinearAutoregression.Fit(wave, new AutoregressionOptions { Order = 2 });
        Forecast paths = model.Forecast(20), exact = model.Linear.Forecast(20);
        for (int h = 0; h < 20; h++)
            Assert.Equal(exact.Mean[h], paths.Mean[h], 9);
        Assert.Equal(exact.Mean[19], Math.Sin(139 / 3.0) + 5, 6);
    }

    [Fact]
    public void DifferencesAndSeasonsAreUndone()
    {
        double[] noise = ThresholdSeries(240), series = new double[240];
        for (int t = 0; t < series.Length; t++)
            series[t] = 0.5 * t + 10 * (t % 6) + noise[t];
        foreach (AutoregressionOptions options in (AutoregressionOptions[])
            [new() { Order = 2, Differences = 1, Season = 6, SeasonalLags = 1 }, new() { Order = 2, Season = 6, SeasonalDifferences = 1 }])
        {
            NonlinearAutoregression model = NonlinearAutoregression.Fit(series, options);
            Forecast forecast = model.Forecast(12);
            for (int h = 0; h < 12; h++)
                Assert.InRange(forecast.Mean[h] - (0.5 * (240 + h) + 10 * ((240 + h) % 6)), -6, 6);
            Assert.Equal(series[^1] + 0, model.Series.Span[^1]);
            double[] residuals = model.Residuals();
            Assert.Equal(series.Length - model.Linear.Lags[^1] - (series.Length - model.Linear.Differenced().Length), residuals.Length);
            // A residual is what one step was off.
            Forecast last = model.After(series.AsSpan(0, 239)).Forecast(1);
            Assert.Equal(series[239] - last.Mean[0], residuals[^1], 5);
        }
    }

    // Sunspots, one of the series nonlinear models were made for (Tong and Lim 1980): each year from those before it, 1921 on.
    // Passengers: each year's months from all before them.
    [Theory]
    [InlineData(true, 34)]
    [InlineData(false, 31)]
    public void RealSeriesAreForeseenBetterThanLinearly(bool sunspots, int every) => AssertBetter(sunspots, every, 1);

    [Theory, Trait("Category", "Slow")]
    [InlineData(true, 0.96)]
    [InlineData(false, 0.95)]
    public void FittedOftenTheyAreClearlyBetter(bool sunspots, double factor) => AssertBetter(sunspots, 5, factor);

    [Fact]
    public void TheSameSeedGivesTheSameFile()
    {
        var options = new AutoregressionOptions { Order = 2 };
        var network = new NonlinearOptions { Hidden = 4, Steps = 60, Seed = 7 };
        byte[] bytes = Written(NonlinearAutoregression.Fit(Threshold, options, network));
        Assert.Equal(bytes, Written(NonlinearAutoregression.Fit(Threshold, options, network)));
        Assert.NotEqual(bytes, Written(NonlinearAutoregression.Fit(Threshold, options, network with { Seed = 8 })));
    }

    [Fact]
    public void AModelFileGivesBackTheModel()
    {
        NonlinearAutoregression model = NonlinearAutoregression.Fit(Threshold, new AutoregressionOptions { MaxOrder = 2 }, new NonlinearOptions { Hidden = 3, Steps = 50 });
        byte[] bytes = Written(model);
        NonlinearAutoregression loaded = Loaded(bytes);
        Assert.Equal(bytes, Written(loaded));
        Assert.Equal(model.Forecast(5, 40, 3).Mean, loaded.Forecast(5, 40, 3).Mean);
        Assert.Equal(model.Simulate(9, 4, 1), loaded.Simulate(9, 4, 1));
        Assert.NotEqual(model.Simulate(9, 4, 1), loaded.Simulate(9, 4, 2));
        var random = new SplitMix64(5);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            damaged[random.Below(i < 300 ? 2000 : damaged.Length)] ^= (byte)(1 << random.Below(8));
            try
            {
                Loaded(damaged).Forecast(2, 2, 1);
            }
            catch (Exception e) when (e is InvalidDataException or ArithmeticException)
            {
            }
        }
    }

    [Theory]
    [InlineData(new[] { 1, 2, double.NaN, 4, 5, 6 }, null, "Value 3")]
    [InlineData(new double[] { 7, 7, 7, 7, 7, 7, 7, 7 }, 1, "constant")]
    [InlineData(new double[] { 1, 5, 2, 4, 3, 6, 9, 7, 8, 1, 5, 3 }, 1, "too short for a network")]
    [InlineData(new double[] { 1, 5, 2, 4, 3, 6, 9, 7, 8, 1, 5, 3 }, 0, "sees nothing")]
    public void WhatCannotBeFittedIsRefused(double[] series, int? order, string why)
    {
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => NonlinearAutoregression.Fit(series, new AutoregressionOptions { Order = order }));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => NonlinearAutoregression.Fit(Threshold, network: new NonlinearOptions { Hidden = 0 }));
        Assert.Throws<OperationCanceledException>(() => NonlinearAutoregression.Fit(Threshold, cancellationToken: new CancellationToken(true)));
    }

    private static void AssertBetter(bool sunspots, int every, double factor)
    {
        AutoregressionOptions options = sunspots ? new() { Order = 9 } : new() { Differences = 1, Season = 12, SeasonalLags = 1 };
        (double[] series, int first, int horizon) = sunspots ? (PublishedSeries.Sunspots, 221, 1) : (PublishedSeries.Airline, 72, 12);
        IReadOnlyList<ForecastAccuracy> rows = RollingEvaluation.Run(series,
            [("nonlinear", past => NonlinearAutoregression.Fit(past, options), every), ("linear", past => Autoregression.Fit(past, options), every)],
            first, horizon, options.Season);
        Assert.True(rows[0].RootMeanSquare < factor * rows[1].RootMeanSquare, $"{rows[0]} {rows[1]}");
        Assert.All(rows.Skip(2), naive => Assert.True(rows[0].RootMeanSquare < naive.RootMeanSquare, $"{rows[0]} {naive}"));
    }

    // Root mean square of the errors after the first values, by models that have seen those only.
    private static (double Network, double Linear, NonlinearAutoregression Model) OneStepErrors(double[] series, int first, AutoregressionOptions options)
    {
        NonlinearAutoregression model = NonlinearAutoregression.Fit(series.AsSpan(0, first), options);
        ISeriesForecaster whole = model.After(series), linear = model.Linear.After(series);
        return (Rms(whole.Residuals()), Rms(linear.Residuals()), model);

        double Rms(double[] residuals) => Math.Sqrt(residuals[^(series.Length - first)..].Average(r => r * r));
    }

    private static double[] ThresholdSeries(int count)
    {
        float[] noise = new float[count];
        RandomFill.Normal(21, 0, noise);
        double[] series = new double[count];
        for (int t = 1; t < count; t++)
            series[t] = (series[t - 1] > 0 ? 2.5 - 0.9 * series[t - 1] : -2 - 0.8 * series[t - 1]) + noise[t];
        return series;
    }

    private static byte[] Written(NonlinearAutoregression model)
    {
        var stream = new MemoryStream();
        NonlinearModel.Write(stream, model, "y");
        return stream.ToArray();
    }

    private static NonlinearAutoregression Loaded(byte[] bytes)
    {
        using var file = new ModelFile(new MemoryStream(bytes));
        return ModelRegistry.Standard.Load<NonlinearAutoregression>(file);
    }
}
