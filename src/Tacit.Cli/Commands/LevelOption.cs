using System.CommandLine;
using System.CommandLine.Parsing;

namespace Tacit.Cli.Commands;

/// <summary>-1 … -9; the last one given counts, 5 if none is.</summary>
internal sealed class LevelOption
{
    /// <summary>To add to the command.</summary>
    public Option<bool> Option { get; } = CommandLine.Flag("-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9");

    /// <summary>The level.</summary>
    public int Read(ParseResult parsed) => Given(parsed) ?? 5;

    /// <summary>The level, or null if none is given.</summary>
    public int? Given(ParseResult parsed)
    {
        int? level = null;
        if (parsed.GetResult(Option) is null)
            return level;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option && token.Value is ['-', >= '1' and <= '9' and char digit])
                level = digit - '0';
        }
        return level;
    }
}
