namespace Tacit.Modeling.Linear;

/// <summary>Where the roots of an autoregression's polynomial lie.</summary>
internal static class PolynomialRoots
{
    private const int MaxRounds = 2000;

    /// <summary>Roots of z^p + c_1 z^(p−1) + … + c_p, all at once, by Durand and Kerner's method.</summary>
    /// <param name="polynomial">1, c_1, …, c_p.</param>
    public static IReadOnlyList<(double Real, double Imaginary)> Find(double[] polynomial)
    {
        int degree = polynomial.Length - 1;
        while (degree > 0 && polynomial[degree] == 0)
            degree--;
        var roots = new (double Re, double Im)[degree];
        (double Re, double Im) start = (1, 0);
        for (int i = 0; i < degree; i++)
            roots[i] = start = Times(start, (0.4, 0.9));    // no roots of unity, none real
        for (int round = 0; round < MaxRounds; round++)
        {
            double change = 0;
            for (int i = 0; i < degree; i++)
            {
                (double Re, double Im) z = roots[i], value = (1, 0), product = (1, 0);
                for (int k = 1; k <= degree; k++)
                    value = (z.Re * value.Re - z.Im * value.Im + polynomial[k], z.Re * value.Im + z.Im * value.Re);
                for (int j = 0; j < degree; j++)
                {
                    if (j != i)
                        product = Times(product, (z.Re - roots[j].Re, z.Im - roots[j].Im));
                }
                double norm = product.Re * product.Re + product.Im * product.Im;
                if (norm == 0)
                    continue;
                (double Re, double Im) step = Times(value, (product.Re / norm, -product.Im / norm));
                roots[i] = (z.Re - step.Re, z.Im - step.Im);
                change = Math.Max(change, Math.Abs(step.Re) + Math.Abs(step.Im));
            }
            if (change < 1e-14)
                break;
        }
        return roots;
    }

    /// <summary>Whether they all lie within the unit circle, exactly: every reflection coefficient is below 1 (Schur and Cohn).</summary>
    public static bool AllWithinUnitCircle(double[] polynomial)
    {
        double[] a = (double[])polynomial.Clone(), b = new double[a.Length];
        for (int order = a.Length - 1; order > 0; order--)
        {
            double k = a[order];
            if (!(Math.Abs(k) < 1))
                return false;
            Array.Copy(a, b, order + 1);
            for (int i = 0; i < order; i++)
                a[i] = (b[i] - k * b[order - i]) / (1 - k * k);
        }
        return true;
    }

    private static (double Re, double Im) Times((double Re, double Im) a, (double Re, double Im) b) =>
        (a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);
}
