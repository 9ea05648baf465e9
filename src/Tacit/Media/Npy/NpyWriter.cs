using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tacit.Media.Npy;

/// <summary>NumPy's file format for one array, version 1.0 (numpy.lib.format): a header as a Python dictionary, then the values.</summary>
public static class NpyWriter
{
    private const int Alignment = 64;

    /// <summary>Writes a matrix of 32-bit floats, little-endian, row-major.</summary>
    /// <param name="stream">Receives it.</param>
    /// <param name="values">rows · columns values.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <exception cref="ArgumentException">The number of values is another.</exception>
    public static void Write(Stream stream, ReadOnlySpan<float> values, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"NpyWriter: {values.Length} values for {rows} rows of {columns}.", nameof(values));
        string header = string.Create(NumberFormatInfo.InvariantInfo, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        // Magic, version and length are 10 bytes; spaces and a line feed make all of it a multiple of 64.
        int length = (10 + header.Length + 1 + Alignment - 1) / Alignment * Alignment - 10;
        byte[] head = new byte[10 + length];
        head[0] = 0x93;
        "NUMPY"u8.CopyTo(head.AsSpan(1));
        head[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n", head.AsSpan(10));
        stream.Write(head);
        byte[] buffer = new byte[sizeof(float) * Math.Min(values.Length, 1 << 14)];
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, 1 << 14);
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteSingleLittleEndian(buffer.AsSpan(sizeof(float) * i), values[i]);
            stream.Write(buffer, 0, sizeof(float) * count);
            values = values[count..];
        }
    }
}
