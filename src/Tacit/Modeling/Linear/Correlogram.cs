namespace Tacit.Modeling.Linear;

/// <summary>How a series goes with its own past: autocovariance, autocorrelation, partial autocorrelation, Ljung-Box.</summary>
public static class Correlogram
{
    /// <summary>Sample autocovariances at lags 0 to <paramref name="maxLag"/>: Σ (y_t − ȳ)(y_{t+k} − ȳ) / n.</summary>
    /// <remarks>Divided by n, not n − k, so that the sequence is non-negative definite.</remarks>
    /// <exception cref="ArgumentException">The series is empty, holds what is not finite, or is not longer than the lag.</exception>
    public static double[] Autocovariance(ReadOnlySpan<double> series, int maxLag)
    {
        SeriesCheck.Finite(series);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLag);
        if (maxLag >= series.Length)
            throw new ArgumentException($"Lag {maxLag} needs more than {series.Length} values.", nameof(maxLag));
        double mean = Mean(series);
        double[] covariances = new double[maxLag + 1];
        for (int lag = 0; lag <= maxLag; lag++)
        {
            double sum = 0;
            for (int t = lag; t < series.Length; t++)
                sum += (series[t] - mean) * (series[t - lag] - mean);
            covariances[lag] = sum / series.Length;
        }
        return covariances;
    }

    /// <summary>Autocorrelations at lags 0 to <paramref name="maxLag"/>; the first is 1.</summary>
    /// <exception cref="ArgumentException">As <see cref="Autocovariance"/>, or the series is constant.</exception>
    public static double[] Autocorrelation(ReadOnlySpan<double> series, int maxLag)
    {
        double[] c = Autocovariance(series, maxLag);
        SeriesCheck.Varies(c[0], series);
        for (int lag = maxLag; lag >= 0; lag--)
            c[lag] /= c[0];
        return c;
    }

    /// <summary>Partial autocorrelations at lags 1 to <paramref name="maxLag"/>: what lag k adds to lags 1 to k − 1.</summary>
    /// <inheritdoc cref="Autocorrelation"/>
    public static double[] PartialAutocorrelation(ReadOnlySpan<double> series, int maxLag)
    {
        double[] c = Autocovariance(series, maxLag);
        SeriesCheck.Varies(c[0], series);
        var recursion = new LevinsonDurbin(c);
        double[] partial = new double[maxLag];
        for (int k = 0; k < maxLag; k++)
            partial[k] = recursion.Step();
        return partial;
    }

    /// <summary>Ljung and Box's test (1978) of whether residuals are white: Q = n (n + 2) Σ r_k² / (n − k).</summary>
    /// <param name="residuals">The residuals (n).</param>
    /// <param name="lags">Lags 1 to this one enter.</param>
    /// <param name="fitted">Coefficients that were fitted, taken from the degrees of freedom.</param>
    /// <returns>Q, the degrees of freedom, and the probability of such a Q or a larger one if they are white.</returns>
    public static (double Statistic, int Freedom, double Probability) LjungBox(ReadOnlySpan<double> residuals, int lags, int fitted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lags, fitted);
        double[] r = Autocorrelation(residuals, lags);
        double sum = 0, n = residuals.Length;
        for (int k = 1; k <= lags; k++)
            sum += r[k] * r[k] / (n - k);
        double q = n * (n + 2) * sum;
        return (q, lags - fitted, DoubleFunctions.ChiSquareTail(q, lags - fitted));
    }

    internal static double Mean(ReadOnlySpan<double> series)
    {
        double sum = 0;
        foreach (double y in series)
            sum += y;
        return sum / series.Length;
    }
}
