namespace Tacit.Modeling.Linear;

/// <summary>How the coefficients of an autoregression are estimated.</summary>
public enum FitMethod
{
    /// <summary>From the sample autocovariances: always stationary.</summary>
    YuleWalker = 0,

    /// <summary>Burg's method: always stationary, better than Yule-Walker in short series; no seasonal lags.</summary>
    Burg = 1,

    /// <summary>Least squares on the series' own past: unbiased by the series' ends, perhaps not stationary.</summary>
    LeastSquares = 2,
}

/// <summary>What an order is chosen by; the least value wins.</summary>
public enum OrderCriterion
{
    /// <summary>Akaike's: n ln σ² + 2 k.</summary>
    Aic = 0,

    /// <summary>Akaike's corrected for short series: n ln σ² + 2 k n / (n − k − 1), the variance counted in k.</summary>
    Aicc = 1,

    /// <summary>The Bayesian, or Schwarz's: n ln σ² + k ln n.</summary>
    Bic = 2,
}

/// <summary>What autoregression to fit.</summary>
public sealed record AutoregressionOptions
{
    /// <summary>The order p: lags 1 to p enter. Null lets the criterion choose.</summary>
    public int? Order { get; init; }

    /// <summary>Largest order to choose from; null stands for ⌊10 log₁₀ n⌋.</summary>
    public int? MaxOrder { get; init; }

    /// <summary>How coefficients are estimated; least squares unless set.</summary>
    public FitMethod Method { get; init; } = FitMethod.LeastSquares;

    /// <summary>What the order is chosen by; AICc unless set.</summary>
    public OrderCriterion Criterion { get; init; } = OrderCriterion.Aicc;

    /// <summary>How often the series is differenced at lag 1, 0 to 2.</summary>
    public int Differences { get; init; }

    /// <summary>The season's length s in values; 0 for none, else at least 2.</summary>
    public int Season { get; init; }

    /// <summary>How often the series is differenced at lag s, 0 to 2.</summary>
    public int SeasonalDifferences { get; init; }

    /// <summary>How many of the lags s, 2 s, … enter beside 1 to p; at most 4.</summary>
    public int SeasonalLags { get; init; }

    /// <exception cref="ArgumentException">Out of range, or not possible together.</exception>
    internal void Check()
    {
        Range(nameof(Order), Order ?? 0, 0, 1000);
        Range(nameof(MaxOrder), MaxOrder ?? 0, 0, 1000);
        Range(nameof(Differences), Differences, 0, 2);
        Range(nameof(Season), Season, 0, 20_000);
        Range(nameof(SeasonalDifferences), SeasonalDifferences, 0, 2);
        Range(nameof(SeasonalLags), SeasonalLags, 0, 4);
        if (!Enum.IsDefined(Method) || !Enum.IsDefined(Criterion))
            throw new ArgumentException("Unknown method or criterion.");
        if (Season == 1)
            throw new ArgumentException("A season has at least 2 values.");
        if (Season == 0 && SeasonalDifferences + SeasonalLags > 0)
            throw new ArgumentException("Seasonal lags and differences need the season's length.");
        if (Method == FitMethod.Burg && SeasonalLags > 0)
            throw new ArgumentException("Burg's method has no seasonal lags; least squares and Yule-Walker have.");
    }

    private static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {least} to {most}.");
    }
}
