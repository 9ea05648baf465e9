using System.CommandLine;
using Tacit.Cli.Files;

namespace Tacit.Cli.Commands;

/// <summary>--model, of commands that read or write archives: models frames name, given as often as there are models.</summary>
internal sealed class ModelsOption
{
    public Option<string[]> Option { get; } = new("--model") { Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>The models, loaded, and where others are found.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="memoryLimit">Most memory, as the library takes it.</param>
    public ModelLookup Read(ParseResult parsed, long memoryLimit = 0) => new(parsed.GetValue(Option) ?? [], memoryLimit);
}
