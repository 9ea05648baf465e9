using System.Globalization;
using CsvHelper;

namespace Tacit.Media.Csv;

/// <summary>The rows of delimited text as vectors, perhaps with a label in one column.</summary>
/// <param name="Length">Numbers of each row.</param>
/// <param name="Values">All numbers, row after row; finite.</param>
/// <param name="Labels">The cells of the label column; null if there is none.</param>
public sealed record CsvVectors(int Length, float[] Values, IReadOnlyList<string>? Labels)
{
    private const int MostValues = 1 << 29;

    /// <summary>Reads all rows.</summary>
    /// <param name="reader">The text; its first row may be names.</param>
    /// <param name="labels">The label column's name, its number from 1, or "last"; null for none.</param>
    /// <exception cref="InvalidDataException">A row has another length, a cell holds no finite number, or there is no such column.</exception>
    public static CsvVectors Read(TextReader reader, string? labels) => CsvText.Read(reader, parser => Read(parser, labels));

    private static CsvVectors Read(CsvParser parser, string? labels)
    {
        if (!parser.Read())
            throw new InvalidDataException("The table is empty.");
        string[] first = parser.Record!;
        int label = labels is null ? -1 : Find(first, labels);
        bool named = AreNames(first, label);
        int length = first.Length - (label >= 0 ? 1 : 0);
        if (length == 0)
            throw new InvalidDataException("The table has no column but the label's.");
        var values = new List<float>();
        var names = new List<string>();
        bool more = !named || parser.Read();
        for (; more; more = parser.Read())
        {
            string[] row = parser.Record!;
            if (row is [""])
                continue;
            if (row.Length != first.Length)
                throw new InvalidDataException($"Line {parser.RawRow} has {row.Length} cells; the first one has {first.Length}.");
            if (values.Count + length > MostValues)
                throw new InvalidDataException($"The table has more than {MostValues} numbers, which is the most that is read.");
            for (int i = 0; i < row.Length; i++)
            {
                if (i == label)
                    names.Add(row[i]);
                else
                    values.Add(Number(row[i], i, parser.RawRow));
            }
        }
        return values.Count > 0 ? new CsvVectors(length, [.. values], label >= 0 ? names : null) : throw new InvalidDataException("The table has names but no rows.");
    }

    // A number is a column's, for a value that reads the same must not be taken for a name; else it is a name, if the first row has names.
    private static int Find(string[] first, string column)
    {
        if (column == "last")
            return first.Length - 1;
        if (int.TryParse(column, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int number) && number >= 1 && number <= first.Length)
            return number - 1;
        int index = Array.IndexOf(first, column);
        return index >= 0 && AreNames(first, index) ? index
            : throw new InvalidDataException($"The table has no column '{column}' for the labels; it has {first.Length} columns.");
    }

    // A row of names has no number but perhaps as the name of the label's column.
    private static bool AreNames(string[] row, int label)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (i != label && CsvText.TryNumber(row[i], out _))
                return false;
        }
        return true;
    }

    private static float Number(string cell, int column, int line)
    {
        if (!CsvText.TryNumber(cell, out double value) || !float.IsFinite((float)value))
        {
            throw new InvalidDataException($"Line {line} has '{cell}' in column {column + 1}, which is no finite number" +
                (CsvText.TryNumber(cell, out _) ? "." : "; a column of labels must be named as such."));
        }
        return (float)value;
    }
}
