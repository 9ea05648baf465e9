using Tacit.Modeling.Clustering;
using Tacit.Numerics;

namespace Tacit.Tests.Clustering;

/// <summary>Mixtures: the likelihood never falls, one component is the closed form, known mixtures are found
/// again.</summary>
public class GaussianMixtureTests
{
    [Theory]
    [InlineData(CovarianceKind.Full)]
    [InlineData(CovarianceKind.Diagonal)]
    public void TheLikelihoodNeverFalls(CovarianceKind kind)
    {
        int rounds = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            float[] rows = Blobs(300, 3, 4, (ulong)seed);
            GaussianMixture mixture = GaussianMixture.Fit(rows, 3, 2 + seed % 5, kind, (ulong)seed, beginnings: 1);
            for (int i = 1; i < mixture.Trace.Count; i++)
                Assert.True(mixture.Trace[i] >= mixture.Trace[i - 1] - 1e-7,
                    $"seed {seed}, round {i}: {mixture.Trace[i]} after {mixture.Trace[i - 1]}");
            rounds += mixture.Trace.Count;
            Assert.Equal(1, mixture.Weights.Sum(), 9);
            double[] shares = mixture.Probabilities(rows);
            for (int i = 0; i < 300; i++)
                Assert.Equal(1, shares.AsSpan(i * mixture.Clusters, mixture.Clusters).ToArray().Sum(), 9);
        }
        Assert.True(rounds > 48, $"{rounds} rounds");
    }

    /// <summary>Of one component ln L = −n / 2 · (d ln 2π + ln |Σ| + d), with the rows' own mean and
    /// covariance.</summary>
    [Fact]
    public void OneComponentIsTheClosedForm()
    {
        float[] rows = Blobs(500, 2, 3, 9);
        double[] mean = [0, 0], covariance = [0, 0, 0];
        for (int i = 0; i < 500; i++)
            (mean[0], mean[1]) = (mean[0] + rows[2 * i] / 500.0, mean[1] + rows[2 * i + 1] / 500.0);
        for (int i = 0; i < 500; i++)
        {
            double x = rows[2 * i] - mean[0], y = rows[2 * i + 1] - mean[1];
            (covariance[0], covariance[1], covariance[2]) = (covariance[0] + x * x / 500, covariance[1] + x * y / 500,
                covariance[2] + y * y / 500);
        }
        GaussianMixture full = GaussianMixture.Fit(rows, 2, 1, CovarianceKind.Full, 1),
            diagonal = GaussianMixture.Fit(rows, 2, 1, CovarianceKind.Diagonal, 1);
        Assert.Equal(mean, full.Means, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(Likelihood(covariance[0] * covariance[2] - covariance[1] * covariance[1]), full.LogLikelihood,
            1e-5);
        Assert.Equal(Likelihood(covariance[0] * covariance[2]), diagonal.LogLikelihood, 1e-5);
        Assert.Equal(-1000 * full.LogLikelihood + 5 * Math.Log(500), full.InformationCriterion, 1e-6);
        Assert.Equal(-1000 * diagonal.LogLikelihood + 4 * Math.Log(500), diagonal.InformationCriterion, 1e-6);

        static double Likelihood(double determinant) => -0.5 * (2 * Math.Log(2 * Math.PI) + Math.Log(determinant) + 2);
    }

    [Fact]
    public void ComponentsThatOverlapAreFoundAgainWhereMeansAloneCannot()
    {
        // Two long thin clouds side by side: the nearest mean parts them across, their covariances along.
        float[] normal = new float[1200];
        RandomFill.Normal(3, 0, normal);
        float[] rows = new float[1200];
        for (int i = 0; i < 600; i++)
            (rows[2 * i], rows[2 * i + 1]) = (10 * normal[2 * i], normal[2 * i + 1] + (i % 2 == 0 ? 4 : -4));
        int[] actual = [.. Enumerable.Range(0, 600).Select(i => i % 2)];
        GaussianMixture mixture = GaussianMixture.Fit(rows, 2, 2, CovarianceKind.Full, 1, beginnings: 10);
        Assert.InRange(ClusterScores.Of(mixture.Assignments, actual).Accuracy, 0.99, 1);
        Assert.InRange(ClusterScores.Of(KMeans.Fit(rows, 2, 2, 1).Assignments, actual).Accuracy, 0.45, 0.7);
        Assert.InRange(Math.Abs(mixture.Means[1]), 3.9, 4.1);
        Assert.InRange(Math.Abs(mixture.Means[3]), 3.9, 4.1);
    }

    [Fact]
    public void TheCriterionFindsHowManyThereAre()
    {
        float[] rows = Blobs(240, 2, 4, 2, apart: 12);
        double[] criteria = [.. Enumerable.Range(1, 7)
            .Select(k => GaussianMixture.Fit(rows, 2, k, CovarianceKind.Full, 1).InformationCriterion)];
        Assert.Equal(4, 1 + Array.IndexOf(criteria, criteria.Min()));
        double[] silhouettes = [.. Enumerable.Range(2, 6)
            .Select(k => Silhouette.Of(rows, 2, KMeans.Fit(rows, 2, k, 1).Assignments))];
        Assert.Equal(4, 2 + Array.IndexOf(silhouettes, silhouettes.Max()));
    }

    [Fact]
    public void ThreadsChangeNothingAndAlikeRowsDoNoHarm()
    {
        float[] rows = Blobs(500, 5, 4, 7);
        using var workers = new WorkPool(3);
        GaussianMixture one = GaussianMixture.Fit(rows, 5, 6, CovarianceKind.Full, 2),
            three = GaussianMixture.Fit(rows, 5, 6, CovarianceKind.Full, 2, workers: workers);
        Assert.Equal(one.Trace, three.Trace);
        Assert.Equal(one.Assignments, three.Assignments);
        Assert.Equal(one.Means, three.Means);
        // One column has one variance either way.
        Assert.Equal(GaussianMixture.Fit(rows, 1, 3, CovarianceKind.Full, 1).LogLikelihood,
            GaussianMixture.Fit(rows, 1, 3, CovarianceKind.Diagonal, 1).LogLikelihood, 1e-9);
        // columns that never change, doubled rows
        float[] flat = [.. Enumerable.Range(0, 80).Select(i => i % 4 == 1 ? 5f : i % 4 == 3 ? i % 8 : 0f)];
        GaussianMixture thin = GaussianMixture.Fit(flat, 4, 4, CovarianceKind.Full, 1);
        Assert.True(double.IsFinite(thin.LogLikelihood));
        Assert.All(thin.Means, m => Assert.True(double.IsFinite(m)));
        Assert.True(double.IsFinite(GaussianMixture.Fit(new float[20], 2, 3, CovarianceKind.Diagonal, 1)
            .LogLikelihood));
        Assert.Throws<ArgumentException>(() => GaussianMixture.Fit(rows, 5, 501, CovarianceKind.Full, 1));
    }

    // Rows about so many places.
    private static float[] Blobs(int count, int columns, int blobs, ulong seed, float apart = 4)
    {
        float[] rows = new float[count * columns], places = new float[blobs * columns];
        RandomFill.Normal(seed, 0, rows);
        RandomFill.Normal(seed, 1, places);
        for (int i = 0; i < rows.Length; i++)
            rows[i] += apart * (columns == 2 && apart > 10 ? Corner(i / columns % blobs, i % 2)
                : places[i / columns % blobs * columns + i % columns]);
        return rows;

        static float Corner(int blob, int axis) => (blob >> axis & 1) == 0 ? -0.5f : 0.5f;
    }
}
