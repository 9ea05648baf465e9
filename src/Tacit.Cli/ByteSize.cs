using System.Globalization;
using Tacit.Cli.Terminal;

namespace Tacit.Cli;

/// <summary>Numbers of bytes as people write and read them.</summary>
internal static class ByteSize
{
    private const string Units = "KMGT";

    /// <summary>Reads 4096, 64K, 16M, 2G or 1T, also written KiB and so on: powers of 1024.</summary>
    /// <exception cref="UsageException">It is none of these.</exception>
    public static long Parse(string option, string text)
    {
        ReadOnlySpan<char> number = text;
        if (number.EndsWith("iB", StringComparison.OrdinalIgnoreCase) && number.Length > 2 && char.IsAsciiLetter(number[^3]))
            number = number[..^2];
        int power = number.IsEmpty ? -1 : Units.IndexOf(char.ToUpperInvariant(number[^1]));
        if (power >= 0)
            number = number[..^1];
        int shift = 10 * (power + 1);
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value > long.MaxValue >> shift)
            throw new UsageException($"{option} takes a number of bytes such as 65536, 64K, 16M or 2G, not '{text}'");
        return value << shift;
    }

    /// <summary>About how much: 312 B, 1.4 KiB, 16.0 MiB.</summary>
    public static string Format(double bytes)
    {
        int power = -1;
        while (bytes >= 1024 && power < Units.Length - 1)
        {
            bytes /= 1024;
            power++;
        }
        return power < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {Units[power]}iB");
    }

    /// <summary>Compressed as a share of raw.</summary>
    public static string Ratio(long compressed, long raw) =>
        raw == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * compressed / raw:0.0} %");
}
