namespace Tacit.Modeling.ContextMixing;

/// <summary>What a byte is in UTF-8 text, frozen: no runtime's Unicode tables are asked.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Anything not below.</summary>
    Other,

    /// <summary>Space, tab, line feed, carriage return.</summary>
    Space,

    /// <summary>0 to 9.</summary>
    Digit,

    /// <summary>A to Z and a to z.</summary>
    Letter,

    /// <summary>80 to BF: the rest of a character.</summary>
    Continuation,

    /// <summary>C0 to DF: starts a character of an alphabet (Latin, Greek, Cyrillic, Hebrew, Arabic).</summary>
    Lead2,

    /// <summary>E0 to FF: starts a longer one; in most of these scripts a character is a word.</summary>
    Lead3,
}

/// <summary>The class of every byte.</summary>
internal static unsafe class CharacterClasses
{
    /// <summary>The class of each byte value.</summary>
    public static readonly byte* Table = MakeTable();

    private static byte* MakeTable()
    {
        var table = (byte*)Shared.Allocate(256);
        for (int c = 0; c < 256; c++)
        {
            table[c] = (byte)(c switch
            {
                ' ' or '\t' or '\n' or '\r' => CharacterClass.Space,
                >= '0' and <= '9' => CharacterClass.Digit,
                >= 'A' and <= 'Z' or >= 'a' and <= 'z' => CharacterClass.Letter,
                >= 0xE0 => CharacterClass.Lead3,
                >= 0xC0 => CharacterClass.Lead2,
                >= 0x80 => CharacterClass.Continuation,
                _ => CharacterClass.Other,
            });
        }
        return table;
    }
}
