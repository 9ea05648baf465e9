using System.Numerics;
using Tacit.Coding;

namespace Tacit.Compression.Codecs.Records;

/// <summary>The coded lengths at the beginning of a block of records: varint number of records, varint least length, k, the rest as Golomb-Rice words.</summary>
internal static class RecordBlockHead
{
    private const int ValueBits = 32;

    /// <summary>The head of records coded in so many bytes each, at least one.</summary>
    public static byte[] Write(ReadOnlySpan<int> lengths)
    {
        int least = int.MaxValue;
        long sum = 0;
        foreach (int length in lengths)
        {
            least = Math.Min(least, length);
            sum += length;
        }
        int k = BitOperations.Log2((uint)((sum - (long)least * lengths.Length) / lengths.Length) | 1);
        Span<byte> start = stackalloc byte[2 * VarInt.MaxLength + 1];
        int at = VarInt.Write(start, (ulong)lengths.Length);
        at += VarInt.Write(start[at..], (ulong)least);
        start[at++] = (byte)k;
        var words = new BitWriter();
        foreach (int length in lengths)
            GolombRice.Write(words, (ulong)(length - least), k, ValueBits);
        return [.. start[..at], .. words.ToArray()];
    }

    /// <summary>The number of records, of which <paramref name="most"/> are possible.</summary>
    /// <param name="coded">The block's coded bytes.</param>
    /// <param name="most">Most records.</param>
    /// <exception cref="InvalidDataException">It is no such number.</exception>
    public static int ReadCount(ref ReadOnlySpan<byte> coded, int most) =>
        VarInt.Read(ref coded) is > 0 and var count && count <= (ulong)most ? (int)count
            : throw new InvalidDataException($"its number of records is none from 1 to {most}");

    /// <summary>Reads the lengths and moves to the first coded record.</summary>
    /// <param name="coded">The block's coded bytes.</param>
    /// <param name="most">Most records.</param>
    /// <exception cref="InvalidDataException">The head is damaged, or the lengths are not those of the bytes that follow.</exception>
    public static int[] Read(ref ReadOnlySpan<byte> coded, int most)
    {
        int count = ReadCount(ref coded, most);
        ulong least = VarInt.Read(ref coded);
        if (coded.IsEmpty || coded[0] >= ValueBits || least > int.MaxValue)
            throw new InvalidDataException("the lengths of its records are damaged");
        int k = coded[0];
        var words = new BitReader(coded[1..]);
        int[] lengths = new int[count];
        ulong sum = 0;
        for (int i = 0; i < count; i++)
        {
            ulong length = least + GolombRice.Read(ref words, k, ValueBits);
            sum += length;
            if (sum > (ulong)coded.Length)
                throw new InvalidDataException("its records would be longer than the block");
            lengths[i] = (int)length;
        }
        int head = 1 + (int)((words.Position + 7) / 8);
        if ((ulong)(coded.Length - head) != sum)
            throw new InvalidDataException("the lengths of its records are not those of the block");
        coded = coded[head..];
        return lengths;
    }
}
