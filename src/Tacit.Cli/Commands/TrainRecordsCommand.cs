using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Records;
using Tacit.Cli.Series;
using Tacit.Cli.Terminal;
using Tacit.Media;
using Tacit.Modeling.Records;

namespace Tacit.Cli.Commands;

/// <summary>tacit train records: a model of small records from samples.</summary>
internal static class TrainRecordsCommand
{
    public const string Summary = "small records (JSON, log lines, rows), each to be compressed alone";

    private const string Help = """
        usage: tacit train records [OPTION…] SAMPLES… -o MODEL

        Learns what records of one kind have in common, so that a program can compress each of them
        alone (the library's RecordCodec). SAMPLES are files, folders, or - for standard input. A few
        dozen records are of use, thousands better. The same samples, options and seed give the same
        file. Of more than 8 MiB of samples a fair part is taken.

        Shows what the last tenth of the samples takes with a model of the others, before the model of
        all of them is made.

          --profile P         best (small, default) or fast (several times as fast)
          --max-model SIZE    most bytes of the model file (default 1M; 64K to 8M)
          --format F          lines (JSON Lines, text; default), csv (rows; default for .csv), prefixed
                              (4 bytes of length, the least significant first, before each record),
                              files (each file is a record; default for folders)
          --seed S            which samples are taken if there are too many (default 1)
          -o, --output MODEL  the model file
          -f, --force         overwrite
          -q, --quiet         show nothing, and measure nothing

        examples:
          tacit train records users.jsonl -o users.tacitmodel
          zcat logs/*.gz | tacit train records - --profile fast -o logs.tacitmodel
        """;

    private const long MostSamples = 8 << 20;
    private const string FilesFormat = "files";

    public static Command Create()
    {
        var common = new CommonOptions();
        Option<string> profile = CommandLine.Value("--profile"), maxModel = CommandLine.Value("--max-model"), format = CommandLine.Value("--format"),
            seed = CommandLine.Value("--seed"), output = CommandLine.Value("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("train", Help) { profile, maxModel, format, seed, output, force };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(output) ?? throw new UsageException("-o MODEL is missing: 'tacit train records SAMPLES… -o MODEL'");
            Report report = common.Report(parsed);
            var options = new RecordTrainingOptions
            {
                Profile = ProfileNamed(parsed.GetValue(profile)),
                MaxModelSize = SizeOf(parsed.GetValue(maxModel)),
            };
            string? given = parsed.GetValue(format);
            if (given is not (null or FilesFormat))
                RecordFormatName.Parse(given, FilesFormat);
            ulong key = WholeNumber.Seed(parsed.GetValue(seed));
            if (FileStatus.Of(path) is not null && !OutputFile.IsStandardName(path) && !parsed.GetValue(force))
                throw new IOException($"'{path}' exists already; -f overwrites it");
            bool quiet = report.Verbosity == Verbosity.Quiet;

            var samples = new SampleReservoir(MostSamples, key);
            foreach (FoundFile file in FileWalk.Expand(common.Files(parsed), recursive: true, report))
                await ReadAsync(file, given, samples, FileStatus.Of(path), cancellationToken);
            IReadOnlyList<byte[]> kept = samples.Samples;
            if (samples.TooLong > 0)
                report.Warning($"{samples.TooLong} of {samples.Offered} samples have more than {samples.MaxLength} bytes and are left out; what is learnt is for small records");
            if (kept.Count < RecordTraining.LeastSamples)
            {
                throw new InvalidDataException(samples.TooLong > 0 ? "there are not enough samples that are small records"
                    : kept.Count == 0 ? "there are no samples to learn from" : "one sample is not enough to learn from; a few dozen are of use, thousands better");
            }
            (options.Seed, options.Offered) = (key, samples.Offered);
            if (!quiet)
            {
                Say(samples.Offered == kept.Count ? $"{kept.Count} samples, {samples.OfferedBytes} bytes"
                    : $"{samples.Offered} samples, {samples.OfferedBytes} bytes; {kept.Count} of them taken");
                Show(await TrainAsync(() => HeldOut.Measure(kept, options, cancellationToken), cancellationToken));
            }
            byte[] model = await TrainAsync(() => RecordTraining.Train(kept, options, cancellationToken), cancellationToken);
            await using OutputFile target = OutputFile.IsStandardName(path) ? OutputFile.OpenStandard(compressed: true)
                : OutputFile.Create(path, parsed.GetValue(force), compressed: true, input: null);
            await target.Stream.WriteAsync(model, cancellationToken);
            await target.FinishAsync(like: null, cancellationToken);
            target.Publish();
            if (!quiet)
                Say($"{target.Name}: {model.Length} bytes");
            return report.ExitCode;
        });
        return command;
    }

    private static async Task ReadAsync(FoundFile file, string? given, SampleReservoir samples, FileStatus? output, CancellationToken cancellationToken)
    {
        RecordFormat? format = given == FilesFormat || (given is null && file.InFolder) ? null : RecordFormatName.Of(given, file.Path);
        using InputFile input = InputFile.Open(file.Path);
        OutputFile.RefuseSame(output, input.Status);
        try
        {
            await new RecordReader(format, record => samples.Add(record)).ReadAsync(input.Stream, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{input.Name}: {e.Message}", e);
        }
    }

    private static async Task<T> TrainAsync<T>(Func<T> train, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(train, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{e.Message} --max-model sets the limit.");   // all else was looked at before
        }
    }

    private static void Show(HeldOut? held)
    {
        if (held is null)
        {
            Say($"too few samples to hold some out: {HeldOut.LeastSamples} at least");
            return;
        }
        double charged = (double)held.Bytes / (held.Coded + held.ModelBytes), alone = (double)held.Bytes / Math.Max(held.Coded, 1);
        Say(string.Create(CultureInfo.InvariantCulture,
            $"held out: {held.Records} records, {held.Bytes} -> {held.Coded} bytes, {alone:0.00}:1; {charged:0.00}:1 with the model of {held.ModelBytes} bytes"));
        double gain = 100.0 * (held.CodedByHalf - held.Coded) / Math.Max(held.CodedByHalf, 1);
        Say(string.Create(CultureInfo.InvariantCulture,
            $"with half of the samples: {held.CodedByHalf} bytes; the other half saves {gain:0.0} %, so more samples {(held.MoreWouldHelp ? "would help" : "would hardly help")}"));
    }

    // Standard output may be the model's.
    private static void Say(string line) => Console.Error.WriteLine(line);

    private static RecordProfile ProfileNamed(string? name) => name switch
    {
        null or "best" => RecordProfile.Best,
        "fast" => RecordProfile.Fast,
        _ => throw new UsageException($"--profile is best or fast, not '{name}'"),
    };

    private static int SizeOf(string? text)
    {
        if (text is null)
            return new RecordTrainingOptions().MaxModelSize;
        return ByteSize.Parse("--max-model", text) is >= 1 << 16 and <= RecordModel.MaxFileSize and long size
            ? (int)size
            : throw new UsageException($"--max-model is 64K to 8M, not '{text}'");
    }
}
