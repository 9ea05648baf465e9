using System.Buffers.Binary;
using Tacit.Compression;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Tests.Support;

namespace Tacit.Tests.Format;

/// <summary>A decoder written from docs/FORMAT.md alone reads the binary tables of codec numeric.</summary>
public class SecondNumericDecoderTests
{
    [Theory]
    [InlineData(2, 1, 1, false)]
    [InlineData(2, 3, 5, true)]
    [InlineData(4, 2, 9, false)]
    [InlineData(8, 1, 5, false)]
    public void IntegersAreDecoded(int width, int columns, int level, bool big)
    {
        const int Rows = 400;
        byte[] raw = new byte[Rows * columns * width];
        var random = new SplitMix64(6);
        Span<byte> eight = stackalloc byte[8];
        for (int i = 0; i < Rows * columns; i++)
        {
            int row = i / columns, column = i % columns;
            long value = (long)(3000 * Math.Sin(row / (9.0 + column))) + random.Below(40) + (row % 97 == 0 ? 9000 : 0) + (width == 8 ? 1L << 40 : 0);
            BinaryPrimitives.WriteInt64LittleEndian(eight, value);
            if (big)
                eight[..width].Reverse();
            eight[..width].CopyTo(raw.AsSpan(i * width));
        }
        Check(raw, level);
    }

    // Hundredths, of which few occur: a list.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DecimalsAreDecoded(bool listed)
    {
        byte[] raw = new byte[800 * sizeof(double)];
        var random = new SplitMix64(7);
        int place = 0;
        for (int i = 0; i < 800; i++)
        {
            place = Math.Clamp(place + random.Below(7) - 3, -400, 400);
            BinaryPrimitives.WriteDoubleLittleEndian(raw.AsSpan(i * sizeof(double)), (listed ? place / 20 * 1000003L : place) / 100.0);
        }
        Check(raw, 5);
    }

    private static void Check(byte[] raw, int level)
    {
        using var codec = new NumericCodec(level);
        byte[] coded = new byte[raw.Length];
        int length = codec.Encode(raw, coded, out byte kind, WorkMonitor.None);
        Assert.Equal(NumericCodec.BinaryKind, kind);
        Assert.Equal(raw, SecondNumericDecoder.Decode(coded[..length], raw.Length, level));
    }
}
