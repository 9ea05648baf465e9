namespace Tacit.Media;

/// <summary>What a character is to a tokeniser.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Anything not below; bytes that are not UTF-8 too.</summary>
    Other,

    /// <summary>Unicode's White_Space: \s.</summary>
    Space,

    /// <summary>The general categories L: \p{L}.</summary>
    Letter,

    /// <summary>The general categories N: \p{N}.</summary>
    Number,
}

/// <summary>The kinds of all characters, from a frozen table: a newer Unicode must not change how a text is split.</summary>
internal static class CharacterKinds
{
    private static readonly byte[] s_kinds = MakeTable();

    /// <summary>The kind of the character at the beginning of some bytes, and its length: 1 if they are not UTF-8.</summary>
    /// <param name="bytes">At least one.</param>
    /// <param name="length">Bytes of the character.</param>
    public static CharacterKind First(ReadOnlySpan<byte> bytes, out int length)
    {
        byte lead = bytes[0];
        length = 1;
        if (lead < 0x80)
            return (CharacterKind)s_kinds[lead];
        (int more, int code, int least) = lead switch
        {
            >= 0xC2 and < 0xE0 => (1, lead & 0x1F, 0x80),
            >= 0xE0 and < 0xF0 => (2, lead & 0x0F, 0x800),
            >= 0xF0 and < 0xF5 => (3, lead & 0x07, 0x10000),
            _ => (0, 0, 0),
        };
        if (more == 0 || bytes.Length <= more)
            return CharacterKind.Other;
        for (int i = 1; i <= more; i++)
        {
            if ((bytes[i] & 0xC0) != 0x80)
                return CharacterKind.Other;
            code = code << 6 | bytes[i] & 0x3F;
        }
        // Neither longer than need be, nor half a surrogate pair, nor beyond the last code point.
        if (code < least || code is >= 0xD800 and < 0xE000 or > 0x10FFFF)
            return CharacterKind.Other;
        length = more + 1;
        return code < s_kinds.Length ? (CharacterKind)s_kinds[code] : CharacterKind.Other;
    }

    private static byte[] MakeTable()
    {
        byte[] kinds = new byte[UnicodeTable.Letters[^1] + 1];      // no number comes after the last letter
        Fill(UnicodeTable.Letters, CharacterKind.Letter);
        Fill(UnicodeTable.Numbers, CharacterKind.Number);
        Fill([0x9, 0xD, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F,
            0x205F, 0x205F, 0x3000, 0x3000], CharacterKind.Space);
        return kinds;

        void Fill(ReadOnlySpan<int> ranges, CharacterKind kind)
        {
            for (int i = 0; i < ranges.Length; i += 2)
                kinds.AsSpan(ranges[i]..(ranges[i + 1] + 1)).Fill((byte)kind);
        }
    }
}
