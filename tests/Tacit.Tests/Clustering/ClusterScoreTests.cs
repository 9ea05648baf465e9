using Tacit.Modeling.Clustering;
using Tacit.Tests.Support;

namespace Tacit.Tests.Clustering;

/// <summary>Purity, normalised mutual information, accuracy and silhouettes against published and computed
/// values.</summary>
public class ClusterScoreTests
{
    /// <summary>Manning, Raghavan and Schütze, Introduction to Information Retrieval, figure 16.4: purity 0.71, NMI
    /// 0.36.</summary>
    [Fact]
    public void TheTextbooksExampleHasItsValues()
    {
        ClusterScores scores = Of([[5, 1, 0], [1, 4, 1], [2, 0, 3]]);
        Assert.Equal(12.0 / 17, scores.Purity, 12);
        Assert.Equal(0.36, scores.NormalisedMutualInformation, 0.005);
        Assert.Equal(12.0 / 17, scores.Accuracy, 12);
        Assert.Equal([0, 1, 2], scores.LabelOf);
    }

    /// <summary>The examples of scikit-learn's documentation of normalized_mutual_info_score, and what has nothing to
    /// do with each other.</summary>
    [Fact]
    public void NamesOfClustersDoNotMatter()
    {
        Assert.Equal(1, ClusterScores.Of([0, 0, 1, 1], [0, 0, 1, 1]).NormalisedMutualInformation, 12);
        ClusterScores turned = ClusterScores.Of([1, 1, 0, 0], [0, 0, 1, 1]);
        Assert.Equal((1.0, 1.0, 1.0), (Math.Round(turned.NormalisedMutualInformation, 12), turned.Accuracy, turned.Purity));
        Assert.Equal([1, 0], turned.LabelOf);
        Assert.Equal(0, ClusterScores.Of([0, 1, 2, 3], [0, 0, 0, 0]).NormalisedMutualInformation, 12);
        ClusterScores unrelated = Of([[5, 5], [7, 7]]);
        Assert.Equal(0, unrelated.NormalisedMutualInformation, 12);
        Assert.Equal((0.5, 0.5), (unrelated.Purity, unrelated.Accuracy));
        Assert.Equal(1, ClusterScores.Of([0, 0], [0, 0]).NormalisedMutualInformation);
    }

    [Fact]
    public void MoreClustersThanLabelsArePurerButNotMoreAccurate()
    {
        ClusterScores scores = ClusterScores.Of([0, 1, 2, 3], [0, 0, 0, 0]);
        Assert.Equal((1.0, 0.25), (scores.Purity, scores.Accuracy));
        Assert.Equal(3, scores.LabelOf.Count(l => l < 0));
        Assert.Equal(0.75, ClusterScores.Of([0, 0, 0, 0], [0, 0, 0, 1]).Accuracy);
        Assert.Throws<ArgumentException>(() => ClusterScores.Of([], []));
        Assert.Throws<ArgumentException>(() => ClusterScores.Of([0], [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClusterScores.Of([-1], [0]));
    }

    [Fact]
    public void InformationIsTheSameEitherWayAndByAnotherFormula()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Samples.Generator((ulong)seed);
            int[] x = [.. Enumerable.Range(0, 60).Select(_ => random.Below(4))],
                y = [.. x.Select(v => random.Below(3) == 0 ? random.Below(5) : v)];
            double info = ClusterScores.Of(x, y).NormalisedMutualInformation;
            Assert.Equal(info, ClusterScores.Of(y, x).NormalisedMutualInformation, 12);
            // I = H(X) + H(Y) − H(X, Y).
            double hx = Entropy(x), hy = Entropy(y), joint = Entropy([.. x.Select((v, i) => v * 10 + y[i])]);
            Assert.Equal(2 * (hx + hy - joint) / (hx + hy), info, 10);
        }

        static double Entropy(int[] values) =>
            -values.GroupBy(v => v).Sum(g => g.Count() / 60.0 * Math.Log(g.Count() / 60.0));
    }

    [Fact]
    public void SilhouettesAreAsByHand()
    {
        // 0 and 1 against 10 and 11: (10.5 − 1) / 10.5 and (9.5 − 1) / 9.5, and the same again.
        Assert.Equal((9.5 / 10.5 + 8.5 / 9.5) / 2, Silhouette.Of([0, 1, 10, 11], 1, [0, 0, 1, 1]), 12);
        Assert.True(Silhouette.Of([0, 1, 10, 11], 1, [0, 1, 0, 1]) < 0);
        Assert.Equal(0, Silhouette.Of([0, 1, 10], 1, [0, 0, 0]));
        // a row alone counts as 0
        Assert.Equal((0 + 9.5 / 10.5 + 8.5 / 9.5) / 3, Silhouette.Of([10.5f, 0, 1], 1, [0, 1, 1]), 12);
        float[] many = [.. Enumerable.Range(0, 5000).Select(i => i % 2 * 100f + i % 7)];
        Assert.InRange(Silhouette.Of(many, 1, [.. Enumerable.Range(0, 5000).Select(i => i % 2)]), 0.9, 1);
        Assert.Throws<ArgumentException>(() => Silhouette.Of([0, 1], 1, [0]));
    }

    private static ClusterScores Of(int[][] counts)
    {
        var items = counts.SelectMany((row, c) => row.SelectMany((n, l) => Enumerable.Repeat((c, l), n))).ToList();
        return ClusterScores.Of([.. items.Select(i => i.c)], [.. items.Select(i => i.l)]);
    }
}
