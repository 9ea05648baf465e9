namespace Tacit.Media.Audio;

/// <summary>What samples without a header are: their type, how many channels take turns, and how many times a second.</summary>
/// <param name="Type">The type of each sample.</param>
/// <param name="Channels">Samples of one moment, 1 to <see cref="MaxChannels"/>.</param>
/// <param name="Rate">Moments a second, not negative; 0 if unknown. Says nothing of how samples are coded.</param>
public readonly record struct PcmFormat(SampleType Type, int Channels, int Rate)
{
    /// <summary>Most channels.</summary>
    public const int MaxChannels = 64;

    /// <summary>Bytes of a sample.</summary>
    public int Width => Type switch
    {
        SampleType.U8 or SampleType.S8 => 1,
        SampleType.S16LE or SampleType.S16BE => 2,
        SampleType.S24LE or SampleType.S24BE => 3,
        _ => 4,
    };

    /// <summary>Bytes of one moment.</summary>
    public int FrameLength => Width * Channels;

    /// <summary>True for floating-point samples.</summary>
    public bool IsFloat => Type is SampleType.F32LE or SampleType.F32BE;

    /// <summary>True if the most significant byte comes first.</summary>
    public bool IsBigEndian => Type is SampleType.S16BE or SampleType.S24BE or SampleType.S32BE or SampleType.F32BE;

    /// <summary>False for a type, a number of channels or a rate there is not.</summary>
    public bool IsPossible => Type is >= SampleType.U8 and <= SampleType.F32BE && Channels is >= 1 and <= MaxChannels && Rate >= 0;
}
