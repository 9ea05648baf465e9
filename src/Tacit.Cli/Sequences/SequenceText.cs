using System.Text;
using Tacit.Media;

namespace Tacit.Cli.Sequences;

/// <summary>Tokens as people read them.</summary>
internal static class SequenceText
{
    /// <summary>The text of tokens; bytes that are none become U+FFFD.</summary>
    public static string Of(ITokenizer tokenizer, ReadOnlySpan<int> tokens)
    {
        using var bytes = new MemoryStream();
        for (int i = 0; i < tokens.Length; i++)
            bytes.Write(tokenizer.Decode(tokens[i], i > 0 ? tokens[i - 1] : -1).Span);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
