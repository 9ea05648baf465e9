namespace Tacit.Media.Images;

/// <summary>An image: whole numbers, row by row, in a row pixel by pixel, in a pixel channel by channel.</summary>
public sealed class Image
{
    /// <summary>The most samples an image may have: readers refuse larger ones.</summary>
    public const long MostSamples = 1L << 27;

    /// <summary>An image of these samples.</summary>
    /// <param name="width">Columns of pixels.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="channels">1: grey; 2: grey and alpha; 3: red, green, blue; 4: and alpha.</param>
    /// <param name="maxValue">The sample that stands for full light, from 1 to 65,535.</param>
    /// <param name="samples">height · width · channels of them, none larger than that; kept, not copied.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a sample is too large.</exception>
    public Image(int width, int height, int channels, int maxValue, ushort[] samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (width < 1 || height < 1 || channels is < 1 or > 4 || maxValue is < 1 or > ushort.MaxValue || samples.Length != (long)width * height * channels)
            throw new ArgumentException($"Image: {samples.Length} samples up to {maxValue} for {width} x {height} pixels of {channels} channels.");
        if (samples.AsSpan().ContainsAnyExceptInRange((ushort)0, (ushort)maxValue))
            throw new ArgumentException($"Image: a sample is larger than {maxValue}.");
        (Width, Height, Channels, MaxValue, Samples) = (width, height, channels, maxValue, samples);
    }

    /// <summary>Columns of pixels.</summary>
    public int Width { get; }

    /// <summary>Rows of pixels.</summary>
    public int Height { get; }

    /// <summary>1: grey; 2: grey and alpha; 3: red, green, blue; 4: and alpha.</summary>
    public int Channels { get; }

    /// <summary>The sample that stands for full light.</summary>
    public int MaxValue { get; }

    /// <summary>The samples (height, width, channels).</summary>
    public ReadOnlyMemory<ushort> Samples { get; }

    /// <summary>The same image in 8-bit samples, where those can say the same: MaxValue is a divisor of 255.</summary>
    public Image ToBytes()
    {
        if (MaxValue == byte.MaxValue || byte.MaxValue % MaxValue != 0)
            return this;
        int factor = byte.MaxValue / MaxValue;
        return new Image(Width, Height, Channels, byte.MaxValue, Array.ConvertAll(Samples.ToArray(), s => (ushort)(s * factor)));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Width} x {Height} pixels, {Channels switch { 1 => "grey", 2 => "grey and alpha", 3 => "colour", _ => "colour and alpha" }}";
}
