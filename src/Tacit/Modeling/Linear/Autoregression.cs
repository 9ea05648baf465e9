namespace Tacit.Modeling.Linear;

/// <summary>An autoregression: w_t = c + Σ a_i w_{t−l_i} + ε_t, where w is the series, differenced if asked.</summary>
/// <remarks>
/// Immutable and thread-safe. All numbers come from operations of the determinism contract, so a fit is the same on every
/// machine. Source: Brockwell and Davis, Introduction to Time Series and Forecasting, chapters 2, 5 and 6.
/// </remarks>
/// <example>
/// <code>
/// Autoregression model = Autoregression.Fit(series, new AutoregressionOptions { Order = 2 });
/// Forecast next = model.Forecast(24);
/// </code>
/// </example>
public sealed class Autoregression : ISeriesForecaster
{
    private const int MostDrawn = 50_000_000;

    private readonly double[] _series;
    private readonly double[] _full;      // Φ = φ(B) (1 − B)^d (1 − B^s)^D, its constant 1 included
    private readonly double[] _criteria;

    internal Autoregression(
        double[] series, AutoregressionOptions options, IReadOnlyList<int> lags, IReadOnlyList<double> coefficients, IReadOnlyList<double> errors,
        double intercept, double variance, double[] criteria)
    {
        _series = series;
        _criteria = criteria;
        Options = options;
        Lags = lags;
        Coefficients = coefficients;
        StandardErrors = errors;
        Intercept = intercept;
        Variance = variance;
        double[] own = new double[(lags.Count > 0 ? lags[^1] : 0) + 1];
        own[0] = 1;
        for (int i = 0; i < lags.Count; i++)
            own[lags[i]] = -coefficients[i];
        Polynomial = own;
        double[] differencing = DifferencePolynomial();
        _full = new double[own.Length + differencing.Length - 1];
        for (int i = 0; i < own.Length; i++)
        {
            for (int j = 0; j < differencing.Length && own[i] != 0; j++)
                _full[i + j] += own[i] * differencing[j];
        }
    }

    /// <summary>What was asked for.</summary>
    public AutoregressionOptions Options { get; }

    /// <summary>The series it was fitted to, as it was given.</summary>
    public ReadOnlyMemory<double> Series => _series;

    /// <summary>The lags l_i, ascending.</summary>
    public IReadOnlyList<int> Lags { get; }

    /// <summary>The order p: the lags 1 to p are there.</summary>
    public int Order
    {
        get
        {
            int p = 0;
            while (p < Lags.Count && Lags[p] == p + 1)
                p++;
            return p;
        }
    }

    /// <summary>The coefficients a_i.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>Standard errors of the coefficients, for long series.</summary>
    public IReadOnlyList<double> StandardErrors { get; }

    /// <summary>The constant c.</summary>
    public double Intercept { get; }

    /// <summary>The noise's variance.</summary>
    public double Variance { get; }

    /// <summary>The criterion's value for each order tried, from <see cref="FirstOrderTried"/>.</summary>
    public IReadOnlyList<double> Criteria => _criteria;

    /// <summary>The order of the first of <see cref="Criteria"/>.</summary>
    public int FirstOrderTried => Options.Order ?? 0;

    /// <summary>Coefficients of φ(B) = 1 − Σ a_i B^{l_i}.</summary>
    internal double[] Polynomial { get; }

    /// <summary>Fits to a series.</summary>
    /// <exception cref="ArgumentException">The series is constant, too short, or holds what is not finite.</exception>
    /// <exception cref="ArithmeticException">The past's values depend linearly on each other.</exception>
    public static Autoregression Fit(ReadOnlySpan<double> series, AutoregressionOptions? options = null)
    {
        options ??= new AutoregressionOptions();
        options.Check();
        SeriesCheck.Finite(series);
        double[] w = Differencing.Apply(series, Differencing.Polynomial(options.Differences, options.SeasonalDifferences, options.Season));
        AutoregressionFit.Result fit = AutoregressionFit.Fit(w, options);
        return new Autoregression(series.ToArray(), options, fit.Lags, fit.Coefficients, fit.StandardErrors, fit.Intercept, fit.Variance, fit.Criteria);
    }

    /// <inheritdoc/>
    public double[] Residuals()
    {
        double[] residuals = new double[Math.Max(_series.Length - _full.Length + 1, 0)];
        for (int i = 0; i < residuals.Length; i++)
            residuals[i] = _series[i + _full.Length - 1] - Next(_series, i + _full.Length - 1);
        return residuals;
    }

