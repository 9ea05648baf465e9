using System.Buffers.Binary;
using System.Text;
using Tacit.Media.Npy;

namespace Tacit.Tests.Latents;

/// <summary>The .npy files, byte for byte as numpy.save writes them, and by the rules of numpy.lib.format.</summary>
public sealed class NpyTests
{
    /// <summary>What numpy.save of [[1, -2.5], [0, 3]] as float32 gives.</summary>
    [Fact]
    public void AMatrixIsWrittenAsNumPyDoes()
    {
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
        byte[] wanted = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header.PadRight(117)), (byte)'\n',
            0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 0, 0, 0, 0, 0, 0, 0x40, 0x40];
        Assert.Equal(wanted, Written([1f, -2.5f, 0f, 3f], 2, 2));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20_000, 3)]
    [InlineData(0, 5)]
    public void HeadersAreAlignedAndAllValuesFollow(int rows, int columns)
    {
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(i => i * 0.5f)];
        byte[] file = Written(values, rows, columns);
        int data = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, data % 64);
        Assert.Equal((byte)'\n', file[data - 1]);
        Assert.StartsWith($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}", Encoding.ASCII.GetString(file.AsSpan(10)), StringComparison.Ordinal);
        Assert.Equal(data + 4 * values.Length, file.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(values[i], BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(data + 4 * i)));
        Assert.Throws<ArgumentException>(() => Written([.. values, 1f], rows, columns));
    }

    private static byte[] Written(float[] values, int rows, int columns)
    {
        using var stream = new MemoryStream();
        NpyWriter.Write(stream, values, rows, columns);
        return stream.ToArray();
    }
}
