namespace Tacit.Modeling.Series;

/// <summary>How much work goes into a value at a level.</summary>
/// <param name="OwnLags">Values of the column's own past that the long prediction sees.</param>
/// <param name="OtherColumns">Other columns it sees, at most.</param>
/// <param name="NearLags">Values the short prediction sees; a multiple of 4.</param>
/// <param name="Interval">Values between two solutions of the long one's equations.</param>
/// <param name="NearInterval">The same of the short one.</param>
internal readonly record struct SeriesPlan(int OwnLags, int OtherColumns, int NearLags, int Interval, int NearInterval)
{
    /// <summary>The long prediction's λ.</summary>
    public const double Memory = 0.9992;

    /// <summary>The short prediction's λ.</summary>
    public const double NearMemory = 0.98;

    /// <summary>Largest number of columns.</summary>
    public const int MaxColumns = 256;

    /// <summary>The plan of level 1 to 9 for a table of so many columns.</summary>
    public static SeriesPlan For(int level, int columns)
    {
        bool alone = columns == 1;
        return level switch
        {
            <= 3 => new SeriesPlan(alone ? 11 : 5, 3, 4, 64, 16),
            <= 6 => new SeriesPlan(alone ? 15 : 8, 8, 8, 32, 8),
            _ => new SeriesPlan(alone ? 31 : 16, 16, 16, 8, 2),
        };
    }
}
