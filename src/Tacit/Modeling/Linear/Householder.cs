namespace Tacit.Modeling.Linear;

/// <summary>Least squares by Householder's QR decomposition: minimises ‖A x − b‖.</summary>
/// <remarks>
/// Shapes: A (m, n) with m ≥ n as n columns, b (m), x (n). Sums run over rows in their order. Source: Golub and Van Loan,
/// Matrix Computations, algorithms 5.1.1 and 5.3.2.
/// </remarks>
internal sealed class Householder
{
    private readonly double[][] _r;
    private readonly double[] _b;

    /// <summary>The solution x (n).</summary>
    public double[] Solution { get; }

    /// <summary>‖A x − b‖².</summary>
    public double ResidualSum { get; }

    /// <summary>Solves; A and b are overwritten.</summary>
    /// <exception cref="ArithmeticException">Columns of A depend on each other.</exception>
    public Householder(double[][] a, double[] b)
    {
        int m = b.Length, n = a.Length;
        if (m < n)
            throw new ArgumentException($"{m} equations do not determine {n} unknowns.", nameof(a));
        for (int k = 0; k < n; k++)
        {
            double[] v = a[k];
            double whole = Math.Sqrt(Square(v, 0)), norm = Math.Sqrt(Square(v, k));
            if (!(norm > whole * 1e-10))
                throw new ArithmeticException("The regressors depend linearly on each other: a lower order may fit.");
            double head = v[k] > 0 ? -norm : norm;        // away from cancellation
            v[k] -= head;
            double half = -head * v[k];                   // vᵀv / 2
            for (int j = k + 1; j < n; j++)
                Reflect(v, a[j], k, half);
            Reflect(v, b, k, half);
            v[k] = head;
        }
        _r = a;
        _b = b;
        Solution = new double[n];
        for (int i = n - 1; i >= 0; i--)
        {
            double sum = b[i];
            for (int j = i + 1; j < n; j++)
                sum -= a[j][i] * Solution[j];
            Solution[i] = sum / a[i][i];
        }
        ResidualSum = Square(b, n);
    }

    /// <summary>‖A x − b‖² of the problem with the first <paramref name="columns"/> columns of A only.</summary>
    public double ResidualSumOfFirst(int columns) => Square(_b, columns);

    /// <summary>The diagonal of (AᵀA)⁻¹ (n): variances of the solution in units of the noise's.</summary>
    public double[] InverseDiagonal()
    {
        int n = Solution.Length;
        double[] diagonal = new double[n], column = new double[n];
        for (int c = 0; c < n; c++)                       // R⁻¹ column by column; (AᵀA)⁻¹ = R⁻¹ R⁻ᵀ
        {
            Array.Clear(column);
            for (int i = c; i >= 0; i--)
            {
                double sum = i == c ? 1 : 0;
                for (int j = i + 1; j <= c; j++)
                    sum -= _r[j][i] * column[j];
                column[i] = sum / _r[i][i];
                diagonal[i] += column[i] * column[i];
            }
        }
        return diagonal;
    }

    private static double Square(double[] x, int from)
    {
        double sum = 0;
        for (int i = from; i < x.Length; i++)
            sum += x[i] * x[i];
        return sum;
    }

    // x −= v (vᵀx) / half from row k on.
    private static void Reflect(double[] v, double[] x, int k, double half)
    {
        double sum = 0;
        for (int i = k; i < x.Length; i++)
            sum += v[i] * x[i];
        sum /= half;
        for (int i = k; i < x.Length; i++)
            x[i] -= sum * v[i];
    }
}
