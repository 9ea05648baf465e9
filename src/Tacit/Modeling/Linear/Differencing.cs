namespace Tacit.Modeling.Linear;

/// <summary>Differences of a series, (1 − B)^d (1 − B^s)^D y, and the way back.</summary>
internal static class Differencing
{
    /// <summary>The operator's coefficients π_0 = 1, π_1, …: w_t = Σ π_j y_{t−j}.</summary>
    public static double[] Polynomial(int regular, int seasonal, int season)
    {
        double[] polynomial = [1];
        for (int i = 0; i < regular; i++)
            polynomial = Times(polynomial, 1);
        for (int i = 0; i < seasonal; i++)
            polynomial = Times(polynomial, season);
        return polynomial;
    }

    /// <summary>w_t for every t that has enough past.</summary>
    public static double[] Apply(ReadOnlySpan<double> series, double[] polynomial)
    {
        int lost = polynomial.Length - 1;
        if (series.Length <= lost)
            throw new ArgumentException($"Differencing takes {lost} values; the series has {series.Length}.");
        double[] differences = new double[series.Length - lost];
        for (int t = 0; t < differences.Length; t++)
        {
            double sum = 0;
            for (int j = 0; j <= lost; j++)
                sum += polynomial[j] * series[t + lost - j];
            differences[t] = sum;
        }
        return differences;
    }

    // Times (1 − B^lag).
    private static double[] Times(double[] polynomial, int lag)
    {
        double[] product = new double[polynomial.Length + lag];
        for (int i = 0; i < polynomial.Length; i++)
        {
            product[i] += polynomial[i];
            product[i + lag] -= polynomial[i];
        }
        return product;
    }
}
