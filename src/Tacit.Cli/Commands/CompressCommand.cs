using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Items;
using Tacit.Cli.Records;
using Tacit.Cli.Terminal;
using Tacit.Compression;
using Tacit.Learning;
using Tacit.Media.Audio;

namespace Tacit.Cli.Commands;

/// <summary>tacit compress: each file becomes one frame, in a file of its own or joined on standard output.</summary>
internal sealed class CompressCommand
{
    public const string Suffix = ".tacit";

    private const string Help = """
        usage: tacit compress [OPTION…] [FILE…]                                    (also: tacit c)

        Writes FILE.tacit beside each FILE, which is kept. Without FILE, or for -, from standard
        input to standard output.

          -1 … -9             fast … small; -5 unless given
          --codec C           cm (learns the data; decoding takes as long as coding), numeric (tables
                              of numbers, as CSV or in memory), audio (sound: WAV, AIFF, raw samples),
                              lm (a language model's), bitsback (IDX or images, a vae's), records, brotli,
                              deflate, store; default: the model's, or as the file begins, else cm
          --elements T        numbers in memory, for numeric: int8 to int64, uint8 to uint64, float32,
                              float64; int16be: highest byte first; float64*8: rows of 8. Else found out
          --pcm FORMAT        the data is raw samples, coded by audio: TYPE:CHANNELS:RATE, TYPE one of u8,
                              s8, s16le, s16be, s24le, s24be, s32le, s32be, f32le, f32be; as s16le:2:44100
          --model M           code with a trained model (may be given again, for several); decompressing
                              takes the same, which is looked for as 'tacit decompress --help' says
          --mix, --no-mix     a language model with cm (the default for models of bytes), or alone
          --records           each record alone, by a model of 'tacit train records'; any can be read alone
          --format F          of records: lines, csv (default for .csv), prefixed (4 bytes, low to high)
          --neural            with -7 to -9 and cm: a network learns too; smaller, thirty times slower
          --lossy             bitsback: keep what the model gives back of items, -1 coarse … -9 fine
          --embed-model       put the models into the output, which then needs nothing else
          --block-size N      code blocks of N bytes on their own (suffixes K, M, G; default by
                              level 4M, 16M, 64M): smaller blocks cost size and gain threads
          -o, --output OUT    write to OUT; -o -, -c or --stdout: to standard output, one after another
          -f, --force         overwrite; compress files that end in .tacit
          -k, --keep          keep the input (the default)
          --rm                remove the input after the output was read again and compared
          -r, --recursive     take the files in folders (without: all images of one, with --model VAE)
          --verify            read the output again and compare
          --sha256, --name    keep the SHA-256 of the data; the file's name (a name, never a path)
          -T, --threads N     use N threads (default: all processors); same bytes for any N
          --memlimit SIZE     most memory (default: half of the machine's); lowers -T
          -v, --verbose, -q, --quiet      a line per file; no warnings, no progress

        examples:
          tacit compress -9 book.txt
          tacit c --codec brotli --rm -r logs
          tar c folder | tacit c -o folder.tacit
        """;

    /// <summary>Says that no output name is derived from an input's.</summary>
    public const string NoName = "is not an ordinary file, so its output has no name; give one with -o, or use -c";

    private readonly FileSettings _settings;
    private readonly TacitCodec? _codec;    // null if to be chosen
    private readonly PcmFormat? _pcm;
    private readonly int _level, _blockSize;
    private readonly string? _elements;
    private readonly string? _format;
    private readonly bool? _mix;
    private readonly bool _verify, _sha256, _name, _embed, _network, _lossy;
    private OutputFile? _joined;

