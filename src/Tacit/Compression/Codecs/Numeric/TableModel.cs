using System.Runtime.CompilerServices;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>Codes the integers of a table's columns row by row, after the lists their maps have.</summary>
internal sealed class TableModel : IDisposable
{
    private const int ValuesOfAStretch = 4096;

    private readonly ColumnModel[] _columns;
    private readonly TableHistory _history;

    /// <summary>A table of so many numeric columns.</summary>
    public TableModel(int columns, int level)
    {
        SeriesPlan plan = SeriesPlan.For(level, columns);
        _columns = new ColumnModel[columns];
        for (int i = 0; i < columns; i++)
            _columns[i] = new ColumnModel(i, columns, plan);
        _history = new TableHistory(columns);
    }

    /// <summary>Codes one integer of this row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Code<T>(ref T coder, int column, long value)
        where T : struct, IBitCoder, allows ref struct =>
        _columns[column].Code(ref coder, value, _history, column > 0 ? _columns[column - 1].Surprise : 0);

    /// <summary>This row has no integer in this column.</summary>
    public void Skip(int column) => _history.Repeat(column);

    /// <summary>Goes on to the next row.</summary>
    public void NextRow() => _history.NextRow();

    /// <summary>Codes a series on its own.</summary>
    public static void CodeList<T>(ref T coder, Span<long> values, int level)
        where T : struct, IBitCoder, allows ref struct
    {
        using var model = new TableModel(1, level);
        for (int i = 0; i < values.Length; i++)
        {
            // A damaged block may announce a list far longer than its bytes; the caller sees that the coder failed.
            if (i % ValuesOfAStretch == 0 && coder.Failed)
                return;
            values[i] = model.Code(ref coder, 0, values[i]);
            model.NextRow();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ColumnModel column in _columns)
            column.Dispose();
    }
}

/// <summary>A flag that is usually the same: P(1) in units of 2^-32, moving a 32nd of the way to what came.</summary>
internal struct Flag()
{
    private uint _one = 1u << 26;

    /// <summary>Codes the flag.</summary>
    public bool Code<T>(ref T coder, bool value)
        where T : struct, IBitCoder, allows ref struct
    {
        int bit = coder.Code(value ? 1 : 0, Math.Clamp(_one, 1 << 16, uint.MaxValue - (1 << 16)));
        if (bit != 0)
            _one += (uint.MaxValue - _one) >> 5;
        else
            _one -= _one >> 5;
        return bit != 0;
    }
}
