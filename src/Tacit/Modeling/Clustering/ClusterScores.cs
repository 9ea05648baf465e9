using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Clustering;

/// <summary>How well clusters agree with labels that were not used to find them.</summary>
public sealed class ClusterScores
{
    private ClusterScores(int[,] counts, int items)
    {
        Counts = counts;
        int clusters = counts.GetLength(0), labels = counts.GetLength(1);
        LabelOf = Match(counts);
        long matched = 0, most = 0;
        for (int c = 0; c < clusters; c++)
        {
            matched += LabelOf[c] < 0 ? 0 : counts[c, LabelOf[c]];
            int largest = 0;
            for (int l = 0; l < labels; l++)
                largest = Math.Max(largest, counts[c, l]);
            most += largest;
        }
        (Accuracy, Purity, NormalisedMutualInformation) = ((double)matched / items, (double)most / items,
            Information(counts, items));
    }

    /// <summary>Items of each cluster with each label (clusters, labels).</summary>
    public int[,] Counts { get; }

    /// <summary>The label each cluster stands for where no two stand for the same, such that most items are right; −1
    /// for none.</summary>
    public IReadOnlyList<int> LabelOf { get; }

    /// <summary>The share of the items that is right then.</summary>
    public double Accuracy { get; }

    /// <summary>The share of the items whose label is the most frequent one of their cluster. With more clusters it
    /// grows.</summary>
    public double Purity { get; }

    /// <summary>I(C; L) / ((H(C) + H(L)) / 2): from 0 for what has nothing to do with each other to 1 for the same.
    /// Manning et al. 2008, 16.3.</summary>
    public double NormalisedMutualInformation { get; }

    /// <summary>Compares clusters with labels.</summary>
    /// <param name="clusters">The cluster of each item, from 0.</param>
    /// <param name="labels">The label of each item, from 0.</param>
    /// <exception cref="ArgumentException">There are no items, or not as many of both, or a number is
    /// negative.</exception>
    public static ClusterScores Of(ReadOnlySpan<int> clusters, ReadOnlySpan<int> labels)
    {
        if (clusters.IsEmpty || clusters.Length != labels.Length)
            throw new ArgumentException($"ClusterScores: {clusters.Length} items in clusters, {labels.Length} with " +
                $"labels.");
        int most = 0, kinds = 0;
        for (int i = 0; i < clusters.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(clusters[i], labels[i]));
            (most, kinds) = (Math.Max(most, clusters[i] + 1), Math.Max(kinds, labels[i] + 1));
        }
        int[,] counts = new int[most, kinds];
        for (int i = 0; i < clusters.Length; i++)
            counts[clusters[i], labels[i]]++;
        return new ClusterScores(counts, clusters.Length);
    }

    private static int[] Match(int[,] counts)
    {
        int clusters = counts.GetLength(0), labels = counts.GetLength(1), size = Math.Max(clusters, labels);
        long[] costs = new long[clusters * size];
        for (int c = 0; c < clusters; c++)
        {
            for (int l = 0; l < labels; l++)
                costs[c * size + l] = -counts[c, l];
        }
        return Array.ConvertAll(Assignment.Solve(costs, size), label => label < labels ? label : -1);
    }

    private static double Information(int[,] counts, int items)
    {
        int clusters = counts.GetLength(0), labels = counts.GetLength(1);
        long[] ofCluster = new long[clusters], ofLabel = new long[labels];
        for (int c = 0; c < clusters; c++)
        {
            for (int l = 0; l < labels; l++)
            {
                ofCluster[c] += counts[c, l];
                ofLabel[l] += counts[c, l];
            }
        }
        double shared = 0, entropy = Entropy(ofCluster, items) + Entropy(ofLabel, items);
        for (int c = 0; c < clusters; c++)
        {
            for (int l = 0; l < labels; l++)
            {
                if (counts[c, l] > 0)
                    shared += (double)counts[c, l] / items * DoubleFunctions.Log((double)items * counts[c,
                        l] / ((double)ofCluster[c] * ofLabel[l]));
            }
        }
        return entropy > 0 ? Math.Max(0, 2 * shared / entropy) : 1;     // one cluster, one label: the same
    }

    private static double Entropy(long[] counts, int items)
    {
        double sum = 0;
        foreach (long count in counts)
            sum -= count == 0 ? 0 : (double)count / items * DoubleFunctions.Log((double)count / items);
        return sum;
    }
}
