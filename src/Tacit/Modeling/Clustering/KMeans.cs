using Tacit.Numerics;

namespace Tacit.Modeling.Clustering;

/// <summary>Clusters as the rows nearest to their mean: k-means. Lloyd 1982, begun as k-means++ (Arthur and
/// Vassilvitskii 2007).</summary>
public sealed class KMeans
{
    private const int MostIterations = 300;

    private KMeans(int columns, double[] centres, int[] assignments, double inertia, int iterations) =>
        (Columns, Centres, Assignments, Inertia, Iterations) = (columns, centres, assignments, inertia, iterations);

    /// <summary>d.</summary>
    public int Columns { get; }

    /// <summary>k.</summary>
    public int Clusters => Centres.Length / Columns;

    /// <summary>The means of the clusters (k, d).</summary>
    public double[] Centres { get; }

    /// <summary>The cluster of each row.</summary>
    public int[] Assignments { get; }

    /// <summary>The sum of the squared distances of the rows to their centres.</summary>
    public double Inertia { get; }

    /// <summary>Rounds until nothing changed, of the best beginning.</summary>
    public int Iterations { get; }

    /// <summary>Finds clusters, the best of several beginnings.</summary>
    /// <param name="rows">(rows, columns), all finite.</param>
    /// <param name="columns">d.</param>
    /// <param name="clusters">k, at most the number of rows.</param>
    /// <param name="seed">Decides the beginnings; the same everywhere.</param>
    /// <param name="beginnings">How many are tried.</param>
    /// <param name="workers">Threads; the same clusters for any number.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static KMeans Fit(ReadOnlySpan<float> rows, int columns, int clusters, ulong seed, int beginnings = 8,
        WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(beginnings, 1);
        if (rows.Length % columns != 0 || clusters < 1 || clusters > rows.Length / columns)
            throw new ArgumentException($"KMeans: {clusters} clusters of {rows.Length} values in rows of {columns}.");
        float[] all = rows.ToArray();
        KMeans? best = null;
        for (int i = 0; i < beginnings; i++)
        {
            KMeans next = FitOnce(all, columns, clusters, seed, (ulong)i, workers, cancellationToken);
            best = best is null || next.Inertia < best.Inertia ? next : best;
        }
        return best!;
    }

    /// <summary>The nearest centre of each row.</summary>
    /// <param name="rows">(rows, d).</param>
    /// <param name="workers">Threads.</param>
    public int[] Assign(ReadOnlySpan<float> rows, WorkPool? workers = null) =>
        NearestRows.Of(rows.ToArray(), Columns, Centres, workers).Nearest;

    /// <summary>One beginning, drawn from a stream of the seed.</summary>
    internal static KMeans FitOnce(float[] rows, int d, int k, ulong seed, ulong stream, WorkPool? workers,
        CancellationToken cancellationToken)
    {
        double[] centres = Begin(rows, d, k, seed, stream);
        int[] before = [];
        for (int iteration = 1; ; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NearestRows found = NearestRows.Of(rows, d, centres, workers);
            bool settled = before.AsSpan().SequenceEqual(found.Nearest);
            if (settled || iteration == MostIterations)
                return new KMeans(d, centres, found.Nearest, found.Sum(), iteration);
            before = found.Nearest;
            centres = Means(rows, d, k, found);
        }
    }

    // Each further centre is a row drawn by its squared distance to those there are.
    private static double[] Begin(float[] rows, int d, int k, ulong seed, ulong stream)
    {
        int n = rows.Length / d;
        double[] centres = new double[k * d], distances = new double[n];
        Array.Fill(distances, double.PositiveInfinity);
        int row = (int)Math.BigMul(Bits(0), (ulong)n, out _);
        for (int c = 0; ; c++)
        {
            for (int j = 0; j < d; j++)
                centres[c * d + j] = rows[row * d + j];
            if (c == k - 1)
                return centres;
            double total = 0;
            for (int i = 0; i < n; i++)
            {
                distances[i] = Math.Min(distances[i], NearestRows.Squared(rows, i * d, centres, c * d, d));
                total += distances[i];
            }
            double wanted = (Bits(c + 1) >> 11) * (1.0 / (1L << 53)) * total;
            row = -1;
            for (int i = 0; i < n && (row < 0 || wanted >= 0); i++)
            {
                if (distances[i] <= 0)
                    continue;       // it is a centre
                row = i;
                wanted -= distances[i];
            }
            row = Math.Max(row, 0);     // all rows are centres already
        }

        ulong Bits(int number)
        {
            (uint x, uint y, _, _) = Philox.Block(seed, stream, (ulong)number);
            return (ulong)x << 32 | y;
        }
    }

    // A cluster that has lost all its rows gets the one that is furthest from its centre.
    private static double[] Means(float[] rows, int d, int k, NearestRows found)
    {
        double[] sums = new double[k * d];
        int[] counts = new int[k];
        for (int i = 0; i < found.Nearest.Length; i++)
        {
            int c = found.Nearest[i];
            counts[c]++;
            for (int j = 0; j < d; j++)
                sums[c * d + j] += rows[i * d + j];
        }
        for (int c = 0; c < k; c++)
        {
            if (counts[c] == 0)
            {
                int furthest = 0;
                for (int i = 1; i < found.Distances.Length; i++)
                    furthest = found.Distances[i] > found.Distances[furthest] ? i : furthest;
                found.Distances[furthest] = 0;
                for (int j = 0; j < d; j++)
                    sums[c * d + j] = rows[furthest * d + j];
            }
            for (int j = 0; j < d && counts[c] > 0; j++)
                sums[c * d + j] /= counts[c];
        }
        return sums;
    }
}
