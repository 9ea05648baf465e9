namespace Tacit.Modeling.Linear;

/// <summary>Burg's method (1968): each reflection coefficient minimises the forward and backward errors together.</summary>
/// <remarks>Always stationary, and free of the bias that Yule-Walker has in short series.</remarks>
internal static class Burg
{
    /// <summary>Fits every order up to <paramref name="maxOrder"/> to a series less its mean.</summary>
    /// <returns>At index k the coefficients and the error variance of order k.</returns>
    public static (double[] Coefficients, double Variance)[] Fit(ReadOnlySpan<double> series, int maxOrder)
    {
        int n = series.Length;
        double mean = Correlogram.Mean(series), variance = 0;
        double[] forward = new double[n], backward = new double[n], coefficients = new double[maxOrder], scratch = new double[maxOrder];
        for (int t = 0; t < n; t++)
        {
            forward[t] = backward[t] = series[t] - mean;
            variance += forward[t] * forward[t];
        }
        variance /= n;
        var fits = new (double[], double)[maxOrder + 1];
        fits[0] = ([], variance);
        for (int order = 0; order < maxOrder; order++)
        {
            double product = 0, power = 0;
            for (int t = order + 1; t < n; t++)
            {
                product += forward[t] * backward[t - 1];
                power += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
            }
            double reflection = power > 0 ? 2 * product / power : 0;
            LevinsonDurbin.Reflect(coefficients, scratch, order, reflection);
            for (int t = n - 1; t > order; t--)
            {
                double f = forward[t];
                forward[t] = f - reflection * backward[t - 1];
                backward[t] = backward[t - 1] - reflection * f;
            }
            variance *= 1 - reflection * reflection;
            fits[order + 1] = (coefficients[..(order + 1)], variance);
        }
        return fits;
    }
}
