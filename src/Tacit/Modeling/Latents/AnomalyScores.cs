using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Latents;

/// <summary>How unusual items are among others, by how badly a model does on them.</summary>
public static class AnomalyScores
{
    // Makes the median deviation of normal numbers their standard deviation; what stands for an error of zero.
    private const double Normal = 1.4826, Least = 1e-30;

    /// <summary>
    /// (l − median) / (1.4826 · median of |l − median|) of the errors' logarithms l, which lie more evenly than errors:
    /// about 1 for one
    /// standard deviation worse than usual (Iglewicz and Hoaglin 1993).
    /// </summary>
    /// <param name="errors">An error for each item, none negative.</param>
    /// <returns>Zeros if half of the items or more have the same error.</returns>
    public static double[] Of(IReadOnlyList<double> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0)
            return [];
        double[] logarithms = [.. errors.Select(e => DoubleFunctions.Log(Math.Max(e, Least)))];
        double median = Median(logarithms), scale = Normal * Median([.. logarithms.Select(l => Math.Abs(l - median))]);
        return [.. logarithms.Select(l => scale > 0 ? (l - median) / scale : 0)];
    }

    private static double Median(IReadOnlyList<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
