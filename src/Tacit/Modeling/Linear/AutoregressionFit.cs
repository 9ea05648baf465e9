namespace Tacit.Modeling.Linear;

/// <summary>Estimates an autoregression: the differenced series' lags, coefficients, mean and noise.</summary>
internal sealed class AutoregressionFit
{
    private const long MostNumbers = 1L << 27;    // of a regression's table: a gigabyte

    private readonly AutoregressionOptions _options;
    private readonly double[] _w;             // the differenced series
    private readonly int _maxOrder;
    private readonly double[] _covariances;   // of w, up to the largest lag

    private AutoregressionFit(double[] w, AutoregressionOptions options)
    {
        _options = options;
        _w = w;
        int parameters = options.SeasonalLags + 2;
        int longest = Math.Min((w.Length - parameters - 1) / 2, w.Length - 2);
        int automatic = (int)(10 * DoubleFunctions.Log(w.Length) / 2.302585092994046);
        _maxOrder = options.Order ?? Math.Min(options.MaxOrder ?? automatic, longest);
        int largest = Math.Max(_maxOrder, options.SeasonalLags * options.Season);
        if (w.Length < 3 || largest + _maxOrder + parameters > w.Length)
        {
            throw new ArgumentException($"The series is too short: {w.Length} values after differencing, and order {_maxOrder} "
                + $"with largest lag {largest} needs {Math.Max(3, largest + _maxOrder + parameters)}.");
        }
        _covariances = Correlogram.Autocovariance(w, largest);
        SeriesCheck.Varies(_covariances[0], w);
    }

    /// <summary>Lags in ascending order, coefficients, standard errors, intercept, variance; criterion of each order tried.</summary>
    public sealed record Result(int[] Lags, double[] Coefficients, double[] StandardErrors, double Intercept, double Variance, double[] Criteria);

    /// <exception cref="ArgumentException">The series is constant, not finite or too short.</exception>
    /// <exception cref="ArithmeticException">The past's values depend linearly on each other.</exception>
    public static Result Fit(double[] w, AutoregressionOptions options)
    {
        SeriesCheck.Finite(w);
        var fit = new AutoregressionFit(w, options);
        int first = options.Order ?? 0;
        double[] criteria = fit.Criteria(first);
        int best = 0;
        for (int i = 1; i < criteria.Length; i++)
        {
            if (criteria[i] < criteria[best])
                best = i;
        }
        return fit.Solve(first + best, criteria);
    }

    private double[] Criteria(int first)
    {
        double[] variances = _options.Method == FitMethod.LeastSquares ? LeastSquaresVariances(out int used) : MomentVariances(out used);
        double[] criteria = new double[_maxOrder - first + 1];
        for (int i = 0; i < criteria.Length; i++)
        {
            double k = LagsOf(first + i).Length + 1, n = used, variance = variances[first + i];
            // A series that its past determines has no noise to take the logarithm of; the least such order wins.
            double fit = variance > _covariances[0] * 1e-24 ? n * DoubleFunctions.Log(variance) : -1e18;
            criteria[i] = fit + _options.Criterion switch
            {
                OrderCriterion.Aic => 2 * k,
                OrderCriterion.Aicc => 2 * (k + 1) * n / Math.Max(n - k - 2, 0.5),
                _ => k * DoubleFunctions.Log(n),
            };
        }
        return criteria;
    }

    // One decomposition serves all orders: the residual sums of its first columns.
    private double[] LeastSquaresVariances(out int used)
    {
        int[] seasonal = SeasonalLags();
        int skip = _covariances.Length - 1;
        used = _w.Length - skip;
        double[] variances = new double[_maxOrder + 1];
        Householder all = Regress([.. seasonal, .. Contiguous(_maxOrder).Except(seasonal)], skip);
        for (int p = 0; p <= _maxOrder; p++)
            variances[p] = all.ResidualSumOfFirst(1 + LagsOf(p).Length) / used;
        return variances;
    }

