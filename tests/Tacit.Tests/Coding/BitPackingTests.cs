using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class BitPackingTests
{
    [Fact]
    public void ReadingUndoesWriting()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            (ulong Value, int Count)[] fields = Fields(seed, (int)seed);
            BitWriter writer = Write(fields);
            byte[] bytes = writer.ToArray();
            Assert.Equal(fields.Sum(f => f.Count), writer.BitCount);
            Assert.Equal((writer.BitCount + 7) / 8, bytes.Length);
            var reader = new BitReader(bytes);
            foreach ((ulong value, int count) in fields)
                Assert.True(reader.Read(count) == value, $"seed {seed}, bit {reader.Position}");
            reader.ExpectEnd();
        }
    }

    [Fact]
    public void WritingMayGoOnAfterCopying()
    {
        (ulong Value, int Count)[] fields = Fields(1, 100);
        var writer = new BitWriter();
        foreach ((ulong value, int count) in fields)
        {
            writer.Write(value, count);
            writer.ToArray();
        }
        Assert.Equal(Write(fields).ToArray(), writer.ToArray());
    }

    [Fact]
    public void BitsAreMostSignificantFirst()
    {
        Assert.Equal("1" + "0010" + "111111111", Codewords.Print(w =>
        {
            w.Write(1, 1);
            w.Write(2, 4);
            w.Write(511, 9);
        }));
        Assert.Equal("97fc", Convert.ToHexStringLower(Codewords.Parse("10010111111111")));
        Assert.Equal(0x97FCUL << 48, new BitReader([0x97, 0xFC]).Peek());
    }

    [Fact]
    public void EveryCutIsNoticedAndNothingIsReadOutside()
    {
        (ulong Value, int Count)[] fields = Fields(3, 30);
        byte[] bytes = Write(fields).ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            int cut = length;
            Assert.Throws<InvalidDataException>(() =>
            {
                var reader = new BitReader(bytes.AsSpan(0, cut));
                foreach ((ulong value, int count) in fields)
                    Assert.Equal(value, reader.Read(count));
            });
        }
    }

    [Fact]
    public void WhatIsLeftOverIsNoticed()
    {
        Assert.Throws<InvalidDataException>(() => new BitReader([0]).ExpectEnd());
        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new BitReader([0b0000_0010]);
            reader.Skip(5);
            reader.ExpectEnd();
        });
        new BitReader([]).ExpectEnd();
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        var writer = new BitWriter();
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(0, 65));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(8, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(1, 0));
        Assert.Equal(0, writer.BitCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BitReader(new byte[20]).Read(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BitReader(new byte[20]).Skip(-1));
    }

    [Fact]
    public void ADestinationThatIsTooSmallIsLeftAlone()
    {
        BitWriter writer = Write(Fields(4, 20));
        byte[] small = new byte[writer.ByteCount - 1];
        Assert.Equal(-1, writer.WriteTo(small));
        Assert.Equal(-1, small.AsSpan().IndexOfAnyExcept((byte)0));
        Assert.Equal(writer.ByteCount, writer.WriteTo(new byte[writer.ByteCount + 1]));
    }

    private static BitWriter Write((ulong Value, int Count)[] fields)
    {
        var writer = new BitWriter();
        foreach ((ulong value, int count) in fields)
            writer.Write(value, count);
        return writer;
    }

    private static (ulong Value, int Count)[] Fields(ulong seed, int number)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, number).Select(_ =>
        {
            int count = random.Below(65);
            return (count == 0 ? 0 : random.Next() >> (64 - count), count);
        })];
    }
}
