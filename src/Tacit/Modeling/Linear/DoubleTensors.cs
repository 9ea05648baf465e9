using System.Buffers.Binary;
using Tacit.Learning.Safetensors;

namespace Tacit.Modeling.Linear;

/// <summary>Rows of doubles as tensors.</summary>
internal static class DoubleTensors
{
    private const int Most = 1 << 27;

    /// <summary>F64 (n).</summary>
    public static SafetensorsTensor Of(string name, IReadOnlyList<double> values) => new(name, ElementType.F64, [values.Count], Bytes([.. values]));

    /// <summary>The values, little-endian.</summary>
    public static byte[] Bytes(ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return bytes;
    }

    /// <summary>Reads F64 (n).</summary>
    /// <exception cref="InvalidDataException">It is missing, of another type or shape, or holds what is not finite.</exception>
    public static double[] Read(SafetensorsReader file, string name)
    {
        double[] values = Array.ConvertAll(ReadWords(file, name, ElementType.F64), BitConverter.Int64BitsToDouble);
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                throw new InvalidDataException($"The model's tensor '{name}' holds what is no finite number.");
        }
        return values;
    }

    /// <summary>Reads 64-bit words (n).</summary>
    /// <exception cref="InvalidDataException">They are missing, or of another type or shape.</exception>
    public static long[] ReadWords(SafetensorsReader file, string name, ElementType type)
    {
        SafetensorsEntry entry = file.Find(name) ?? throw new InvalidDataException($"The model has no tensor '{name}'.");
        if (entry.Type != type || entry.Shape.Count != 1 || entry.Count > Most)
            throw new InvalidDataException($"The model's tensor '{name}' is not a row of {type} numbers.");
        byte[] bytes = new byte[entry.Count * sizeof(long)];
        file.ReadBytes(entry, 0, bytes);
        long[] words = new long[entry.Count];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return words;
    }
}
