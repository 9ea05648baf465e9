using Tacit.Tests.Support;

namespace Tacit.Tests.Docs;

/// <summary>Code of a test that a document shows: the lines between <c>// &lt;name&gt;</c> and <c>// &lt;/name&gt;</c>.</summary>
internal static class Snippet
{
    /// <summary>The lines without their common indentation.</summary>
    public static string Of(string file, string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Tacit.Tests", file));
        int start = Array.FindIndex(lines, line => line.Trim() == $"// <{name}>");
        int end = Array.FindIndex(lines, line => line.Trim() == $"// </{name}>");
        int indentation = lines[start].IndexOf('/', StringComparison.Ordinal);
        return string.Join('\n', lines[(start + 1)..end].Select(line => line.Length > indentation ? line[indentation..] : ""));
    }
}
