namespace Tacit.Modeling.Latents;

/// <summary>Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub and Van Loan,
/// section 8.5).</summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <summary>Diagonalises a matrix.</summary>
    /// <param name="a">(n, n), symmetric; is used up.</param>
    /// <param name="n">Its size.</param>
    /// <returns>The eigenvalues, the largest first, and the eigenvectors as rows in that order.</returns>
    public static (double[] Values, double[] Vectors) Of(double[] a, int n)
    {
        double[] v = new double[n * n];
        for (int i = 0; i < n; i++)
            v[i * n + i] = 1;
        for (int sweep = 0; sweep < MostSweeps && OffDiagonal(a, n) > 1e-30 * Diagonal(a, n); sweep++)
        {
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                    Rotate(a, v, n, p, q);
            }
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[i * n + i])];      // stable
        double[] values = new double[n], vectors = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            values[i] = a[order[i] * n + order[i]];
            v.AsSpan(order[i] * n, n).CopyTo(vectors.AsSpan(i * n));
        }
        return (values, vectors);
    }

    // Makes a[p, q] zero; rows of v are the vectors.
    private static void Rotate(double[] a, double[] v, int n, int p, int q)
    {
        double apq = a[p * n + q];
        if (apq == 0)
            return;
        double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        double t = Math.Abs(theta) > 1e150 ? 0.5 / theta
            : (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        for (int k = 0; k < n; k++)
        {
            double x = a[k * n + p], y = a[k * n + q];
            a[k * n + p] = c * x - s * y;
            a[k * n + q] = s * x + c * y;
        }
        for (int k = 0; k < n; k++)
        {
            double x = a[p * n + k], y = a[q * n + k];
            a[p * n + k] = c * x - s * y;
            a[q * n + k] = s * x + c * y;
            x = v[p * n + k];
            y = v[q * n + k];
            v[p * n + k] = c * x - s * y;
            v[q * n + k] = s * x + c * y;
        }
    }

    private static double OffDiagonal(double[] a, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
                sum += a[i * n + j] * a[i * n + j];
        }
        return sum;
    }

    private static double Diagonal(double[] a, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += a[i * n + i] * a[i * n + i];
        return sum;
    }
}
