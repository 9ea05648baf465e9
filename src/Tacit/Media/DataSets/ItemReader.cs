using System.Text;
using Tacit.Media.Audio;
using Tacit.Media.Csv;
using Tacit.Media.Images;
using Tacit.Media.Sequences;

namespace Tacit.Media.DataSets;

/// <summary>Reads items: images as PNG, PNM, IDX and CIFAR-10, vectors as delimited text, pieces of WAV and AIFF sounds; each perhaps in gzip.</summary>
/// <remarks>
/// What a file is, is seen by how it begins; CIFAR-10's binary files, which do not say, by their name's end, .bin. All items
/// of a set have one shape and one range of values.
/// </remarks>
public static class ItemReader
{
    private const int CifarRecord = 1 + 3 * 32 * 32;

    /// <summary>Reads all files as one set.</summary>
    /// <param name="files">The files, in this order; those found in a folder whose names begin with a dot are left out.</param>
    /// <param name="options">What the files do not say.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another shape than the first, or labels do not fit; the message names the file.</exception>
    public static ItemSet Read(IReadOnlyList<DataFile> files, ItemOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        var items = new ItemCollector();
        foreach (DataFile file in files)
        {
            if (file.Folder is not null && Path.GetFileName(file.Name).StartsWith('.'))
                continue;
            try
            {
                Add(items, file, Gunzip.Unwrap(file.Bytes, Array.MaxLength), options);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{file.Name}: {e.Message}", e);
            }
        }
        return items.ToSet(options.LabelFile is { } labels ? LabelsOf(labels) : null, withLabels: options.Labels != ItemOptions.NoLabels);
    }

    private static void Add(ItemCollector items, DataFile file, ReadOnlyMemory<byte> data, ItemOptions options)
    {
        if (Png.IsPng(data.Span))
            AddImage(items, file, Png.Decode(data.Span).ToBytes(), options);
        else if (Pnm.IsPnm(data.Span))
            AddImage(items, file, Pnm.Decode(data.Span).ToBytes(), options);
        else if (Idx.IsIdx(data.Span) && !IsCifar(file, data.Span))
            AddIdx(items, file, Idx.Read(data), options);
        else if (Sound.IsSound(data.Span))
            AddSound(items, file, data, options);
        else if (IsNamedCifar(file))
            AddCifar(items, file, data.Span);
        else
            AddTable(items, file, data, options);
    }

    private static bool IsNamedCifar(DataFile file) => file.Name.EndsWith(".bin", StringComparison.Ordinal);

    // CIFAR-10's first record may begin as an IDX file does: label 0, red 0, then 8 to 14, then 1 to 4. Its length tells.
    private static bool IsCifar(DataFile file, ReadOnlySpan<byte> data) =>
        IsNamedCifar(file) && data.Length % CifarRecord == 0 && !Idx.IsWhole(data);

    private static void AddImage(ItemCollector items, DataFile file, Image image, ItemOptions options)
    {
        CheckColumn(options);
        ItemShape shape = new(image.Channels, image.Height, image.Width);
        if (options.Shape is { } wanted && (wanted.Height != image.Height || wanted.Width != image.Width))
        {
            if (wanted.Height * wanted.Width != image.Width)
                throw new InvalidDataException($"its {image.Width} x {image.Height} pixels are not of the shape {wanted}, nor are its rows such images.");
            shape = new ItemShape(image.Channels, wanted.Height, wanted.Width);
        }
        items.Begin(file, shape, image.MaxValue);
        ReadOnlySpan<ushort> samples = image.Samples.Span;
        int pixels = shape.Height * shape.Width;
        for (int first = 0; first < samples.Length; first += shape.Size)
        {
            // From pixel by pixel to channel by channel.
            for (int i = 0; i < shape.Size; i++)
                items.Add(samples[first + i % pixels * shape.Channels + i / pixels]);
        }
        items.End(null);
    }

    private static void AddIdx(ItemCollector items, DataFile file, Idx idx, ItemOptions options)
    {
        CheckColumn(options);
        IReadOnlyList<int> sizes = idx.Sizes;
        if (sizes.Count == 1)
            throw new InvalidDataException("the IDX file has labels, not items; --labels takes it.");
        ItemShape shape = sizes.Count switch { 4 => new(sizes[1], sizes[2], sizes[3]), 3 => new(1, sizes[1], sizes[2]), _ => Vector(sizes[1], options) };
        items.Begin(file, shape, byte.MaxValue);
        items.Add(idx.Values.Span);
        items.End(null);
    }

