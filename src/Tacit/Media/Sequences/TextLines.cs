using System.Text.Unicode;

namespace Tacit.Media.Sequences;

/// <summary>A text as lines.</summary>
public static class TextLines
{
    /// <summary>The lines of UTF-8 text, without their ends (LF or CR LF).</summary>
    /// <exception cref="InvalidDataException">A line is no UTF-8; the message says which.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> text)
    {
        if (text.Span.StartsWith("\uFEFF"u8))
            text = text[3..];
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!text.IsEmpty)
        {
            int end = text.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Span is [.., (byte)'\r'])
                line = line[..^1];
            lines.Add(Utf8.IsValid(line.Span) ? line
                : throw new InvalidDataException($"Line {lines.Count + 1} is no UTF-8 text."));
        }
        return lines;
    }

    /// <summary>Words: stretches without spaces and tabs.</summary>
    public static int Words(ReadOnlySpan<byte> line)
    {
        int words = 0;
        bool inside = false;
        foreach (byte b in line)
        {
            bool blank = b is (byte)' ' or (byte)'\t';
            words += !blank && !inside ? 1 : 0;
            inside = !blank;
        }
        return words;
    }
}
