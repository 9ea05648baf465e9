using System.Globalization;
using Tacit.Tests.Support;

namespace Tacit.Tests.Format;

/// <summary>The tables and the example of docs/FORMAT.md.</summary>
internal static class FormatDocument
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "FORMAT.md"));

    /// <summary>The rows of a table, each as its cells.</summary>
    public static IEnumerable<string[]> Table(int number) => Lines
        .SkipWhile(line => !line.StartsWith($"Table {number}:", StringComparison.Ordinal))
        .SkipWhile(line => !line.StartsWith('|'))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    public static long Number(string cell) => cell.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(cell.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>The bytes of the worked examples: of each line what stands before the remark.</summary>
    public static List<byte[]> WorkedExamples()
    {
        var examples = new List<byte[]>();
        string[] section = [.. Lines.SkipWhile(line => !line.StartsWith("## 8.", StringComparison.Ordinal)).TakeWhile(line => !line.StartsWith("## 9.", StringComparison.Ordinal))];
        for (int i = 0; i < section.Length; i++)
        {
            if (!section[i].StartsWith("```text", StringComparison.Ordinal))
                continue;
            IEnumerable<string> lines = section.Skip(i + 1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal));
            examples.Add([.. lines.SelectMany(line => Convert.FromHexString(line.Split("   ")[0].Replace(" ", "", StringComparison.Ordinal)))]);
        }
        return examples;
    }
}
