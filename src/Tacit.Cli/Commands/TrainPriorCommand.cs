using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Learning;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Cli.Commands;

/// <summary>tacit train prior: what codec cm learns from data, for it to begin with.</summary>
internal static class TrainPriorCommand
{
    public const string Summary = "what codec cm has learnt from data, for files like it";

    private const string Help = """
        usage: tacit train prior [OPTION…] DATA… -o MODEL

        Learns from files, folders or - (standard input) what codec cm learns from them, and writes it to
        MODEL, usually NAME.tacitmodel. 'tacit compress --model MODEL' then codes files of the same kind
        as if they came after DATA. The same data and options give the same file.

          -1 … -9             the level the model is for; -5 unless given
          --form F            text (default): the data itself, compressed. Small and exact, but loading the
                              model takes as long as decompressing the data. Or state: what was learnt,
                              rounded, as much as there is room for. Loads at once
          --max-model SIZE    most bytes of MODEL: of a text the first part is taken, of a state what was
                              seen most often (default for a state 4M; a state takes 64K at least)
          -o, --output MODEL  the model file
          -f, --force         overwrite
          -v, --verbose       say more
          -q, --quiet         say nothing

        examples:
          tacit train prior letters -9 -o letters.tacitmodel
          tacit compress --model letters.tacitmodel letter.txt
        """;

    private const long StateSize = 4 << 20, LeastSize = 1 << 16;

    // The model file's, about.
    private const int HeaderSize = 1024;

    public static Command Create()
    {
        var common = new CommonOptions();
        var level = new LevelOption();
        Option<string> form = CommandLine.Value("--form"), size = CommandLine.Value("--max-model"), output = CommandLine.Value("--output", "-o");
        Option<bool> force = CommandLine.Flag("--force", "-f");
        var command = new Command("train", Help) { level.Option, form, size, output, force };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(output) ?? throw new UsageException("-o MODEL is missing: 'tacit train prior DATA… -o NAME.tacitmodel'");
            if (path is "" or "-")
                throw new UsageException("-o takes the name of a file; a model is not written to standard output");
            bool isState = parsed.GetValue(form) switch
            {
                null or "text" => false,
                "state" => true,
                var other => throw new UsageException($"--form is text or state, not '{other}'"),
            };
            long most = parsed.GetValue(size) is { } text ? ByteSize.Parse("--max-model", text) : isState ? StateSize : int.MaxValue;
            if (most is < LeastSize or > int.MaxValue)
                throw new UsageException($"--max-model takes {LeastSize >> 10}K to 2G");
            Report report = common.Report(parsed);
            await using OutputFile file = OutputFile.Create(path, parsed.GetValue(force), compressed: true, input: null);
            byte[] data = await ReadAsync(common.Files(parsed), path, report, cancellationToken);
            int at = level.Read(parsed);
            CheckMemory(at, data.Length, isState);
            using MixerPrior prior = await Task.Run(
                () => MixerPrior.Learn(data, at, MixerPrior.StructureOf(data, at), isState ? int.MaxValue : (int)most - HeaderSize, cancellationToken), cancellationToken);
            KeyValuePair<string, string>[] provenance =
            [
                new("data_bytes", prior.Text.Length.ToString(CultureInfo.InvariantCulture)),
                new("data_sha256", Convert.ToHexStringLower(SHA256.HashData(prior.Text.Span))),
            ];
            await Task.Run(() =>
            {
                if (isState)
                    PriorModel.WriteState(file.Stream, prior, (int)most, cancellationToken, provenance);
                else
                    PriorModel.WriteText(file.Stream, prior, provenance);
            }, cancellationToken);
            await file.FinishAsync(like: null, cancellationToken);
            file.Publish();
            report.Note($"{path}: has learnt {ByteSize.Format(prior.Text.Length)} of {ByteSize.Format(data.Length)} at level {prior.Level}");
            return report.ExitCode;
        });
        return command;
    }

    // The mixer that learns, the prior it becomes, and for a state the slots that are kept.
    private static void CheckMemory(int level, int length, bool isState)
    {
        long needed = ContextMixer.WorkingMemory(level, length) * (isState ? 3 : 2), limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        if (needed > limit)
        {
            throw new InsufficientMemoryException($"learning {ByteSize.Format(length)} at level {level} takes {ByteSize.Format(needed)} of memory, more than half of " +
                "the machine's; a lower level or less data takes less");
        }
    }

    private static async Task<byte[]> ReadAsync(IReadOnlyList<string> names, string output, Report report, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        foreach (FoundFile found in FileWalk.Expand(names, recursive: true, report))
        {
            if (found.InFolder && TemporaryFiles.IsTemporary(found.Path))
                continue;
            try
            {
                using InputFile input = InputFile.Open(found.Path);
                OutputFile.RefuseSame(FileStatus.Of(output), input.Status);
                all.Write(await input.ReadAllAsync(MixerPrior.MaxLength, cancellationToken));
            }
            catch (Exception e) when (Trouble.IsExpected(e) && e is not UsageException)
            {
                throw new IOException($"{(found.Path == "-" ? "standard input" : found.Path)}: {Trouble.Describe(e)}", e);
            }
            if (all.Length > MixerPrior.MaxLength)
                throw new IOException($"there are more than {MixerPrior.MaxLength >> 20} MiB to learn from, which is the most");
        }
        if (report.ExitCode == ExitCode.Error)
            throw new IOException("not all of the data can be read; nothing is learnt from a part of it");
        return all.Length > 0 ? all.ToArray() : throw new IOException("there is no data: what is named holds no bytes");
    }
}
