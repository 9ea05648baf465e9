using Tacit.Media.Numeric;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>A block that is a table of text: lines of cells with a delimiter between them.</summary>
internal sealed class TextTableCode
{
    private const int ReturnBit = 1, NewlineBit = 2, QuotedBit = 16;
    private const int LinesOfAStretch = 1 << 10;

    private readonly byte _delimiter;
    private readonly bool _returns, _endsWithNewline;
    private readonly int _lines, _numeric;
    private readonly CellFormat[] _formats;
    private readonly NumericColumn?[] _columns;
    private Flag _irregular = new();

    private TextTableCode(byte delimiter, bool returns, bool endsWithNewline, int lines, CellFormat[] formats, NumericColumn?[] columns)
    {
        (_delimiter, _returns, _endsWithNewline, _lines, _formats, _columns) = (delimiter, returns, endsWithNewline, lines, formats, columns);
        _numeric = columns.Count(c => c is not null);
    }

    /// <summary>Columns of numbers there are.</summary>
    public int NumericColumns => _numeric;

    /// <summary>Plans the coding of a table; text beside its numbers is added to <paramref name="side"/>.</summary>
    public static TextTableCode Plan(TextTable table, List<byte> side)
    {
        int columns = table.Columns;
        var formats = new CellFormat[columns];
        var coded = new NumericColumn?[columns];
        long[] values = new long[table.Rows];
        int[] details = new int[table.Rows];
        for (int c = 0; c < columns; c++)
        {
            int column = c;
            formats[c] = CellFormatChoice.Choose(row => table.Cell(row, column), table.Rows);
            if (formats[c].Style != CellStyle.Text)
                coded[c] = PlanColumn(table, c, formats[c], values, details);
        }
        var code = new TextTableCode(table.Delimiter, table.CarriageReturns, table.EndsWithNewline, table.Lines, formats, coded);
        for (int line = 0, row = 0; line < table.Lines; line++)
        {
            if (table.RowOf(line, row) < 0)
            {
                side.AddRange(table.Line(line));
                side.Add((byte)'\n');
                continue;
            }
            for (int c = 0; c < columns; c++)
            {
                ReadOnlySpan<byte> cell = table.Cell(row, c).Span;
                if (!code.TryIndex(c, cell, out _))
                {
                    side.AddRange(cell);
                    side.Add((byte)'\n');
                }
            }
            row++;
        }
        return code;
    }

    /// <summary>Writes what a decoder must know first.</summary>
    public void WriteHead(HeadWriter head)
    {
        head.Byte(_delimiter);
        head.Byte((byte)((_returns ? ReturnBit : 0) | (_endsWithNewline ? NewlineBit : 0)));
        head.Number((ulong)_lines);
        head.Number((ulong)_formats.Length);
        for (int c = 0; c < _formats.Length; c++)
        {
            CellFormat format = _formats[c];
            head.Byte((byte)((int)format.Style | (format.Quoted ? QuotedBit : 0)));
            head.Byte((byte)format.Digits);
            head.Byte(format.DateSeparator);
            head.Byte(format.TimeSeparator);
            _columns[c]?.Write(head);
        }
    }

    /// <summary>Reads that.</summary>
    /// <exception cref="InvalidDataException">There is no such table of this length.</exception>
    public static TextTableCode ReadHead(ref HeadReader head, int length)
    {
        byte delimiter = head.Byte();
        int flags = head.Byte(), lines = head.Number("lines", length), columns = head.Number("columns", SeriesPlan.ColumnsOf(length));
        if (flags > 3 || columns == 0)
            throw new InvalidDataException("The block is a text table of an unknown kind.");
        var formats = new CellFormat[columns];
        var coded = new NumericColumn?[columns];
        int room = length;
        for (int c = 0; c < columns; c++)
        {
            int style = head.Byte();
            formats[c] = new CellFormat((CellStyle)(style & (QuotedBit - 1)), head.Byte(), (style & QuotedBit) != 0, head.Byte(), head.Byte());
            if (style >= 2 * QuotedBit || !formats[c].IsPossible)
                throw new InvalidDataException($"A column of the block has the unknown style {style}.");
            if (formats[c].Style != CellStyle.Text)
                coded[c] = NumericColumn.Read(ref head, formats[c].Style == CellStyle.Widened, ref room);
        }
        return new TextTableCode(delimiter, (flags & ReturnBit) != 0, (flags & NewlineBit) != 0, lines, formats, coded);
    }

