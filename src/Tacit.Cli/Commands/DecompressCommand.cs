using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Terminal;
using Tacit.Compression;

namespace Tacit.Cli.Commands;

/// <summary>tacit decompress: the data of each archive, a range of it, or what is left of it.</summary>
internal sealed class DecompressCommand
{
    private const string Help = """
        usage: tacit decompress [OPTION…] [FILE…]                       (also: tacit d, tacit -d)

        Writes the data of each FILE.tacit to FILE; the archive is kept. Without FILE, or for -,
        from standard input to standard output. The images of a folder go into a new folder.

          -o, --output OUT    write to OUT; - is standard output
          -c, --stdout        write to standard output, several files one after another
          --range A:B         only bytes A up to, not including, B of the data (suffixes K, M, G);
                              A: is from A to the end, :B from the start
          --record N          only record N, from 0, of an archive of records (compress --records)
          --records A:B       only records A up to, not including, B
          --salvage           recover what is intact of a damaged archive, zeros for what is lost;
                              every loss is reported, and the exit code is 2
          --model M           a model the archive may need (may be given again); without it, one is
                              looked for beside the archive, in $TACIT_MODELS and in the user's folder
          --name              use the name kept in the archive (in the archive's folder)
          -f, --force         overwrite
          -k, --keep          keep the archive (the default)
          --rm                remove the archive after the output was read again and compared
          -r, --recursive     take the files in folders that end in .tacit
          -T, --threads N     use N threads (default: all processors)
          --memlimit SIZE     most memory (default: half of the machine's); lowers -T
          -v, --verbose       a line per file
          -q, --quiet         no warnings, no progress

        examples:
          tacit -d book.txt.tacit
          tacit -dc a.tacit b.tacit | wc -c
          tacit d --range 1M:2M big.log.tacit -o part
          tacit d -c --record 5 users.jsonl.tacit
          tacit d --salvage broken.tacit -o rescued
        """;

    private readonly FileSettings _settings;
    private readonly ByteRange? _range, _records;
    private readonly bool _salvage, _name;
    private OutputFile? _joined;

    private DecompressCommand(FileSettings settings, ByteRange? range, ByteRange? records, bool salvage, bool name)
    {
        if ((range is null ? 0 : 1) + (records is null ? 0 : 1) + (salvage ? 1 : 0) > 1)
            throw new UsageException("--range, --record, --records and --salvage exclude each other");
        if (settings.Remove && (range is not null || records is not null || salvage))
            throw new UsageException("--rm needs the whole data in the output, which --range, --record, --records and --salvage do not give");
        if (name && (settings.Stdout || settings.Output is not null))
            throw new UsageException("--name and -o or -c exclude each other");
        (_settings, _range, _records, _salvage, _name) = (settings, range, records, salvage, name);
    }

    public static Command Create()
    {
        var files = new FileOptions();
        Option<string> range = CommandLine.Value("--range"), record = CommandLine.Value("--record"), records = CommandLine.Value("--records");
        Option<bool> salvage = CommandLine.Flag("--salvage"), name = CommandLine.Flag("--name");
        var command = new Command("decompress", Help) { range, record, records, salvage, name };
        files.AddTo(command);
        command.SetAction((parsed, cancellationToken) => new DecompressCommand(files.Read(parsed),
            parsed.GetValue(range) is { } text ? ByteRange.Parse(text) : null, RecordsOf(parsed.GetValue(record), parsed.GetValue(records)),
            parsed.GetValue(salvage), parsed.GetValue(name))
            .RunAsync(cancellationToken));
        return command;
    }

