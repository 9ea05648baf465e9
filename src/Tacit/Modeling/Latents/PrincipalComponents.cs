using Tacit.Numerics;

namespace Tacit.Modeling.Latents;

/// <summary>Principal component analysis: the directions in which rows vary most; the best linear
/// autoencoder.</summary>
/// <remarks>
/// By subspace iteration with Rayleigh and Ritz (Halko, Martinsson and Tropp 2011) on the rows themselves, so that wide
/// rows need no matrix of their width squared. A few directions more than are wanted are iterated along.
/// </remarks>
public sealed class PrincipalComponents
{
    private const int Spare = 8, MostIterations = 300, Block = 4096;
    private const double Precision = 1e-7;

    private PrincipalComponents(float[] mean, float[] directions, double[] variances) =>
        (Mean, Directions, Variances) = (mean, directions, variances);

    /// <summary>The mean row (n).</summary>
    public float[] Mean { get; }

    /// <summary>The directions (k, n), orthonormal, that of the largest variance first; the number furthest from zero
    /// in each is positive.</summary>
    public float[] Directions { get; }

    /// <summary>The variance of the rows along each direction (k).</summary>
    public double[] Variances { get; }

    /// <summary>k.</summary>
    public int Count => Variances.Length;

    /// <summary>Finds the components.</summary>
    /// <param name="rows">(rows, columns), all finite.</param>
    /// <param name="columns">n.</param>
    /// <param name="count">k, at most n and the number of rows.</param>
    /// <param name="workers">Threads for the products; the same components for any number.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static PrincipalComponents Fit(ReadOnlySpan<float> rows, int columns, int count, WorkPool? workers = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        int items = rows.Length / columns;
        if (rows.Length % columns != 0 || count < 1 || count > Math.Min(items, columns))
            throw new ArgumentException($"PrincipalComponents: {count} of {rows.Length} values in rows of {columns}.");
        float[] mean = MeanOf(rows, columns), centred = new float[rows.Length];
        for (int i = 0; i < centred.Length; i++)
            centred[i] = rows[i] - mean[i % columns];
        int k = Math.Min(count + Spare, Math.Min(items, columns));
        float[] directions = new float[k * columns];
        RandomFill.Normal(0, 0, directions);
        Orthonormalise(directions, columns);
        double[] variances = new double[k], before = new double[k];
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] next = Scatter(centred, directions, columns, k, workers);
            variances = Ritz(directions, ref next, columns, k, items);
            double change = 0, total = 0;
            for (int i = 0; i < count; i++)
            {
                change += Math.Abs(variances[i] - before[i]);
                total += Math.Abs(variances[i]);
            }
            directions = next;
            Orthonormalise(directions, columns);
            before = variances;
            if (change <= Precision * total)
                break;
        }
        variances = Ritz(directions, Scatter(centred, directions, columns, k, workers), columns, k, items,
            out float[] last);
        SetSigns(last, columns);
        return new PrincipalComponents(mean, last[..(count * columns)], variances[..count]);
    }

    /// <summary>Coordinates of rows along the directions: (rows, k).</summary>
    public float[] Project(ReadOnlySpan<float> rows, WorkPool? workers = null)
    {
        int n = Mean.Length, items = rows.Length / n;
        float[] centred = new float[items * n], latents = new float[items * Count];
        for (int i = 0; i < centred.Length; i++)
            centred[i] = rows[i] - Mean[i % n];
        MatMul.Multiply(new Matrix(centred, items, n), new Matrix(Directions, Count, n).Transposed,
            new MatrixTarget(latents, items, Count), pool: workers);
        return latents;
    }

    /// <summary>Rows of coordinates: the mean and so much of each direction.</summary>
    public float[] Reconstruct(ReadOnlySpan<float> latents, WorkPool? workers = null)
    {
        int n = Mean.Length, items = latents.Length / Count;
        float[] rows = new float[items * n];
        MatMul.Multiply(new Matrix(latents, items, Count), new Matrix(Directions, Count, n),
            new MatrixTarget(rows, items, n), Mean, pool: workers);
        return rows;
    }

    private static float[] MeanOf(ReadOnlySpan<float> rows, int columns)
    {
        double[] sums = new double[columns];
        for (int i = 0; i < rows.Length; i++)
            sums[i % columns] += rows[i];
        int items = Math.Max(1, rows.Length / columns);
        return Array.ConvertAll(sums, s => (float)(s / items));
    }

    // Each direction times the rows' scatter matrix: (V Xᵀ) X, some rows at a time, the sums kept in double.
    private static float[] Scatter(float[] rows, float[] directions, int n, int k, WorkPool? workers)
    {
        double[] sums = new double[k * n];
        float[] part = new float[k * n], latents = new float[k * Block];
        int items = rows.Length / n;
        for (int first = 0; first < items; first += Block)
        {
            int count = Math.Min(Block, items - first);
            var x = new Matrix(rows.AsSpan(first * n, count * n), count, n);
            Span<float> z = latents.AsSpan(0, k * count);
            MatMul.Multiply(new Matrix(directions, k, n), x.Transposed, new MatrixTarget(z, k, count), pool: workers);
            MatMul.Multiply(new Matrix(z, k, count), x, new MatrixTarget(part, k, n), pool: workers);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += part[i];
        }
        return Array.ConvertAll(sums, s => (float)s);
    }

    private static double[] Ritz(float[] directions, ref float[] scattered, int n, int k, int items)
    {
        (double[] values, double[] turn) = Small(directions, scattered, n, k);
        scattered = Turn(scattered, turn, n, k);
        return Array.ConvertAll(values, v => Math.Max(0, v) / items);
    }

    private static double[] Ritz(float[] directions, float[] scattered, int n, int k, int items, out float[] turned)
    {
        (double[] values, double[] turn) = Small(directions, scattered, n, k);
        turned = Turn(directions, turn, n, k);
        return Array.ConvertAll(values, v => Math.Max(0, v) / items);
    }

    // The scatter matrix within the directions.
    private static (double[] Values, double[] Vectors) Small(float[] directions, float[] scattered, int n, int k)
    {
        double[] small = new double[k * k];
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j <= i; j++)
                small[i * k + j] = small[j * k + i] =
                    (Dot(directions, i * n, scattered, j * n, n) + Dot(directions, j * n, scattered, i * n, n)) / 2;
        }
        return SymmetricEigen.Of(small, k);
    }

    private static float[] Turn(float[] directions, double[] turn, int n, int k)
    {
        float[] turned = new float[k * n];
        double[] row = new double[n];
        for (int i = 0; i < k; i++)
        {
            Array.Clear(row);
            for (int j = 0; j < k; j++)
            {
                for (int c = 0; c < n; c++)
                    row[c] += turn[i * k + j] * directions[j * n + c];
            }
            for (int c = 0; c < n; c++)
                turned[i * n + c] = (float)row[c];
        }
        return turned;
    }

    // Gram and Schmidt; a row that those before it make up becomes a unit row that they do not.
    private static void Orthonormalise(float[] v, int n)
    {
        int k = v.Length / n;
        for (int i = 0; i < k; i++)
        {
            Normalise(v, i * n, n, Math.Sqrt(Dot(v, i * n, v, i * n, n)));
            double rest = Reject(v, i, n);
            for (int unit = 0; !(rest > 1e-4) && unit < n; unit++)
            {
                v.AsSpan(i * n, n).Clear();
                v[i * n + unit] = 1f;
                rest = Reject(v, i, n);
            }
        }
    }

    // Takes the rows before out of a row of length one, twice for precision, makes it that long again, and says how
    // much was left.
    private static double Reject(float[] v, int i, int n)
    {
        double rest = 1;
        for (int time = 0; time < 2; time++)
        {
            for (int j = 0; j < i; j++)
            {
                float along = (float)Dot(v, i * n, v, j * n, n);
                for (int c = 0; c < n; c++)
                    v[i * n + c] -= along * v[j * n + c];
            }
            double size = Math.Sqrt(Dot(v, i * n, v, i * n, n));
            rest *= size;
            Normalise(v, i * n, n, size);
        }
        return rest;
    }

    private static void Normalise(float[] v, int at, int n, double size)
    {
        for (int c = 0; c < n && size > 0; c++)
            v[at + c] = (float)(v[at + c] / size);
    }

    private static double Dot(float[] x, int xAt, float[] y, int yAt, int n)
    {
        double sum = 0;
        for (int c = 0; c < n; c++)
            sum += (double)x[xAt + c] * y[yAt + c];
        return sum;
    }

    private static void SetSigns(float[] directions, int n)
    {
        for (int at = 0; at < directions.Length; at += n)
        {
            Span<float> row = directions.AsSpan(at, n);
            float furthest = 0f;
            foreach (float value in row)
                furthest = Math.Abs(value) > Math.Abs(furthest) ? value : furthest;
            for (int c = 0; c < n && furthest < 0f; c++)
                row[c] = -row[c];
        }
    }
}
