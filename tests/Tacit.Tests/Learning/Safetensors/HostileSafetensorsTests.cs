using System.Buffers.Binary;
using System.Text;
using Tacit.Learning.Safetensors;
using Tacit.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Learning.Safetensors;

/// <summary>Files from strangers: an answer or <see cref="InvalidDataException"/>, in bounded memory.</summary>
public class HostileSafetensorsTests
{
    private const string A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{" + A + "}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[0,0]}," + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", 3)]
    [InlineData("{\"a\":{\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"F32\"}}   ", 4)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999,0,99999999999999],\"data_offsets\":[0,0]}}", 0)]
    public void WhatTheSpecificationAllowsIsRead(string header, int data)
    {
        using SafetensorsReader reader = SafetensorsTests.Read(SafetensorsTests.Build(header, new byte[data], padTo: 1));
        foreach (SafetensorsEntry entry in reader.Entries)
            Assert.Equal(entry.Count, SafetensorsTests.Values(reader, entry.Name).Length);
    }

    [Theory]
    [InlineData(" {}", 0, "begin")]
    [InlineData("[]", 0, "begin")]
    [InlineData("", 0, "begin")]
    [InlineData("{", 0, "JSON")]
    [InlineData("{}\n", 0, "spaces")]
    [InlineData("{} x", 0, "spaces")]
    [InlineData("{}{}", 0, "spaces")]
    [InlineData("{}", 1, "describes 0")]
    [InlineData("{" + A + "}", 7, "describes 8")]
    [InlineData("{" + A + "}", 9, "describes 8")]
    [InlineData("{" + A + "," + A + "}", 8, "two tensors")]
    [InlineData("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "overlap")]
    [InlineData("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "overlap")]
    [InlineData("{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}", 20, "hole")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "takes 12")]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "takes 16")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "takes 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}", 8, "whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}", 8, "whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}", 8, "JSON")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}", 8, "whole number")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, "more than 16")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "more than 2")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "lacks")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "lacks")]
    [InlineData("{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "unknown dtype 'F33'")]
    [InlineData("{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not text")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}", 8, "'more'")]
    [InlineData("{\"a\":[]}", 0, "not an object")]
    [InlineData("{\"a\":null}", 0, "not an object")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "not text")]
    [InlineData("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, "not text")]
    [InlineData("{\"__metadata__\":null}", 0, "not an object")]
    [InlineData("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "twice")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "two sets")]
    [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "Unicode")]
    [InlineData("{\"\u00ff\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "")]      // Latin-1, not UTF-8
    [InlineData("{/**/}", 0, "JSON")]
    [InlineData("{" + A + ",}", 8, "JSON")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8", 8, "JSON")]
    public void WhatItForbidsIsRefused(string header, int data, string reason)
    {
        var e = Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(SafetensorsTests.Build(header, new byte[data], padTo: 1)));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEscapedNameIsTheSameName()
    {
        string header = "{" + A + ",\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
        Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(SafetensorsTests.Build(header, new byte[16])));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WeightsThatAreNoNumbersAreRefused(float value)
    {
        using SafetensorsReader reader = SafetensorsTests.Read(SafetensorsTests.Build("{" + A + "}", SafetensorsTests.Floats(1f, value)));
        Assert.Throws<InvalidDataException>(() => SafetensorsTests.Values(reader, "a"));
        using SafetensorsReader wide = SafetensorsTests.Read(SafetensorsTests.Build(
            "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", BitConverter.GetBytes(1e300)));
        Assert.Throws<InvalidDataException>(() => SafetensorsTests.Values(wide, "a"));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(100_000_001UL)]
    [InlineData(99_999_999UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void AClaimedHeaderIsNotAllocated(ulong claimed)
    {
        byte[] file = SafetensorsTests.Build("{}", []);
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
    }

    [Fact]
    public void TooManyTensorsAndDeepNestingAreRefused()
    {
        var header = new StringBuilder("{");
        for (int i = 0; i <= SafetensorsHeader.MaxTensors; i++)
            header.Append(i == 0 ? "" : ",").Append($"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        var e = Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(SafetensorsTests.Build(header.Append('}').ToString(), [])));
        Assert.Contains("more than 131072 tensors", e.Message, StringComparison.Ordinal);
        string deep = "{\"a\":" + new string('[', 1 << 20) + new string(']', 1 << 20) + "}";
        Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(SafetensorsTests.Build(deep, [])));
    }

    [Fact]
    public void EveryCutIsRefused()
    {
        byte[] file = Sample();
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => SafetensorsTests.Read(file[..length]));
    }

    [Fact]
    public void EveryFlippedBitGivesAnAnswerOrARefusal()
    {
        byte[] file = Sample();
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                using SafetensorsReader reader = SafetensorsTests.Read(file);
                foreach (SafetensorsEntry entry in reader.Entries)
                    SafetensorsTests.Values(reader, entry.Name);
            }
            catch (InvalidDataException)
            {
            }
            file[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void ALargeSparseFileIsReadWhereItIsAsked()
    {
        // 6 GB of zeros between: sizes beyond 32 bits, and nothing read that was not asked for.
        const long Large = 6_000_000_000;
        byte[] head = SafetensorsTests.Build($"{{\"z\":{{\"dtype\":\"U8\",\"shape\":[{Large}],\"data_offsets\":[0,{Large}]}}," +
            $"\"a\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[{Large},{Large + 8}]}}}}", []);
        var stream = new SparseStream(head, Large, SafetensorsTests.Floats(1f, 2f));
        using var reader = new SafetensorsReader(stream);
        Assert.Equal([1f, 2f], SafetensorsTests.Values(reader, "a"));
        Assert.Equal(Large, reader.Find("z")!.Count);
        Assert.InRange(stream.Moved, 1, 1000);
    }

    private static byte[] Sample() => SafetensorsTests.Write([new("kind", "test"), new("settings", "{\"a\":1}")],
        new SafetensorsTensor("x.weight", Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3)),
        new SafetensorsTensor("n", ElementType.I64, [1], new byte[8]));
}
