namespace Tacit.Modeling.Latents;

/// <summary>How unusual items are among others, by how badly a model does on them.</summary>
public static class AnomalyScores
{
    // Makes the median deviation of normal numbers their standard deviation.
    private const double Normal = 1.4826;

    /// <summary>(error − median) / (1.4826 · median of |error − median|): about 1 for one standard deviation worse than usual (Iglewicz and Hoaglin 1993).</summary>
    /// <returns>Zeros if half of the items or more have the same error.</returns>
    public static double[] Of(IReadOnlyList<double> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0)
            return [];
        double median = Median(errors), scale = Normal * Median([.. errors.Select(e => Math.Abs(e - median))]);
        return [.. errors.Select(e => scale > 0 ? (e - median) / scale : 0)];
    }

    private static double Median(IReadOnlyList<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
