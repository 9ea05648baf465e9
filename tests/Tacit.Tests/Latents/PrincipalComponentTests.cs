using Tacit.Modeling.Latents;
using Tacit.Numerics;
using Tacit.Tests.Numerics;

namespace Tacit.Tests.Latents;

/// <summary>Principal components against what they are by definition, and eigenvalues against matrices made of known ones.</summary>
[Collection(AllWidths.Name)]
public sealed class PrincipalComponentTests
{
    [Fact]
    public void EigenvaluesAndVectorsOfAMatrixMadeOfThem()
    {
        // Q diag(λ) Qᵀ with Q a Householder reflection.
        const int N = 7;
        double[] wanted = [9, 4, 4, 1, 0.5, 0, -2], v = [.. Numbers.Ordinary(N, 3).Select(x => (double)x)];
        double norm = v.Sum(x => x * x);
        double[] a = new double[N * N];
        for (int i = 0; i < N * N; i++)
            a[i] = Enumerable.Range(0, N).Sum(k => Q(i / N, k) * wanted[k] * Q(i % N, k));
        (double[] values, double[] vectors) = SymmetricEigen.Of([.. a], N);
        for (int i = 0; i < N; i++)
        {
            Assert.Equal(wanted[i], values[i], 1e-12);
            for (int r = 0; r < N; r++)
                Assert.Equal(values[i] * vectors[i * N + r], Enumerable.Range(0, N).Sum(c => a[r * N + c] * vectors[i * N + c]), 1e-11);
        }

        double Q(int i, int j) => (i == j ? 1 : 0) - 2 * v[i] * v[j] / norm;
    }

    /// <summary>Rows made of three directions with deviations 5, 2 and 1 and a little noise give these back.</summary>
    [Theory]
    [InlineData(900, 12)]
    [InlineData(9, 40)]     // wider than high
    public void DirectionsAndVariancesAreThoseTheRowsWereMadeOf(int rows, int columns)
    {
        float[] x = Rows(rows, columns);
        PrincipalComponents found = PrincipalComponents.Fit(x, columns, 3);
        Assert.Equal(found.Variances, found.Variances.OrderDescending());
        float[] projected = found.Project(x);
        for (int k = 0; k < 3; k++)
        {
            for (int j = 0; j < 3; j++)
                Assert.Equal(k == j ? 1 : 0, Enumerable.Range(0, columns).Sum(c => (double)found.Directions[k * columns + c] * found.Directions[j * columns + c]), 1e-5);
            double variance = Enumerable.Range(0, rows).Sum(i => (double)projected[i * 3 + k] * projected[i * 3 + k]) / rows;
            Assert.Equal(found.Variances[k], variance, 1e-4 * variance);
        }
        // What is left is what the other components have: the error of the best plane is the variance outside it.
        float[] back = found.Reconstruct(projected);
        double error = x.Zip(back, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / rows, total = Variance(x, columns);
        Assert.Equal(total - found.Variances.Sum(), error, 1e-4 * total);
        Assert.InRange(error, 0, 0.01 * total);
    }

    [Fact]
    public void AllComponentsGiveEverythingBackAndThreadsChangeNothing()
    {
        float[] x = Rows(50, 6);
        PrincipalComponents all = PrincipalComponents.Fit(x, 6, 6);
        Assert.All(x.Zip(all.Reconstruct(all.Project(x))), p => Assert.Equal(p.First, p.Second, 1e-4f));
        using var workers = new WorkPool(3);
        PrincipalComponents shared = PrincipalComponents.Fit(x, 6, 6, workers);
        Numbers.AssertSameBits(all.Directions, shared.Directions);
        Assert.Equal(all.Variances, shared.Variances);
        foreach (int first in (int[])[0, 6, 12, 18, 24, 30])
            Assert.True(all.Directions[first..(first + 6)].MaxBy(Math.Abs) > 0);
    }

    [Fact]
    public void RowsThatAreAllTheSameHaveNoVariance()
    {
        PrincipalComponents none = PrincipalComponents.Fit([.. Enumerable.Repeat(2f, 40)], 4, 2);
        Assert.All(none.Variances, v => Assert.Equal(0, v));
        Assert.All(none.Reconstruct(none.Project([2, 2, 2, 2])), v => Assert.Equal(2f, v));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(new float[12], 4, 4));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(new float[13], 4, 1));
    }

    private static float[] Rows(int rows, int columns)
    {
        float[] directions = Numbers.Ordinary(3 * columns, 5), amounts = Numbers.Ordinary(3 * rows, 6), noise = Numbers.Ordinary(rows * columns, 7), x = new float[rows * columns];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = 7 + 0.01f * noise[i];
            for (int k = 0; k < 3; k++)
                x[i] += (k == 0 ? 5 : k == 1 ? 2 : 1) * amounts[i / columns * 3 + k] * directions[k * columns + i % columns];
        }
        return x;
    }

    private static double Variance(float[] x, int columns)
    {
        double total = 0;
        for (int c = 0; c < columns; c++)
        {
            int column = c;
            double[] values = [.. Enumerable.Range(0, x.Length / columns).Select(i => (double)x[i * columns + column])];
            total += values.Average(v => v * v) - values.Average() * values.Average();
        }
        return total;
    }
}
