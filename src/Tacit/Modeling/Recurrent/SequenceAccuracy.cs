using Tacit.Modeling.Latents;

namespace Tacit.Modeling.Recurrent;

/// <summary>How much of token sequences came back.</summary>
public sealed class SequenceAccuracy
{
    private SequenceAccuracy(double[] surprise) => (Surprise, Anomaly) = (surprise, AnomalyScores.Of(surprise));

    /// <summary>Tokens there were, ends not counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens that came back at their place.</summary>
    public long RightTokens { get; private set; }

    /// <summary>Sequences that came back whole.</summary>
    public int Exact { get; private set; }

    /// <summary>Nats per token of each sequence, with teacher forcing.</summary>
    public double[] Surprise { get; }

    /// <summary>The anomaly scores of the surprises.</summary>
    public double[] Anomaly { get; }

    /// <summary>Compares sequences with what came back.</summary>
    /// <param name="data">The sequences.</param>
    /// <param name="said">What came back of each.</param>
    /// <param name="surprise">Nats per token of each.</param>
    public static SequenceAccuracy Of(SequenceSet data, IReadOnlyList<int[]> said, double[] surprise)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(said);
        ArgumentNullException.ThrowIfNull(surprise);
        var accuracy = new SequenceAccuracy(surprise);
        for (int i = 0; i < data.Count; i++)
        {
            (int right, bool exact) = Compare(data.Tokens(i), said[i]);
            accuracy.Tokens += data.Length(i);
            accuracy.RightTokens += right;
            accuracy.Exact += exact ? 1 : 0;
        }
        return accuracy;
    }

    /// <summary>Tokens of a sequence that stand at the same place in what came back, and whether all and nothing else
    /// does.</summary>
    public static (int Right, bool Exact) Compare(ReadOnlySpan<int> original, ReadOnlySpan<int> said)
    {
        int right = 0;
        for (int i = 0; i < Math.Min(original.Length, said.Length); i++)
            right += original[i] == said[i] ? 1 : 0;
        return (right, right == original.Length && right == said.Length);
    }

    /// <summary>The sequences with the highest anomaly scores.</summary>
    public IEnumerable<int> Worst(int count) =>
        Enumerable.Range(0, Anomaly.Length).OrderByDescending(i => Anomaly[i]).Take(count);
}
