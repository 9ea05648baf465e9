namespace Tacit.Media.Numeric;

/// <summary>Finds the format that most cells of a column keep to.</summary>
internal static class CellFormatChoice
{
    private const int SampleCells = 400;

    /// <summary>The format of a column, <see cref="CellStyle.Text"/> if fewer than four in five cells have any other.</summary>
    /// <param name="cells">Cells of the column, a sample of which is looked at.</param>
    /// <param name="count">Their number.</param>
    public static CellFormat Choose(Func<int, ReadOnlyMemory<byte>> cells, int count)
    {
        int sample = Math.Min(count, SampleCells);
        var texts = new ReadOnlyMemory<byte>[sample];
        for (int i = 0; i < sample; i++)
            texts[i] = cells((int)((long)i * count / sample));
        CellFormat best = default;
        int most = sample * 4 / 5;
        foreach (CellFormat format in Candidates(texts))
        {
            int kept = 0;
            foreach (ReadOnlyMemory<byte> text in texts)
                kept += format.TryParse(text.Span, out _, out _) ? 1 : 0;
            if (kept > most)
                (best, most) = (format, kept);
        }
        return best;
    }

    private static IEnumerable<CellFormat> Candidates(ReadOnlyMemory<byte>[] texts)
    {
        if (texts.Length == 0)
            yield break;
        ReadOnlyMemory<byte> middle = texts[texts.Length / 2];
        bool quoted = middle.Span is [(byte)'"', _, .., (byte)'"'];
        ReadOnlyMemory<byte> inner = quoted ? middle[1..^1] : middle;
        if (Time(inner.Span, quoted) is { } time)
        {
            yield return time;
            yield break;
        }
        int digits = 0, least = int.MaxValue;
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            ReadOnlySpan<byte> span = quoted ? text.Span.Trim((byte)'"') : text.Span;
            int point = span.IndexOf((byte)'.'), after = point < 0 ? 0 : span.Length - point - 1;
            digits = Math.Max(digits, after);
            least = Math.Min(least, after);
        }
        if (digits <= Decimals.MaxDigits)
        {
            yield return new CellFormat(least == digits ? CellStyle.Fixed : least == 0 ? CellStyle.Trimmed : CellStyle.TrimmedToOne, digits, quoted);
            if (least != digits)
                yield return new CellFormat(CellStyle.Fixed, digits, quoted);
        }
        else
        {
            for (int d = 0; d <= 6; d++)
                yield return new CellFormat(CellStyle.Widened, d, quoted);
        }
        yield return new CellFormat(CellStyle.Shortest, 0, quoted);
    }

    private static CellFormat? Time(ReadOnlySpan<byte> text, bool quoted)
    {
        CellStyle style = text.Length switch { 7 => CellStyle.Month, 10 => CellStyle.Day, 16 => CellStyle.Minute, 19 => CellStyle.Second, _ => CellStyle.Text };
        if (style == CellStyle.Text || text[4] is not ((byte)'-' or (byte)'/' or (byte)'.'))
            return null;
        var format = new CellFormat(style, 0, quoted, text[4], text.Length > 10 ? text[10] : (byte)' ');
        return format.Reads(text) ? format : null;
    }
}
