using Tacit.Modeling;
using Tacit.Modeling.Linear;
using Tacit.Tests.Support;

namespace Tacit.Tests.Autoregressions;

/// <summary>The parts of the statistics against other ways to compute them.</summary>
public class StatisticsTests
{
    private static readonly double[] Wave = Simulated(2000, 1.3, -0.6);

    [Fact]
    public void LogarithmAndExponentialAreWithinThreeUnitsInTheLastPlace()
    {
        var random = new SplitMix64(1);
        for (int i = 0; i < 20_000; i++)
        {
            double x = BitConverter.Int64BitsToDouble((long)(random.Next() >> 1) % 0x7FE0000000000000L);
            AssertClose(Math.Log(x), DoubleFunctions.Log(x), x);
            double y = ((long)(random.Next() % 1_400_001) - 700_000) / 1000.0;
            AssertClose(Math.Exp(y), DoubleFunctions.Exp(y), y);
        }
        Assert.Equal(0, DoubleFunctions.Log(1));
        Assert.Equal(1, DoubleFunctions.Exp(0));

        static void AssertClose(double expected, double actual, double at) =>
            Assert.True(Math.Abs(expected - actual) <= 3 * Math.ScaleB(Math.Abs(expected), -52), $"{at}: {actual:R} for {expected:R}");
    }

    // Quantiles as any table prints them.
    [Fact]
    public void DistributionsHaveTheirTabulatedValues()
    {
        Assert.Equal(1.959963984540054, DoubleFunctions.NormalQuantile(0.975), 12);
        Assert.Equal(-2.326347874040841, DoubleFunctions.NormalQuantile(0.01), 11);
        Assert.Equal(0, DoubleFunctions.NormalQuantile(0.5), 12);
        Assert.Equal(0.05, DoubleFunctions.ChiSquareTail(3.841458820694124, 1), 12);
        Assert.Equal(0.05, DoubleFunctions.ChiSquareTail(18.307038053275146, 10), 12);
        Assert.Equal(0.995, DoubleFunctions.ChiSquareTail(2.1558564813046455, 10), 12);
        Assert.Equal(Math.Log(24), DoubleFunctions.LogGamma(5), 12);
    }

    [Fact]
    public void LeastSquaresSolvesTheNormalEquations()
    {
        var random = new SplitMix64(2);
        const int Rows = 40, Columns = 6;
        double[][] a = [.. Enumerable.Range(0, Columns).Select(_ => Enumerable.Range(0, Rows).Select(_ => random.Next() / 1e19 - 0.9).ToArray())];
        double[] b = [.. Enumerable.Range(0, Rows).Select(_ => random.Next() / 1e19)];
        var solved = new Householder([.. a.Select(c => (double[])c.Clone())], (double[])b.Clone());
        double[] residual = [.. Enumerable.Range(0, Rows).Select(i => b[i] - Enumerable.Range(0, Columns).Sum(j => a[j][i] * solved.Solution[j]))];
        for (int j = 0; j < Columns; j++)
            Assert.Equal(0, Enumerable.Range(0, Rows).Sum(i => a[j][i] * residual[i]), 12);    // residuals are orthogonal to every column
        Assert.Equal(residual.Sum(r => r * r), solved.ResidualSum, 12);
        var fewer = new Householder([.. a[..3].Select(c => (double[])c.Clone())], (double[])b.Clone());
        Assert.Equal(fewer.ResidualSum, solved.ResidualSumOfFirst(3), 12);
        a[3] = [.. a[1].Select(x => 2 * x)];
        Assert.Throws<ArithmeticException>(() => new Householder(a, b));
    }

