using System.Text;
using Tacit.Media.Numeric;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numeric;

/// <summary>Cells become integers and come back, or are refused.</summary>
public class CellFormatTests
{
    [Theory]
    [InlineData(nameof(CellStyle.Fixed), 2, "-0.05 12.30 0.00 123456789.01", "-0.00 1.5 01.00 .50 1e5 - x +1.00")]
    [InlineData(nameof(CellStyle.Fixed), 0, "0 -7 123456789012345678", "-0 007 1.0 99999999999999999999")]
    [InlineData(nameof(CellStyle.Trimmed), 3, "5 0.5 0.125 -2.25", "5.0 0.50 0.1255 5.")]
    [InlineData(nameof(CellStyle.TrimmedToOne), 3, "5.0 0.5 0.125", "5 0.50")]
    [InlineData(nameof(CellStyle.Widened), 3, "5.827000141143799 0", "5.827")]
    [InlineData(nameof(CellStyle.Shortest), 0, "0.1 -3.141592653589793 1E+22", "0.10 1e22 x")]
    [InlineData(nameof(CellStyle.Month), 0, "1749-01 9999-12", "1749-13 1749-1 17490-1")]
    [InlineData(nameof(CellStyle.Day), 0, "2000-02-29 1900-03-01 0000-03-01", "1900-02-29 2001-02-29 2001-00-10")]
    [InlineData(nameof(CellStyle.Minute), 0, "2016-07-01T23:59", "2016-07-01T24:00 2016-07-01 23:59")]
    [InlineData(nameof(CellStyle.Second), 0, "2016-07-01T23:59:59", "2016-07-01T23:59:60")]
    public void WhatIsWrittenSoComesBackAndNothingElseIsTaken(string style, int digits, string kept, string refused)
    {
        var format = new CellFormat(Enum.Parse<CellStyle>(style), digits, false, (byte)'-', (byte)'T');
        var quoted = format with { Quoted = true };
        foreach (string text in kept.Split(' '))
        {
            Assert.True(RoundTrips(format, text), text);
            Assert.True(RoundTrips(quoted, $"\"{text}\""), text);
            Assert.False(quoted.TryParse(Encoding.ASCII.GetBytes(text), out _, out _));
        }
        foreach (string text in refused.Split(' '))
            Assert.False(RoundTrips(format, text), text);
    }

    [Fact]
    public void AnyIntegerGivesSomeText()
    {
        var random = new SplitMix64(1);
        Span<byte> cell = stackalloc byte[CellFormat.MaxLength];
        foreach (CellStyle style in Enum.GetValues<CellStyle>().Where(s => s != CellStyle.Text))
        {
            for (int i = 0; i < 2000; i++)
            {
                long value = i < 4 ? new[] { long.MinValue, long.MaxValue, 0, -1 }[i] : (long)random.Skewed();
                Assert.InRange(new CellFormat(style, i % 10, true).Format(value, i % 129 - 64, cell), 3, CellFormat.MaxLength);
            }
        }
    }

    [Fact]
    public void DaysAreThoseOfTheCalendar()
    {
        long zero = CivilTime.Days(1, 1, 1);
        for (DateTime day = DateTime.MinValue; day < DateTime.MaxValue.AddDays(-40); day = day.AddDays(37))
        {
            long number = CivilTime.Days(day.Year, day.Month, day.Day);
            Assert.Equal((day - DateTime.MinValue).Days, number - zero);
            Assert.Equal((day.Year, day.Month, day.Day), CivilTime.Date(number));
        }
    }

    [Fact]
    public void OrderOfBitsIsOrderOfNumbers()
    {
        var random = new SplitMix64(2);
        for (int i = 0; i < 5000; i++)
        {
            long a = (long)random.Next(), b = (long)random.Next();
            Assert.Equal(a, FloatBits.Bits(FloatBits.Order(a)));
            Assert.Equal((int)a, FloatBits.Bits(FloatBits.Order((int)a)));
            double x = BitConverter.Int64BitsToDouble(a), y = BitConverter.Int64BitsToDouble(b);
            if (double.IsFinite(x) && double.IsFinite(y))
                Assert.Equal(x < y, FloatBits.Order(a) < FloatBits.Order(b));
        }
    }

    private static bool RoundTrips(CellFormat format, string text)
    {
        Span<byte> cell = stackalloc byte[CellFormat.MaxLength];
        return format.TryParse(Encoding.ASCII.GetBytes(text), out long value, out int detail)
            && Encoding.ASCII.GetString(cell[..format.Format(value, detail, cell)]) == text;
    }
}
