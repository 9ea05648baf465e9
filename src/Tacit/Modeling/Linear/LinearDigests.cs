using System.Buffers.Binary;

namespace Tacit.Modeling.Linear;

/// <summary>Bytes of fits and forecasts, for the self-test.</summary>
internal static class LinearDigests
{
    private const int Length = 400, Steps = 12, Season = 12;

    /// <summary>Coefficients, errors and forecasts by every method, with and without differences and seasons.</summary>
    public static byte[] Fits()
    {
        float[] noise = new float[Length];
        Numerics.RandomFill.Normal(seed: 8, stream: 1, noise);
        double[] series = new double[Length];
        for (int t = 2; t < Length; t++)
            series[t] = 1.4 * series[t - 1] - 0.7 * series[t - 2] + noise[t] + t % Season;
        var bytes = new List<byte>();
        foreach (FitMethod method in (ReadOnlySpan<FitMethod>)[FitMethod.YuleWalker, FitMethod.Burg, FitMethod.LeastSquares])
        {
            Add(bytes, Autoregression.Fit(series, new AutoregressionOptions { Method = method }));
            Add(bytes, Autoregression.Fit(series, new AutoregressionOptions { Method = method, Order = 3, Differences = 1, Season = Season, SeasonalDifferences = 1 }));
        }
        Add(bytes, Autoregression.Fit(series, new AutoregressionOptions { Season = Season, SeasonalLags = 2, Criterion = OrderCriterion.Bic }));
        return [.. bytes];
    }

    private static void Add(List<byte> bytes, Autoregression model)
    {
        Forecast forecast = model.Forecast(Steps);
        Add(bytes, model.Coefficients);
        Add(bytes, model.StandardErrors);
        Add(bytes, model.Criteria);
        Add(bytes, forecast.Mean);
        Add(bytes, forecast.StandardErrors);
        Add(bytes, model.Simulate(Steps, seed: 3, path: 1));
        Add(bytes, [forecast.Interval(Steps - 1, 0.95).High, Correlogram.LjungBox(model.Residuals(), 40, model.Lags.Count).Probability]);
    }

    private static void Add(List<byte> bytes, IReadOnlyList<double> values)
    {
        Span<byte> eight = stackalloc byte[sizeof(double)];
        foreach (double value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(eight, value);
            bytes.AddRange(eight);
        }
    }
}
