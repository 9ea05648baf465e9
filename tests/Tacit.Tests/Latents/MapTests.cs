using System.Xml.Linq;
using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Reports;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Latents;

/// <summary>t-SNE keeps groups together, maps show every item, anomaly scores are in units of the usual.</summary>
public sealed class MapTests
{
    /// <summary>Five groups in ten dimensions: the nearest neighbour of a place is of the same group.</summary>
    [Fact]
    public void GroupsStayTogether()
    {
        const int N = 150, D = 10;
        float[] rows = Numbers.Ordinary(N * D, 1);
        for (int i = 0; i < N; i++)
            rows[i * D + i % 5] += 12;
        double[] places = new TSne { Perplexity = 10, Iterations = 400 }.Fit(rows, D);
        for (int i = 0; i < N; i++)
        {
            int at = i;
            int nearest = Enumerable.Range(0, N).Where(j => j != at).MinBy(j => Square(places[2 * at] - places[2 * j]) + Square(places[2 * at + 1] - places[2 * j + 1]));
            Assert.Equal(i % 5, nearest % 5);
        }
        using var workers = new WorkPool(3);
        Assert.Equal(places, new TSne { Perplexity = 10, Iterations = 400 }.Fit(rows, D, workers));

        static double Square(double x) => x * x;
    }

    [Fact]
    public void EqualRowsAndFewRowsHavePlacesToo()
    {
        double[] same = new TSne { Iterations = 60 }.Fit(new float[40], 4);
        Assert.All(same, v => Assert.True(double.IsFinite(v)));
        Assert.Equal(8, new TSne().Fit(Numbers.Ordinary(12, 1), 3).Length);
        Assert.Throws<ArgumentException>(() => new TSne().Fit(new float[9], 3));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void AMapHasACircleForEachItemAndALegend(int labels)
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"<item {i}>")], of = [.. Enumerable.Range(0, 100).Select(i => $"label {i % labels}")];
        using var text = new StringWriter();
        LatentMap.Write(text, "a & b", [.. Numbers.Ordinary(200, 1).Select(v => (double)v)], names, of, ("across", "up"));
        XElement svg = XElement.Parse(text.ToString());
        XName circle = svg.Name.Namespace + "circle", label = svg.Name.Namespace + "text";
        int entries = Math.Min(labels, 21);
        Assert.Equal(100 + entries, svg.Descendants(circle).Count());
        Assert.Contains(svg.Descendants(label), t => t.Value.StartsWith(labels == 3 ? "label 0" : "20 others", StringComparison.Ordinal));
        Assert.Contains(svg.Descendants(circle), c => c.Value == "label 1: <item 1>");
    }

    [Fact]
    public void AnomalyScoresAreInUnitsOfTheUsualDifference()
    {
        double[] errors = [.. Numbers.Ordinary(1001, 2).Select(v => Math.Exp(0.5 * v)), 1e6];
        double[] scores = AnomalyScores.Of(errors);
        Assert.Equal(1001, Array.IndexOf(scores, scores.Max()));
        Assert.InRange(scores[1001], 10, 100);
        Assert.Equal(0, scores.Order().ElementAt(501), 0.01);
        Assert.All(AnomalyScores.Of([1, 1, 1, 9]), s => Assert.Equal(0, s));
        Assert.Empty(AnomalyScores.Of([]));
    }
}
