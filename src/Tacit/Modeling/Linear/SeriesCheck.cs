namespace Tacit.Modeling.Linear;

/// <summary>Refuses series that statistics have no answer for, and says why.</summary>
internal static class SeriesCheck
{
    /// <exception cref="ArgumentException">A value is NaN or infinite, or there is none.</exception>
    public static void Finite(ReadOnlySpan<double> series)
    {
        if (series.IsEmpty)
            throw new ArgumentException("The series is empty.");
        for (int t = 0; t < series.Length; t++)
        {
            if (!double.IsFinite(series[t]))
                throw new ArgumentException($"Value {t + 1} of the series is {(double.IsNaN(series[t]) ? "not a number" : "infinite")}.");
        }
    }

    /// <exception cref="ArgumentException">The variance is zero up to rounding.</exception>
    public static void Varies(double variance, ReadOnlySpan<double> series)
    {
        double largest = 0;
        foreach (double y in series)
            largest = Math.Max(largest, Math.Abs(y));
        if (!double.IsFinite(variance))
            throw new ArgumentException("The series' values are too large to be squared.");
        if (!(variance > largest * largest * 1e-24))
            throw new ArgumentException("The series is constant: there is nothing to fit.");
    }
}
