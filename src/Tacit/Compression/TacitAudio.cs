using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>What the samples of a frame are, as its blocks say.</summary>
/// <param name="Format">Type, channels and rate, of the first block that has samples.</param>
/// <param name="Moments">Samples of each channel, of all blocks.</param>
public sealed record TacitAudio(PcmFormat Format, long Moments)
{
    /// <summary>How long they last; null if the rate is not known.</summary>
    public double? Seconds => Format.Rate > 0 ? (double)Moments / Format.Rate : null;
}
