namespace Tacit.Media;

/// <summary>Short strings of bytes as keys: text whose characters are the bytes.</summary>
internal static class ByteStrings
{
    /// <summary>Bytes as a key.</summary>
    public static string Key(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, static (chars, from) => Widen(from, chars));

    /// <summary>Bytes as the characters of a key.</summary>
    public static void Widen(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        for (int i = 0; i < bytes.Length; i++)
            chars[i] = (char)bytes[i];
    }
}
