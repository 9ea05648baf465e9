using System.Globalization;
using System.Text;

namespace Tacit.Learning;

/// <summary>Text as JSON in ASCII alone: the same bytes whatever the runtime knows of Unicode.</summary>
internal static class JsonText
{
    /// <summary>Appends a text in quotes.</summary>
    /// <exception cref="ArgumentException">It has half a surrogate pair, which no reader takes.</exception>
    public static StringBuilder AppendQuoted(this StringBuilder json, string text)
    {
        json.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool inPair = char.IsHighSurrogate(c) ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                : !char.IsLowSurrogate(c) || (i > 0 && char.IsHighSurrogate(text[i - 1]));
            if (!inPair)
                throw new ArgumentException($"Character {i} is half of a surrogate pair.", nameof(text));
            if (c is '"' or '\\')
                json.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~')
                json.Append(c);
            else
                json.Append(NumberFormatInfo.InvariantInfo, $"\\u{(int)c:x4}");
        }
        return json.Append('"');
    }
}
