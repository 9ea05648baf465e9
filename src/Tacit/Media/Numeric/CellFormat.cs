using System.Globalization;

namespace Tacit.Media.Numeric;

/// <summary>How the cells of a column are written.</summary>
internal enum CellStyle
{
    /// <summary>Whatever: kept as bytes.</summary>
    Text = 0,

    /// <summary>An integer, or with exactly d digits after the point.</summary>
    Fixed = 1,

    /// <summary>At most d digits after the point, no zero at the end; an integer has no point.</summary>
    Trimmed = 2,

    /// <summary>The same, but an integer is written n.0.</summary>
    TrimmedToOne = 3,

    /// <summary>m · 10^-d as the nearest float, printed as a double: the shortest digits that read back as the same double.</summary>
    Widened = 4,

    /// <summary>A double by its shortest digits.</summary>
    Shortest = 5,

    /// <summary>YYYY?MM.</summary>
    Month = 6,

    /// <summary>YYYY?MM?DD.</summary>
    Day = 7,

    /// <summary>YYYY?MM?DD?HH:MM.</summary>
    Minute = 8,

    /// <summary>YYYY?MM?DD?HH:MM:SS.</summary>
    Second = 9,
}

/// <summary>Turns a column's cells into integers and back. A cell it cannot give back exactly is an exception.</summary>
/// <param name="Style">The style.</param>
/// <param name="Digits">d, for the styles that have it.</param>
/// <param name="Quoted">Cells stand between quotation marks.</param>
/// <param name="DateSeparator">Between year, month and day.</param>
/// <param name="TimeSeparator">Between day and hour.</param>
internal readonly record struct CellFormat(CellStyle Style, int Digits = 0, bool Quoted = false, byte DateSeparator = (byte)'-', byte TimeSeparator = (byte)' ')
{
    /// <summary>Bytes no formatted cell exceeds.</summary>
    public const int MaxLength = 48;

    /// <summary>Details are at most this far from 0.</summary>
    public const int MaxDetail = 64;

    private const int MinutesOfDay = 24 * 60;
    private const long Days = 3652425;    // of 10,000 years

    /// <summary>True if the parts are within their ranges.</summary>
    public bool IsPossible => Style is >= CellStyle.Text and <= CellStyle.Second && Digits is >= 0 and <= Decimals.MaxDigits;

    /// <summary>The integer a cell stands for.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="value">Its integer.</param>
    /// <param name="detail">0; for <see cref="CellStyle.Widened"/> how many doubles it lies from where it should.</param>
    /// <returns>False if formatting does not give back the cell.</returns>
    public bool TryParse(ReadOnlySpan<byte> cell, out long value, out int detail)
    {
        detail = 0;
        value = 0;
        ReadOnlySpan<byte> inner = cell;
        if (Quoted)
        {
            if (cell.Length < 2 || cell[0] != '"' || cell[^1] != '"')
                return false;
            inner = cell[1..^1];
        }
        bool found = Style switch
        {
            CellStyle.Fixed or CellStyle.Trimmed or CellStyle.TrimmedToOne => TryDecimal(inner, Digits, out value),
            CellStyle.Widened => TryWidened(inner, out value, out detail),
            CellStyle.Shortest => TryDouble(inner, out double x) && (value = FloatBits.Order(BitConverter.DoubleToInt64Bits(x))) is var _,
            CellStyle.Month or CellStyle.Day or CellStyle.Minute or CellStyle.Second => TryTime(inner, out value),
            _ => false,
        };
        if (!found)
            return false;
        Span<byte> again = stackalloc byte[MaxLength];
        return cell.SequenceEqual(again[..Format(value, detail, again)]);
    }

    /// <summary>Writes the cell of an integer and returns its length; any integer gives some text.</summary>
    public int Format(long value, int detail, Span<byte> cell)
    {
        int at = 0;
        if (Quoted)
            cell[at++] = (byte)'"';
        at += Style switch
        {
            CellStyle.Fixed => WriteDecimal(value, Digits, Digits, cell[at..]),
            CellStyle.Trimmed => WriteDecimal(value, Digits, 0, cell[at..]),
            CellStyle.TrimmedToOne => WriteDecimal(value, Digits, 1, cell[at..]),
            CellStyle.Widened => WriteDouble(BitConverter.Int64BitsToDouble(FloatBits.Bits(unchecked(
                FloatBits.Order(BitConverter.DoubleToInt64Bits(Decimals.ToSingle(value, Digits))) + detail))), cell[at..]),
            CellStyle.Shortest => WriteDouble(BitConverter.Int64BitsToDouble(FloatBits.Bits(value)), cell[at..]),
            _ => WriteTime(value, cell[at..]),
        };
        if (Quoted)
            cell[at++] = (byte)'"';
        return at;
    }

    /// <summary>Whether the text between the quotation marks, if any, is a time of this style.</summary>
    public bool Reads(ReadOnlySpan<byte> inner) => TryTime(inner, out _);

    private static bool TryDecimal(ReadOnlySpan<byte> text, int digits, out long value)
    {
        value = 0;
        bool negative = text is [(byte)'-', ..];
        if (negative)
            text = text[1..];
        int point = text.IndexOf((byte)'.'), after = point < 0 ? 0 : text.Length - point - 1;
        if (after > digits || text.Length > 19 || text.IsEmpty)
            return false;
        foreach (byte b in text)
        {
            if (b == '.')
                continue;
            if (b is < (byte)'0' or > (byte)'9' || value > (long.MaxValue - 9) / 10)
                return false;
            value = value * 10 + (b - '0');
        }
        for (; after < digits; after++)
        {
            if (value > long.MaxValue / 10)
                return false;
            value *= 10;
        }
        value = negative ? -value : value;
        return true;
    }

    private static int WriteDecimal(long value, int digits, int least, Span<byte> cell)
    {
        ulong magnitude = value < 0 ? 0UL - (ulong)value : (ulong)value;
        for (; digits > least && magnitude % 10 == 0; digits--)
            magnitude /= 10;
        Span<byte> reversed = stackalloc byte[32];
        int length = 0;
        for (int i = 0; magnitude != 0 || i <= digits; i++, magnitude /= 10)
        {
            if (i == digits && digits > 0)
                reversed[length++] = (byte)'.';
            reversed[length++] = (byte)('0' + magnitude % 10);
        }
        if (value < 0)
            reversed[length++] = (byte)'-';
        for (int i = 0; i < length; i++)
            cell[i] = reversed[length - 1 - i];
        return length;
    }

    private bool TryWidened(ReadOnlySpan<byte> text, out long value, out int detail)
    {
        value = 0;
        detail = 0;
        if (!TryDouble(text, out double x) || !Decimals.TryFind(x, Digits, out value))
            return false;
        long distance = unchecked(FloatBits.Order(BitConverter.DoubleToInt64Bits(x))
            - FloatBits.Order(BitConverter.DoubleToInt64Bits(Decimals.ToSingle(value, Digits))));
        if (distance is < -MaxDetail or > MaxDetail)
            return false;
        detail = (int)distance;
        return true;
    }

    private static bool TryDouble(ReadOnlySpan<byte> text, out double x) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, NumberFormatInfo.InvariantInfo, out x);

    private static int WriteDouble(double x, Span<byte> cell) =>
        x.TryFormat(cell, out int length, "R", NumberFormatInfo.InvariantInfo) ? length : 0;

    private bool TryTime(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        int length = Style switch { CellStyle.Month => 7, CellStyle.Day => 10, CellStyle.Minute => 16, _ => 19 };
        if (text.Length != length || !Number(text[..4], out int year) || !Number(text[5..7], out int month) || month is < 1 or > 12)
            return false;
        value = year * 12 + month - 1;
        if (Style == CellStyle.Month)
            return true;
        if (!Number(text[8..10], out int day))
            return false;
        value = CivilTime.Days(year + 400, month, day);
        if (Style == CellStyle.Day)
            return true;
        if (!Number(text[11..13], out int hour) || !Number(text[14..16], out int minute))
            return false;
        value = value * MinutesOfDay + hour * 60 + minute;
        if (Style == CellStyle.Minute)
            return true;
        if (!Number(text[17..19], out int second))
            return false;
        value = value * 60 + second;
        return true;
    }

    private int WriteTime(long value, Span<byte> cell)
    {
        long unit = Style switch { CellStyle.Second => MinutesOfDay * 60, CellStyle.Minute => MinutesOfDay, _ => 1 };
        long days = Math.DivRem(value, unit, out long rest);
        if (Style == CellStyle.Month)
        {
            value = value is >= 0 and < 120_000 ? value : 0;
            Digits2(cell[5..], (int)(value % 12) + 1);
            Year(cell, (int)(value / 12));
            return 7;
        }
        // What no cell stands for gives some text all the same: the decoder may meet it in damaged data.
        if (rest < 0 || days < CivilTime.Days(400, 1, 1) || days >= CivilTime.Days(400, 1, 1) + Days)
            (days, rest) = (CivilTime.Days(400, 1, 1), 0);
        (long year, int month, int day) = CivilTime.Date(days);
        Year(cell, (int)(year - 400));
        Digits2(cell[5..], month);
        cell[7] = DateSeparator;
        Digits2(cell[8..], day);
        if (Style == CellStyle.Day)
            return 10;
        int seconds = (int)(Style == CellStyle.Second ? rest : rest * 60);
        cell[10] = TimeSeparator;
        Digits2(cell[11..], seconds / 3600);
        cell[13] = (byte)':';
        Digits2(cell[14..], seconds / 60 % 60);
        if (Style == CellStyle.Minute)
            return 16;
        cell[16] = (byte)':';
        Digits2(cell[17..], seconds % 60);
        return 19;
    }

    private void Year(Span<byte> cell, int year)
    {
        Digits2(cell, year / 100);
        Digits2(cell[2..], year % 100);
        cell[4] = DateSeparator;
    }

    private static void Digits2(Span<byte> cell, int value)
    {
        cell[0] = (byte)('0' + value / 10);
        cell[1] = (byte)('0' + value % 10);
    }

    private static bool Number(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (b - '0');
        }
        return true;
    }
}
