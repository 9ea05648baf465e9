using Tacit.Modeling.Clustering;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Clustering;

/// <summary>k-means against trying every assignment, and what it promises of any rows.</summary>
public class KMeansTests
{
    [Fact]
    public void TinySetsAreClusteredAsWellAsCanBe()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Samples.Generator((ulong)seed);
            int n = 4 + random.Below(4), k = 1 + random.Below(3);
            float[] rows = [.. Enumerable.Range(0, 2 * n).Select(_ => (float)random.Below(50))];
            double best = double.MaxValue;
            int[] assignments = new int[n];
            for (int code = 0; code < Math.Pow(k, n); code++)
            {
                for (int i = 0, rest = code; i < n; i++, rest /= k)
                    assignments[i] = rest % k;
                best = Math.Min(best, Inertia(rows, assignments, k));
            }
            KMeans found = KMeans.Fit(rows, 2, k, (ulong)seed, beginnings: 40);
            Assert.Equal(best, found.Inertia, 1e-6);
            Assert.Equal(best, Inertia(rows, found.Assignments, k), 1e-6);
        }
    }

    [Fact]
    public void EveryRowIsNearestToItsCentreAndCentresAreMeans()
    {
        float[] rows = new float[700 * 3];
        RandomFill.Normal(4, 0, rows);
        KMeans found = KMeans.Fit(rows, 3, 9, 1, beginnings: 2);
        Assert.Equal((9, 3), (found.Clusters, found.Columns));
        Assert.Equal(found.Assignments, found.Assign(rows));
        Assert.Equal(9, found.Assignments.Distinct().Count());
        for (int c = 0; c < 9; c++)
        {
            int[] mine = [.. Enumerable.Range(0, 700).Where(i => found.Assignments[i] == c)];
            for (int j = 0; j < 3; j++)
                Assert.Equal(mine.Average(i => (double)rows[i * 3 + j]), found.Centres[c * 3 + j], 10);
            foreach (int i in mine)
                Assert.All(Enumerable.Range(0, 9), other =>
                    Assert.True(Distance(rows, i, found, c) <= Distance(rows, i, found, other)));
        }
    }

    [Fact]
    public void ThreadsChangeNothingAndSeedsDoAndRowsThatAreAlikeDoNoHarm()
    {
        float[] rows = new float[900 * 4];
        RandomFill.Normal(4, 0, rows);
        using var workers = new WorkPool(3);
        KMeans one = KMeans.Fit(rows, 4, 12, 5, beginnings: 1),
            three = KMeans.Fit(rows, 4, 12, 5, beginnings: 1, workers);
        Assert.Equal(one.Centres, three.Centres);
        Assert.Equal(one.Assignments, three.Assignments);
        Assert.NotEqual(one.Centres, KMeans.Fit(rows, 4, 12, 6, beginnings: 1).Centres);
        Assert.True(KMeans.Fit(rows, 4, 12, 5, beginnings: 6).Inertia <= one.Inertia);

        KMeans same = KMeans.Fit([3f, 3f, 3f, 3f, 3f], 1, 3, 1);
        Assert.Equal(0, same.Inertia);
        KMeans two = KMeans.Fit([1f, 1f, 1f, 9f], 1, 3, 1);
        Assert.Equal(0, two.Inertia);
        Assert.NotEqual(two.Assignments[0], two.Assignments[3]);
        Assert.Throws<ArgumentException>(() => KMeans.Fit([1f, 2f], 1, 3, 1));
        Assert.Throws<ArgumentException>(() => KMeans.Fit([1f, 2f, 3f], 2, 1, 1));
    }

    private static double Distance(float[] rows, int i, KMeans found, int c) =>
        Enumerable.Range(0, 3).Sum(j => Math.Pow(rows[i * 3 + j] - found.Centres[c * 3 + j], 2))
            - (found.Assignments[i] == c ? 1e-9 : 0);

    private static double Inertia(float[] rows, int[] assignments, int k)
    {
        double sum = 0;
        for (int c = 0; c < k; c++)
        {
            int[] mine = [.. Enumerable.Range(0, assignments.Length).Where(i => assignments[i] == c)];
            for (int j = 0; j < 2 && mine.Length > 0; j++)
            {
                double mean = mine.Average(i => (double)rows[2 * i + j]);
                sum += mine.Sum(i => Math.Pow(rows[2 * i + j] - mean, 2));
            }
        }
        return sum;
    }
}
