using System.Text;

namespace Tacit.Media;

/// <summary>GPT-2's way to write bytes as visible characters: printable ones as themselves, others from U+0100 on.</summary>
internal static class ByteCharacters
{
    private static readonly char[] s_characters = new char[256];
    private static readonly short[] s_bytes = new short[0x144];

    static ByteCharacters()
    {
        Array.Fill(s_bytes, (short)-1);
        int other = 0x100;
        for (int b = 0; b < 256; b++)
        {
            bool visible = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            s_characters[b] = (char)(visible ? b : other++);
            s_bytes[s_characters[b]] = (short)b;
        }
    }

    /// <summary>Bytes as characters.</summary>
    public static StringBuilder AppendVisible(this StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            text.Append(s_characters[b]);
        return text;
    }

    /// <summary>Characters as bytes, these as a key of <see cref="ByteStrings"/>; null if a character stands for none.</summary>
    public static string? KeyOf(string visible)
    {
        var key = new StringBuilder(visible.Length);
        foreach (char c in visible)
        {
            if (c >= s_bytes.Length || s_bytes[c] < 0)
                return null;
            key.Append((char)s_bytes[c]);
        }
        return key.ToString();
    }
}
