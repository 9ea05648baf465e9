namespace Tacit.Modeling.Linear;

/// <summary>Values to come with their standard errors; or, from simulated paths, with quantiles.</summary>
public sealed class Forecast
{
    private readonly double[][]? _sorted;   // (steps, paths)

    internal Forecast(double[] mean, double[] standardErrors, double[][]? sorted = null)
    {
        Mean = mean;
        StandardErrors = standardErrors;
        _sorted = sorted;
    }

    /// <summary>The expected values.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>Standard errors: √(σ² Σ ψ_j²).</summary>
    public IReadOnlyList<double> StandardErrors { get; }

    /// <summary>Between which values the one at step <paramref name="step"/> (from 0) lies with probability <paramref name="level"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A level not between 0 and 1.</exception>
    public (double Low, double High) Interval(int step, double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "Between 0 and 1.");
        if (_sorted is not null)
            return (Quantile(_sorted[step], (1 - level) / 2), Quantile(_sorted[step], (1 + level) / 2));
        double width = DoubleFunctions.NormalQuantile((1 + level) / 2) * StandardErrors[step];
        return (Mean[step] - width, Mean[step] + width);
    }

    /// <summary>The same forecast with intervals from simulated paths instead of the psi-weights.</summary>
    internal Forecast WithPaths(IReadOnlyList<double[]> paths)
    {
        double[][] sorted = new double[Mean.Count][];
        for (int h = 0; h < sorted.Length; h++)
        {
            sorted[h] = new double[paths.Count];
            for (int i = 0; i < paths.Count; i++)
                sorted[h][i] = paths[i][h];
            HeapSort(sorted[h]);
        }
        return new Forecast([.. Mean], [.. StandardErrors], sorted);
    }

    // Hyndman and Fan's definition 7, as R and numpy.
    private static double Quantile(double[] sorted, double p)
    {
        double position = p * (sorted.Length - 1);
        int below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private static void HeapSort(double[] values)
    {
        for (int i = values.Length / 2 - 1; i >= 0; i--)
            Sift(values, i, values.Length);
        for (int end = values.Length - 1; end > 0; end--)
        {
            (values[0], values[end]) = (values[end], values[0]);
            Sift(values, 0, end);
        }
    }

    private static void Sift(double[] values, int at, int end)
    {
        while (2 * at + 1 < end)
        {
            int child = 2 * at + 1;
            if (child + 1 < end && values[child + 1] > values[child])
                child++;
            if (values[at] >= values[child])
                return;
            (values[at], values[child]) = (values[child], values[at]);
            at = child;
        }
    }
}
