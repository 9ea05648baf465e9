namespace Tacit.Modeling.Linear;

/// <summary>Logarithm, exponential and the distributions statistics need, in double, of contract operations only.</summary>
/// <remarks>Accurate to a few units in the last place for the elementary functions, to about 1e-12 for the others.</remarks>
internal static class DoubleFunctions
{
    /// <summary>ln 2.</summary>
    public const double Ln2 = 0.693147180559945309417;

    private const double Ln2High = 0.693147180369123816490, Ln2Low = 1.90821492927058770002e-10;

    /// <summary>ln x for finite x &gt; 0: x = m · 2^e, ln m = 2 artanh((m − 1) / (m + 1)) by its series.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            throw new ArgumentOutOfRangeException(nameof(x), x, "A logarithm needs a finite positive number.");
        int exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 1L << 54;
            exponent = -54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & ((1L << 52) - 1)) | 1023L << 52);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        double s = (m - 1) / (m + 1), square = s * s, sum = 0;   // |s| < 0.172: terms beyond s^23 are below 2^-60
        for (int n = 23; n >= 3; n -= 2)
            sum = (sum + 1.0 / n) * square;
        return exponent * Ln2High + (2 * s + (2 * s * sum + exponent * Ln2Low));
    }

    /// <summary>e^x; 0 below −708 and infinity above 709.</summary>
    public static double Exp(double x)
    {
        if (x < -708)
            return 0;
        if (x > 709)
            return double.PositiveInfinity;
        double k = Math.Floor(x / Ln2 + 0.5), r = (x - k * Ln2High) - k * Ln2Low, sum = 1;
        for (int n = 14; n >= 1; n--)
            sum = 1 + sum * r / n;
        return sum * BitConverter.Int64BitsToDouble((long)k + 1023 << 52);
    }

    /// <summary>ln Γ(x) for x &gt; 0: Stirling's series after shifting x beyond 10.</summary>
    public static double LogGamma(double x)
    {
        double product = 1;
        for (; x < 10; x++)
            product *= x;
        double inverse = 1 / x, square = inverse * inverse;
        double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680
            - square * (1.0 / 1188 - square * 691.0 / 360360)))));
        return (x - 0.5) * Log(x) - x + 0.918938533204672741780 + series - Log(product);
    }

    /// <summary>P(χ² &gt; x) with so many degrees of freedom: the upper regularised incomplete gamma function.</summary>
    public static double ChiSquareTail(double x, int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(freedom, 1);
        double a = freedom / 2.0, z = x / 2;
        if (!(z > 0))
            return 1;
        double front = Exp(a * Log(z) - z - LogGamma(a));
        if (z < a + 1)
        {
            double term = 1 / a, sum = term;
            for (int n = 1; term > sum * 1e-16; n++)
                sum += term *= z / (a + n);
            return 1 - front * sum;
        }
        // The continued fraction of Γ(a, z), by Lentz's method.
        double b = z + 1 - a, c = 1e300, d = 1 / b, fraction = d;
        for (int i = 1; i < 10000; i++)
        {
            double numerator = -i * (i - a);
            b += 2;
            d = 1 / (numerator * d + b);
            c = b + numerator / c;
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < 1e-15)
                break;
        }
        return front * fraction;
    }

    /// <summary>Φ(x), the standard normal distribution function.</summary>
    public static double Normal(double x)
    {
        double tail = x == 0 ? 0.5 : ChiSquareTail(x * x, 1) / 2;
        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>Φ⁻¹(p) for 0 &lt; p &lt; 1, by bisection of <see cref="Normal"/> to the last bit that matters.</summary>
    public static double NormalQuantile(double p)
    {
        if (!(p > 0 && p < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability between 0 and 1.");
        if (p > 0.5)
            return -NormalQuantile(1 - p);
        double low = -40, high = 0;
        for (int i = 0; i < 64; i++)
        {
            double middle = (low + high) / 2;
            if (Normal(middle) < p)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }
}
