using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Compression;
using Tacit.Learning;
using Tacit.Media.DataSets;

namespace Tacit.Cli.Items;

/// <summary>The images of a folder as an archive: a frame of their pixels, which is an IDX file, and one of their names. FORMAT.md, section 12.6.</summary>
/// <param name="folder">The folder.</param>
/// <param name="options">How to compress: codec bitsback, with its model.</param>
/// <param name="report">Is told of what is skipped.</param>
internal sealed class FolderCompression(string folder, TacitCompressionOptions options, Report report)
{
    /// <summary>The metadata of the first frame that says so, and the version of what follows.</summary>
    public const string Key = "images", Version = "1";

    private const int MostFile = 1 << 28;

    private readonly ItemShape _shape = options.Models[0].ItemShape!.Value;

    /// <summary>Writes the archive.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="verify">How to decode it again and compare, or null for not.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task WriteAsync(OutputFile output, TacitDecompressionOptions? verify, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        string[] names = Names();
        int[] sizes = _shape.Channels > 1 ? [names.Length, _shape.Channels, _shape.Height, _shape.Width] : [names.Length, _shape.Height, _shape.Width];
        byte[] header = Idx.HeaderOf(sizes);
        long raw = header.Length + (long)names.Length * _shape.Size;
        using IncrementalHash? hash = verify is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counted = new CountedOutput(output.Stream);
        var files = new List<ImageFile>(names.Length);
        await using (ProgressLine? progress = ProgressLine.Start(report, folder, line => (double)line.Bytes / raw))
        {
            options.SourceLength = raw;
            options.Metadata = new Dictionary<string, string>(options.Metadata ?? new Dictionary<string, string>()) { [Key] = Version };
            await WriteFrameAsync(Pixels(), options, progress);
            byte[] list = ImageFileList.Write(files);
            await WriteFrameAsync(new[] { list }.ToAsyncEnumerable(), new TacitCompressionOptions
            {
                Level = options.Level, Threads = options.Threads, MemoryLimit = options.MemoryLimit, IncludeSha256 = options.IncludeSha256, SourceLength = list.Length,
            }, null);
            raw += list.Length;
        }
        await output.FinishAsync(like: null, cancellationToken);
        if (verify is not null)
        {
            await using FileStream archive = output.OpenWritten();
            await Verification.CompareAsync(archive, hash!.GetHashAndReset(), verify, cancellationToken);
        }
        output.Publish();
        report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{folder}: {names.Length} images, {raw} -> {counted.Length} bytes, {ByteSize.Ratio(counted.Length, raw)}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));

        async IAsyncEnumerable<byte[]> Pixels()
        {
            yield return header;
            foreach (string name in names)
            {
                (ImageFile file, byte[] item) = await ReadAsync(name, cancellationToken);
                files.Add(file);
                yield return item;
            }
        }

        async Task WriteFrameAsync(IAsyncEnumerable<byte[]> parts, TacitCompressionOptions how, ProgressLine? progress)
        {
            await using var frame = new TacitStream(counted, how, leaveOpen: true, progress);
            try
            {
                await foreach (byte[] part in parts)
                {
                    hash?.AppendData(part);
                    await frame.WriteAsync(part, cancellationToken);
                }
                await frame.FinishAsync(cancellationToken);
            }
            catch
            {
                frame.Abandon();
                throw;
            }
        }
    }

    /// <summary>Why a file will not be coded as items of a model; null if it may be, or that is not known.</summary>
    public static string? WhyNoItems(string path, InputFile input, TacitModel model)
    {
        if (input.Length is null || model.ItemShape is not { } shape)
            return null;
        Span<byte> beginning = stackalloc byte[20];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        ReadOnlySpan<byte> read = beginning[..file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)];
        if (read is [0x1F, 0x8B, ..])
            return "is in gzip, and is coded as it is, by cm; the model codes the items of what 'gunzip' makes of it";
        if (!Idx.TryReadSizes(read, out int[] sizes))
            return "is no IDX file of bytes, and is coded by cm; the images in a folder are coded by their pixels";
        long size = sizes.Skip(1).Aggregate(1L, (all, one) => Math.Min(all * one, int.MaxValue));
        return size == shape.Size ? null : $"has items of {string.Join('x', sizes.Skip(1))}, not {shape} as the model, and is coded by cm";
    }

    // All files below the folder, by name; what is no image is found when it is read.
    private string[] Names()
    {
        var walked = new Report(report.Verbosity);
        var names = new List<string>();
        foreach (FoundFile file in FileWalk.Expand([folder], recursive: true, walked))
        {
            if (TemporaryFiles.IsTemporary(file.Path))
                continue;
            if (Path.GetFileName(file.Path).StartsWith('.'))
                walked.Warning($"{file.Path}: its name begins with a dot; skipped");
            else
                names.Add(Path.GetRelativePath(folder, file.Path).Replace(Path.DirectorySeparatorChar, '/'));
        }
        if (walked.ExitCode == ExitCode.Error)
            throw new IOException("not all of the folder can be read");
        if (walked.ExitCode == ExitCode.Warning)
            report.Warning($"{folder}: what was skipped is not in its archive");
        return names.Count > 0 ? [.. names] : throw new InvalidDataException("holds no images");
    }

    private async Task<(ImageFile File, byte[] Item)> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using InputFile input = InputFile.Open(Path.Join(folder, name));
            ImageFile file = ImageFile.Read(name, await input.ReadAllAsync(MostFile, cancellationToken), out byte[] item, out ItemShape shape);
            if (shape != _shape)
                throw new InvalidDataException($"is an image of {shape}; the model's are {_shape}");
            if (!options.Lossy)
                return (file, item);
            return byte.MaxValue % file.MaxValue == 0 ? (file with { MaxValue = byte.MaxValue }, item)
                : throw new InvalidDataException($"has samples from 0 to {file.MaxValue}, which --lossy does not keep in that range");
        }
        catch (Exception e) when (Trouble.IsExpected(e))
        {
            throw new InvalidDataException($"{name}: {Trouble.Describe(e)}", e);
        }
    }
}
