using System.Buffers.Binary;

namespace Tacit.Media.DataSets;

/// <summary>An IDX file: bytes in an array of one to four dimensions. Source: the description at MNIST's home page.</summary>
/// <param name="Sizes">The sizes of its dimensions.</param>
/// <param name="Values">The values, the last dimension fastest.</param>
public sealed record Idx(IReadOnlyList<int> Sizes, ReadOnlyMemory<byte> Values)
{
    private const byte UnsignedBytes = 8;

    /// <summary>Whether data begin as an IDX file does, of whatever type.</summary>
    public static bool IsIdx(ReadOnlySpan<byte> data) => data is [0, 0, >= 8 and <= 14, >= 1 and <= 4, ..];

    /// <summary>Whether a file of bytes that begins as an IDX file is as long as its sizes say.</summary>
    internal static bool IsWhole(ReadOnlySpan<byte> data)
    {
        long count = 1, header = 4 + 4 * data[3];
        for (int at = 4; at < header && at + 4 <= data.Length; at += 4)
            count = Math.Min(count * BinaryPrimitives.ReadUInt32BigEndian(data[at..]), int.MaxValue);
        return data[2] == UnsignedBytes && data.Length == header + count;
    }

    /// <summary>The sizes of an array of unsigned bytes, by the header alone: what follows need not be there.</summary>
    public static bool TryReadSizes(ReadOnlySpan<byte> beginning, out int[] sizes)
    {
        sizes = [];
        if (!IsIdx(beginning) || beginning[2] != UnsignedBytes || beginning.Length < 4 + 4 * beginning[3])
            return false;
        var found = new int[beginning[3]];
        for (int i = 0; i < found.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(beginning[(4 + 4 * i)..]);
            if (size > int.MaxValue)
                return false;
            found[i] = (int)size;
        }
        sizes = found;
        return true;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="InvalidDataException">There are no one to four dimensions, or not as many values as they say.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long count = 1;
        foreach (int size in Sizes)
            count *= size;
        if (Sizes.Count is < 1 or > 4 || count != Values.Length)
            throw new InvalidDataException($"{string.Join(" x ", Sizes)} values for an IDX file, of which there are {Values.Length}.");
        stream.Write(HeaderOf(Sizes));
        stream.Write(Values.Span);
    }

    /// <summary>What a file begins with, before its values.</summary>
    /// <param name="sizes">The sizes of its dimensions, one to four.</param>
    public static byte[] HeaderOf(IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        byte[] header = new byte[4 + 4 * sizes.Count];
        (header[2], header[3]) = (UnsignedBytes, (byte)sizes.Count);
        for (int i = 0; i < sizes.Count; i++)
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + 4 * i), (uint)sizes[i]);
        return header;
    }

    /// <summary>Reads a file of unsigned bytes, which is what images and labels are.</summary>
    /// <exception cref="InvalidDataException">It is none, of another type, or of another length than its sizes say.</exception>
    public static Idx Read(ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> bytes = data.Span;
        if (!IsIdx(bytes))
            throw new InvalidDataException("This is no IDX file: it does not begin as one.");
        if (bytes[2] != UnsignedBytes)
            throw new InvalidDataException($"The IDX file has values of type 0x{bytes[2]:X2}; only unsigned bytes (0x08) are read.");
        int dimensions = bytes[3], header = 4 + 4 * dimensions;
        if (bytes.Length < header)
            throw new InvalidDataException("The IDX file is truncated: it ends in its header.");
        int[] sizes = new int[dimensions];
        long count = 1;
        for (int i = 0; i < dimensions; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + 4 * i)..]);
            if (size == 0)
                throw new InvalidDataException($"The IDX file holds no items: its dimension {i + 1} has no parts.");
            if (size > int.MaxValue || (count *= size) > int.MaxValue)
                throw new InvalidDataException($"The IDX file says that dimension {i + 1} has {size} parts, which is too many.");
            sizes[i] = (int)size;
        }
        if (bytes.Length - header != count)
        {
            throw new InvalidDataException($"The IDX file {(bytes.Length - header < count ? "is truncated" : "goes on after its end")}: " +
                $"{string.Join(" x ", sizes)} values take {header + count} bytes, it has {bytes.Length}.");
        }
        return new Idx(sizes, data[header..]);
    }
}
