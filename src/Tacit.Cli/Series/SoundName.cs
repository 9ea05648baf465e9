using System.Globalization;
using Tacit.Media.Audio;

namespace Tacit.Cli.Series;

/// <summary>The name of a series that is a sound, which keeps its rate.</summary>
internal static class SoundName
{
    private const string Start = "sound at ", End = " Hz";
    private const int UsualRate = 44_100;

    /// <summary>The name for a rate; a usual one is taken where none is known.</summary>
    public static string Of(int rate) =>
        string.Create(CultureInfo.InvariantCulture, $"{Start}{(rate is > 0 and <= Sound.HighestRate ? rate : UsualRate)}{End}");

    /// <summary>The rate, or null if the series is no sound.</summary>
    public static int? RateOf(string name) =>
        name.StartsWith(Start, StringComparison.Ordinal) && name.EndsWith(End, StringComparison.Ordinal) && name.Length > Start.Length + End.Length
        && int.TryParse(name.AsSpan(Start.Length, name.Length - Start.Length - End.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int rate)
        && rate is > 0 and <= Sound.HighestRate ? rate : null;
}
