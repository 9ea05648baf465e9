using System.Globalization;
using CsvHelper;

namespace Tacit.Media.Csv;

/// <summary>A column of numbers from delimited text.</summary>
/// <param name="Name">The column's name, or its number if the text has no names.</param>
/// <param name="Values">The numbers, all finite.</param>
public sealed record CsvSeries(string Name, double[] Values)
{
    /// <summary>Reads a column.</summary>
    /// <param name="reader">The text: rows of cells with commas, semicolons, tabs or bars between them, perhaps with names first.</param>
    /// <param name="column">The column's name, or its number from 1; null for the only column of numbers.</param>
    /// <exception cref="InvalidDataException">There is no such column, or a cell of it holds no finite number; the message says in which line.</exception>
    public static CsvSeries Read(TextReader reader, string? column) => CsvText.Read(reader, parser => Read(parser, column));

    private static CsvSeries Read(CsvParser parser, string? column)
    {
        if (!parser.Read())
            throw new InvalidDataException("The table is empty.");
        string[] first = parser.Record!;
        int firstLine = parser.RawRow;
        bool named = !Array.Exists(first, cell => CsvText.TryNumber(cell, out _));
        string[] names = named ? first : [.. Enumerable.Range(1, first.Length).Select(i => i.ToString(NumberFormatInfo.InvariantInfo))];
        string[]? row = named ? parser.Read() ? parser.Record : null : first;
        if (row is null)
            throw new InvalidDataException("The table has names but no rows.");
        int index = IndexOf(names, row, column);
        var values = new List<double>();
        int line = named ? parser.RawRow : firstLine;
        bool blank = false;    // empty lines at the end are no gaps
        do
        {
            if (row is [""])
            {
                blank = true;
                continue;
            }
            if (blank)
                throw new InvalidDataException($"An empty line comes before line {line}: a series must have no gaps.");
            values.Add(Number(row!, index, names[index], line));
        }
        while (parser.Read() && ((row, line) = (parser.Record, parser.RawRow)) is var _);
        return new CsvSeries(names[index], [.. values]);
    }

    private static int IndexOf(string[] names, string[] row, string? column)
    {
        if (column is not null)
        {
            int index = Array.IndexOf(names, column);
            if (index < 0 && int.TryParse(column, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int number) && number >= 1 && number <= names.Length)
                index = number - 1;
            return index >= 0 ? index : throw new InvalidDataException($"The table has no column '{column}'; it has {List(names)}.");
        }
        int[] numeric = [.. Enumerable.Range(0, Math.Min(names.Length, row.Length)).Where(i => CsvText.TryNumber(row[i], out _))];
        return numeric.Length switch
        {
            1 => numeric[0],
            0 => throw new InvalidDataException($"The table has no column of numbers; it has {List(names)}."),
            _ => throw new InvalidDataException($"The table has several columns of numbers, so one must be named: {List([.. numeric.Select(i => names[i])])}."),
        };
    }

    private static double Number(string[] row, int index, string name, int line)
    {
        string cell = index < row.Length ? row[index] : "";
        if (cell.Length == 0)
            throw new InvalidDataException($"Line {line} has nothing in column '{name}': a series must have no gaps.");
        if (!CsvText.TryNumber(cell, out double value))
            throw new InvalidDataException($"Line {line} has '{cell}' in column '{name}', which is no number.");
        return double.IsFinite(value) ? value : throw new InvalidDataException($"Line {line} has '{cell}' in column '{name}', which is no finite number.");
    }

    private static string List(string[] names) => string.Join(", ", names.Take(20).Select(n => $"'{n}'")) + (names.Length > 20 ? ", …" : "");
}
