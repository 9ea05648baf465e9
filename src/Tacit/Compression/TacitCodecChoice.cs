using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>Chooses a codec by how data begins.</summary>
public static class TacitCodecChoice
{
    /// <summary>Bytes of the beginning worth giving: more are not looked at.</summary>
    public const int SampleLength = 1 << 16;

    private const int LeastSample = 1 << 10, LeastSound = 256;

    /// <summary>The first codec that codes with all of these models.</summary>
    /// <exception cref="ArgumentException">None does, or there is no model.</exception>
    public static TacitCodec For(IReadOnlyList<TacitModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        CodecDescription? codec = CodecRegistry.All.FirstOrDefault(codec => models.All(codec.Uses));
        return models.Count > 0 && codec is not null ? (TacitCodec)codec.Id
            : throw new ArgumentException($"no codec takes {(models.Count == 1 ? "a model" : "models together")} of the kind {string.Join(", ", models.Select(model => $"'{model.Kind}'"))}");
    }

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
