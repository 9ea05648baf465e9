using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>A column's integers: their map, and whether some cells have none.</summary>
internal sealed class NumericColumn(IntegerMap map, bool hasExceptions)
{
    private const int MapMask = 3, PlainMap = 0, StepMap = 1, ListMap = 2, ExceptionBit = 4, DetailBit = 8;

    private Flag _exceptional = new();

    /// <summary>The map.</summary>
    public IntegerMap Map { get; } = map;

    /// <summary>Codes whether a cell is an exception.</summary>
    public bool CodeExceptional<T>(ref T coder, bool exceptional)
        where T : struct, IBitCoder, allows ref struct =>
        hasExceptions && _exceptional.Code(ref coder, exceptional);

    /// <summary>Writes what the head says of it.</summary>
    public void Write(HeadWriter head)
    {
        int kind = Map.Values is not null ? ListMap : Map.Step != 1 ? StepMap : PlainMap;
        head.Byte((byte)(kind | (hasExceptions ? ExceptionBit : 0) | (Map.Details is not null ? DetailBit : 0)));
        if (kind == StepMap)
        {
            head.Signed(Map.Offset);
            head.Number((ulong)Map.Step);
        }
        else if (kind == ListMap)
        {
            head.Number((ulong)Map.Values!.Length);
        }
    }

    /// <summary>Reads that.</summary>
    /// <param name="head">The head.</param>
    /// <param name="detailed">Whether values may have details.</param>
    /// <param name="room">Most values its list may have; less those it has afterwards.</param>
    public static NumericColumn Read(ref HeadReader head, bool detailed, ref int room)
    {
        int flags = head.Byte();
        bool details = (flags & DetailBit) != 0;
        if (flags > 15 || (details && (!detailed || (flags & MapMask) != ListMap)))
            throw new InvalidDataException($"A column of the block has unknown flags {flags}.");
        IntegerMap map;
        switch (flags & MapMask)
        {
            case PlainMap:
                map = IntegerMap.Plain;
                break;
            case StepMap:
                long offset = head.Signed();
                map = IntegerMap.Of(offset, head.Step(), null);
                break;
            case ListMap:
                int count = head.Number("the values of a list", room);
                room -= count;
                map = IntegerMap.Of(0, 1, new long[count]);
                map.Details = details ? new int[count] : null;
                break;
            default:
                throw new InvalidDataException($"A column of the block has unknown flags {flags}.");
        }
        return new NumericColumn(map, (flags & ExceptionBit) != 0);
    }

    /// <summary>Codes the list, or finds it.</summary>
    public void CodeList<T>(ref T coder, int level, int maxDetail)
        where T : struct, IBitCoder, allows ref struct
    {
        if (Map.Values is not { Length: > 0 } values)
            return;
        TableModel.CodeList(ref coder, values, level);
        if (Map.Details is not { } details)
            return;
        long[] wide = Array.ConvertAll(details, d => (long)d);
        TableModel.CodeList(ref coder, wide, level);
        for (int i = 0; i < wide.Length; i++)
            details[i] = (int)Math.Clamp(wide[i], -maxDetail, maxDetail);
    }
}
