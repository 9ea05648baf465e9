namespace Tacit.Modeling.Records;

/// <summary>Tells from samples what records look like.</summary>
internal static class RecordSyntaxDetection
{
    private const int MostSamples = 1000;

    /// <summary>The syntax, and the separator if it is rows.</summary>
    public static (RecordSyntax Syntax, byte Separator) Detect(IReadOnlyList<byte[]> samples)
    {
        int step = Math.Max(1, samples.Count / MostSamples), looked = 0, json = 0, text = 0;
        for (int i = 0; i < samples.Count; i += step, looked++)
        {
            json += IsJson(samples[i]) ? 1 : 0;
            text += IsText(samples[i]) ? 1 : 0;
        }
        if (json * 10 >= looked * 9)
            return (RecordSyntax.Json, 0);
        if (text * 20 < looked * 19)
            return (RecordSyntax.Binary, 0);
        foreach (byte separator in ",;\t|"u8)
        {
            int cells = samples[0].AsSpan().Count(separator), alike = 0;
            for (int i = 0; i < samples.Count; i += step)
                alike += samples[i].AsSpan().Count(separator) == cells ? 1 : 0;
            if (cells >= 2 && alike * 10 >= looked * 9)
                return (RecordSyntax.Rows, separator);
        }
        return (RecordSyntax.Text, 0);
    }

    private static bool IsJson(ReadOnlySpan<byte> sample)
    {
        ReadOnlySpan<byte> trimmed = sample.Trim(" \t\r\n"u8);
        return trimmed is [(byte)'{', .., (byte)'}'] or [(byte)'[', .., (byte)']'];
    }

    private static bool IsText(ReadOnlySpan<byte> sample)
    {
        int control = 0;
        foreach (byte value in sample)
            control += value < 32 && value is not ((byte)'\t' or (byte)'\r' or (byte)'\n' or 27) ? 1 : 0;
        return control * 100 <= sample.Length;
    }
}
