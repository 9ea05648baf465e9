using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Tacit.Cli.Terminal;

namespace Tacit.Cli.Commands;

/// <summary>An option that takes a number.</summary>
internal sealed class NumberOption<T>(string name, T otherwise, T least, T most)
    where T : INumber<T>
{
    /// <summary>The option, to be added to a command.</summary>
    public Option<string> Option { get; } = CommandLine.Value(name);

    /// <summary>The number that was given, or else the usual one.</summary>
    public T Read(ParseResult parsed)
    {
        if (parsed.GetValue(Option) is not { } text)
            return otherwise;
        return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T? value) && value >= least && value <= most ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{name} takes a number from {least} to {most}, not '{text}'"));
    }
}
