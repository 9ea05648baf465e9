using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Latents;

/// <summary>t-SNE: places in a plane, such that rows that are neighbours stay neighbours. Van der Maaten and Hinton
/// 2008.</summary>
/// <remarks>
/// Exact, in time and memory of the square of the number of rows. It begins with the first two principal components,
/// small
/// (Kobak and Berens 2019), so nothing is drawn; the same rows give the same places.
/// </remarks>
public sealed class TSne
{
    /// <summary>Most rows.</summary>
    public const int MostRows = 5000;

    private const int ExaggeratedIterations = 250;
    private const double Exaggeration = 12;

    /// <summary>How many neighbours a row has, about; less where there are not three times as many rows.</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps of gradient descent.</summary>
    public int Iterations { get; init; } = 750;

    /// <summary>Places the rows.</summary>
    /// <param name="rows">(rows, columns), all finite.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="workers">Threads; the same places for any number.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>(rows, 2), about zero.</returns>
    /// <exception cref="ArgumentException">There are fewer than 4 rows or more than <see cref="MostRows"/>, or the
    /// numbers do not fit.</exception>
    public double[] Fit(ReadOnlySpan<float> rows, int columns, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        int n = rows.Length / columns;
        if (rows.Length % columns != 0 || n is < 4 or > MostRows)
            throw new ArgumentException($"t-SNE places 4 to {MostRows} rows, not {n}.");
        float[] p = Affinities(rows, columns, n, Math.Min(Perplexity, (n - 1) / 3.0), cancellationToken);
        double[] places = Begin(rows, columns, n, workers), change = new double[2 * n], gains = new double[2 * n];
        Array.Fill(gains, 1.0);
        double rate = Math.Max(n / Exaggeration, 50);
        var work = new Forces { P = p, Places = places, Attraction = new double[2 * n], Repulsion = new double[2 * n],
            Sums = new double[n] };
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (workers is null)
                work.RunAll();
            else
                workers.Run(ref work, work.Parts);
            double z = 0;
            foreach (double sum in work.Sums)
                z += sum;
            double exaggeration = iteration < ExaggeratedIterations ? Exaggeration : 1,
                momentum = iteration < ExaggeratedIterations ? 0.5 : 0.8;
            for (int i = 0; i < places.Length; i++)
            {
                double gradient = 4 * (exaggeration * work.Attraction[i] - work.Repulsion[i] / z);
                gains[i] = Math.Max(0.01, gradient > 0 == change[i] > 0 ? gains[i] * 0.8 : gains[i] + 0.2);
                change[i] = momentum * change[i] - rate * gains[i] * gradient;
                places[i] += change[i];
            }
            Centre(places);
        }
        return places;
    }

    // The likelihood that rows choose each other as neighbours, (n, n), summing to one.
    private static float[] Affinities(ReadOnlySpan<float> rows, int columns, int n, double perplexity,
        CancellationToken cancellationToken)
    {
        double[] p = new double[n], distances = new double[n];
        float[] all = new float[n * n];
        double wanted = DoubleFunctions.Log(perplexity);
        for (int i = 0; i < n; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double nearest = double.MaxValue;
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int c = 0; c < columns; c++)
                {
                    double d = (double)rows[i * columns + c] - rows[j * columns + c];
                    sum += d * d;
                }
                distances[j] = sum;
                nearest = i == j ? nearest : Math.Min(nearest, sum);
            }
            Choose(distances, nearest, i, wanted, p);
            for (int j = 0; j < n; j++)
                all[i * n + j] = (float)p[j];
        }
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                all[i * n + j] = all[j * n + i] = (all[i * n + j] + all[j * n + i]) / (2f * n);
        }
        return all;
    }

    // Finds the precision at which the neighbours' entropy is the one wanted, by halving.
    private static void Choose(double[] distances, double nearest, int i, double wanted, double[] p)
    {
        double low = 0, high = double.PositiveInfinity, mean = 0;
        foreach (double d in distances)
            mean += d - nearest;
        double precision = mean > 0 ? distances.Length / mean : 1;
        for (int time = 0; time < 100; time++)
        {
            double sum = 0, weighted = 0;
            for (int j = 0; j < p.Length; j++)
            {
                double over = Math.Min((distances[j] - nearest) * precision, 700);
                p[j] = i == j ? 0 : DoubleFunctions.Exp(-over);
                sum += p[j];
                weighted += p[j] * over;
            }
            for (int j = 0; j < p.Length; j++)
                p[j] /= sum;
            double entropy = DoubleFunctions.Log(sum) + weighted / sum;
            if (Math.Abs(entropy - wanted) < 1e-5)
                return;
            if (entropy > wanted)
                low = precision;
            else
                high = precision;
            precision = double.IsPositiveInfinity(high) ? Math.Min(2 * precision, 1e300) : (low + high) / 2;
        }
    }

    private static double[] Begin(ReadOnlySpan<float> rows, int columns, int n, WorkPool? workers)
    {
        int count = Math.Min(2, columns);
        PrincipalComponents components = PrincipalComponents.Fit(rows, columns, count, workers);
        float[] projected = components.Project(rows, workers);
        double size = Math.Sqrt(components.Variances[0]), scale = size > 0 ? 1e-4 / size : 0;
        double[] places = new double[2 * n];
        for (int i = 0; i < places.Length; i++)
        {
            // Equal rows must not stay on one spot for ever: each place gets something of its own.
            double own = 1e-6 * (Philox.Block(0, 0, (ulong)i).X / (double)uint.MaxValue - 0.5);
            places[i] = (i % 2 < count ? projected[i / 2 * count + i % 2] * scale : 0) + own;
        }
        return places;
    }

    private static void Centre(double[] places)
    {
        double x = 0, y = 0;
        for (int i = 0; i < places.Length; i += 2)
            (x, y) = (x + places[i], y + places[i + 1]);
        for (int i = 0; i < places.Length; i += 2)
            (places[i], places[i + 1]) = (places[i] - 2 * x / places.Length, places[i + 1] - 2 * y / places.Length);
    }

    // What pulls and pushes each place; a thread takes some of them.
    private struct Forces : IWork
    {
        private const int RowsPerPart = 64;

        public required float[] P;
        public required double[] Places, Attraction, Repulsion, Sums;

        public readonly int Parts => (Sums.Length + RowsPerPart - 1) / RowsPerPart;

        public readonly void RunAll()
        {
            for (int part = 0; part < Parts; part++)
                Run(part);
        }

        public readonly void Run(int part)
        {
            int n = Sums.Length;
            for (int i = part * RowsPerPart; i < Math.Min(n, (part + 1) * RowsPerPart); i++)
            {
                double x = Places[2 * i], y = Places[2 * i + 1], ax = 0, ay = 0, rx = 0, ry = 0, sum = 0;
                ReadOnlySpan<float> p = P.AsSpan(i * n, n);
                for (int j = 0; j < p.Length; j++)
                {
                    double dx = x - Places[2 * j], dy = y - Places[2 * j + 1], near = 1 / (1 + dx * dx + dy * dy),
                        pull = p[j] * near, push = near * near;
                    (ax, ay, rx, ry, sum) = (ax + pull * dx, ay + pull * dy, rx + push * dx, ry + push * dy,
                        sum + near);
                }
                (Attraction[2 * i], Attraction[2 * i + 1], Repulsion[2 * i], Repulsion[2 * i + 1], Sums[i]) = (ax, ay,
                    rx, ry, sum - 1);
            }
        }
    }
}
