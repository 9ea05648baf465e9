using Tacit.Coding;

namespace Tacit.Tests.Coding;

/// <summary>Code words as they are printed.</summary>
internal static class Codewords
{
    public static string Print(Action<BitWriter> write)
    {
        var writer = new BitWriter();
        write(writer);
        string bits = string.Concat(writer.ToArray().Select(b => b.ToString("b8", null)));
        Assert.DoesNotContain('1', bits[(int)writer.BitCount..]);
        return bits[..(int)writer.BitCount];
    }

    public static byte[] Parse(string bits)
    {
        byte[] bytes = new byte[(bits.Length + 7) / 8];
        for (int i = 0; i < bits.Length; i++)
            bytes[i / 8] |= (byte)((bits[i] - '0') << (7 - i % 8));
        return bytes;
    }

    /// <summary>Numbers worth trying: the ends, all powers of two and their neighbours.</summary>
    public static IEnumerable<ulong> Interesting()
    {
        for (int bit = 0; bit < 64; bit++)
            for (int near = -1; near <= 1; near++)
                yield return (1UL << bit) + (ulong)near;
        yield return ulong.MaxValue;
    }
}