    private double[] MomentVariances(out int used)
    {
        used = _w.Length;
        double[] variances = new double[_maxOrder + 1];
        var recursion = new LevinsonDurbin(_covariances);
        (double[], double Variance)[]? burg = _options.Method == FitMethod.Burg ? Burg.Fit(_w, _maxOrder) : null;
        for (int p = 0; p <= _maxOrder; p++)
        {
            variances[p] = burg is not null ? burg[p].Variance
                : _options.SeasonalLags > 0 ? YuleWalker(LagsOf(p)).Variance : recursion.Variance;
            if (p < _maxOrder)
                recursion.Step();
        }
        return variances;
    }

    private Result Solve(int order, double[] criteria)
    {
        int[] lags = LagsOf(order);
        int n = _w.Length;
        if (_options.Method == FitMethod.LeastSquares)
        {
            int skip = lags.Length > 0 ? lags[^1] : 0, used = n - skip;
            Householder solved = Regress(lags, skip);
            double variance = solved.ResidualSum / Math.Max(used - lags.Length - 1, 1);
            double[] errors = Array.ConvertAll(solved.InverseDiagonal()[1..], d => Math.Sqrt(d * variance));
            return new Result(lags, solved.Solution[1..], errors, solved.Solution[0], variance, criteria);
        }
        (double[] coefficients, double noise) = _options.Method == FitMethod.Burg ? Burg.Fit(_w, order)[order] : YuleWalker(lags);
        // As R's ar.yw: the variance over the degrees of freedom; Burg's is the recursion's own.
        double corrected = _options.Method == FitMethod.Burg ? noise : noise * n / Math.Max(n - lags.Length - 1, 1);
        double sum = 0;
        foreach (double a in coefficients)
            sum += a;
        return new Result(lags, coefficients, MomentErrors(lags, corrected), Correlogram.Mean(_w) * (1 - sum), corrected, criteria);
    }

    private (double[] Coefficients, double Variance) YuleWalker(int[] lags)
    {
        if (_options.SeasonalLags == 0)
        {
            var recursion = new LevinsonDurbin(_covariances);
            while (recursion.Order < lags.Length)
                recursion.Step();
            return (recursion.Coefficients.ToArray(), recursion.Variance);
        }
        double[] solution = new Householder(Covariances(lags), Array.ConvertAll(lags, lag => _covariances[lag])).Solution;
        double variance = _covariances[0];
        for (int i = 0; i < lags.Length; i++)
            variance -= solution[i] * _covariances[lags[i]];
        return (solution, variance);
    }

    // √ of the diagonal of σ² Γ⁻¹ / n.
    private double[] MomentErrors(int[] lags, double variance)
    {
        double[] errors = new double[lags.Length];
        for (int i = 0; i < lags.Length; i++)
        {
            double[] unit = new double[lags.Length];
            unit[i] = 1;
            errors[i] = Math.Sqrt(Math.Max(new Householder(Covariances(lags), unit).Solution[i] * variance / _w.Length, 0));
        }
        return errors;
    }

    private double[][] Covariances(int[] lags) =>
        Array.ConvertAll(lags, a => Array.ConvertAll(lags, b => _covariances[Math.Abs(a - b)]));

    // w_t on a constant and its lags, for t from skip on.
    private Householder Regress(int[] lags, int skip)
    {
        int rows = _w.Length - skip;
        if ((long)rows * (lags.Length + 1) > MostNumbers)
            throw new ArgumentException($"Least squares with {lags.Length} lags of {rows} values takes too much memory; Burg's method and Yule-Walker do not.");
        double[][] columns = new double[lags.Length + 1][];
        columns[0] = new double[rows];
        Array.Fill(columns[0], 1);
        for (int j = 0; j < lags.Length; j++)
            columns[j + 1] = _w[(skip - lags[j])..(skip - lags[j] + rows)];
        return new Householder(columns, _w[skip..]);
    }

    private int[] LagsOf(int order) => [.. Contiguous(order), .. SeasonalLags().Where(lag => lag > order)];

    private int[] SeasonalLags() => [.. Enumerable.Range(1, _options.SeasonalLags).Select(i => i * _options.Season)];

    private static IEnumerable<int> Contiguous(int order) => Enumerable.Range(1, order);
}
