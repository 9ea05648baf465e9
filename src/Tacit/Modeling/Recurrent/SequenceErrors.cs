using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Recurrent;

/// <summary>How wrong value sequences came back.</summary>
public sealed class SequenceErrors
{
    private SequenceErrors(double[] each) => (Each, Anomaly) = (each, AnomalyScores.Of(each));

    /// <summary>Values there were.</summary>
    public long Values { get; private init; }

    /// <summary>The mean squared error of each sequence.</summary>
    public double[] Each { get; }

    /// <summary>The anomaly scores of these.</summary>
    public double[] Anomaly { get; }

    /// <summary>The mean squared error of all values.</summary>
    public double Mean { get; private init; }

    /// <summary>It as a share of the variance of all values.</summary>
    public double Share { get; private init; }

    /// <summary>Compares sequences with what came back.</summary>
    /// <param name="data">The sequences.</param>
    /// <param name="given">What came back of each, as long.</param>
    public static SequenceErrors Of(SequenceSet data, IReadOnlyList<float[]> given)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(given);
        double[] each = new double[data.Count];
        double total = 0, sum = 0, squares = 0;
        long values = 0;
        for (int i = 0; i < each.Length; i++)
        {
            ReadOnlySpan<float> original = data.Values(i).Span;
            double error = 0;
            for (int t = 0; t < original.Length; t++)
            {
                double difference = (double)original[t] - given[i][t];
                error += difference * difference;
                sum += original[t];
                squares += (double)original[t] * original[t];
            }
            total += error;
            values += original.Length;
            each[i] = error / original.Length;
        }
        double mean = sum / values, variance = squares / values - mean * mean;
        return new SequenceErrors(each) { Values = values, Mean = total / values, Share = variance > 0
            ? total / values / variance : 0 };
    }

    /// <summary>The sequences with the highest anomaly scores.</summary>
    public IEnumerable<int> Worst(int count) =>
        Enumerable.Range(0, Anomaly.Length).OrderByDescending(i => Anomaly[i]).Take(count);
}
