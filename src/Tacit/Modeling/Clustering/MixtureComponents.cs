using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Clustering;

/// <summary>The normal distributions of a mixture: the step that makes the rows likeliest, given the share each
/// component has in each.</summary>
internal sealed class MixtureComponents
{
    // What is added to variances, of the mean variance of a column: a component of few rows stays a distribution.
    private const double Ridge = 1e-6;
    private const double FewestRows = 1e-3;

    private MixtureComponents(int clusters, int columns, CovarianceKind kind)
    {
        Kind = kind;
        Columns = columns;
        Weights = new double[clusters];
        Means = new double[clusters * columns];
        Factors = new double[clusters * FactorSize];
        Constants = new double[clusters];
    }

    public CovarianceKind Kind { get; }

    public int Columns { get; }

    /// <summary>(k).</summary>
    public double[] Weights { get; }

    /// <summary>(k, d).</summary>
    public double[] Means { get; }

    /// <summary>Standard deviations (k, d), or Cholesky's factors L of the covariances, the lower triangle of each row
    /// after row (k, d (d + 1) / 2).</summary>
    public double[] Factors { get; }

    /// <summary>What does not depend on the row: ln weight − ½ d ln 2π − ln |L| (k).</summary>
    public double[] Constants { get; }

    /// <summary>Numbers of a component's factor.</summary>
    public int FactorSize => Kind == CovarianceKind.Full ? Columns * (Columns + 1) / 2 : Columns;

    /// <summary>Numbers that were fitted.</summary>
    public long FreeParameters => Weights.Length - 1 + (long)Means.Length + Factors.Length;

    /// <summary>Fits components.</summary>
    /// <param name="rows">(n, d).</param>
    /// <param name="columns">d.</param>
    /// <param name="shares">(n, k).</param>
    /// <param name="kind">What covariances are.</param>
    /// <param name="before">Those of the step before, which a component without rows keeps; null for none.</param>
    /// <param name="workers">Threads; each takes whole components.</param>
    public static MixtureComponents Of(float[] rows, int columns, double[] shares, CovarianceKind kind,
        MixtureComponents? before, WorkPool? workers)
    {
        int n = rows.Length / columns, k = shares.Length / n;
        var work = new Fitting
        {
            Rows = rows,
            Shares = shares,
            Into = new MixtureComponents(k, columns, kind),
            Before = before,
            Least = Ridge * MeanVariance(rows, columns),
        };
        if (workers is not null)
        {
            workers.Run(ref work, k);
            return work.Into;
        }
        for (int c = 0; c < k; c++)
            work.Run(c);
        return work.Into;
    }

    /// <summary>ln (weight · density) of a row under a component.</summary>
    public double LogDensity(float[] rows, int at, int component, Span<double> scratch)
    {
        int d = Columns, factor = component * FactorSize;
        ReadOnlySpan<double> mean = Means.AsSpan(component * d, d);
        double sum = 0;
        for (int i = 0; i < d; i++)
        {
            double y = rows[at + i] - mean[i];
            if (Kind == CovarianceKind.Full)
            {
                ReadOnlySpan<double> row = Factors.AsSpan(factor, i + 1);      // y = L⁻¹ (x − mean), by substitution
                for (int j = 0; j < i; j++)
                    y -= row[j] * scratch[j];
                y /= row[i];
                scratch[i] = y;
                factor += i + 1;
            }
            else
            {
                y /= Factors[factor + i];
            }
            sum += y * y;
        }
        return Constants[component] - 0.5 * sum;
    }

    private static double MeanVariance(float[] rows, int columns)
    {
        double[] sums = new double[columns], squares = new double[columns];
        int n = rows.Length / columns;
        for (int i = 0; i < rows.Length; i++)
        {
            sums[i % columns] += rows[i];
            squares[i % columns] += (double)rows[i] * rows[i];
        }
        double total = 0;
        for (int j = 0; j < columns; j++)
            total += Math.Max(0, squares[j] / n - sums[j] / n * (sums[j] / n));
        return total > 0 ? total / columns : 1;     // rows that are all the same have a variance of no matter
    }

