using System.CommandLine;
using System.Globalization;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Commands;

/// <summary>FILE… and the options every command that reads archives has.</summary>
internal class CommonOptions
{
    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _verbose = CommandLine.Flag("--verbose", "-v");
    private readonly Option<bool> _quiet = CommandLine.Flag("--quiet", "-q");

    /// <summary>Adds the options to the command.</summary>
    public virtual void AddTo(Command command)
    {
        command.Add(_files);
        command.Add(_verbose);
        command.Add(_quiet);
    }

    /// <summary>The files; standard input if none are named and something is there to be read.</summary>
    public IReadOnlyList<string> Files(ParseResult parsed)
    {
        string[] files = Named(parsed);
        if (files.Length > 0)
            return files;
        return StandardStream.IsTerminal(Posix.StandardInput)
            ? throw new UsageException("no FILE is given, and standard input is a terminal")
            : ["-"];
    }

    /// <summary>The files that are named; perhaps none.</summary>
    protected string[] Named(ParseResult parsed) => parsed.GetValue(_files) ?? [];

    public Report Report(ParseResult parsed)
    {
        bool verbose = parsed.GetValue(_verbose), quiet = parsed.GetValue(_quiet);
        if (verbose && quiet)
            throw new UsageException("-v and -q exclude each other");
        return new Report(quiet ? Verbosity.Quiet : verbose ? Verbosity.Verbose : Verbosity.Normal);
    }
}

/// <summary>And how many threads to use.</summary>
internal class ThreadedOptions : CommonOptions
{
    private readonly Option<string> _threads = CommandLine.Value("--threads", "-T");

    public override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(_threads);
    }

    public int Threads(ParseResult parsed)
    {
        if (parsed.GetValue(_threads) is not { } text)
            return Environment.ProcessorCount;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads is >= 1 and <= 1024
            ? threads
            : throw new UsageException($"-T takes a number of threads from 1 to 1024, not '{text}'");
    }
}

/// <summary>And what commands that code have.</summary>
internal class CodingOptions : ThreadedOptions
{
    private readonly Option<string> _memoryLimit = CommandLine.Value("--memlimit");

    public override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(_memoryLimit);
    }

    /// <summary>In bytes; 0 for the library's default, half of the machine's memory.</summary>
    public long MemoryLimit(ParseResult parsed)
    {
        if (parsed.GetValue(_memoryLimit) is not { } text)
            return 0;
        return ByteSize.Parse("--memlimit", text) is > 0 and long limit
            ? limit
            : throw new UsageException("--memlimit takes at least 1 byte");
    }
}

/// <summary>And what commands that turn files into files have.</summary>
internal sealed class FileOptions : CodingOptions
{
    private readonly Option<string> _output = new("--output", "-o");
    private readonly Option<bool> _keep = CommandLine.Flag("--keep", "-k");
    private readonly Option<bool> _remove = CommandLine.Flag("--rm");
    private readonly Option<bool> _force = CommandLine.Flag("--force", "-f");
    private readonly Option<bool> _stdout = CommandLine.Flag("--stdout", "-c");
    private readonly Option<bool> _recursive = CommandLine.Flag("--recursive", "-r");
    private readonly ModelsOption _models = new();

    public override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(_output);
        command.Add(_keep);
        command.Add(_remove);
        command.Add(_force);
        command.Add(_stdout);
        command.Add(_recursive);
        command.Add(_models.Option);
    }

    /// <summary>Reads all of them and checks that they fit together.</summary>
    public FileSettings Read(ParseResult parsed)
    {
        string? output = parsed.GetValue(_output);
        bool stdout = parsed.GetValue(_stdout), remove = parsed.GetValue(_remove), recursive = parsed.GetValue(_recursive);
        IReadOnlyList<string> files = Files(parsed);
        if (output is not null && stdout)
            throw new UsageException("-o and -c exclude each other");
        if (remove && parsed.GetValue(_keep))
            throw new UsageException("--rm and -k exclude each other");
        if (output is not null && (recursive || files.Count > 1))
            throw new UsageException("-o names one output, so it takes one FILE; -c joins several");
        stdout |= output is not null && OutputFile.IsStandardName(output);
        if (remove && (stdout || files.Contains("-")))
            throw new UsageException("--rm removes a file once its output has been read again, which standard input and output do not allow");
        return new FileSettings
        {
            Files = files,
            Report = Report(parsed),
            Threads = Threads(parsed),
            MemoryLimit = MemoryLimit(parsed),
            Output = stdout ? null : output,
            Stdout = stdout,
            Remove = remove,
            Force = parsed.GetValue(_force),
            Recursive = recursive,
            Models = _models.Read(parsed, MemoryLimit(parsed)),
        };
    }
}

/// <summary>What the options of a command that turns files into files say.</summary>
internal sealed class FileSettings
{
    public required IReadOnlyList<string> Files { get; init; }
    public required Report Report { get; init; }
    public required int Threads { get; init; }
    public required long MemoryLimit { get; init; }
    public required string? Output { get; init; }     // null if derived from the input's name, or standard output
    public required bool Stdout { get; init; }
    public required bool Remove { get; init; }
    public required bool Force { get; init; }
    public required bool Recursive { get; init; }
    public required ModelLookup Models { get; init; }
}
