using Tacit.Learning;
using Tacit.Modeling.Linear;
using Tacit.Numerics;

namespace Tacit.Modeling.Nonlinear;

/// <summary>A nonlinear autoregression: w_t = c + Σ a_i w_{t−l_i} + σ g(z_t) + ε_t, where z_t are the same lags in units of their deviation.</summary>
/// <remarks>
/// <para>
/// The linear part is fitted first; g is the mean of ten networks of one hidden layer, from different initial weights, each of
/// which starts at zero, learns what the linear part leaves of all but the last fifth of the series, and stops where that
/// fifth is foreseen best. Weight decay is strong or weak, whichever does better there; if neither helps, g stays zero. The
/// same series and seed give the same model, bit for bit. Immutable; the network is shared and only read.
/// </para>
/// <para>
/// Several steps ahead the expected value is not what the model gives without noise, so forecasts are means and quantiles of
/// simulated paths, in pairs of opposite noise, which leave nothing to chance where the model is linear. Source: Teräsvirta,
/// Tjøstheim and Granger, Modelling Nonlinear Economic Time Series, 2010, chapters 14 and 16.
/// </para>
/// </remarks>
public sealed class NonlinearAutoregression : ISeriesForecaster
{
    /// <summary>Paths of a forecast unless others are asked for.</summary>
    public const int UsualPaths = 1000;

    private const long MostNumbers = 50_000_000;

    private readonly LagNetwork _network;

    internal NonlinearAutoregression(
        Autoregression linear, LagNetwork network, NonlinearOptions options, LagScale scale, double variance, double heldOutLinear, double heldOut)
    {
        (Linear, _network, NetworkOptions, Scale, Variance) = (linear, network, options, scale, variance);
        (HeldOutLinearError, HeldOutError) = (heldOutLinear, heldOut);
    }

    /// <summary>The linear part.</summary>
    public Autoregression Linear { get; }

    /// <summary>What network was asked for.</summary>
    public NonlinearOptions NetworkOptions { get; }

    /// <inheritdoc/>
    public AutoregressionOptions Options => Linear.Options;

    /// <inheritdoc/>
    public ReadOnlyMemory<double> Series => Linear.Series;

    /// <summary>The noise's variance.</summary>
    public double Variance { get; }

    /// <summary>The mean squared error of one step over the end of the series that the network did not learn from.</summary>
    public double HeldOutError { get; }

    /// <summary>The same of the linear part alone, which has seen that end.</summary>
    public double HeldOutLinearError { get; }

    internal LagScale Scale { get; }

    internal LagNetwork Network => _network;

    /// <summary>Fits to a series.</summary>
    /// <param name="series">The series (n).</param>
    /// <param name="options">Order, differences and season; an order that is to be chosen is the one with the least error over the end of the series.</param>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The series is constant, too short, or holds what is not finite; or no lag was asked for.</exception>
    /// <exception cref="ArithmeticException">The past's values depend linearly on each other.</exception>
    /// <exception cref="DivergenceException">Training failed.</exception>
    public static NonlinearAutoregression Fit(ReadOnlySpan<double> series, AutoregressionOptions? options = null, NonlinearOptions? network = null,
        CancellationToken cancellationToken = default) =>
        NonlinearFit.Fit(series, options ?? new AutoregressionOptions(), network ?? new NonlinearOptions(), cancellationToken);

    /// <inheritdoc/>
    public ISeriesForecaster After(ReadOnlySpan<double> series) =>
        new NonlinearAutoregression((Autoregression)Linear.After(series), _network, NetworkOptions, Scale, Variance, HeldOutLinearError, HeldOutError);

    /// <inheritdoc/>
    public double[] Residuals()
    {
        double[] w = Linear.Differenced(), residuals = Linear.Residuals();
        IReadOnlyList<int> lags = Linear.Lags;
        const int Batch = 4096;
        var tape = new Tape { IsRecording = false };
        for (int at = 0; at < residuals.Length && Scale.Noise > 0; at += Batch)
        {
            int count = Math.Min(Batch, residuals.Length - at);
            Tensor z = tape.Memory.Rent(count, lags.Count);
            for (int row = 0; row < count; row++)
            {
                for (int i = 0; i < lags.Count; i++)
                    z.Span[row * lags.Count + i] = Scale.Input(w[lags[^1] + at + row - lags[i]]);
            }
            Span<float> g = _network.Forward(tape, Tape.Input(z)).Value.Span;
            for (int row = 0; row < count; row++)
                residuals[at + row] -= Scale.Noise * g[row];
            tape.Reset();
        }
        return residuals;
    }