    private struct Fitting : IWork
    {
        public float[] Rows;
        public double[] Shares;
        public MixtureComponents Into;
        public MixtureComponents? Before;
        public double Least;

        public readonly void Run(int part)
        {
            int d = Into.Columns, n = Rows.Length / d, k = Into.Weights.Length;
            double count = 0;
            for (int i = 0; i < n; i++)
                count += Shares[i * k + part];
            Into.Weights[part] = count / n;
            if (count < FewestRows)
                Keep(part, d);
            else
                Fit(part, d, n, k, count);
            double log = DoubleFunctions.Log(Math.Max(Into.Weights[part], 1e-300))
                - 0.5 * d * DoubleFunctions.Log(2 * Math.PI);
            ReadOnlySpan<double> factor = Into.Factors.AsSpan(part * Into.FactorSize, Into.FactorSize);
            for (int j = 0; j < d; j++)     // its diagonal
                log -= DoubleFunctions.Log(factor[Into.Kind == CovarianceKind.Full ? j * (j + 3) / 2 : j]);
            Into.Constants[part] = log;
        }

        // What has no rows stays where it was; from the beginning on it is a point.
        private readonly void Keep(int part, int d)
        {
            int size = Into.FactorSize;
            Span<double> mean = Into.Means.AsSpan(part * d, d), factor = Into.Factors.AsSpan(part * size, size);
            if (Before is not null)
            {
                Before.Means.AsSpan(part * d, d).CopyTo(mean);
                Before.Factors.AsSpan(part * size, size).CopyTo(factor);
                return;
            }
            for (int j = 0; j < d; j++)
            {
                mean[j] = Rows[j];
                factor[Into.Kind == CovarianceKind.Full ? j * (j + 3) / 2 : j] = Math.Sqrt(Least);
            }
        }

        private readonly void Fit(int part, int d, int n, int k, double count)
        {
            Span<double> mean = Into.Means.AsSpan(part * d, d),
                factor = Into.Factors.AsSpan(part * Into.FactorSize, Into.FactorSize);
            for (int i = 0; i < n; i++)
            {
                double share = Shares[i * k + part];
                for (int j = 0; j < d && share > 0; j++)
                    mean[j] += share * Rows[i * d + j];
            }
            for (int j = 0; j < d; j++)
                mean[j] /= count;
            double[] centred = new double[d];
            bool full = Into.Kind == CovarianceKind.Full;
            for (int i = 0; i < n; i++)
            {
                double share = Shares[i * k + part];
                if (share <= 0)
                    continue;
                for (int j = 0; j < d; j++)
                    centred[j] = Rows[i * d + j] - mean[j];
                for (int j = 0, at = 0; j < d; j++)
                {
                    double scaled = share * centred[j];
                    if (!full)
                        factor[j] += scaled * centred[j];
                    for (int l = 0; l <= j && full; l++)
                        factor[at++] += scaled * centred[l];
                }
            }
            for (int i = 0; i < factor.Length; i++)
                factor[i] /= count;
            if (full)
                Factorise(factor, d);
            for (int j = 0; j < d && !full; j++)
                factor[j] = Math.Sqrt(factor[j] + Least);
        }

        // Cholesky and Banachiewicz, in place.
        private readonly void Factorise(Span<double> a, int d)
        {
            for (int i = 0, row = 0; i < d; row += ++i)
            {
                for (int j = 0, other = 0; j <= i; other += ++j)
                {
                    double sum = a[row + j] + (i == j ? Least : 0);
                    for (int l = 0; l < j; l++)
                        sum -= a[row + l] * a[other + l];
                    a[row + j] = i == j ? Math.Sqrt(Math.Max(sum, Least)) : sum / a[other + j];
                }
            }
        }
    }
}
