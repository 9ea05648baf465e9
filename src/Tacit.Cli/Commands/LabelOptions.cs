using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Tacit.Cli.Files;
using Tacit.Cli.Terminal;
using Tacit.Media.DataSets;
using Tacit.Media.Sequences;
using Tacit.Modeling.Latents;

namespace Tacit.Cli.Commands;

/// <summary>--label-pattern, and --labels where the data's own options do not have it: the labels of what is
/// embedded.</summary>
internal sealed class LabelOptions(LatentSource source)
{
    private const int MostLabelFile = 1 << 28;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private const string PatternHelp = """
          --label-pattern R   labels: what the regular expression R finds in the items' names, or its first
                              group: '([0-9])_[^/]*$' is the digit in train/7_theo_3.wav

        """;

    private const string FileHelp = """
          --labels FILE       labels: a line of text for each item, or for each line of DATA

        """;

    private readonly Option<string> _labels = CommandLine.Value("--labels"),
        _pattern = CommandLine.Value("--label-pattern");

    /// <summary>The lines of --help.</summary>
    public string Help => PatternHelp + (source.FindsLabels ? "" : FileHelp);

    public void AddTo(Command command)
    {
        command.Add(_pattern);
        if (!source.FindsLabels)
            command.Add(_labels);
    }

    /// <summary>Says what is wrong with them, before any work.</summary>
    public void Check(ParseResult parsed)
    {
        if (PatternOf(parsed.GetValue(_pattern)) is not null && FileOf(parsed) is not null)
            throw new UsageException("--labels and --label-pattern exclude each other");
    }

    /// <summary>The items with the labels that are asked for, or else with those the data have.</summary>
    public async Task<LatentTable> ApplyAsync(ParseResult parsed, LatentTable latents,
        CancellationToken cancellationToken)
    {
        if (FileOf(parsed) is { } file)
            return await LabelledAsync(latents, file, source.Kept, cancellationToken);
        return PatternOf(parsed.GetValue(_pattern)) is { } pattern
            ? latents.With([.. latents.Names.Select(n => LabelIn(n, pattern))]) : latents;
    }

    private string? FileOf(ParseResult parsed) => source.FindsLabels ? null : parsed.GetValue(_labels);

    private static Regex? PatternOf(string? text)
    {
        try
        {
            return text is null ? null : new Regex(text, RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--label-pattern: {e.Message}");
        }
    }

    private static string LabelIn(string name, Regex pattern)
    {
        Match match;
        try
        {
            match = pattern.Match(name);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException($"--label-pattern takes too long on '{name}'", e);
        }
        return match.Success ? (match.Groups.Count > 1 ? match.Groups[1] : match).Value
            : throw new InvalidDataException($"--label-pattern finds nothing in '{name}'");
    }

    private static async Task<LatentTable> LabelledAsync(LatentTable latents, string path,
        (IReadOnlyList<int> Places, int Count)? kept, CancellationToken cancellationToken)
    {
        using InputFile input = InputFile.Open(path);
        byte[] bytes = await input.ReadAllAsync(MostLabelFile, cancellationToken);
        string[] lines = [.. ModelInput.OfFile(path, () => TextLines.Split(Gunzip.Unwrap(bytes, MostLabelFile)))
            .Select(l => Encoding.UTF8.GetString(l.Span))];
        if (lines.Length != latents.Count && kept is { } all && lines.Length == all.Count)
            return latents.With([.. all.Places.Select(p => lines[p])]);     // a line for each item, those left out too
        return lines.Length == latents.Count ? latents.With(lines)
            : throw new InvalidDataException($"{path}: has {lines.Length} labels for {latents.Count} items");
    }
}