    private CompressCommand(FileSettings settings, TacitCodec? codec, string? elements, PcmFormat? pcm, int? level, int blockSize, bool verify, bool sha256, bool name, bool embed, bool mix, bool alone, bool network, bool lossy, bool records, string? format)
    {
        if (records && (codec ?? TacitCodec.Records) != TacitCodec.Records)
            throw new UsageException("--records is a codec of its own");
        codec = records ? TacitCodec.Records : codec;
        if (elements is not null && codec is not (null or TacitCodec.Numeric))
            throw new UsageException("--elements is for codec numeric");
        if (pcm is not null && (elements is not null || codec is not (null or TacitCodec.Audio)))
            throw new UsageException("--pcm is for codec audio");
        try
        {
            _ = new TacitCompressionOptions { Elements = elements };
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--elements takes such as int16, uint32be, float64 or float64*8, not '{elements}'");
        }
        (_settings, _codec, _level, _blockSize) = (settings, elements is not null ? TacitCodec.Numeric : pcm is not null ? TacitCodec.Audio : network ? codec ?? TacitCodec.ContextMixing : codec, level ?? settings.Models.Named.FirstOrDefault(m => m.Level is not null)?.Level ?? 5, blockSize);
        (_elements, _pcm) = (elements, pcm);
        (_verify, _sha256, _name, _embed, _network) = (verify, sha256, name, embed, network);
        _lossy = lossy;
        if (lossy && (verify || settings.Remove))
            throw new UsageException("--lossy does not keep the input as it is, so it cannot be verified, nor the input be removed");
        if (embed && settings.Models.Named.Count == 0)
            throw new UsageException("--embed-model embeds what --model names");
        if (mix && alone)
            throw new UsageException("--mix and --no-mix exclude each other");
        _mix = mix ? true : alone ? false : null;
        if (_codec is null && settings.Models.Named.Count > 0)
            _codec = Fitting(() => TacitCodecChoice.For(settings.Models.Named));
        if (_mix is not null && _codec != TacitCodec.LanguageModel)
            throw new UsageException("--mix and --no-mix are for a language model, which --model names");
        if (_codec == TacitCodec.Records && settings.Models.Named.Count == 0)
            throw new UsageException("--records takes a model of them, which 'tacit train records' makes: --model M");
        if (format is not null && _codec != TacitCodec.Records)
            throw new UsageException("--format is for --records");
        if (format is not null)
            RecordFormatName.Parse(format);
        _format = format;
        Fitting(() =>
        {
            new TacitCompressionOptions { Codec = _codec ?? TacitCodec.ContextMixing, Models = settings.Models.Named, Mix = _mix, Level = _level, Network = network, Lossy = lossy }.Check();
            return true;
        });
    }

    public static Command Create()
    {
        var files = new FileOptions();
        var level = new LevelOption();
        var codec = CommandLine.Value("--codec");
        Option<bool> records = CommandLine.Flag("--records");
        Option<string> format = CommandLine.Value("--format");
        Option<string> elements = CommandLine.Value("--elements"), pcm = CommandLine.Value("--pcm");
        var blockSize = CommandLine.Value("--block-size");
        Option<bool> mix = CommandLine.Flag("--mix"), alone = CommandLine.Flag("--no-mix"), network = CommandLine.Flag("--neural"), lossy = CommandLine.Flag("--lossy"), embed = CommandLine.Flag("--embed-model"), verify = CommandLine.Flag("--verify"), sha256 = CommandLine.Flag("--sha256"), name = CommandLine.Flag("--name");
        var command = new Command("compress", Help) { level.Option, codec, elements, pcm, mix, alone, network, lossy, records, format, embed, blockSize, verify, sha256, name };
        files.AddTo(command);
        command.SetAction((parsed, cancellationToken) => new CompressCommand(files.Read(parsed), CodecNamed(parsed.GetValue(codec)),
            parsed.GetValue(elements), PcmOption.Parse(parsed.GetValue(pcm)), level.Given(parsed), BlockSizeOf(parsed.GetValue(blockSize)), parsed.GetValue(verify), parsed.GetValue(sha256),
            parsed.GetValue(name), parsed.GetValue(embed), parsed.GetValue(mix), parsed.GetValue(alone), parsed.GetValue(network), parsed.GetValue(lossy), parsed.GetValue(records), parsed.GetValue(format)).RunAsync(cancellationToken));
        return command;
    }