    /// <inheritdoc/>
    public Forecast Forecast(int steps) => Forecast(steps, UsualPaths, seed: 1);

    /// <inheritdoc/>
    public Forecast Forecast(int steps, int paths, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paths, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(paths, MostNumbers);
        paths += paths & 1;
        double deviation = Math.Sqrt(Variance);
        float[]?[] noise = new float[paths / 2][];
        double[][] drawn = Continue(steps, paths, (path, h) =>
        {
            float[] pair = noise[path / 2] ??= Noise(steps, seed, path / 2);
            return (path & 1) == 0 ? pair[h] * deviation : -pair[h] * deviation;
        });
        double[] mean = new double[steps], errors = new double[steps];
        for (int h = 0; h < steps; h++)
        {
            double sum = 0, squares = 0;
            foreach (double[] path in drawn)
                sum += path[h];
            mean[h] = sum / paths;
            foreach (double[] path in drawn)
                squares += (path[h] - mean[h]) * (path[h] - mean[h]);
            errors[h] = Math.Sqrt(squares / paths);
        }
        return new Forecast(mean, errors).WithPaths(drawn);
    }

    /// <inheritdoc/>
    public double[] Simulate(int steps, ulong seed, int path)
    {
        double deviation = Math.Sqrt(Variance);
        float[]? noise = null;
        return Continue(steps, 1, (_, h) => (noise ??= Noise(steps, seed, path))[h] * deviation)[0];
    }

    private static float[] Noise(int steps, ulong seed, int path)
    {
        float[] noise = new float[steps];
        RandomFill.Normal(seed, (ulong)path, noise);
        return noise;
    }

    // Paths side by side, in terms of the differenced series w; then y_t = w_t − Σ_{j ≥ 1} π_j y_{t−j}.
    private double[][] Continue(int steps, int paths, Func<int, int, double> noise)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, 1_000_000);
        IReadOnlyList<int> lags = Linear.Lags;
        double[] difference = Linear.DifferencePolynomial(), past = Linear.Differenced(), series = Series.ToArray();
        int seen = lags[^1], lost = difference.Length - 1;
        // All paths go through the networks at once.
        long hidden = (long)NonlinearFit.Members * NetworkOptions.Hidden;
        if ((seen + lost + 2L * steps + hidden) * paths > MostNumbers)
            throw new ArgumentOutOfRangeException(nameof(paths), $"{paths} paths of {steps} values take too much memory; fewer do.");
        double[][] w = new double[paths][], y = new double[paths][];
        for (int path = 0; path < paths; path++)
        {
            w[path] = new double[seen + steps];
            y[path] = new double[lost + steps];
            past.AsSpan(past.Length - seen).CopyTo(w[path]);
            series.AsSpan(series.Length - lost).CopyTo(y[path]);
        }
        var tape = new Tape { IsRecording = false };
        for (int h = 0; h < steps; h++)
        {
            Tensor z = tape.Memory.Rent(paths, lags.Count);
            Span<float> inputs = z.Span;
            for (int path = 0; path < paths; path++)
            {
                for (int i = 0; i < lags.Count; i++)
                    inputs[path * lags.Count + i] = Scale.Input(w[path][seen + h - lags[i]]);
            }
            Span<float> g = _network.Forward(tape, Tape.Input(z)).Value.Span;
            for (int path = 0; path < paths; path++)
            {
                double next = Linear.Intercept + Scale.Noise * g[path] + noise(path, h);
                for (int i = 0; i < lags.Count; i++)
                    next += Linear.Coefficients[i] * w[path][seen + h - lags[i]];
                w[path][seen + h] = next;
                for (int j = 1; j <= lost; j++)
                    next -= difference[j] * y[path][lost + h - j];
                if (!double.IsFinite(next))
                    throw new ArithmeticException("The paths run away beyond all bounds: the linear part is not stationary; fewer steps, or Burg's method.");
                y[path][lost + h] = next;
            }
            tape.Reset();
        }
        return Array.ConvertAll(y, path => path[lost..]);
    }
}
