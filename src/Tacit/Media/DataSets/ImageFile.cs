using Tacit.Media.Images;

namespace Tacit.Media.DataSets;

/// <summary>What an image of a folder is written as.</summary>
public enum ImageFileKind
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>A portable grey or pixel map of Netpbm, in binary.</summary>
    Pnm,
}

/// <summary>An image of a folder without its pixels: with these, the bytes of an item, it is written again pixel for pixel.</summary>
/// <param name="Name">Its path below the folder, parts with / between.</param>
/// <param name="Kind">What it is written as: what it was.</param>
/// <param name="MaxValue">The sample that stands for full light, at most 255.</param>
public sealed record ImageFile(string Name, ImageFileKind Kind, int MaxValue)
{
    /// <summary>Reads an image as an item: what <see cref="ItemReader"/> makes of it.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="data">The file: PNG or PNM.</param>
    /// <param name="item">Its samples, channel by channel, row by row; of 1, 2 or 4 bits spread to 0 to 255.</param>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="InvalidDataException">It is no such image, damaged, or has samples above 255.</exception>
    public static ImageFile Read(string name, ReadOnlySpan<byte> data, out byte[] item, out ItemShape shape)
    {
        bool isPng = Png.IsPng(data);
        if (!isPng && !Pnm.IsPnm(data))
            throw new InvalidDataException(data is [0x1F, 0x8B, ..] ? "is in gzip; images are coded as they are without" : "is no image: PNG and PNM files are");
        Image read = isPng ? Png.Decode(data) : Pnm.Decode(data), image = read.ToBytes();
        if (image.MaxValue > byte.MaxValue)
            throw new InvalidDataException($"has samples up to {image.MaxValue}; those of a model are bytes");
        shape = new ItemShape(image.Channels, image.Height, image.Width);
        ReadOnlySpan<ushort> samples = image.Samples.Span;
        item = new byte[samples.Length];
        int pixels = image.Height * image.Width;
        for (int i = 0; i < item.Length; i++)
            item[i] = (byte)samples[i % pixels * image.Channels + i / pixels];
        // PNG has few bits for grey only; of other images the bytes say the same.
        return new ImageFile(name, isPng ? ImageFileKind.Png : ImageFileKind.Pnm, isPng && read.Channels > 1 ? byte.MaxValue : read.MaxValue);
    }

    /// <summary>Writes the image again.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="item">Its samples, as <see cref="Read"/> gives them.</param>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="InvalidDataException">They are no samples of such an image.</exception>
    public void Write(Stream stream, ReadOnlySpan<byte> item, ItemShape shape)
    {
        // A largest value that divides 255 was spread; where it does not, samples are as they were.
        int factor = byte.MaxValue % MaxValue == 0 ? byte.MaxValue / MaxValue : 1, pixels = shape.Height * shape.Width;
        ushort[] samples = new ushort[item.Length];
        for (int i = 0; i < item.Length; i++)
        {
            (int sample, int rest) = Math.DivRem(item[i], factor);
            if (rest != 0 || sample > MaxValue)
                throw new InvalidDataException($"{Name} has a sample of {item[i]}, which no image up to {MaxValue} has");
            samples[i % pixels * shape.Channels + i / pixels] = (ushort)sample;
        }
        var image = new Image(shape.Width, shape.Height, shape.Channels, MaxValue, samples);
        try
        {
            if (Kind == ImageFileKind.Png)
                Png.Encode(stream, image);
            else
                Pnm.Encode(stream, image);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{Name} cannot be: {e.Message}", e);
        }
    }
}
