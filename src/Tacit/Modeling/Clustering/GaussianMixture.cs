using Tacit.Numerics;

namespace Tacit.Modeling.Clustering;

/// <summary>What the covariance of a component is.</summary>
public enum CovarianceKind
{
    /// <summary>A variance for each column.</summary>
    Diagonal,

    /// <summary>And how columns vary together.</summary>
    Full,
}

/// <summary>Clusters as normal distributions whose weighted sum the rows are drawn from: a Gaussian mixture, by EM.
/// Dempster, Laird and Rubin 1977.</summary>
public sealed class GaussianMixture
{
    private const int MostIterations = 200;
    private const double Precision = 1e-6;

    private readonly MixtureComponents _components;

    private GaussianMixture(MixtureComponents components, int[] assignments, IReadOnlyList<double> trace) =>
        (_components, Assignments, Trace) = (components, assignments, trace);

    /// <summary>k.</summary>
    public int Clusters => _components.Weights.Length;

    /// <summary>The components' shares (k), which sum to 1.</summary>
    public IReadOnlyList<double> Weights => _components.Weights;

    /// <summary>Their means (k, d).</summary>
    public IReadOnlyList<double> Means => _components.Means;

    /// <summary>The likeliest component of each row it was fitted to.</summary>
    public int[] Assignments { get; }

    /// <summary>The mean log-likelihood of a row in nats after each round, which does not fall.</summary>
    public IReadOnlyList<double> Trace { get; }

    /// <summary>The last of these.</summary>
    public double LogLikelihood => Trace[^1];

    /// <summary>The Bayesian information criterion −2 ln L + p ln n of the rows it was fitted to: of several k the one
    /// with the least is the best (Schwarz 1978).</summary>
    public double InformationCriterion =>
        -2 * LogLikelihood * Assignments.Length
            + _components.FreeParameters * Linear.DoubleFunctions.Log(Assignments.Length);

    /// <summary>Fits a mixture, the likeliest of several beginnings, each from one of k-means.</summary>
    /// <param name="rows">(rows, columns), all finite.</param>
    /// <param name="columns">d.</param>
    /// <param name="clusters">k, at most the number of rows.</param>
    /// <param name="covariance">What the components' covariances are.</param>
    /// <param name="seed">Decides the beginnings; the same everywhere.</param>
    /// <param name="beginnings">How many are tried.</param>
    /// <param name="workers">Threads; the same mixture for any number.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static GaussianMixture Fit(ReadOnlySpan<float> rows, int columns, int clusters, CovarianceKind covariance,
        ulong seed, int beginnings = 3,
        WorkPool? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(beginnings, 1);
        if (rows.Length % columns != 0 || clusters < 1 || clusters > rows.Length / columns)
            throw new ArgumentException($"GaussianMixture: {clusters} clusters of {rows.Length} values in rows of " +
                $"{columns}.");
        float[] all = rows.ToArray();
        GaussianMixture? best = null;
        for (int i = 0; i < beginnings; i++)
        {
            KMeans begin = KMeans.FitOnce(all, columns, clusters, seed, (ulong)i, workers, cancellationToken);
            GaussianMixture next = Fit(all, columns, begin, covariance, workers, cancellationToken);
            best = best is null || next.LogLikelihood > best.LogLikelihood ? next : best;
        }
        return best!;
    }

    /// <summary>The probability of each component for rows.</summary>
    /// <param name="rows">(rows, d).</param>
    /// <param name="workers">Threads.</param>
    /// <returns>(rows, k), each row sums to 1.</returns>
    public double[] Probabilities(ReadOnlySpan<float> rows, WorkPool? workers = null) =>
        Expectation.Of(rows.ToArray(), _components, workers).Shares;

    private static GaussianMixture Fit(float[] rows, int d, KMeans begin, CovarianceKind covariance, WorkPool? workers,
        CancellationToken cancellationToken)
    {
        int n = rows.Length / d, k = begin.Clusters;
        double[] shares = new double[n * k];
        for (int i = 0; i < n; i++)
            shares[i * k + begin.Assignments[i]] = 1;
        MixtureComponents components = MixtureComponents.Of(rows, d, shares, covariance, null, workers);
        var trace = new List<double>();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Expectation expected = Expectation.Of(rows, components, workers);
            trace.Add(expected.MeanLogLikelihood());
            if (trace.Count == MostIterations || (trace.Count > 1 && trace[^1] - trace[^2] < Precision))
                return new GaussianMixture(components, expected.Likeliest(), trace);
            components = MixtureComponents.Of(rows, d, expected.Shares, covariance, components, workers);
        }
    }
}