    private static ByteRange? RecordsOf(string? record, string? records)
    {
        if (record is not null && records is not null)
            throw new UsageException("--record and --records exclude each other");
        if (records is not null)
            return ByteRange.Parse(records, "--records", "of the archive");
        if (record is null)
            return null;
        return long.TryParse(record, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number < long.MaxValue ? new ByteRange(number, number + 1)
            : throw new UsageException($"--record is a record's number, from 0, not '{record}'");
    }

    private TacitDecompressionOptions Options(InputFile input) => _settings.Models.Options(input.IsStandard ? null : input.Name, _settings.Threads);

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Jobs.RunAsync(FileWalk.Expand(_settings.Files, _settings.Recursive, _settings.Report), _settings.Report,
                file => DecompressAsync(file, cancellationToken), cancellationToken);
        }
        finally
        {
            if (_joined is not null)
                await _joined.DisposeAsync();
        }
    }

    private async Task DecompressAsync(FoundFile file, CancellationToken cancellationToken)
    {
        string path = file.Path;
        bool suffixed = path.EndsWith(CompressCommand.Suffix, StringComparison.OrdinalIgnoreCase);
        if (file.InFolder && !suffixed)
        {
            _settings.Report.Warning($"{path}: does not end in {CompressCommand.Suffix}; skipped");
            return;
        }
        Removal? removal = _settings.Remove ? Removal.Prepare(path) : null;
        if (path != "-" && !_settings.Stdout && _settings.Output is null && !InputFile.GivesName(path))
            throw new IOException(CompressCommand.NoName);
        if (path == "-" && StandardStream.IsTerminal(Posix.StandardInput))
            throw new IOException("compressed data is not read from a terminal; redirect standard input or name a FILE");
        using InputFile input = InputFile.Open(path);
        if (_settings.Stdout || (path == "-" && _settings.Output is null && !_name))
        {
            _joined ??= OutputFile.OpenStandard(compressed: false);
            OutputFile.RefuseSame(FileStatus.Of(Posix.StandardOutput), input.Status);
            await DecompressAsync(input, _joined, removal, cancellationToken);
            return;
        }
        bool isWhole = _range is null && _records is null && !_salvage;
        if (isWhole && path != "-" && FolderExtraction.IsFolder(path, Options(input)))
        {
            if (_settings.Remove)
                throw new IOException("--rm is not for archives of a folder, whose images are not compared again");
            string folder = _settings.Output ?? await DerivedTargetAsync(input, path, suffixed, cancellationToken);
            await FolderExtraction.RunAsync(path, folder, Options(input), _settings.Report, cancellationToken);
            return;
        }
        await using OutputFile output = _settings.Output is { } target
            ? OutputFile.Create(target, _settings.Force, compressed: false, input.Status)
            : OutputFile.CreateDerived(await DerivedTargetAsync(input, path, suffixed, cancellationToken), _settings.Force, input.Status);
        await DecompressAsync(input, output, removal, cancellationToken);
    }

    private async Task<string> DerivedTargetAsync(InputFile input, string path, bool suffixed, CancellationToken cancellationToken)
    {
        if (_name)
            return await NamedTargetAsync(input, path, cancellationToken);
        return suffixed && Path.GetFileName(path).Length > CompressCommand.Suffix.Length
            ? path[..^CompressCommand.Suffix.Length]
            : throw new IOException($"does not end in {CompressCommand.Suffix}, so its output has no name; give one with -o, or use -c");
    }

    // Only ever a name in the folder where the archive is.
    private async Task<string> NamedTargetAsync(InputFile input, string path, CancellationToken cancellationToken)
    {
        TacitArchive archive = TacitArchive.Open(await input.SeekableAsync(cancellationToken), Options(input));
        if (!archive.Frames[0].Metadata.TryGetValue(StoredName.Key, out string? name))
            throw new InvalidDataException("keeps no name; give one with -o");
        if (!StoredName.IsSafe(name))
            throw new InvalidDataException($"keeps the name '{name}', which could lead elsewhere and is not used; give one with -o");
        return input.IsStandard ? name : Path.Join(Path.GetDirectoryName(path), name);
    }

    private async Task DecompressAsync(InputFile input, OutputFile output, Removal? removal, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        if (removal is not null && !output.CanVerify)
            throw new IOException($"'{output.Name}' cannot be read again to be verified, which --rm needs");
        var counted = new CountedOutput(output.Stream, holes: output.CanVerify);   // a file of ours, nothing in it
        await using (ProgressLine? progress = ProgressLine.Start(_settings.Report, input,
            line => _range is { End: { } end } range ? (double)line.Bytes / Math.Max(end - range.Start, 1)
                : !_salvage && _records is null && input.Length is > 0 and long length ? (double)input.Stream.Position / length : null))
        {
            if (_range is { } wanted)
                await CopyRangeAsync(input, counted, wanted, progress, cancellationToken);
            else if (_records is { } records)
                await CopyRecordsAsync(input, counted, records, progress, cancellationToken);
            else if (_salvage)
                await SalvageAsync(input, counted, progress, cancellationToken);
            else
                await CopyAllAsync(input, counted, progress, cancellationToken);
        }
        await output.FinishAsync(input.Status, cancellationToken);
        if (removal is not null)
            await VerifyAsync(input, output, cancellationToken);
        output.Publish();
        removal?.Remove(input);
        _settings.Report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{input.Name}: {counted.Position} bytes, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));
    }

    private async Task CopyAllAsync(InputFile input, Stream destination, ProgressLine? progress, CancellationToken cancellationToken)
    {
        // Looking for a name has read the archive, and a pipe is in a temporary file by then.
        InputStream source = _name ? new InputStream(await RewoundAsync(input, cancellationToken)) : input.Stream;
        await ArchiveReading.CopyAsync(source, destination, Options(input), progress, input.IsSmall, cancellationToken);
    }

    private async Task CopyRangeAsync(InputFile input, Stream destination, ByteRange range, ProgressLine? progress, CancellationToken cancellationToken)
    {
        TacitArchive archive = TacitArchive.Open(await RewoundAsync(input, cancellationToken), Options(input));
        long end = range.End ?? archive.Length;
        if (range.Start > archive.Length || end > archive.Length)
            throw new InvalidDataException($"the range {range} goes beyond the end of the data, which has {archive.Length} bytes");
        await archive.CopyRangeAsync(range.Start, end, destination, progress, cancellationToken);
    }

    private async Task CopyRecordsAsync(InputFile input, Stream destination, ByteRange range, ProgressLine? progress, CancellationToken cancellationToken)
    {
        TacitArchive archive = TacitArchive.Open(await RewoundAsync(input, cancellationToken), Options(input));
        long records = archive.CountRecords(), end = range.End ?? records;
        if (range.Start > records || end > records)
            throw new InvalidDataException($"there is no record {Math.Max(range.Start, end - 1)}; the archive has {records}");
        await archive.CopyRecordsAsync(range.Start, end, destination, progress, cancellationToken);
    }

    private async Task SalvageAsync(InputFile input, Stream destination, ProgressLine? progress, CancellationToken cancellationToken)
    {
        SalvageReport report = await TacitSalvage.SalvageAsync(await RewoundAsync(input, cancellationToken), destination, Options(input), progress, cancellationToken);
        if (report.RecoveredBytes == 0 && report.Losses.Count > 0)
            throw new InvalidDataException($"nothing could be recovered: {report.Losses[0].Reason}");
        foreach (SalvageLoss loss in report.Losses)
        {
            string what = loss.Length > 0 ? $"lost bytes {loss.Offset} to {loss.Offset + loss.Length}" : $"damage at {loss.Offset} in the data";
            _settings.Report.Warning($"{input.Name}: {what}: {loss.Reason}");
        }
    }

    private static async Task<Stream> RewoundAsync(InputFile input, CancellationToken cancellationToken)
    {
        Stream archive = await input.SeekableAsync(cancellationToken);
        archive.Position = 0;
        return archive;
    }

    private async Task VerifyAsync(InputFile input, OutputFile output, CancellationToken cancellationToken)
    {
        byte[] written;
        await using (FileStream raw = output.OpenWritten())
            written = await Verification.HashAsync(raw, cancellationToken);
        await Verification.CompareAsync(await RewoundAsync(input, cancellationToken), written, Options(input), cancellationToken);
    }
}
