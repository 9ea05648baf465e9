using System.Buffers.Binary;

namespace Tacit.Media.Sequences;

/// <summary>Pieces of equal length cut out of a series.</summary>
public static class SeriesWindows
{
    /// <summary>Where windows begin: at every multiple of the stride from which a whole one fits.</summary>
    /// <param name="values">Values there are.</param>
    /// <param name="length">Of a window.</param>
    /// <param name="stride">From the beginning of one to that of the next.</param>
    /// <returns>A series shorter than a window is one short window; values after the last whole window are in
    /// none.</returns>
    public static IEnumerable<(int First, int Length)> Cut(int values, int length, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (values > 0 && values < length)
            yield return (0, values);
        for (long first = 0; first + length <= values; first += stride)
            yield return ((int)first, length);
    }

    /// <summary>Samples of 16 bits, little-endian, as numbers.</summary>
    /// <exception cref="InvalidDataException">The last one is cut in half.</exception>
    public static float[] FromInt16(ReadOnlySpan<byte> raw)
    {
        if (raw.Length % 2 != 0)
            throw new InvalidDataException($"There are {raw.Length} bytes, which are no whole samples of 16 bits.");
        float[] values = new float[raw.Length / 2];
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadInt16LittleEndian(raw[(2 * i)..]);
        return values;
    }
}
