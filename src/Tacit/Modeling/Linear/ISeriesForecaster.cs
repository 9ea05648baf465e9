namespace Tacit.Modeling.Linear;

/// <summary>A model of a series, fitted to one: it says how the series goes on.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public interface ISeriesForecaster
{
    /// <summary>Order, differences and season that were asked for.</summary>
    AutoregressionOptions Options { get; }

    /// <summary>The series, as it was given.</summary>
    ReadOnlyMemory<double> Series { get; }

    /// <summary>One-step errors, in the series' unit, wherever there is enough past.</summary>
    double[] Residuals();

    /// <summary>The <paramref name="steps"/> values to come, and how far to trust them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 1,000,000 steps.</exception>
    Forecast Forecast(int steps);

    /// <summary>The same with intervals from so many simulated paths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 2 paths, or more than fit into memory.</exception>
    Forecast Forecast(int steps, int paths, ulong seed);

    /// <summary>One way the series might go on: the model with normal noise from a seed.</summary>
    /// <param name="steps">Values to draw, 1 to 1,000,000.</param>
    /// <param name="seed">The same seed and path give the same numbers everywhere.</param>
    /// <param name="path">Which path of this seed.</param>
    double[] Simulate(int steps, ulong seed, int path);

    /// <summary>The model as it is, after another series: what it has learnt stays.</summary>
    /// <exception cref="ArgumentException">The series is shorter than the past the model looks at, or holds what is not finite.</exception>
    ISeriesForecaster After(ReadOnlySpan<double> series);
}