    private static void AddCifar(ItemCollector items, DataFile file, ReadOnlySpan<byte> data)
    {
        if (data.Length % CifarRecord != 0)
            throw new InvalidDataException($"its {data.Length} bytes are no whole number of CIFAR-10's records of {CifarRecord}.");
        items.Begin(file, new ItemShape(3, 32, 32), byte.MaxValue);
        string[] labels = new string[data.Length / CifarRecord];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<byte> record = data.Slice(i * CifarRecord, CifarRecord);
            labels[i] = record[0] < 10 ? ((char)('0' + record[0])).ToString() : throw new InvalidDataException($"its record {i} has label {record[0]}; CIFAR-10 has 0 to 9.");
            items.Add(record[1..]);
        }
        items.End(labels);
    }

    // Pieces of the mean of the channels. A sound that is shorter than one has silence after it; what is after the last whole one is left out.
    private static void AddSound(ItemCollector items, DataFile file, ReadOnlyMemory<byte> data, ItemOptions options)
    {
        CheckColumn(options, "a sound");
        Sound sound = Sound.Read(data.Span) ?? throw new InvalidDataException("it is no WAV or AIFF file of samples that are read: whole numbers of 8 to 32 bits or floats of 32, not compressed.");
        double[] samples = sound.Mix();
        int length = options.ClipLength, stride = options.Stride > 0 ? options.Stride : length;
        if (sound.Format.Rate is < 1 or > Sound.HighestRate)
            throw new InvalidDataException($"it has {sound.Format.Rate} samples a second.");
        long pieces = samples.Length < length ? 1 : (samples.Length - length) / stride + 1;
        if (pieces * length > Array.MaxLength / sizeof(float))
            throw new InvalidDataException($"its {pieces} pieces of {length} samples are too many; a larger --stride.");
        items.Begin(file, Vector(length, options), highest: 0, sound.Format.Rate, stride);
        foreach ((int first, int count) in SeriesWindows.Cut(samples.Length, length, stride))
        {
            for (int t = 0; t < length; t++)
                items.Add(t < count ? (float)samples[first + t] : 0f);
        }
        items.End(null);
    }

    private static void AddTable(ItemCollector items, DataFile file, ReadOnlyMemory<byte> data, ItemOptions options)
    {
        if (data.Span.Contains((byte)0) || data.IsEmpty)
            throw new InvalidDataException(data.IsEmpty ? "it is empty." : "it is no image (PNG, PNM, IDX, CIFAR-10 as .bin), no sound (WAV, AIFF) and no table of numbers.");
        using var reader = new StreamReader(new MemoryStream(data.ToArray()), new UTF8Encoding(false));
        CsvVectors table = CsvVectors.Read(reader, options.Labels == ItemOptions.NoLabels ? null : options.Labels);
        items.Begin(file, Vector(table.Length, options), highest: 0);
        foreach (float value in table.Values)
            items.Add(value);
        items.End(table.Labels);
    }

    private static ItemShape Vector(int length, ItemOptions options)
    {
        if (options.Shape is not { } shape)
            return new ItemShape(1, 1, length);
        return shape.Size == length ? shape : throw new InvalidDataException($"its vectors of {length} numbers are not of the shape {shape}.");
    }

    private static void CheckColumn(ItemOptions options, string kind = "an image")
    {
        if (options.Labels is not (null or ItemOptions.NoLabels))
            throw new InvalidDataException($"{kind} has no column '{options.Labels}', and there is no file of that name with labels.");
    }

    private static string[] LabelsOf(DataFile file)
    {
        try
        {
            ReadOnlyMemory<byte> data = Gunzip.Unwrap(file.Bytes, Array.MaxLength);
            if (Idx.IsIdx(data.Span))
            {
                Idx idx = Idx.Read(data);
                return idx.Sizes.Count == 1 ? Array.ConvertAll(idx.Values.ToArray(), value => value.ToString(System.Globalization.NumberFormatInfo.InvariantInfo))
                    : throw new InvalidDataException("the IDX file has no labels: it has more than one dimension.");
            }
            string[] lines = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(data.Span).Split('\n');
            return Array.ConvertAll(lines is [.., ""] ? lines[..^1] : lines, line => line.TrimEnd('\r'));
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            throw new InvalidDataException($"{file.Name}: {(e is InvalidDataException ? e.Message : "it is no text of labels, one in each line.")}", e);
        }
    }
}
