namespace Tacit.Compression;

/// <summary>The codecs a frame can be written with. The numbers are those of the format.</summary>
public enum TacitCodec
{
    /// <summary>No compression: blocks are kept as they are, with all checks.</summary>
    Store = 0,

    /// <summary>Deflate (RFC 1951), as .NET's zlib writes it: a classical baseline.</summary>
    Deflate = 1,

    /// <summary>Brotli (RFC 7932), as .NET writes it: a classical baseline.</summary>
    Brotli = 2,

    /// <summary>Context mixing, the default: learns the data bit by bit while coding it. Decoding takes as long as encoding.</summary>
    ContextMixing = 3,

    /// <summary>Tables of numbers, as text or in memory: columns foreseen by linear prediction. What is no table is coded as by <see cref="ContextMixing"/>.</summary>
    Numeric = 4,

    /// <summary>Sound: samples foreseen by adaptive linear prediction. What is no WAV, AIFF or raw PCM is coded as by <see cref="ContextMixing"/>.</summary>
    Audio = 5,

    /// <summary>A trained language model (<see cref="TacitCompressionOptions.Models"/>), by itself or mixed with <see cref="ContextMixing"/>. Slow both ways.</summary>
    LanguageModel = 6,

    /// <summary>
    /// The images or vectors of an IDX file under a trained variational autoencoder (<see cref="TacitCompressionOptions.Models"/>), with bits back. What
    /// is no such file is coded as by <see cref="ContextMixing"/>.
    /// </summary>
    BitsBack = 7,

    /// <summary>
    /// Small records (lines, rows, length-prefixed), each coded alone with a trained model of them (<see cref="TacitCompressionOptions.Models"/>): any
    /// of them is read without the others (<see cref="TacitArchive.CopyRecordsAsync"/>).
    /// </summary>
    Records = 8,
}
