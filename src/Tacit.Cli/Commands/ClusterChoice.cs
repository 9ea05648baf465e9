using System.Globalization;
using Tacit.Cli.Terminal;
using Tacit.Modeling.Clustering;
using Tacit.Modeling.Latents;
using Tacit.Numerics;

namespace Tacit.Cli.Commands;

/// <summary>How 'tacit cluster' finds clusters.</summary>
internal enum ClusterMethod
{
    Mixture,
    DiagonalMixture,
    KMeans,
}

/// <summary>Clusters of items.</summary>
/// <param name="Clusters">How many.</param>
/// <param name="Assignments">The cluster of each item.</param>
/// <param name="MeasureName">What the measure is.</param>
/// <param name="Measures">For each item the probability of its cluster, or the distance from its mean.</param>
internal sealed record Clustering(int Clusters, int[] Assignments, string MeasureName, double[] Measures);

/// <summary>Finds clusters, and how many there are.</summary>
internal sealed class ClusterChoice(ClusterMethod method, int beginnings, ulong seed)
{
    private const int Least = 2, Most = 20, MostClusters = 10_000;
    private const long MostNumbers = 1 << 26;       // of components, and of items' shares in them

    /// <summary>What --method says.</summary>
    public static ClusterMethod MethodOf(string? text) => text switch
    {
        null or "gmm" => ClusterMethod.Mixture,
        "gmm-diagonal" => ClusterMethod.DiagonalMixture,
        "kmeans" => ClusterMethod.KMeans,
        _ => throw new UsageException($"--method is gmm, gmm-diagonal or kmeans, not '{text}'"),
    };

    /// <summary>What --clusters says.</summary>
    public static (int Least, int Most) RangeOf(string? text)
    {
        if (text is null)
            return (Least, Most);
        string[] ends = text.Split(':');
        bool is0 = int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int least);
        bool is1 = int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int most);
        return is0 && is1 && ends.Length <= 2 && least >= (ends.Length == 1 ? 1 : Least) && least <= most
            && most <= MostClusters ? (least, most)
            : throw new UsageException($"--clusters takes a number, or A:B from {Least} to {MostClusters}, not " +
                $"'{text}'");
    }

    /// <summary>The clusters; of several numbers of them the best, with a line about each.</summary>
    public Clustering Find(LatentTable latents, int least, int most, WorkPool workers, List<string> summary,
        CancellationToken cancellationToken)
    {
        if (least > latents.Count)
            throw new InvalidDataException($"{latents.Count} items cannot be {least} clusters");
        most = Math.Min(most, latents.Count);
        long d = latents.Columns, factor = method == ClusterMethod.Mixture ? d * (d + 1) / 2 : d;
        if (method != ClusterMethod.KMeans && most * Math.Max(factor, latents.Count) > MostNumbers)
            throw new InvalidDataException($"{most} clusters of {latents.Count} items with {d} latents are too many " +
                $"for --method gmm; gmm-diagonal or kmeans take more");
        (Clustering Clusters, double Score)? best = null;
        for (int k = least; k <= most; k++)
        {
            (Clustering clusters, double score, string line) = Fit(latents, k, least < most, workers,
                cancellationToken);
            best = best is null || score < best.Value.Score ? (clusters, score) : best;
            if (least < most)
                summary.Add(line);
        }
        return best!.Value.Clusters;
    }

    // The lower the score, the better.
    private (Clustering Clusters, double Score, string Line) Fit(LatentTable latents, int k, bool compares,
        WorkPool workers, CancellationToken cancellationToken)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        if (method == ClusterMethod.KMeans)
        {
            KMeans means = KMeans.Fit(latents.Values, latents.Columns, k, seed, beginnings > 0 ? beginnings : 8,
                workers, cancellationToken);
            double silhouette = compares ? Silhouette.Of(latents.Values, latents.Columns, means.Assignments) : 0;
            return (new Clustering(k, means.Assignments, "distance", Distances(latents, means)), -silhouette,
                string.Create(plain, $"{k} clusters: silhouette {silhouette:0.0000}"));
        }
        CovarianceKind kind = method == ClusterMethod.Mixture ? CovarianceKind.Full : CovarianceKind.Diagonal;
        GaussianMixture mixture = GaussianMixture.Fit(latents.Values, latents.Columns, k, kind, seed, beginnings > 0
            ? beginnings : 3, workers, cancellationToken);
        double[] shares = mixture.Probabilities(latents.Values, workers);
        double[] own = [.. mixture.Assignments.Select((c, i) => shares[i * k + c])];
        return (new Clustering(k, mixture.Assignments, "probability", own), mixture.InformationCriterion,
            string.Create(plain, $"{k} clusters: information criterion {mixture.InformationCriterion:0.0}, " +
                $"{mixture.LogLikelihood:0.0000} nats per item"));
    }

    private static double[] Distances(LatentTable latents, KMeans means)
    {
        double[] distances = new double[latents.Count];
        for (int i = 0; i < distances.Length; i++)
        {
            ReadOnlySpan<float> row = latents.Row(i);
            double sum = 0;
            for (int j = 0; j < row.Length; j++)
            {
                double difference = row[j] - means.Centres[means.Assignments[i] * row.Length + j];
                sum += difference * difference;
            }
            distances[i] = Math.Sqrt(sum);
        }
        return distances;
    }
}
