namespace Tacit.Media.Numeric;

/// <summary>Where lines and cells of delimited text lie. A regular line has as many cells as the table has columns.</summary>
internal sealed class TextTable
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly List<int> _ends = [];      // of each line, before its LF
    private readonly List<int> _regular = [];   // numbers of the regular lines
    private readonly List<int> _cells = [];     // (regular lines, columns + 1): where each cell begins, and one after the last ends

    private TextTable(ReadOnlyMemory<byte> text, byte delimiter, int columns, bool carriageReturns)
    {
        (_text, Delimiter, Columns, CarriageReturns) = (text, delimiter, columns, carriageReturns);
        ReadOnlySpan<byte> span = text.Span;
        for (int start = 0; start < span.Length;)
        {
            int end = span[start..].IndexOf((byte)'\n');
            end = end < 0 ? span.Length : start + end;
            AddLine(span, start, end);
            start = end + 1;
        }
        EndsWithNewline = span.Length > 0 && span[^1] == '\n';
    }

    /// <summary>The byte between cells.</summary>
    public byte Delimiter { get; }

    /// <summary>Cells of a regular line.</summary>
    public int Columns { get; }

    /// <summary>Regular lines end in CR LF, others as they do.</summary>
    public bool CarriageReturns { get; }

    /// <summary>The last line has its LF.</summary>
    public bool EndsWithNewline { get; }

    /// <summary>Lines, the last one even without LF.</summary>
    public int Lines => _ends.Count;

    /// <summary>Regular lines.</summary>
    public int Rows => _regular.Count;

    /// <summary>The line's number among the regular ones, or −1.</summary>
    public int RowOf(int line, int rowsBefore) => rowsBefore < _regular.Count && _regular[rowsBefore] == line ? rowsBefore : -1;

    /// <summary>A line without its LF.</summary>
    public ReadOnlySpan<byte> Line(int line) => _text.Span[(line == 0 ? 0 : _ends[line - 1] + 1).._ends[line]];

    /// <summary>A cell of a regular line.</summary>
    public ReadOnlyMemory<byte> Cell(int row, int column)
    {
        int at = row * (Columns + 1) + column;
        return _text[_cells[at]..(_cells[at + 1] - 1)];
    }

    /// <summary>Takes text for a table, or returns null if it does not look like one.</summary>
    public static TextTable? Find(ReadOnlyMemory<byte> text, int maxColumns)
    {
        const int SampleLength = 1 << 14;
        ReadOnlySpan<byte> sample = text.Span[..Math.Min(text.Length, SampleLength)];
        if (sample.IndexOf((byte)0) >= 0 || sample.IndexOf((byte)'\n') < 0)
            return null;
        int lines = 0, returns = 0;
        ReadOnlySpan<byte> delimiters = ",;\t| "u8;
        Span<int> count = stackalloc int[delimiters.Length], second = stackalloc int[delimiters.Length], agreeing = stackalloc int[delimiters.Length];
        for (int start = 0; start < sample.Length; lines++)
        {
            int end = sample[start..].IndexOf((byte)'\n');
            if (end < 0)
                break;
            ReadOnlySpan<byte> line = sample.Slice(start, end);
            returns += line is [.., (byte)'\r'] ? 1 : 0;
            for (int i = 0; i < delimiters.Length; i++)
            {
                count[i] = line.Count(delimiters[i]);
                if (lines == 1)
                    second[i] = count[i];
                agreeing[i] += lines >= 1 && count[i] == second[i] ? 1 : 0;
            }
            start += end + 1;
        }
        if (lines < 4)
            return null;
        for (int i = 0; i < delimiters.Length; i++)
        {
            if (second[i] > 0 && second[i] < maxColumns && agreeing[i] * 10 >= (lines - 1) * 9)
                return new TextTable(text, delimiters[i], second[i] + 1, returns * 2 > lines);
        }
        return new TextTable(text, (byte)',', 1, returns * 2 > lines);
    }

    private void AddLine(ReadOnlySpan<byte> span, int start, int end)
    {
        int number = _ends.Count, before = _cells.Count;
        _ends.Add(end);
        bool ends = end < span.Length;    // has its LF; the last line is regular only without CR then
        if (CarriageReturns && ends)
        {
            if (end == start || span[end - 1] != '\r')
                return;
            end--;
        }
        _cells.Add(start);
        for (int at = start; ;)
        {
            int next = span[at..end].IndexOf(Delimiter);
            if (next < 0)
                break;
            at += next + 1;
            _cells.Add(at);
            if (_cells.Count - before > Columns)
                break;
        }
        _cells.Add(end + 1);
        if (_cells.Count - before == Columns + 1)
            _regular.Add(number);
        else
            _cells.RemoveRange(before, _cells.Count - before);
    }
}