    [Fact]
    public void EveryMethodFindsTheProcess()
    {
        foreach (FitMethod method in Enum.GetValues<FitMethod>())
        {
            Autoregression fit = Autoregression.Fit(Wave, new AutoregressionOptions { Method = method, Criterion = OrderCriterion.Bic });
            Assert.Equal(2, fit.Lags.Count);
            Assert.Equal(1.3, fit.Coefficients[0], 0.06);
            Assert.Equal(-0.6, fit.Coefficients[1], 0.06);
            Assert.Equal(1, fit.Variance, 0.1);
            Assert.InRange(fit.StandardErrors[0], 0.015, 0.021);    // √((1 − 0.36) / 2000) = 0.0179
            Assert.InRange(Correlogram.LjungBox(fit.Residuals(), 20, 2).Probability, 0.01, 1);
        }
        double[] partial = Correlogram.PartialAutocorrelation(Wave, 5);
        Assert.Equal(-0.6, partial[1], 0.06);
        Assert.All(partial[2..], p => Assert.InRange(p, -0.08, 0.08));
        Assert.InRange(Correlogram.LjungBox(Wave, 20, 0).Probability, 0, 1e-9);
    }

    [Fact]
    public void PsiWeightsAndIntervalsOfOrderOneAreItsPowers()
    {
        Autoregression fit = Autoregression.Fit(Simulated(500, 0.8, 0), new AutoregressionOptions { Order = 1 });
        double a = fit.Coefficients[0];
        double[] psi = fit.PsiWeights(5);
        for (int j = 0; j < 5; j++)
            Assert.Equal(Math.Pow(a, j), psi[j], 12);
        Forecast forecast = fit.Forecast(3);
        Assert.Equal(Math.Sqrt(fit.Variance * (1 + a * a)), forecast.StandardErrors[1], 12);
        (double low, double high) = forecast.Interval(0, 0.95);
        Assert.Equal(2 * 1.959963984540054 * Math.Sqrt(fit.Variance), high - low, 9);
        Assert.Equal(forecast.Mean[0], (low + high) / 2, 9);
    }

    [Fact]
    public void ARandomWalksForecastIsItsLastValueAndItsIntervalGrowsWithTheRoot()
    {
        double[] walk = [.. Wave.Select((_, i) => Simulated(300, 0, 0).Take(i % 300 + 1).Sum())];
        Autoregression fit = Autoregression.Fit(walk.AsSpan(0, 300), new AutoregressionOptions { Order = 0, Differences = 1 });
        Forecast forecast = fit.Forecast(9);
        Assert.Equal(walk[299] + 9 * fit.Intercept, forecast.Mean[8], 9);
        Assert.Equal(3 * forecast.StandardErrors[0], forecast.StandardErrors[8], 9);
    }

    [Fact]
    public void PathsSpreadAsThePsiWeightsSay()
    {
        Autoregression fit = Autoregression.Fit(Wave, new AutoregressionOptions { Order = 2 });
        Forecast exact = fit.Forecast(10), drawn = fit.Forecast(10, 4000, seed: 5);
        for (int h = 0; h < 10; h++)
        {
            (double low, double high) = exact.Interval(h, 0.8);
            (double drawnLow, double drawnHigh) = drawn.Interval(h, 0.8);
            Assert.InRange((drawnHigh - drawnLow) / (high - low), 0.93, 1.07);
        }
        Assert.Equal(fit.Simulate(5, 7, 0), fit.Simulate(5, 7, 0));
        Assert.NotEqual(fit.Simulate(5, 7, 0), fit.Simulate(5, 7, 1));
        Assert.NotEqual(fit.Simulate(5, 7, 0), fit.Simulate(5, 8, 0));
    }

    [Fact]
    public void RootsAreTheFactorsAndTellStationarity()
    {
        // (z − 0.9)(z − 0.5)(z² − z + 0.5): roots 0.9, 0.5, 0.5 ± 0.5 i.
        double[] polynomial = [1, -2.4, 2.35, -1.15, 0.225];
        IReadOnlyList<(double Real, double Imaginary)> roots = PolynomialRoots.Find(polynomial);
        Assert.Equal([(0.5, -0.5), (0.5, 0), (0.5, 0.5), (0.9, 0)],
            roots.Select(r => (Math.Round(r.Real, 9) + 0, Math.Round(r.Imaginary, 9) + 0)).Order());
        Assert.True(PolynomialRoots.AllWithinUnitCircle(polynomial));
        Assert.False(PolynomialRoots.AllWithinUnitCircle([1, -2, 1]));
        Assert.False(PolynomialRoots.AllWithinUnitCircle([1, -1.5, 0.49]));
        Assert.True(PolynomialRoots.AllWithinUnitCircle([1]));
    }

