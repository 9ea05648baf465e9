using System.Globalization;
using Tacit.Cli.Terminal;
using Tacit.Media.Audio;

namespace Tacit.Cli.Commands;

/// <summary>--pcm TYPE:CHANNELS:RATE: what raw samples are.</summary>
internal static class PcmOption
{
    private static readonly (string Name, SampleType Type)[] Types =
    [
        ("u8", SampleType.U8), ("s8", SampleType.S8), ("s16le", SampleType.S16LE), ("s16be", SampleType.S16BE), ("s24le", SampleType.S24LE),
        ("s24be", SampleType.S24BE), ("s32le", SampleType.S32LE), ("s32be", SampleType.S32BE), ("f32le", SampleType.F32LE), ("f32be", SampleType.F32BE),
    ];

    /// <summary>The format, or null if none is given.</summary>
    public static PcmFormat? Parse(string? text)
    {
        if (text is null)
            return null;
        string[] parts = text.Split(':');
        if (parts.Length is 2 or 3 && Number(parts[1]) is { } channels && (parts.Length == 2 ? 0 : Number(parts[2])) is { } rate)
        {
            foreach ((string name, SampleType type) in Types)
            {
                var format = new PcmFormat(type, channels, rate);
                if (name == parts[0] && format.IsPossible)
                    return format;
            }
        }
        throw new UsageException($"--pcm is TYPE:CHANNELS:RATE such as s16le:2:44100, with up to {PcmFormat.MaxChannels} channels and TYPE one of " +
            $"{string.Join(", ", Types.Select(t => t.Name))}, not '{text}'");
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
