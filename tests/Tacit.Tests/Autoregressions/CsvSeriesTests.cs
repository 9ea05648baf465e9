using Tacit.Media.Csv;

namespace Tacit.Tests.Autoregressions;

/// <summary>Columns of numbers from CSV, and what is said of those that are none.</summary>
public class CsvSeriesTests
{
    [Theory]
    [InlineData("a,b\n1,2\n3,4\n", "b", "b", new double[] { 2, 4 })]
    [InlineData("a,b\n1,2\n3,4\n", "1", "a", new double[] { 1, 3 })]
    [InlineData("day;level\r\nmon;1.5\r\ntue;-2e3\r\n\r\n", null, "level", new[] { 1.5, -2000 })]
    [InlineData("1\n2\n3", null, "1", new double[] { 1, 2, 3 })]
    [InlineData("\"x, y\",z\n\"1\",a\n 2 ,b\n", "x, y", "x, y", new double[] { 1, 2 })]
    [InlineData("y\n1\n2\n\n\n", null, "y", new double[] { 1, 2 })]
    public void AColumnIsFound(string text, string? column, string name, double[] values)
    {
        CsvSeries series = CsvSeries.Read(new StringReader(text), column);
        Assert.Equal(name, series.Name);
        Assert.Equal(values, series.Values);
    }

    [Theory]
    [InlineData("", null, "empty")]
    [InlineData("a\n", null, "no rows")]
    [InlineData("a,b\n1,2\n", null, "'a', 'b'")]
    [InlineData("a,b\n1,2\n", "c", "no column 'c'")]
    [InlineData("a,b\nx,y\n", null, "no column of numbers")]
    [InlineData("a\n1\n\n3\n", null, "gap")]
    [InlineData("a,b\n1,2\n3\n", "b", "Line 3 has nothing")]
    [InlineData("a,b\n1,2\n3,x\n", "b", "Line 3 has 'x'")]
    [InlineData("a\n1\nNaN\n", null, "no finite number")]
    [InlineData("a\n1\n1e999\n", null, "no finite number")]
    public void OrTheReasonIsSaid(string text, string? column, string why)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => CsvSeries.Read(new StringReader(text), column));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }
}
