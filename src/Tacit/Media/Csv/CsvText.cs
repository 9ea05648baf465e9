using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tacit.Media.Csv;

/// <summary>Delimited text: rows of cells with commas, semicolons, tabs or bars between them.</summary>
internal static class CsvText
{
    private const int MaxFieldLength = 1 << 16;

    /// <summary>Reads rows with something that gets a parser.</summary>
    /// <exception cref="InvalidDataException">The text is no table.</exception>
    public static T Read<T>(TextReader reader, Func<CsvParser, T> read)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            IgnoreBlankLines = false,
            DetectDelimiterValues = [",", ";", "\t", "|"],
            MaxFieldSize = MaxFieldLength,
            TrimOptions = TrimOptions.Trim,
        };
        try
        {
            using var parser = new CsvParser(reader, configuration, leaveOpen: true);
            return read(parser);
        }
        catch (CsvHelperException e)
        {
            throw new InvalidDataException($"The table cannot be read: {e.Message.Split('\n')[0].TrimEnd()}", e);
        }
    }

    /// <summary>A cell's number.</summary>
    public static bool TryNumber(string cell, out double value) => double.TryParse(cell, NumberStyles.Float, NumberFormatInfo.InvariantInfo, out value);
}