    // What the library says of options that do not fit together.
    private static T Fitting<T>(Func<T> choice)
    {
        try
        {
            return choice();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static TacitCodec? CodecNamed(string? name) => name switch
    {
        null => null,
        "cm" => TacitCodec.ContextMixing,
        "numeric" => TacitCodec.Numeric,
        "audio" => TacitCodec.Audio,
        "lm" => TacitCodec.LanguageModel,
        "bitsback" => TacitCodec.BitsBack,
        "records" => TacitCodec.Records,
        "brotli" => TacitCodec.Brotli,
        "deflate" => TacitCodec.Deflate,
        "store" => TacitCodec.Store,
        _ => throw new UsageException($"--codec is one of cm, numeric, audio, lm, bitsback, records, brotli, deflate, store, not '{name}'"),
    };

    private static int BlockSizeOf(string? text)
    {
        if (text is null)
            return 0;
        return ByteSize.Parse("--block-size", text) is >= 1 and <= 1 << 28 and long size
            ? (int)size
            : throw new UsageException($"--block-size is 1 to 256M, not '{text}'");
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (_verify && _settings.Stdout)
            throw new UsageException("--verify reads the output again, which standard output does not allow");
        try
        {
            return await Jobs.RunAsync(FileWalk.Expand(_settings.Files, _settings.Recursive, _settings.Report, whole: _codec == TacitCodec.BitsBack), _settings.Report,
                file => CompressAsync(file, cancellationToken), cancellationToken);
        }
        finally
        {
            if (_joined is not null)
                await _joined.DisposeAsync();
        }
    }

    private async Task CompressAsync(FoundFile file, CancellationToken cancellationToken)
    {
        string path = file.Path;
        bool derived = !_settings.Stdout && _settings.Output is null && path != "-";
        if (file.InFolder && TemporaryFiles.IsTemporary(path))
        {
            _settings.Report.Warning($"{path}: is what a killed tacit has left, or one at work will rename; skipped");
            return;
        }
        if (derived && !_settings.Force && path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            _settings.Report.Warning($"{path}: ends in {Suffix} already; skipped (-f compresses it again)");
            return;
        }
        if (path != "-" && FileStatus.Of(path) is { Kind: FileKind.Folder })
        {
            await CompressFolderAsync(path, cancellationToken);
            return;
        }
        if (derived && !InputFile.GivesName(path))
            throw new IOException(NoName);
        Removal? removal = _settings.Remove ? Removal.Prepare(path) : null;
        using InputFile input = InputFile.Open(path);
        if (!derived && _settings.Output is null)
        {
            _joined ??= OutputFile.OpenStandard(compressed: true);
            OutputFile.RefuseSame(FileStatus.Of(Posix.StandardOutput), input.Status);
            try
            {
                await CompressAsync(input, path, _joined, removal, cancellationToken);
            }
            catch (Exception e) when (input.Stream.Position > 0 && Trouble.IsExpected(e) && e is not BrokenPipeException)
            {
                throw new StopException($"{input.Name}: {Trouble.Describe(e)}; standard output ends inside its frame", e);
            }
            return;
        }
        await using OutputFile output = _settings.Output is { } target
            ? OutputFile.Create(target, _settings.Force, compressed: true, input.Status)
            : OutputFile.CreateDerived(path + Suffix, _settings.Force, input.Status);
        if (_codec == TacitCodec.BitsBack && FolderCompression.WhyNoItems(path, input, _settings.Models.Named[0]) is { } why)
            _settings.Report.Note($"{path}: {why}");
        await CompressAsync(input, path, output, removal, cancellationToken);
    }

    // All images of a folder as one data set, for a model of such.
    private async Task CompressFolderAsync(string path, CancellationToken cancellationToken)
    {
        if (_settings.Remove)
            throw new UsageException("--rm is not for folders, whose images are kept pixel for pixel, not as files");
        if (_settings.Stdout && _settings.Files.Count > 1)
            throw new UsageException("an archive holds the images of one folder: -c takes no other FILE beside it");
        await using OutputFile output = _settings.Stdout ? OutputFile.OpenStandard(compressed: true)
            : _settings.Output is { } target ? OutputFile.Create(target, _settings.Force, compressed: true, input: null)
            : OutputFile.CreateDerived(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar) + Suffix, _settings.Force, input: null);
        await new FolderCompression(path, Options(path), _settings.Report).WriteAsync(output, _verify ? DecodingOptions() : null, cancellationToken);
    }

    private async Task CompressAsync(InputFile input, string path, OutputFile output, Removal? removal, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        bool verify = _verify || removal is not null;
        if (verify && !output.CanVerify)
            throw new IOException($"'{output.Name}' cannot be read again to be verified");
        if (verify && input.Length is null)
            input.Stream.Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        long written = 0;
        await using (ProgressLine? progress = ProgressLine.Start(_settings.Report, input,
            line => input.Length is > 0 and long length ? (double)line.Bytes / length : null))
        {
            var counted = new CountedOutput(output.Stream);
            await using (var tacit = new TacitStream(counted, Options(input, path), leaveOpen: true, progress))
            {
                try
                {
                    if (input.IsSmall)
                    {
                        input.Stream.CopyTo(tacit, 1 << 16);
                        tacit.Dispose();
                    }
                    else
                    {
                        await input.Stream.CopyToAsync(tacit, 1 << 18, cancellationToken);
                        await tacit.FinishAsync(cancellationToken);   // disposing would finish the last block without the token
                    }
                }
                catch
                {
                    tacit.Abandon();   // disposing must not make it look complete
                    throw;
                }
            }
            written = counted.Length;
        }
        await output.FinishAsync(input.Status, cancellationToken);
        if (verify)
        {
            byte[] hash = input.Stream.Hash?.GetHashAndReset() ?? await Verification.HashAsync(path, cancellationToken);
            await using FileStream archive = output.OpenWritten();
            await Verification.CompareAsync(archive, hash, DecodingOptions(), cancellationToken);
        }
        output.Publish();
        removal?.Remove(input);
        long raw = input.Stream.Position;
        _settings.Report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{input.Name}: {raw} -> {written} bytes, {ByteSize.Ratio(written, raw)}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));
    }

    private TacitCompressionOptions Options(InputFile input, string path)
    {
        if (_name && input.IsStandard)
            throw new UsageException("--name keeps a file's name; standard input has none");
        TacitCompressionOptions options = Options(path);
        options.Codec = _codec ?? Choose(input, path);
        options.SourceLength = input.Length;
        return options;
    }

    private TacitCompressionOptions Options(string path)
    {
        var options = new TacitCompressionOptions
        {
            Codec = _codec ?? TacitCodec.ContextMixing,
            Pcm = _pcm,
            Level = _level,
            Elements = _elements,
            BlockSize = _blockSize,
            Threads = _settings.Threads,
            MemoryLimit = _settings.MemoryLimit,
            IncludeSha256 = _sha256,
            Models = _settings.Models.Named,
            EmbedModels = _embed,
            Mix = _mix,
            Network = _network,
            Lossy = _lossy,
            RecordFormat = RecordFormatName.Of(_format, path),
        };
        if (_name)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            if (!StoredName.IsSafe(name))
                throw new IOException("its name cannot be kept: it has characters no name in an archive may have");
            options.Metadata = new Dictionary<string, string> { [StoredName.Key] = name };
        }
        return options;
    }

    // What comes from a pipe cannot be looked at beforehand.
    private TacitCodec Choose(InputFile input, string path)
    {
        if (input.IsStandard || input.Length is null)
            return TacitCodec.ContextMixing;
        byte[] beginning = new byte[Math.Min(input.Length.Value, TacitCodecChoice.SampleLength)];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        int read = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        return TacitCodecChoice.For(beginning.AsSpan(0, read), _level);
    }

    private TacitDecompressionOptions DecodingOptions() => _settings.Models.Options(archive: null, _settings.Threads);
}
