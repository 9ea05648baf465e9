using System.Runtime.CompilerServices;
using Tacit.Media.Numeric;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>A block that is a table of elements of one type, with other bytes before and after it.</summary>
internal sealed class BinaryTableCode
{
    private const int RowsOfAStretch = 1 << 12;

    private readonly BinaryLayout _layout;
    private readonly ElementMap[] _maps;
    private readonly NumericColumn[] _columns;
    private readonly int _rows;

    private BinaryTableCode(BinaryLayout layout, ElementMap[] maps, NumericColumn[] columns, int length)
    {
        (_layout, _maps, _columns) = (layout, maps, columns);
        _rows = (length - layout.Prefix) / layout.RowLength;
    }

    /// <summary>Plans the coding of a block; bytes beside the table are added to <paramref name="side"/>.</summary>
    public static BinaryTableCode Plan(ReadOnlySpan<byte> raw, BinaryLayout layout, List<byte> side)
    {
        int columns = layout.Columns, width = layout.Type.Width, rows = (raw.Length - layout.Prefix) / layout.RowLength;
        var maps = new ElementMap[columns];
        var coded = new NumericColumn[columns];
        var exceptions = new bool[columns];
        long[] elements = new long[rows];
        for (int c = 0; c < columns; c++)
        {
            for (int row = 0; row < rows; row++)
                elements[row] = layout.Type.Read(raw[(layout.Prefix + row * layout.RowLength + c * width)..]);
            maps[c] = ElementMap.Choose(layout.Type, elements);
            int mapped = 0;
            foreach (long element in elements)
            {
                if (maps[c].TryMap(element, out long value))
                    elements[mapped++] = value;
            }
            exceptions[c] = mapped < rows;
            coded[c] = new NumericColumn(IntegerMap.Choose(elements.AsSpan(0, mapped)), exceptions[c]);
        }
        side.AddRange(raw[..layout.Prefix]);
        for (int row = 0; row < rows && exceptions.Contains(true); row++)
        {
            for (int c = 0; c < columns; c++)
            {
                ReadOnlySpan<byte> at = raw.Slice(layout.Prefix + row * layout.RowLength + c * width, width);
                if (exceptions[c] && !maps[c].TryMap(layout.Type.Read(at), out _))
                    side.AddRange(at);
            }
        }
        side.AddRange(raw[(layout.Prefix + rows * layout.RowLength)..]);
        return new BinaryTableCode(layout, maps, coded, raw.Length);
    }

    /// <summary>Writes what a decoder must know first.</summary>
    public void WriteHead(HeadWriter head)
    {
        head.Byte(_layout.Type.Code);
        head.Number((ulong)_layout.Prefix);
        head.Number((ulong)_layout.Columns);
        for (int c = 0; c < _columns.Length; c++)
        {
            head.Byte((byte)(_maps[c].Style << 4 | _maps[c].Digits));
            _columns[c].Write(head);
        }
    }

    /// <summary>Reads that.</summary>
    /// <exception cref="InvalidDataException">There is no such table of this length.</exception>
    public static BinaryTableCode ReadHead(ref HeadReader head, int length)
    {
        ElementType type = ElementType.FromCode(head.Byte()) ?? throw new InvalidDataException("The block has elements of an unknown type.");
        int prefix = head.Number("bytes before the table", length), columns = head.Number("columns", SeriesPlan.ColumnsOf(length));
        if (columns == 0)
            throw new InvalidDataException("The block is a table without columns.");
        var maps = new ElementMap[columns];
        var coded = new NumericColumn[columns];
        int room = length;
        for (int c = 0; c < columns; c++)
        {
            byte map = head.Byte();
            maps[c] = new ElementMap(type, map >> 4, map & 15);
            if (!maps[c].IsPossible)
                throw new InvalidDataException($"A column of the block has an unknown map {map}.");
            coded[c] = NumericColumn.Read(ref head, detailed: false, ref room);
        }
        return new BinaryTableCode(new BinaryLayout(type, prefix, columns), maps, coded, length);
    }

    /// <summary>Codes the table from <paramref name="source"/>; false if the encoder ran out of room.</summary>
    public bool Encode(ref BitWriting coder, ReadOnlySpan<byte> source, int level, WorkMonitor monitor)
    {
        using var model = new TableModel(_columns.Length, level);
        foreach (NumericColumn column in _columns)
            column.CodeList(ref coder, level, 0);
        for (int row = 0; row < _rows; row += RowsOfAStretch)
        {
            int count = Math.Min(RowsOfAStretch, _rows - row);
            EncodeRows(ref coder, model, source.Slice(_layout.Prefix + row * _layout.RowLength, count * _layout.RowLength));
            if (coder.Failed)
                return false;
            monitor.Advance(count * _layout.RowLength);
        }
        return true;
    }

    /// <summary>Decodes the table and what is beside it into <paramref name="target"/>.</summary>
    /// <exception cref="InvalidDataException">The coded bytes are none of such a table.</exception>
    public void Decode(ref BitReading coder, Span<byte> target, SideReader side, int level, WorkMonitor monitor)
    {
        using var model = new TableModel(_columns.Length, level);
        foreach (NumericColumn column in _columns)
            column.CodeList(ref coder, level, 0);
        side.Take(_layout.Prefix).CopyTo(target);
        for (int row = 0; row < _rows; row += RowsOfAStretch)
        {
            int count = Math.Min(RowsOfAStretch, _rows - row);
            DecodeRows(ref coder, model, target.Slice(_layout.Prefix + row * _layout.RowLength, count * _layout.RowLength), ref side);
            if (coder.Failed)
                throw new InvalidDataException("The coded block ends before its data does.");
            monitor.Advance(count * _layout.RowLength);
        }
        Span<byte> tail = target[(_layout.Prefix + _rows * _layout.RowLength)..];
        side.Take(tail.Length).CopyTo(tail);
        if (!side.IsEmpty)
            throw new InvalidDataException("More bytes lie beside the table than it needs.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeRows(ref BitWriting coder, TableModel model, ReadOnlySpan<byte> source)
    {
        int width = _layout.Type.Width;
        while (!source.IsEmpty)
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                NumericColumn column = _columns[c];
                bool mapped = _maps[c].TryMap(_layout.Type.Read(source), out long value);
                source = source[width..];
                if (column.CodeExceptional(ref coder, !mapped))
                    model.Skip(c);
                else
                    model.Code(ref coder, c, column.Map.Index(value));
            }
            model.NextRow();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeRows(ref BitReading coder, TableModel model, Span<byte> target, ref SideReader side)
    {
        int width = _layout.Type.Width;
        while (!target.IsEmpty)
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                NumericColumn column = _columns[c];
                if (column.CodeExceptional(ref coder, false))
                {
                    side.Take(width).CopyTo(target);
                    model.Skip(c);
                }
                else
                {
                    long value = column.Map.Value(model.Code(ref coder, c, 0), out _);
                    _layout.Type.Write(_maps[c].Element(value), target);
                }
                target = target[width..];
            }
            model.NextRow();
        }
    }
}
