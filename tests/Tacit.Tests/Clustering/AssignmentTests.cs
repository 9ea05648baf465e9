using Tacit.Modeling.Clustering;
using Tacit.Tests.Support;

namespace Tacit.Tests.Clustering;

/// <summary>The assignment problem against trying everything.</summary>
public class AssignmentTests
{
    [Fact]
    public void NoOtherAssignmentCostsLess()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Samples.Generator((ulong)seed);
            // many equal costs, too
            int rows = 1 + random.Below(5), columns = rows + random.Below(3), range = 1 + random.Below(20);
            long[] costs = [.. Enumerable.Range(0, rows * columns).Select(_ => (long)random.Below(range) - range / 2)];
            int[] columnOf = Assignment.Solve(costs, columns);
            Assert.Equal(rows, columnOf.Distinct().Count());
            Assert.All(columnOf, c => Assert.InRange(c, 0, columns - 1));
            Assert.True(Least(costs, columns, 0, 0) == columnOf.Select((c, r) => costs[r * columns + c]).Sum(),
                $"seed {seed}");
        }
    }

    [Fact]
    public void ItIsQuickAndTakesLargeNumbers()
    {
        // Row i is cheapest in column i of the reverse order, by far.
        const int Size = 300;
        long[] costs = [.. Enumerable.Range(0, Size * Size)
            .Select(i => i % Size == Size - 1 - i / Size ? -(1L << 40) : 1L << 40)];
        Assert.Equal(Enumerable.Range(0, Size).Reverse(), Assignment.Solve(costs, Size));
        Assert.Empty(Assignment.Solve([], 3));
        Assert.Throws<ArgumentException>(() => Assignment.Solve(new long[6], 2));
        Assert.Throws<ArgumentException>(() => Assignment.Solve(new long[5], 2));
        Assert.Throws<ArgumentException>(() => Assignment.Solve([1L << 41], 1));
    }

    private static long Least(long[] costs, int columns, int row, int taken)
    {
        if (row * columns == costs.Length)
            return 0;
        long least = long.MaxValue;
        for (int c = 0; c < columns; c++)
        {
            if ((taken >> c & 1) == 0)
                least = Math.Min(least, costs[row * columns + c] + Least(costs, columns, row + 1, taken | 1 << c));
        }
        return least;
    }
}
