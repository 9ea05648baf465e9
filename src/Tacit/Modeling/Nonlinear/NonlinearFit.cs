using Tacit.Learning;
using Tacit.Modeling.Linear;

namespace Tacit.Modeling.Nonlinear;

/// <summary>Fits a nonlinear autoregression: the linear one first, then a network for what it leaves.</summary>
internal static class NonlinearFit
{
    private const int HeldOutShare = 5, LeastHeldOut = 5, LeastRows = 25;

    // Tried, beside the linear criterion's choice, when the order is to be chosen: what is linear noise may have a past all the same.
    private static readonly int[] Orders = [1, 2, 4, 8];

    /// <summary>Networks whose mean is taken.</summary>
    public const int Members = 10;

    private const int Validations = 40;

    // Much noise wants strong decay, a series that determines itself hardly any.
    private static readonly float[] Decays = [1f, 0.01f];

    private static readonly TrainingOptions Training = new() { Rate = 0.03f, Beta2 = 0.999f, Patience = 10 };

    /// <exception cref="ArgumentException">The series is constant, not finite or too short; or no lag was asked for.</exception>
    /// <exception cref="ArithmeticException">The past's values depend linearly on each other.</exception>
    /// <exception cref="DivergenceException">Training failed.</exception>
    public static NonlinearAutoregression Fit(ReadOnlySpan<double> series, AutoregressionOptions options, NonlinearOptions network, CancellationToken cancellationToken)
    {
        network.Check();
        Autoregression linear = Autoregression.Fit(series, options);
        double[] w = linear.Differenced();
        if (options.Order is { } order)
        {
            return linear.Lags.Count > 0 ? Fit(linear, w, w.Length / HeldOutShare, network, cancellationToken)
                : throw new ArgumentException($"A network of order {order} without seasonal lags sees nothing of the past.");
        }
        int most = Math.Min(options.MaxOrder ?? int.MaxValue, (w.Length - LeastRows) / 2);
        NonlinearAutoregression? best = null;
        foreach (int p in (ReadOnlySpan<int>)[linear.Order, .. Orders])
        {
            if ((p == 0 && options.SeasonalLags == 0) || (best is not null && (p == linear.Order || p > most)))
                continue;
            Autoregression tried = p == linear.Order ? linear : Autoregression.Fit(series, options with { Order = p });
            NonlinearAutoregression fit = Fit(tried.Asked(options), w, w.Length / HeldOutShare, network, cancellationToken);
            if (best is null || fit.HeldOutError < best.HeldOutError)
                best = fit;
        }
        return best ?? throw new ArgumentException($"The series is too short for a network: {w.Length} values after differencing.");
    }

    private static NonlinearAutoregression Fit(Autoregression linear, double[] w, int heldOut, NonlinearOptions options, CancellationToken cancellationToken)
    {
        int rows = w.Length - linear.Lags[^1];
        heldOut = Math.Max(heldOut, LeastHeldOut);
        if (rows < LeastRows || rows < 2 * heldOut)
        {
            throw new ArgumentException($"The series is too short for a network: beyond the lags it has {Math.Max(rows, 0)} values, and at least "
                + $"{Math.Max(LeastRows, 2 * heldOut)} are needed. The linear model does with fewer.");
        }
        double[] covariance = Correlogram.Autocovariance(w, 0);
        var scale = new LagScale(Correlogram.Mean(w), Math.Sqrt(covariance[0]), Math.Sqrt(linear.Variance));
        var network = new LagNetwork(linear.Lags.Count, options.Hidden);
        network.Initialize(options.Seed);
        // A series that is linear but for rounding leaves nothing to learn.
        if (!(linear.Variance > covariance[0] * 1e-20))
            return new NonlinearAutoregression(linear, network, options, scale, linear.Variance, 0, 0);

        var data = new LagRows(w, linear, scale);
        var tape = new Tape { IsRecording = false };
        double before = new LagTask(network, data, heldOut, options.Seed).Validate(tape, cancellationToken), least = before, variance = linear.Variance;
        foreach (float decay in Decays)
        {
            LagNetwork tried = Average(data, heldOut, options, decay, cancellationToken);
            var task = new LagTask(tried, data, heldOut, options.Seed);
            double after = task.Validate(tape, cancellationToken);
            if (!(after < least))
                continue;
            (network, least) = (tried, after);
            // Errors where it has learnt are too small to judge by.
            variance = linear.Variance * Math.Max(after, task.Error(tape, 0, cancellationToken));
        }
        return new NonlinearAutoregression(linear, network, options, scale, variance, before * linear.Variance, least * linear.Variance);
    }

    // The mean of several networks, each from other initial weights: one network with the hidden units of all.
    private static LagNetwork Average(LagRows data, int heldOut, NonlinearOptions options, float decay, CancellationToken cancellationToken)
    {
        var members = new LagNetwork[Members];
        for (int m = 0; m < members.Length; m++)
        {
            ulong seed = unchecked(options.Seed * Members + (ulong)m);
            members[m] = new LagNetwork(data.Lags, options.Hidden);
            members[m].Initialize(seed);
            new Trainer(new LagTask(members[m], data, heldOut, seed)).Run(
                Training with { Steps = options.Steps, Seed = seed, Decay = decay, ValidateEvery = Math.Max(1, options.Steps / Validations) },
                cancellationToken: cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
        return LagNetwork.Mean(members);
    }
}
