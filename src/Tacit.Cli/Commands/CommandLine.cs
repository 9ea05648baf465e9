using System.CommandLine;
using System.CommandLine.Parsing;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Commands;

/// <summary>Finds the command, parses its options and runs it.</summary>
/// <remarks>Only the command that is called is built: making all their options costs more than compressing a small file.</remarks>
internal static class CommandLine
{
    private const string Help = """
        tacit: what a model can predict goes unsaid. Lossless learned compression.

        usage: tacit compress   FILE…    write FILE.tacit           (also: tacit c)
               tacit decompress FILE…    write FILE again           (also: tacit d, tacit -d)
               tacit test       FILE…    decode and check           (also: tacit t, tacit -t)
               tacit list       FILE…    show what is inside        (also: tacit l, tacit -l)
               tacit inspect    FILE     show what each byte costs
               tacit train KIND DATA…    train a model: -o MODEL.tacitmodel
               tacit generate            what a model makes up: text or series; --model MODEL
               tacit forecast            the values to come of a series: --model MODEL
               tacit evaluate   FILE…    how well a model foresees files: --model MODEL
               tacit reconstruct DATA…   what an autoencoder gives back: --model MODEL
               tacit embed      DATA…    what it makes of each item: --model MODEL -o OUT.csv
               tacit classify   DATA…    which label each item has: --model MODEL
               tacit cluster    DATA…    which items lie together: --model MODEL
               tacit import     FILE     a model of another program: -o MODEL.tacitmodel
               tacit export     MODEL    a model's weights for other programs
               tacit selftest            check that this machine codes as all others do

        examples:
          tacit compress -9 book.txt                  book.txt.tacit; book.txt is kept
          tacit -dc book.txt.tacit | wc -w            to standard output
          tar c folder | tacit c -o folder.tacit      from standard input
          tacit d --range 1M:2M big.log.tacit -o part the second MiB only

        'tacit COMMAND --help' explains a command's options; 'tacit --version' prints the version.
        Exit codes: 0 done, 1 error, 2 warning, 130 interrupted.
        """;