    [Fact]
    public void SeasonalLagsFindASeason()
    {
        double[] seasonal = [.. Simulated(400, 0, 0).Select((e, t) => e + 20 * Math.Sin(2 * Math.PI * t / 7))];
        foreach (FitMethod method in (FitMethod[])[FitMethod.YuleWalker, FitMethod.LeastSquares])
        {
            Autoregression fit = Autoregression.Fit(seasonal, new AutoregressionOptions { Method = method, Order = 1, Season = 7, SeasonalLags = 2 });
            Assert.Equal([1, 7, 14], fit.Lags);
            Forecast forecast = fit.Forecast(7);
            for (int h = 0; h < 7; h++)
                Assert.Equal(20 * Math.Sin(2 * Math.PI * (400 + h) / 7), forecast.Mean[h], 4.0);
        }
    }

    [Theory]
    [InlineData(new double[0], "empty")]
    [InlineData(new[] { 1, 2, double.NaN, 4, 5, 6 }, "Value 3")]
    [InlineData(new[] { 1, double.PositiveInfinity, 3, 4, 5, 6 }, "infinite")]
    [InlineData(new double[] { 7, 7, 7, 7, 7, 7, 7, 7 }, "constant")]
    [InlineData(new double[] { 1, 2 }, "too short")]
    [InlineData(new[] { 1e200, -1e200, 1e200, 0, 1, 2, 3, 4 }, "too large")]
    public void WhatCannotBeFittedIsRefused(double[] series, string why)
    {
        foreach (FitMethod method in Enum.GetValues<FitMethod>())
        {
            ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => Autoregression.Fit(series, new AutoregressionOptions { Method = method }));
            Assert.Contains(why, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OptionsThatMakeNoSenseAreRefused()
    {
        Assert.Throws<ArgumentException>(() => Autoregression.Fit(Wave, new AutoregressionOptions { SeasonalLags = 1 }));
        Assert.Throws<ArgumentException>(() => Autoregression.Fit(Wave, new AutoregressionOptions { Method = FitMethod.Burg, Season = 4, SeasonalLags = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Autoregression.Fit(Wave, new AutoregressionOptions { Differences = 3 }));
        Assert.Throws<ArgumentException>(() => Autoregression.Fit(Wave.AsSpan(0, 30), new AutoregressionOptions { Order = 20 }));
        Assert.Throws<ArgumentException>(() => RollingEvaluation.Run(Wave, new AutoregressionOptions { Order = 1 }, 1999, 5, 0));
    }

    [Fact]
    public void AModelFileGivesBackTheModel()
    {
        var options = new AutoregressionOptions { Order = 3, Differences = 1, Season = 12, SeasonalLags = 1 };
        Autoregression fit = Autoregression.Fit(Wave, options);
        byte[] bytes = Written(fit), again = Written(Loaded(bytes));
        Assert.Equal(bytes, again);
        Assert.Equal(fit.Forecast(20).Mean, Loaded(bytes).Forecast(20).Mean);
        Assert.Equal(options, Loaded(bytes).Options);
        // Any changed byte of the header, and some of the rest, is refused or gives some model.
        var random = new SplitMix64(3);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            damaged[random.Below(i < 300 ? 1200 : damaged.Length)] ^= (byte)(1 << random.Below(8));
            try
            {
                Loaded(damaged).Forecast(2);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static byte[] Written(Autoregression model)
    {
        var stream = new MemoryStream();
        AutoregressionModel.Write(stream, model, "y");
        return stream.ToArray();
    }

    private static Autoregression Loaded(byte[] bytes)
    {
        using var file = new ModelFile(new MemoryStream(bytes));
        return ModelRegistry.Standard.Load<Autoregression>(file);
    }

    private static double[] Simulated(int count, double a, double b)
    {
        float[] noise = new float[count];
        Tacit.Numerics.RandomFill.Normal(11, 0, noise);
        double[] series = new double[count];
        for (int t = 0; t < count; t++)
            series[t] = (t > 0 ? a * series[t - 1] : 0) + (t > 1 ? b * series[t - 2] : 0) + noise[t];
        return series;
    }
}
