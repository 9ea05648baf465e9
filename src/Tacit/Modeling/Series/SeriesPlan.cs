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
    public const double FarMemory = 0.9992;

    /// <summary>The short prediction's λ.</summary>
    public const double NearMemory = 0.98;

    /// <summary>Most columns of any table.</summary>
    public const int MaxColumns = 64;

    // Bytes a block must have for each column beyond the first, so that a small one cannot ask for much memory.
    private const int BytesOfAColumn = 256;

    /// <summary>Most columns of a table of so many bytes.</summary>
    public static int ColumnsOf(int length) => Math.Min(MaxColumns, 1 + length / BytesOfAColumn);

    /// <summary>Most bytes the models of so many columns take.</summary>
    public static long Memory(int columns) => columns * (ValueCoder.Size + (1 << 17));

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