    private static readonly ParserConfiguration Plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs the command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        args = ExpandCommandFlag(args);
        Command? command = args.Length == 0 ? null : args[0] switch
        {
            "compress" or "c" => CompressCommand.Create(),
            "decompress" or "d" => DecompressCommand.Create(),
            "test" or "t" => TestCommand.Create(),
            "list" or "l" => ListCommand.Create(),
            "inspect" => ModelCommands.CreateOr(args, kind => kind.Inspect, InspectCommand.Create),
            "train" => TrainCommand.Create(ref args),
            "forecast" => ModelCommands.Create("forecast", args, kind => kind.Forecast),
            "generate" => ModelCommands.Create("generate", args, kind => kind.Generate),
            "evaluate" => ModelCommands.Create("evaluate", args, kind => kind.Evaluate),
            "reconstruct" => ModelCommands.Create("reconstruct", args, kind => kind.Reconstruct),
            "embed" => ModelCommands.Create("embed", args, kind => kind.Embed),
            "classify" => ModelCommands.Create("classify", args, kind => kind.Classify),
            "cluster" => ModelCommands.Create("cluster", args, kind => kind.Cluster),
            "import" => ImportCommand.Create(),
            "export" => ExportCommand.Create(),
            "selftest" => SelfTestCommand.Create(),
            _ => null,
        };
        if (command is null)
            return WithoutCommand(args.Length == 0 ? "" : args[0]);
        if (AsksForHelp(args))
        {
            Console.WriteLine(command.Description);
            return ExitCode.Success;
        }
        args[0] = command.Name;
        ParseResult parsed = new Command("tacit") { command }.Parse(Unbundle(args), Plain);
        Check(parsed, command.Name);
        return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
    }

    /// <summary>An option that takes no value.</summary>
    public static Option<bool> Flag(string name, params string[] aliases) => new(name, aliases) { Arity = ArgumentArity.Zero };

    /// <summary>An option that takes a value. Given again, the last one counts, so that an alias's choice can be changed.</summary>
    public static Option<string> Value(string name, params string[] aliases) => new(name, aliases)
    {
        Arity = ArgumentArity.OneOrMore,
        CustomParser = static result =>
        {
            if (result.Parent is OptionResult { IdentifierTokenCount: var given } option && given > result.Tokens.Count)
                result.AddError($"Required argument missing for option: '{option.IdentifierToken!.Value}'.");
            return result.Tokens[^1].Value;
        },
    };

    // The classic spelling: -d, -t and -l are commands, bundled with others too (-dkf), or after others (-k -d).
    private static string[] ExpandCommandFlag(string[] args)
    {
        if (args.Length == 0 || args[0] is not ['-', _, ..] || args[0] is "--version")
            return args;
        for (int i = 0; i < args.Length && args[i] != "--"; i++)
        {
            string bundle = args[i];
            if (bundle is not ['-', not '-', ..])
            {
                i += TakesNext(bundle) ? 1 : 0;
                continue;
            }
            int end = bundle.AsSpan().IndexOfAny('o', 'T');   // these take the rest as their value, or what comes next
            int at = bundle.AsSpan(0, end < 0 ? bundle.Length : end).IndexOfAny('d', 't', 'l');
            if (at >= 0)
            {
                string rest = bundle.Remove(at, 1), command = bundle[at..(at + 1)];
                return rest == "-" ? [command, .. args[..i], .. args[(i + 1)..]] : [command, .. args[..i], rest, .. args[(i + 1)..]];
            }
            i += end == bundle.Length - 1 ? 1 : 0;
        }
        return args;
    }

    private static bool TakesNext(string option) =>
        option is "-o" or "-T" or "-n" or "-p" or "--output" or "--threads" or "--codec" or "--elements" or "--pcm" or "--block-size" or "--memlimit" or "--range"
            or "--model" or "--from" or "--prompt" or "--stop" or "--tokenizer" or "--config" or "--format"
            or "--labels" or "--label-pattern" or "--map" or "--svg" or "--rival" or "--column" or "--input" or "--errors" or "--shape" or "--between" or "--encoder" or "--picture";

    // Splits -kf9T2 into -k -f -9 -T 2. The parser's own way of doing so takes what it does not know for a FILE.
    private static List<string> Unbundle(string[] args)
    {
        var split = new List<string>(args.Length + 4);
        bool value = false;
        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            if (arg == "--")
            {
                split.AddRange(args[i..]);
                break;
            }
            if (value || arg is not ['-', not '-', _, ..])
            {
                split.Add(arg);
                value = !value && TakesNext(arg);
                continue;
            }
            for (int at = 1; at < arg.Length; at++)
            {
                split.Add($"-{arg[at]}");
                if (arg[at] is not ('o' or 'T' or 'n' or 'p'))
                    continue;
                value = at == arg.Length - 1;
                if (!value)
                    split.Add(arg[(at + (arg[at + 1] == '=' ? 2 : 1))..]);
                break;
            }
        }
        return split;
    }

    private static int WithoutCommand(string first)
    {
        switch (first)
        {
            case "--help" or "-h":
                Console.WriteLine(Help);
                return ExitCode.Success;
            case "--version":
                Console.WriteLine($"tacit {typeof(CommandLine).Assembly.GetName().Version!.ToString(3)}");
                return ExitCode.Success;
            case "":
                throw new UsageException("no command; 'tacit compress FILE' compresses, 'tacit --help' shows more");
            default:
                string what = first.StartsWith('-') ? "option before the command" : "command";
                throw new UsageException($"unknown {what} '{first}'; 'tacit --help' shows what there is");
        }
    }

    private static bool AsksForHelp(string[] args)
    {
        foreach (string arg in args)
        {
            if (arg is "--help" or "-h")
                return true;
            if (arg == "--")
                break;
        }
        return false;
    }

    private static void Check(ParseResult parsed, string command)
    {
        string? trouble = parsed.Errors.Count > 0 ? parsed.Errors[0].Message.TrimEnd('.') : null;
        // What follows "--" is a file whatever it looks like; before it, a dash is an option's.
        bool files = false;
        foreach (Token token in parsed.CommandResult.Tokens)
            files |= token.Type == TokenType.DoubleDash;
        int named = 0;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.DoubleDash)
                files = true;
            else if (files)
                named++;
        }
        IReadOnlyList<Token> free = parsed.CommandResult.Tokens;
        for (int i = 0; i < free.Count - named; i++)
        {
            if (free[i].Value is ['-', _, ..] option)
                trouble = $"unknown option '{option}'";
        }
        if (parsed.UnmatchedTokens.Count > 0)
            trouble = $"unexpected '{parsed.UnmatchedTokens[0]}'";
        if (trouble is not null)
            throw new UsageException($"{trouble}; 'tacit {command} --help' shows what there is");
    }
}
