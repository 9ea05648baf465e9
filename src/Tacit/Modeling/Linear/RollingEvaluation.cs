namespace Tacit.Modeling.Linear;

/// <summary>How far a forecaster was off: mean absolute and root mean square error, and the former in units of the naive one's.</summary>
/// <param name="Name">The forecaster.</param>
/// <param name="MeanAbsolute">MAE, in the series' unit.</param>
/// <param name="RootMeanSquare">RMSE, in the series' unit.</param>
/// <param name="Scaled">MASE (Hyndman and Koehler 2006): MAE over the mean absolute (seasonal) difference before the first origin.</param>
public sealed record ForecastAccuracy(string Name, double MeanAbsolute, double RootMeanSquare, double Scaled);

/// <summary>Forecasts from every origin in turn, each by a model fitted to what came before it only.</summary>
public static class RollingEvaluation
{
    /// <summary>Evaluates an autoregression against the last value and, with a season, the value a season ago.</summary>
    /// <param name="series">The series (n).</param>
    /// <param name="options">The autoregression; fitted anew at each origin.</param>
    /// <param name="firstOrigin">Values before the first forecast.</param>
    /// <param name="horizon">Steps forecast from each origin; all of them count.</param>
    /// <param name="season">The season's length for seasonal-naive forecasts and the scale; 0 for none.</param>
    /// <returns>The autoregression's accuracy first.</returns>
    /// <exception cref="ArgumentException">Too few values for origin, horizon or season, or as in fitting.</exception>
    public static IReadOnlyList<ForecastAccuracy> Run(
        ReadOnlySpan<double> series, AutoregressionOptions options, int firstOrigin, int horizon, int season) =>
        Run(series, [("autoregression", past => Autoregression.Fit(past, options), 1)], firstOrigin, horizon, season);

    /// <summary>Evaluates several forecasters, each made anew at every so many origins and in between told the values that came.</summary>
    /// <param name="series">The series (n).</param>
    /// <param name="forecasters">Name; how one is fitted to the values before an origin; origins from one fit to the next.</param>
    /// <param name="firstOrigin">Values before the first forecast.</param>
    /// <param name="horizon">Steps forecast from each origin; all of them count.</param>
    /// <param name="season">The season's length for seasonal-naive forecasts and the scale; 0 for none.</param>
    /// <returns>Accuracies in the order of the forecasters, then the naive ones'.</returns>
    /// <exception cref="ArgumentException">Too few values for origin, horizon or season, or as in fitting.</exception>
    public static IReadOnlyList<ForecastAccuracy> Run(
        ReadOnlySpan<double> series, IReadOnlyList<(string Name, Func<double[], ISeriesForecaster> Fit, int Every)> forecasters,
        int firstOrigin, int horizon, int season)
    {
        ArgumentNullException.ThrowIfNull(forecasters);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(season);
        SeriesCheck.Finite(series);
        int scaleLag = Math.Max(season, 1);
        if (firstOrigin <= scaleLag || firstOrigin > series.Length - horizon)
        {
            throw new ArgumentException($"A first origin after {firstOrigin} of {series.Length} values leaves too little: more than "
                + $"{scaleLag} must come before it, {horizon} after.", nameof(firstOrigin));
        }
        double scale = 0;
        for (int t = scaleLag; t < firstOrigin; t++)
            scale += Math.Abs(series[t] - series[t - scaleLag]);
        scale /= firstOrigin - scaleLag;

        Errors[] models = [.. forecasters.Select(_ => new Errors())];
        var fitted = new ISeriesForecaster[models.Length];
        var naive = new Errors();
        var seasonal = new Errors();
        for (int origin = firstOrigin; origin + horizon <= series.Length; origin++)
        {
            double[] past = series[..origin].ToArray();
            for (int m = 0; m < models.Length; m++)
            {
                fitted[m] = (origin - firstOrigin) % forecasters[m].Every == 0 ? forecasters[m].Fit(past) : fitted[m].After(past);
                Forecast forecast = fitted[m].Forecast(horizon);
                for (int h = 0; h < horizon; h++)
                    models[m].Add(series[origin + h] - forecast.Mean[h]);
            }
            for (int h = 0; h < horizon; h++)
            {
                double actual = series[origin + h];
                naive.Add(actual - series[origin - 1]);
                if (season > 0)
                    seasonal.Add(actual - series[origin - season + h % season]);
            }
        }
        List<ForecastAccuracy> rows = [.. models.Select((errors, m) => errors.Accuracy(forecasters[m].Name, scale)), naive.Accuracy("naive", scale)];
        if (season > 0)
            rows.Add(seasonal.Accuracy("seasonal naive", scale));
        return rows;
    }

    private sealed class Errors
    {
        private double _absolute, _square;
        private long _count;

        public void Add(double error)
        {
            _absolute += Math.Abs(error);
            _square += error * error;
            _count++;
        }

        public ForecastAccuracy Accuracy(string name, double scale) => new(name, _absolute / _count, Math.Sqrt(_square / _count), _absolute / _count / scale);
    }
}
