namespace Tacit.Modeling.Clustering;

/// <summary>Who gets what, one each, at the least cost: the assignment problem.</summary>
public static class Assignment
{
    /// <summary>Gives each row a column of its own, such that the sum of the costs is as small as can be.</summary>
    /// <remarks>
    /// The Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987): row after row along the cheapest
    /// augmenting path, in time
    /// rows² · columns.
    /// </remarks>
    /// <param name="costs">(rows, columns), at least as many columns as rows; their absolute values are below
    /// 2^40.</param>
    /// <param name="columns">Columns.</param>
    /// <returns>The column of each row.</returns>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static int[] Solve(ReadOnlySpan<long> costs, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        int rows = costs.Length / columns;
        if (costs.Length % columns != 0 || rows > columns || costs.ContainsAnyExceptInRange(-1L << 40, 1L << 40))
            throw new ArgumentException($"Assignment: {costs.Length} costs in {columns} columns; there are at least " +
                $"as many columns as rows.");
        // Row and column 0 stand for nobody. Reduced costs c − u − v are never negative, and zero where rows and
        // columns are matched.
        long[] u = new long[rows + 1], v = new long[columns + 1], least = new long[columns + 1];
        int[] rowOf = new int[columns + 1], before = new int[columns + 1];
        bool[] seen = new bool[columns + 1];
        for (int row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            int column = 0;
            Array.Fill(least, long.MaxValue);
            Array.Clear(seen);
            do
            {
                seen[column] = true;
                int at = rowOf[column], next = 0;
                long step = long.MaxValue;
                for (int j = 1; j <= columns; j++)
                {
                    if (seen[j])
                        continue;
                    long reduced = costs[(at - 1) * columns + j - 1] - u[at] - v[j];
                    if (reduced < least[j])
                        (least[j], before[j]) = (reduced, column);
                    if (least[j] < step)
                        (step, next) = (least[j], j);
                }
                for (int j = 0; j <= columns; j++)
                {
                    if (seen[j])
                        (u[rowOf[j]], v[j]) = (u[rowOf[j]] + step, v[j] - step);
                    else
                        least[j] -= step;
                }
                column = next;
            }
            while (rowOf[column] != 0);
            for (; column != 0; column = before[column])        // the path is turned over
                rowOf[column] = rowOf[before[column]];
        }
        int[] columnOf = new int[rows];
        for (int j = 1; j <= columns; j++)
        {
            if (rowOf[j] > 0)
                columnOf[rowOf[j] - 1] = j - 1;
        }
        return columnOf;
    }
}
