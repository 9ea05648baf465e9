using System.Buffers.Binary;
using System.Text;
using Tacit.Learning.Safetensors;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Learning.Safetensors;

/// <summary>What is written can be read, is what the specification says, and is always the same.</summary>
public class SafetensorsTests
{
    // As Python's safetensors lays out {"a": float32[2, 2], "b": int64[1]} with metadata: the widest type first, so b
    // before a; header without spaces, padded to a multiple of eight. Composed by hand from the specification.
    private const string PythonHeader =
        """{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}""";

    [Fact]
    public void AFileLaidOutByPythonIsRead()
    {
        byte[] file = Build(PythonHeader, [7, 0, 0, 0, 0, 0, 0, 0, .. Floats(1f, -2f, 0.5f, 3e-5f)]);
        using SafetensorsReader reader = Read(file);
        Assert.Equal([new("format", "pt")], reader.Metadata);
        Assert.Equal(["b I64 (1)", "a F32 (2, 2)"], reader.Entries.Select(e => e.ToString()));
        Assert.Equal([1f, -2f, 0.5f, 3e-5f], Values(reader, "a"));
        Assert.Equal([7f], Values(reader, "b"));
        Assert.Null(reader.Find("c"));
    }

    [Fact]
    public void TheBytesWrittenAreTheSpecifiedOnes()
    {
        byte[] file = Write([new("format", "pt")],
            new SafetensorsTensor("b", ElementType.I64, [1], new byte[] { 7, 0, 0, 0, 0, 0, 0, 0 }),
            new SafetensorsTensor("a", Tensor.From([1f, -2f, 0.5f, 3e-5f], 2, 2)));
        Assert.Equal(Build(PythonHeader, [7, 0, 0, 0, 0, 0, 0, 0, .. Floats(1f, -2f, 0.5f, 3e-5f)]), file);
        Assert.Equal(0, (file.Length - 24) % 8);
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            var random = new SplitMix64(seed);
            var metadata = new List<KeyValuePair<string, string>>();
            for (int i = random.Below(4); i > 0; i--)
                metadata.Add(new($"{Text(random)}{i}", Text(random)));
            var tensors = new List<SafetensorsTensor>();
            var values = new List<float[]>();
            for (int i = random.Below(6); i > 0; i--)
            {
                int[] shape = [.. Enumerable.Range(0, random.Below(4)).Select(_ => random.Below(5))];
                float[] x = [.. Enumerable.Range(0, new Shape(shape).Count).Select(_ => random.Below(1000) / 8f - 50f)];
                tensors.Add(new SafetensorsTensor($"{Text(random)}{i}", Tensor.From(x, shape)));
                values.Add(x);
            }
            byte[] file = Write(metadata, [.. tensors]);
            using SafetensorsReader reader = Read(file);
            Assert.Equal(metadata, reader.Metadata);
            Assert.Equal(tensors.Select(t => t.Name), reader.Entries.Select(e => e.Name));
            for (int i = 0; i < values.Count; i++)
            {
                Assert.Equal(tensors[i].Shape, reader.Entries[i].Shape);
                Assert.Equal(values[i], Values(reader, tensors[i].Name));
            }
            Assert.Equal(file, Write(metadata, [.. tensors]));
        }
    }

    [Fact]
    public void AllHalvesAreConvertedExactly()
    {
        byte[] bytes = new byte[1 << 17];
        for (int i = 0; i < 1 << 16; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)i);
        foreach (ElementType type in new[] { ElementType.F16, ElementType.BF16 })
        {
            // In pieces, since NaN and infinity are refused.
            for (int exponent = 0; exponent < 1 << 16; exponent += 128)
            {
                byte[] part = bytes[(2 * exponent)..(2 * exponent + 256)];
                using SafetensorsReader reader = Read(Write([], new SafetensorsTensor("x", type, [128], part)));
                double[] expected = [.. Enumerable.Range(exponent, 128).Select(i => type == ElementType.F16 ? Decode(i, 5, 10) : Decode(i, 8, 7))];
                if (expected.All(double.IsFinite))
                    Assert.Equal(expected, Values(reader, "x").Select(v => (double)v));
                else
                    Assert.Throws<InvalidDataException>(() => Values(reader, "x"));
            }
        }
    }

    [Theory]
    [InlineData(ElementType.I8, new byte[] { 0xFF, 5 }, new[] { -1f, 5f })]
    [InlineData(ElementType.U8, new byte[] { 0xFF, 5 }, new[] { 255f, 5f })]
    [InlineData(ElementType.Boolean, new byte[] { 1, 0 }, new[] { 1f, 0f })]
    [InlineData(ElementType.I16, new byte[] { 0xFE, 0xFF }, new[] { -2f })]
    [InlineData(ElementType.U16, new byte[] { 0xFE, 0xFF }, new[] { 65534f })]
    [InlineData(ElementType.I32, new byte[] { 0xFD, 0xFF, 0xFF, 0xFF }, new[] { -3f })]
    [InlineData(ElementType.U32, new byte[] { 1, 0, 0, 0x80 }, new[] { 2147483648f })]
    [InlineData(ElementType.I64, new byte[] { 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { -4f })]
    [InlineData(ElementType.U64, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0x80, 0, 0, 0x80 }, new[] { 9223372036854775808f, 9223373136366403584f })]
    [InlineData(ElementType.F64, new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0xBF }, new[] { -1.5f })]
    public void OtherTypesBecomeFloats(ElementType type, byte[] bytes, float[] expected)
    {
        using SafetensorsReader reader = Read(Write([], new SafetensorsTensor("x", type, [expected.Length], bytes)));
        Assert.Equal(expected, Values(reader, "x"));
        byte[] raw = new byte[bytes.Length];
        reader.ReadBytes(reader.Find("x")!, 0, raw);
        Assert.Equal(bytes, raw);
    }

    [Fact]
    public void WhatWouldNotBeReadIsNotWritten()
    {
        Assert.Throws<ArithmeticException>(() => Write([], new SafetensorsTensor("x", Tensor.From([1f, float.NaN], 2))));
        Assert.Throws<ArgumentException>(() => Write([], new SafetensorsTensor("x", Tensor.Zeros(1)), new SafetensorsTensor("x", Tensor.Zeros(1))));
        Assert.Throws<ArgumentException>(() => Write([new("k", "1"), new("k", "2")]));
        Assert.Throws<ArgumentException>(() => Write([new("k", "\ud800")]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("x", ElementType.I64, [2], new byte[15]));
    }

    [Fact]
    public void BytesOutsideOfATensorAreNotGiven()
    {
        using SafetensorsReader reader = Read(Write([], new SafetensorsTensor("a", Tensor.Zeros(4)), new SafetensorsTensor("b", Tensor.Zeros(4))));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadBytes(reader.Find("a")!, 1, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadBytes(reader.Find("a")!, -1, new byte[1]));
        Assert.Throws<ArgumentException>(() => reader.ReadFloats(reader.Find("a")!, new float[3]));
    }

    internal static byte[] Build(string header, byte[] data, int padTo = 8)
    {
        string padded = header + new string(' ', -header.Length & (padTo - 1));
        byte[] file = new byte[8 + padded.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded.Length);
        Encoding.Latin1.GetBytes(padded, file.AsSpan(8));
        data.CopyTo(file, 8 + padded.Length);
        return file;
    }

    internal static SafetensorsReader Read(byte[] file) => new(new MemoryStream(file));

    internal static byte[] Floats(params ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    internal static byte[] Write(IEnumerable<KeyValuePair<string, string>> metadata, params SafetensorsTensor[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, metadata, tensors);
        return stream.ToArray();
    }

    internal static float[] Values(SafetensorsReader reader, string name)
    {
        SafetensorsEntry entry = reader.Find(name)!;
        float[] values = new float[entry.Count];
        reader.ReadFloats(entry, values);
        return values;
    }

    private static string Text(SplitMix64 random)
    {
        string[] parts = ["a", "\"", "\\", "\n", "ä", "\U0001F600", "\0", "{", ".weight"];
        return string.Concat(Enumerable.Range(0, random.Below(5)).Select(_ => parts[random.Below(parts.Length)]));
    }

    // IEEE 754's own definition, in double.
    private static double Decode(int bits, int exponentBits, int fractionBits)
    {
        int fraction = bits & (1 << fractionBits) - 1, exponent = bits >> fractionBits & (1 << exponentBits) - 1, bias = (1 << exponentBits - 1) - 1;
        double sign = bits >> 15 == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1)
            return double.NaN;
        return exponent == 0
            ? sign * fraction * Math.ScaleB(1, 1 - bias - fractionBits)
            : sign * (fraction + (1 << fractionBits)) * Math.ScaleB(1, exponent - bias - fractionBits);
    }
}
