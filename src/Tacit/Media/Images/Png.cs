namespace Tacit.Media.Images;

/// <summary>Portable Network Graphics, all of its colour types, depths and interlacing. Source: W3C, "PNG specification", second edition, 2003.</summary>
/// <remarks>What says how an image is to be shown (gamma, profiles, texts, times) is checked for damage and passed over.</remarks>
public static class Png
{
    /// <summary>Whether data begin as a PNG file does.</summary>
    public static bool IsPng(ReadOnlySpan<byte> data) => data.StartsWith(PngChunks.Signature);

    /// <summary>Reads an image.</summary>
    /// <param name="data">The file; what comes after its end is not looked at.</param>
    /// <returns>
    /// Grey and colour as stored, with MaxValue 2^depth − 1; colours of a palette as such, with MaxValue 255; a last channel for
    /// alpha if there is one or a chunk tRNS.
    /// </returns>
    /// <exception cref="InvalidDataException">It is no PNG file, damaged, truncated, or larger than <see cref="Image.MostSamples"/>.</exception>
    public static Image Decode(ReadOnlySpan<byte> data) =>
        IsPng(data) ? new PngDecoder(data).Decode() : throw new InvalidDataException("This is no PNG file: it does not begin as one.");

    /// <summary>Writes an image so that reading it gives the same one. 8-bit colours are stored by a palette where they are few.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="image">MaxValue is 255 or 65,535, or for grey without alpha 1, 3 or 15 too.</param>
    /// <exception cref="ArgumentException">PNG has no such samples.</exception>
    public static void Encode(Stream stream, Image image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(image);
        new PngEncoder(image).Write(stream);
    }
}