    /// <summary>ψ_0 = 1, ψ_1, …: how much of a shock is left after so many steps.</summary>
    public double[] PsiWeights(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        double[] psi = new double[count];
        psi[0] = 1;
        for (int j = 1; j < count; j++)
        {
            for (int i = 1; i <= j && i < _full.Length; i++)
                psi[j] -= _full[i] * psi[j - i];
        }
        return psi;
    }

    /// <summary>Roots of z^p − Σ a_i z^(p − l_i): a shock's share left decays as their powers; stationary if all lie within the unit circle.</summary>
    public IReadOnlyList<(double Real, double Imaginary)> InverseRoots() => PolynomialRoots.Find(Polynomial);

    /// <summary>True if φ describes a stationary process; differencing is not counted.</summary>
    public bool IsStationary => PolynomialRoots.AllWithinUnitCircle(Polynomial);

    /// <inheritdoc/>
    public Forecast Forecast(int steps)
    {
        CheckSteps(steps);
        double[] path = Continue(steps, _ => 0), errors = PsiWeights(steps);
        double sum = 0;
        for (int h = 0; h < steps; h++)
        {
            sum += errors[h] * errors[h];
            errors[h] = Math.Sqrt(Variance * sum);
        }
        return new Forecast(path, errors);
    }

    /// <summary>As <see cref="Forecast(int)"/>, but with intervals from simulated paths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 2 paths, or paths times steps beyond 50,000,000.</exception>
    public Forecast Forecast(int steps, int paths, ulong seed)
    {
        Forecast forecast = Forecast(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(paths, 2);
        if ((long)paths * steps > MostDrawn)
            throw new ArgumentOutOfRangeException(nameof(paths), $"{paths} paths of {steps} values are too many: at most {MostDrawn} values in all.");
        double[][] drawn = new double[paths][];
        for (int i = 0; i < paths; i++)
            drawn[i] = Simulate(steps, seed, i);
        return forecast.WithPaths(drawn);
    }

    /// <inheritdoc/>
    public double[] Simulate(int steps, ulong seed, int path)
    {
        CheckSteps(steps);
        float[] noise = new float[steps];
        Numerics.RandomFill.Normal(seed, (ulong)path, noise);
        double deviation = Math.Sqrt(Variance);
        return Continue(steps, h => noise[h] * deviation);
    }

    /// <summary>One way the series might go on: the model with noise drawn from its own <see cref="Residuals"/>, their mean taken off.</summary>
    /// <inheritdoc cref="Simulate(int, ulong, int)"/>
    public double[] Resample(int steps, ulong seed, int path)
    {
        CheckSteps(steps);
        double[] residuals = Residuals();
        if (residuals.Length == 0)
            return Continue(steps, _ => 0);
        double mean = Correlogram.Mean(residuals);
        float[] places = new float[steps];
        Numerics.RandomFill.Uniform(seed, (ulong)path, places);
        return Continue(steps, h => residuals[(int)Math.Min((long)(places[h] * (double)residuals.Length), residuals.Length - 1)] - mean);
    }

    /// <inheritdoc/>
    public ISeriesForecaster After(ReadOnlySpan<double> series)
    {
        SeriesCheck.Finite(series);
        if (series.Length < _full.Length - 1)
            throw new ArgumentException($"The model looks {_full.Length - 1} values back; the series has {series.Length}.", nameof(series));
        return new Autoregression(series.ToArray(), Options, Lags, Coefficients, StandardErrors, Intercept, Variance, _criteria);
    }

    /// <summary>The same with other options: those its order was found for.</summary>
    internal Autoregression Asked(AutoregressionOptions options) =>
        new(_series, options, Lags, Coefficients, StandardErrors, Intercept, Variance, _criteria);

    /// <summary>The series w that the lags are of.</summary>
    internal double[] Differenced() => Differencing.Apply(_series, DifferencePolynomial());

    /// <summary>w_t = Σ π_j y_{t−j}.</summary>
    internal double[] DifferencePolynomial() => Differencing.Polynomial(Options.Differences, Options.SeasonalDifferences, Options.Season);

    private static void CheckSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, 1_000_000);
    }

    private double[] Continue(int steps, Func<int, double> noise)
    {
        int memory = Math.Min(_full.Length - 1, _series.Length);
        double[] values = new double[memory + steps];
        _series.AsSpan(_series.Length - memory).CopyTo(values);
        for (int h = 0; h < steps; h++)
            values[memory + h] = Next(values, memory + h) + noise(h);
        return values[memory..];
    }

    // c − Σ_{j ≥ 1} Φ_j y_{t−j}.
    private double Next(double[] y, int t)
    {
        double sum = Intercept;
        for (int j = 1; j < _full.Length; j++)
            sum -= _full[j] * y[t - j];
        return sum;
    }
}
