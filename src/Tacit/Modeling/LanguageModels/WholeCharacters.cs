namespace Tacit.Modeling.LanguageModels;

/// <summary>Where a sequence of bytes can be cut without splitting a UTF-8 character.</summary>
internal static class WholeCharacters
{
    /// <summary>How many of the bytes end with a whole character: all but the beginning of one at the end.</summary>
    public static int Count(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            byte b = bytes[^back];
            if ((b & 0xC0) == 0x80)
                continue;
            int length = b switch { >= 0xF0 and < 0xF8 => 4, >= 0xE0 and < 0xF0 => 3, >= 0xC0 and < 0xE0 => 2, _ => 1 };
            return length > back ? bytes.Length - back : bytes.Length;
        }
        return bytes.Length;    // no character is so long: what it is, it is not UTF-8
    }
}
