using System.Buffers;
using Tacit.Coding;

namespace Tacit.Tests.Coding;

public class VarIntTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(624485UL, "e58e26")]    // the DWARF specification's example
    [InlineData(1UL << 63, "80808080808080808001")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void TheBytesAreLeb128(ulong value, string hex)
    {
        byte[] buffer = new byte[VarInt.MaxLength];
        int length = VarInt.Write(buffer, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void ReadingUndoesWritingAndCutsAreNoticed()
    {
        foreach (ulong value in Codewords.Interesting())
        {
            byte[] bytes = new byte[VarInt.Length(value) + 1];    // and one that is not the number's
            bytes[^1] = 0xEE;
            Assert.Equal(bytes.Length - 1, VarInt.Write(bytes, value));
            Assert.Equal(0xEE, bytes[^1]);
            ReadOnlySpan<byte> source = bytes;
            Assert.Equal(value, VarInt.Read(ref source));
            Assert.Equal(1, source.Length);
            for (int cut = 0; cut < bytes.Length - 1; cut++)
            {
                Assert.Equal(OperationStatus.NeedMoreData, VarInt.TryRead(bytes.AsSpan(0, cut), out _, out int read));
                Assert.Equal(0, read);
                Assert.Equal(-1, VarInt.Write(new byte[cut], value));
            }
        }
    }

    [Theory]
    [InlineData("8000")]                      // 0 in two bytes
    [InlineData("ff00")]                      // 127 in two bytes
    [InlineData("8080808080808080808000")]    // eleven bytes
    [InlineData("80808080808080808000")]      // 0 in ten bytes
    [InlineData("ffffffffffffffffff02")]      // bit 64
    [InlineData("ffffffffffffffffff81")]      // goes on after bit 63
    public void OverLongAndOversizedFormsAreRefused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(OperationStatus.InvalidData, VarInt.TryRead(bytes, out ulong value, out int length));
        Assert.Equal((0UL, 0), (value, length));
        Assert.Throws<InvalidDataException>(() =>
        {
            ReadOnlySpan<byte> source = bytes;
            VarInt.Read(ref source);
        });
    }

    [Fact]
    public void EveryFormOfTwoBytesIsEitherRefusedOrTheOneWritten()
    {
        byte[] bytes = new byte[2], again = new byte[2];
        for (int pair = 0; pair < 65536; pair++)
        {
            (bytes[0], bytes[1]) = ((byte)pair, (byte)(pair >> 8));
            if (VarInt.TryRead(bytes, out ulong value, out int length) == OperationStatus.Done)
            {
                Assert.Equal(length, VarInt.Write(again, value));
                Assert.True(again.AsSpan(0, length).SequenceEqual(bytes.AsSpan(0, length)));
            }
        }
    }
}