    /// <summary>Codes the table; false if the encoder ran out of room.</summary>
    public bool Encode(ref BitWriting coder, TextTable table, int level, WorkMonitor monitor)
    {
        using var model = new TableModel(_numeric, level);
        foreach (NumericColumn? column in _columns)
            column?.CodeList(ref coder, level, CellFormat.MaxDetail);
        for (int line = 0, row = 0; line < _lines; line++)
        {
            bool irregular = table.RowOf(line, row) < 0;
            monitor.Advance(table.Line(line).Length + 1);
            if (_irregular.Code(ref coder, irregular))
                continue;
            for (int c = 0, numeric = 0; c < _columns.Length; c++)
            {
                if (_columns[c] is not { } column)
                    continue;
                bool exceptional = !TryIndex(c, table.Cell(row, c).Span, out long index);
                if (column.CodeExceptional(ref coder, exceptional))
                    model.Skip(numeric);
                else
                    model.Code(ref coder, numeric, index);
                numeric++;
            }
            model.NextRow();
            row++;
            if (coder.Failed)
                return false;
        }
        return true;
    }

    /// <summary>Decodes the table and the text beside it into <paramref name="target"/>.</summary>
    /// <exception cref="InvalidDataException">The coded bytes are none of such a table.</exception>
    public void Decode(ref BitReading coder, Span<byte> target, SideReader side, int level, WorkMonitor monitor)
    {
        using var model = new TableModel(_numeric, level);
        foreach (NumericColumn? column in _columns)
            column?.CodeList(ref coder, level, CellFormat.MaxDetail);
        int whole = target.Length;
        Span<byte> cell = stackalloc byte[CellFormat.MaxLength];
        for (int line = 0; line < _lines; line++)
        {
            int before = target.Length;
            bool ends = line < _lines - 1 || _endsWithNewline;
            if (_irregular.Code(ref coder, false))
            {
                Put(ref target, side.TakeLine());
            }
            else
            {
                for (int c = 0, numeric = 0; c < _columns.Length; c++)
                {
                    if (c > 0)
                        Put(ref target, [_delimiter]);
                    if (_columns[c] is not { } column)
                    {
                        Put(ref target, side.TakeLine());
                        continue;
                    }
                    if (column.CodeExceptional(ref coder, false))
                    {
                        Put(ref target, side.TakeLine());
                        model.Skip(numeric);
                    }
                    else
                    {
                        long value = column.Map.Value(model.Code(ref coder, numeric, 0), out int detail);
                        Put(ref target, cell[.._formats[c].Format(value, detail, cell)]);
                    }
                    numeric++;
                }
                model.NextRow();
                if (_returns && ends)
                    Put(ref target, "\r"u8);
            }
            if (ends)
                Put(ref target, "\n"u8);
            if (line % LinesOfAStretch == 0 && coder.Failed)
                throw new InvalidDataException("The coded block ends before its data does.");
            monitor.Advance(before - target.Length);
        }
        if (!target.IsEmpty || !side.IsEmpty)
            throw new InvalidDataException($"The table ends {target.Length} of {whole} bytes early.");
    }

    private static NumericColumn PlanColumn(TextTable table, int c, CellFormat format, long[] values, int[] details)
    {
        int count = 0;
        for (int row = 0; row < table.Rows; row++)
        {
            if (format.TryParse(table.Cell(row, c).Span, out values[count], out details[count]))
                count++;
        }
        IntegerMap map = IntegerMap.Choose(values.AsSpan(0, count));
        bool exceptions = count < table.Rows;
        if (map.Values is not null)
        {
            // A value that is written in two ways keeps the first one's detail; the others are exceptions.
            int[] found = new int[map.Values.Length];
            Array.Fill(found, int.MaxValue);
            bool any = false;
            for (int i = 0; i < count; i++)
            {
                ref int detail = ref found[map.Index(values[i])];
                if (detail == int.MaxValue)
                    detail = details[i];
                exceptions |= detail != details[i];
                any |= detail != 0;
            }
            map.Details = any ? found : null;
        }
        else
        {
            exceptions |= details.AsSpan(0, count).ContainsAnyExcept(0);
        }
        return new NumericColumn(map, exceptions);
    }

    private bool TryIndex(int c, ReadOnlySpan<byte> cell, out long index)
    {
        index = 0;
        if (_columns[c] is not { } column || !_formats[c].TryParse(cell, out long value, out int detail))
            return false;
        index = column.Map.Index(value);
        return detail == (column.Map.Details is { } details ? details[index] : 0);
    }

    private static void Put(ref Span<byte> target, scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > target.Length)
            throw new InvalidDataException("The table is longer than its block.");
        bytes.CopyTo(target);
        target = target[bytes.Length..];
    }
}
