namespace Tacit.Modeling.Latents;

/// <summary>What a model makes of items: a row of numbers each, with names and perhaps labels.</summary>
public sealed class LatentTable
{
    /// <summary>A table.</summary>
    /// <param name="names">A name for each item.</param>
    /// <param name="labels">A label for each item, or null.</param>
    /// <param name="values">(items, columns).</param>
    /// <param name="columns">Columns.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public LatentTable(IReadOnlyList<string> names, IReadOnlyList<string>? labels, float[] values, int columns)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.LongLength != (long)names.Count * columns || (labels is not null && labels.Count != names.Count))
            throw new ArgumentException($"LatentTable: {names.Count} names, {labels?.Count ?? 0} labels and " +
                $"{values.Length} values in {columns} columns.");
        (Names, Labels, Values, Columns) = (names, labels, values, columns);
    }

    /// <summary>The items' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The items' labels, if they have some.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>(items, columns).</summary>
    public float[] Values { get; }

    /// <summary>Numbers of an item.</summary>
    public int Columns { get; }

    /// <summary>Items.</summary>
    public int Count => Names.Count;

    /// <summary>An item's numbers.</summary>
    public ReadOnlySpan<float> Row(int item) => Values.AsSpan(item * Columns, Columns);

    /// <summary>The same with other labels.</summary>
    /// <exception cref="ArgumentException">Their number is another.</exception>
    public LatentTable With(IReadOnlyList<string> labels) => new(Names, labels, Values, Columns);

    /// <summary>Some of the items.</summary>
    public LatentTable Part(IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        float[] values = new float[items.Count * Columns];
        for (int i = 0; i < items.Count; i++)
            Row(items[i]).CopyTo(values.AsSpan(i * Columns));
        return new LatentTable([.. items.Select(i => Names[i])], Labels is null ? null
            : [.. items.Select(i => Labels[i])], values, Columns);
    }
}
