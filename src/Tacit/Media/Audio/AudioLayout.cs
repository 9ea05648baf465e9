namespace Tacit.Media.Audio;

/// <summary>Where in a file the samples lie, and what they are.</summary>
/// <param name="Format">What they are.</param>
/// <param name="Start">Bytes before the first one.</param>
/// <param name="Length">Bytes of them by what the file says, which may be more than it has; <see cref="long.MaxValue"/> for all that follow.</param>
internal readonly record struct AudioLayout(PcmFormat Format, long Start, long Length)
{
    /// <summary>Bytes of a beginning that are looked at for a header.</summary>
    public const int SampleLength = 1 << 16;

    /// <summary>Reads the header of a WAV or AIFF file, or gives null for what is neither or not understood.</summary>
    public static AudioLayout? Read(ReadOnlySpan<byte> beginning)
    {
        beginning = beginning[..Math.Min(beginning.Length, SampleLength)];
        return WaveHeader.Read(beginning) ?? AiffHeader.Read(beginning);
    }
}
