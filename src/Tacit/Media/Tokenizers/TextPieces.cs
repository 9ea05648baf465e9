namespace Tacit.Media;

/// <summary>Cuts text into words, numbers, punctuation and spaces, within which byte pairs are merged.</summary>
/// <remarks>
/// As GPT-2's regular expression, 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ (Radford et
/// al. 2019), on bytes and by a frozen table. The pieces together are the text, whatever its bytes are.
/// </remarks>
internal static class TextPieces
{
    /// <summary>The length of the first piece.</summary>
    /// <param name="text">At least one byte.</param>
    public static int First(ReadOnlySpan<byte> text)
    {
        if (text[0] == '\'' && Contraction(text) is > 0 and int contraction)
            return contraction;
        int at = 0;
        CharacterKind kind = CharacterKinds.First(text, out int length);
        if (text[0] == ' ' && text.Length > 1)
        {
            kind = CharacterKinds.First(text[1..], out length);
            at = kind == CharacterKind.Space ? 0 : 1;
        }
        if (kind == CharacterKind.Space)
            return Spaces(text);
        do
        {
            at += length;
        }
        while (at < text.Length && CharacterKinds.First(text[at..], out length) == kind);
        return at;
    }

    private static int Contraction(ReadOnlySpan<byte> text)
    {
        if (text.Length > 1 && text[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
            return 2;
        return text.StartsWith("'re"u8) || text.StartsWith("'ve"u8) || text.StartsWith("'ll"u8) ? 3 : 0;
    }

    // All spaces up to the text's end; before something else all but the last, which may belong to that.
    private static int Spaces(ReadOnlySpan<byte> text)
    {
        int at = 0, last = 0;
        while (at < text.Length)
        {
            if (CharacterKinds.First(text[at..], out int length) != CharacterKind.Space)
                return last > 0 ? last : at;
            last = at;
            at += length;
        }
        return at;
    }
}
