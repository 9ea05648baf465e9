using System.Diagnostics;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Compression;
using Tacit.Media.DataSets;
using Tacit.Media.Images;

namespace Tacit.Cli.Items;

/// <summary>Writes the images of an archive that <see cref="FolderCompression"/> wrote into a new folder.</summary>
internal static class FolderExtraction
{
    private const long MostList = 1L << 28;     // bytes of all names
    private const int Dimensions = 4, MostBeginning = (1 << 16) + 512;      // a header and all metadata

    /// <summary>Whether a file is such an archive. Of a damaged one, or a pipe, that is not known.</summary>
    public static bool IsFolder(string path, TacitDecompressionOptions options)
    {
        if (FileStatus.Of(path) is not { IsRegular: true })
            return false;
        try
        {
            using FileStream file = Open(path);
            byte[] beginning = new byte[Math.Min(file.Length, MostBeginning)];
            int read = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            // Most archives do not have the word where metadata are; opening them would cost more than small ones take to decode.
            return beginning.AsSpan(0, read).IndexOf("images"u8) >= 0 && TacitArchive.Open(file, options).Frames[0].Metadata.ContainsKey(FolderCompression.Key);
        }
        catch (Exception e) when (e is InvalidDataException or InsufficientMemoryException)
        {
            return false;       // decoding says what is wrong
        }
    }

    /// <summary>Writes the images.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    /// <exception cref="IOException">The folder is there already, or cannot be written.</exception>
    public static async Task RunAsync(string path, string target, TacitDecompressionOptions options, Report report, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        using FileStream file = Open(path);
        TacitArchive archive = TacitArchive.Open(file, options);
        string version = archive.Frames[0].Metadata[FolderCompression.Key];
        if (version != FolderCompression.Version)
            throw new InvalidDataException($"holds images as version {Report.Printable(version)} does; this program knows version {FolderCompression.Version}");
        if (archive.Frames.Count != 2)
            throw new InvalidDataException($"holds a folder's images in {archive.Frames.Count} frames instead of two; --range 0: gives what is in them");
        using OutputFolder output = OutputFolder.Create(target);
        IReadOnlyList<ImageFile> files = await ListAsync(archive, cancellationToken);
        file.Position = 0;
        await using (ProgressLine? progress = ProgressLine.Start(report, path, line => (double)line.Bytes / archive.Length))
        await using (var raw = new TacitStream(file, options, leaveOpen: true, progress))
        {
            ItemShape shape = await ShapeAsync(raw, archive.Frames[0].Length, files.Count, cancellationToken);
            byte[] item = new byte[shape.Size];
            foreach (ImageFile image in files)
            {
                await raw.ReadExactlyAsync(item, cancellationToken);
                using Stream stream = output.Open(image.Name);
                image.Write(stream, item, shape);
            }
            await raw.CopyToAsync(Stream.Null, cancellationToken);      // with its check sums
        }
        output.Publish();
        report.Detail(string.Create(CultureInfo.InvariantCulture, $"{path}: {files.Count} images, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static async Task<IReadOnlyList<ImageFile>> ListAsync(TacitArchive archive, CancellationToken cancellationToken)
    {
        TacitFrame frame = archive.Frames[1];
        if (frame.Length > MostList)
            throw new InvalidDataException($"its list of images claims {frame.Length} bytes; {MostList} are the most");
        using var text = new MemoryStream();
        await archive.CopyRangeAsync(archive.Frames[0].Length, archive.Length, text, null, cancellationToken);
        return ImageFileList.Read(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    private static async Task<ItemShape> ShapeAsync(Stream raw, long length, int count, CancellationToken cancellationToken)
    {
        byte[] header = new byte[4 + 4 * Dimensions];
        if (length < header.Length)
            throw new InvalidDataException("its pixels are no IDX file");
        await raw.ReadExactlyAsync(header.AsMemory(0, 4), cancellationToken);
        int dimensions = header[3] is Dimensions - 1 or Dimensions ? header[3] : throw new InvalidDataException("its pixels are no IDX file of images");
        await raw.ReadExactlyAsync(header.AsMemory(4, 4 * dimensions), cancellationToken);
        if (!Idx.TryReadSizes(header, out int[] sizes) || sizes[0] != count)
            throw new InvalidDataException($"its pixels are not those of {count} images, as many as it names");
        (int channels, int height, int width) = (dimensions == Dimensions ? sizes[1] : 1, sizes[^2], sizes[^1]);
        if (channels is < 1 or > 4 || height < 1 || width < 1 || height > Image.MostSamples / channels / width
            || length != 4 + 4 * dimensions + (long)count * channels * height * width)
            throw new InvalidDataException($"its pixels, {length} bytes, are not {count} images of {channels}x{height}x{width}");
        return new ItemShape(channels, height, width);
    }
}
