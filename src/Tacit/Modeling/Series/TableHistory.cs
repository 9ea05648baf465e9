namespace Tacit.Modeling.Series;

/// <summary>The latest values of each column, as doubles relative to the column's first; zero before the start.</summary>
internal sealed class TableHistory
{
    /// <summary>Most values that may be asked for.</summary>
    public const int Longest = 32;

    private const int Capacity = 512;

    private readonly double[][] _values;
    private int _row = Longest;

    /// <summary>No value yet.</summary>
    public TableHistory(int columns)
    {
        _values = new double[columns][];
        for (int i = 0; i < columns; i++)
            _values[i] = new double[Capacity];
    }

    /// <summary>The values before this row, oldest first.</summary>
    public ReadOnlySpan<double> Past(int column, int count) => _values[column].AsSpan(_row - count, count);

    /// <summary>The same with this row's, which must have been added.</summary>
    public ReadOnlySpan<double> Present(int column, int count) => _values[column].AsSpan(_row - count + 1, count);

    /// <summary>Sets this row's value.</summary>
    public void Add(int column, double value) => _values[column][_row] = value;

    /// <summary>This row has no value here: the last one stands in.</summary>
    public void Repeat(int column) => _values[column][_row] = _values[column][_row - 1];

    /// <summary>Goes on to the next row.</summary>
    public void NextRow()
    {
        if (++_row < Capacity)
            return;
        foreach (double[] column in _values)
            column.AsSpan(Capacity - Longest).CopyTo(column);
        _row = Longest;
    }
}
