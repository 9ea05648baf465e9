namespace Tacit.Modeling.Records;

/// <summary>Counts in 16 sizes, each about half as large again as the one before.</summary>
internal static class CountClasses
{
    /// <summary>Sizes.</summary>
    public const int Count = 16;

    private static ReadOnlySpan<int> Bounds => [1, 2, 3, 4, 5, 7, 10, 15, 23, 41, 81, 161, 401, 1001, 8001, int.MaxValue];

    /// <summary>What a stored class stands for.</summary>
    public static ReadOnlySpan<ushort> Values => [1, 2, 3, 4, 5, 8, 12, 18, 30, 60, 115, 260, 650, 2000, 8000, 32000];

    private static ReadOnlySpan<int> StoredBounds => [2, 3, 4, 5, 7, 10, 15, 23, 41, 81, 161, 401, 1001, 4001, 16001, int.MaxValue];

    /// <summary>The class a count of at least 1 is stored as.</summary>
    public static int Store(int count)
    {
        int i = 0;
        while (count >= StoredBounds[i])
            i++;
        return i;
    }

    /// <summary>The class of a sum from 0.</summary>
    public static int Of(int sum)
    {
        int i = 0;
        while (sum >= Bounds[i])
            i++;
        return i;
    }
}
