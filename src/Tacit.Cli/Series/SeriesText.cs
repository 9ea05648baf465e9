using System.Globalization;
using System.Text;
using Tacit.Cli.Files;
using Tacit.Media.Audio;
using Tacit.Media.Csv;

namespace Tacit.Cli.Series;

/// <summary>Reads series and writes text, to a file under its name when complete or to standard output.</summary>
internal static class SeriesText
{
    private const int MostSound = 64 << 20;

    /// <summary>Numbers are written with the digits that read back as the same double.</summary>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Numbers for people: six significant digits.</summary>
    public static string Short(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>A column of a CSV file, or of standard input for "-".</summary>
    public static CsvSeries Read(string path, string? column)
    {
        using InputFile input = InputFile.Open(path);
        using var reader = new StreamReader(input.Stream, new UTF8Encoding(false, true));
        try
        {
            return CsvSeries.Read(reader, column);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{input.Name} is no UTF-8 text");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{input.Name}: {e.Message}", e);
        }
    }

    /// <summary>The sound of a WAV or AIFF file, or null if it is none; what comes from a pipe is none.</summary>
    public static Sound? ReadSound(string path)
    {
        if (path == "-")
            return null;
        // Read twice if it is no sound, which only a file can be.
        if (FileStatus.Of(path) is not { IsRegular: true })
            return null;
        using InputFile input = InputFile.Open(path);
        byte[] beginning = new byte[12];
        int read = input.Stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> start = beginning.AsSpan(0, read);
        bool isWave = start.EndsWith("WAVE"u8) && (start.StartsWith("RIFF"u8) || start.StartsWith("RF64"u8) || start.StartsWith("BW64"u8));
        if (!isWave && !(start.StartsWith("FORM"u8) && (start.EndsWith("AIFF"u8) || start.EndsWith("AIFC"u8))))
            return null;
        if (input.Length is not <= MostSound)
            throw new InvalidDataException($"{input.Name} has more than {MostSound >> 20} MiB of sound");
        using var file = new MemoryStream();
        file.Write(start);
        input.Stream.CopyTo(file, 1 << 16);
        return Sound.Read(file.GetBuffer().AsSpan(0, (int)file.Length)) ?? throw new InvalidDataException($"{input.Name} is no WAV or AIFF file of samples that are not compressed");
    }

    /// <summary>Does statistics, whose complaints about the series are trouble that is expected.</summary>
    public static T Try<T>(Func<T> statistics)
    {
        try
        {
            return statistics();
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException)
        {
            throw new InvalidDataException(e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message, e);
        }
    }

    /// <summary>Writes to a file, or to standard output if the path is null or -.</summary>
    public static async Task WriteAsync(string? path, bool force, Action<TextWriter> write, CancellationToken cancellationToken)
    {
        await using OutputFile file = path is null || OutputFile.IsStandardName(path)
            ? OutputFile.OpenStandard(compressed: false)
            : OutputFile.Create(path, force, compressed: false, input: null);
        await using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" })
            write(writer);
        await file.FinishAsync(like: null, cancellationToken);
        file.Publish();
    }

    /// <summary>Rows of cells as columns, right-aligned but for the first.</summary>
    public static void Table(TextWriter writer, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
            writer.WriteLine(string.Join("  ", row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd());
    }
}
