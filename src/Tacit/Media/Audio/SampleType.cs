namespace Tacit.Media.Audio;

/// <summary>How one sample lies in memory.</summary>
public enum SampleType
{
    /// <summary>8 bits, 128 for silence.</summary>
    U8 = 0,

    /// <summary>8 bits, two's complement.</summary>
    S8 = 1,

    /// <summary>16 bits, two's complement, least significant byte first.</summary>
    S16LE = 2,

    /// <summary>16 bits, two's complement, most significant byte first.</summary>
    S16BE = 3,

    /// <summary>24 bits in three bytes, least significant byte first.</summary>
    S24LE = 4,

    /// <summary>24 bits in three bytes, most significant byte first.</summary>
    S24BE = 5,

    /// <summary>32 bits, least significant byte first.</summary>
    S32LE = 6,

    /// <summary>32 bits, most significant byte first.</summary>
    S32BE = 7,

    /// <summary>IEEE 754 binary32, least significant byte first.</summary>
    F32LE = 8,

    /// <summary>IEEE 754 binary32, most significant byte first.</summary>
    F32BE = 9,
}
