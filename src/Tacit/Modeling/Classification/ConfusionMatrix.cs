namespace Tacit.Modeling.Classification;

/// <summary>How often each label was taken for each other one.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <summary>Counts.</summary>
    /// <param name="classes">K.</param>
    /// <param name="actual">The class of each item, from 0.</param>
    /// <param name="predicted">What it was taken for.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public ConfusionMatrix(int classes, ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (actual.Length != predicted.Length || actual.ContainsAnyExceptInRange(0, classes - 1)
            || predicted.ContainsAnyExceptInRange(0, classes - 1))
            throw new ArgumentException($"ConfusionMatrix: {actual.Length} items and {predicted.Length} predictions " +
                $"of {classes} classes.");
        _counts = new int[classes, classes];
        Items = actual.Length;
        for (int i = 0; i < actual.Length; i++)
        {
            _counts[actual[i], predicted[i]]++;
            Right += actual[i] == predicted[i] ? 1 : 0;
        }
    }

    /// <summary>K.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>Items.</summary>
    public int Items { get; }

    /// <summary>Those that were taken for what they are.</summary>
    public int Right { get; }

    /// <summary>Their share.</summary>
    public double Accuracy => (double)Right / Math.Max(1, Items);

    /// <summary>Items of a class that were taken for another.</summary>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>The pairs of classes most often confused, the most frequent first.</summary>
    /// <param name="most">At most so many.</param>
    public IEnumerable<(int Actual, int Predicted, int Count)> MostConfused(int most) =>
        Enumerable.Range(0, Classes * Classes)
            .Select(i => (Actual: i / Classes, Predicted: i % Classes, Count: _counts[i / Classes, i % Classes]))
            .Where(p => p.Actual != p.Predicted && p.Count > 0).OrderByDescending(p => p.Count).Take(most);
}
