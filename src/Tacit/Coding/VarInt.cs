namespace Tacit.Coding;

/// <summary>Unsigned integers in 7-bit groups, least significant first (LEB128); the top bit says that more follow.</summary>
/// <remarks>1 byte below 2^7, at most <see cref="MaxLength"/>. Only the shortest form of a number is accepted.</remarks>
public static class VarInt
{
    /// <summary>The longest code, of 2^64 − 1.</summary>
    public const int MaxLength = 10;

    /// <summary>Writes <paramref name="value"/> and returns the bytes used.</summary>
    /// <exception cref="IndexOutOfRangeException">The destination is too short.</exception>
    public static int Write(ulong value, Span<byte> destination)
    {
        int length = 0;
        for (; value >= 0x80; value >>= 7)
            destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads a number from the start of <paramref name="source"/>; false if it is cut short, over-long or over 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < source.Length && length < MaxLength; )
        {
            byte group = source[length];
            if (length == MaxLength - 1 && group > 1)
                return false;
            value |= (ulong)(group & 0x7F) << (7 * length++);
            if (group < 0x80)
                return group != 0 || length == 1;
        }
        return false;
    }
}
