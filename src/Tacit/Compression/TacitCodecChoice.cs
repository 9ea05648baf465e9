using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>Chooses a codec by how data begins.</summary>
public static class TacitCodecChoice
{
    /// <summary>Bytes of the beginning worth giving: more are not looked at.</summary>
    public const int SampleLength = 1 << 16;

    private const int LeastSample = 1 << 10, LeastSound = 256;

    /// <summary>
    /// <see cref="TacitCodec.Audio"/> if it is a WAV or AIFF file's, <see cref="TacitCodec.Numeric"/> if the beginning is
    /// a table of numbers that it codes clearly smaller in a trial, else <see cref="TacitCodec.ContextMixing"/>.
    /// </summary>
    /// <param name="beginning">The first bytes of the data.</param>
    /// <param name="level">The level to be compressed with.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 1 to 9.</exception>
    public static TacitCodec For(ReadOnlySpan<byte> beginning, int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        if (AudioLayout.Read(beginning) is { } audio && beginning.Length >= audio.Start + LeastSound)
            return TacitCodec.Audio;
        if (beginning.Length < LeastSample)
            return TacitCodec.ContextMixing;
        using var codec = new NumericCodec(level);
        return codec.Suits(beginning[..Math.Min(beginning.Length, SampleLength)]) ? TacitCodec.Numeric : TacitCodec.ContextMixing;
    }
}
