namespace Tacit.Modeling.Clustering;

/// <summary>How much nearer rows are to their own cluster than to the next one. Rousseeuw 1987.</summary>
public static class Silhouette
{
    /// <summary>Rows it is measured on at most, taken evenly: its time grows with their square.</summary>
    public const int MostRows = 2000;

    /// <summary>The mean of (b − a) / max(a, b): a the mean distance to the rest of the own cluster, b to the nearest
    /// other one; 0 for a row alone.</summary>
    /// <param name="rows">(rows, columns).</param>
    /// <param name="columns">Columns.</param>
    /// <param name="assignments">The cluster of each row.</param>
    /// <returns>From −1 to 1; 0 of one cluster.</returns>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static double Of(ReadOnlySpan<float> rows, int columns, ReadOnlySpan<int> assignments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (assignments.IsEmpty || rows.Length != (long)assignments.Length * columns)
            throw new ArgumentException($"Silhouette: {assignments.Length} assignments of {rows.Length} values in " +
                $"rows of {columns}.");
        int count = Math.Min(assignments.Length, MostRows), clusters = 0;
        int[] taken = new int[count], sizes;
        for (int i = 0; i < count; i++)
        {
            taken[i] = (int)((long)i * assignments.Length / count);
            clusters = Math.Max(clusters, assignments[taken[i]] + 1);
        }
        sizes = new int[clusters];
        foreach (int row in taken)
            sizes[assignments[row]]++;
        double sum = 0;
        double[] distances = new double[clusters];
        foreach (int row in taken)
        {
            Array.Clear(distances);
            foreach (int other in taken)
                distances[assignments[other]] += Distance(rows.Slice(row * columns, columns),
                    rows.Slice(other * columns, columns));
            int own = assignments[row];
            double next = double.PositiveInfinity;
            for (int c = 0; c < clusters; c++)
                next = c == own || sizes[c] == 0 ? next : Math.Min(next, distances[c] / sizes[c]);
            double inside = sizes[own] > 1 ? distances[own] / (sizes[own] - 1) : 0, larger = Math.Max(inside, next);
            sum += sizes[own] > 1 && double.IsFinite(next) && larger > 0 ? (next - inside) / larger : 0;
        }
        return sum / count;
    }

    private static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int j = 0; j < x.Length; j++)
            sum += ((double)x[j] - y[j]) * ((double)x[j] - y[j]);
        return Math.Sqrt(sum);
    }
}
