using System.Text;
using Tacit.Media.Images;
using Tacit.Tests.Support;

namespace Tacit.Tests.Images;

/// <summary>PNM by the examples of Netpbm's manual, in all six kinds; damage.</summary>
public class PnmTests
{
    // From pbm(5): the letter J.
    private const string LetterJ = "P1\n# This is an example bitmap of the letter \"J\"\n6 10\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n0 0 0 0 1 0\n1 0 0 0 1 0\n0 1 1 1 0 0\n0 0 0 0 0 0\n0 0 0 0 0 0\n";

    [Fact]
    public void PlainFilesAreRead()
    {
        Image letter = Pnm.Decode(Encoding.ASCII.GetBytes(LetterJ));
        Assert.Equal((6, 10, 1, 1), (letter.Width, letter.Height, letter.Channels, letter.MaxValue));
        Assert.Equal(60 - 11, letter.Samples.ToArray().Sum(s => s));      // 1 is black in the file
        Assert.Equal(0, letter.Samples.Span[4]);
        Image joined = Pnm.Decode("P1 3 2 010#c\n101"u8);
        Assert.Equal(new ushort[] { 1, 0, 1, 0, 1, 0 }, joined.Samples.ToArray());
        Image grey = Pnm.Decode("P2\n3 1 # w h\n15\n0 7\n15"u8);
        Assert.Equal(new ushort[] { 0, 7, 15 }, grey.Samples.ToArray());
        Assert.Equal(15, grey.MaxValue);
        Assert.Equal(new ushort[] { 0, 119, 255 }, grey.ToBytes().Samples.ToArray());
        // From ppm(5).
        Image colours = Pnm.Decode("P3\n2 2\n15\n 0  0  0    0  0  0\n 0 15  7   15  0 15"u8);
        Assert.Equal(new ushort[] { 0, 0, 0, 0, 0, 0, 0, 15, 7, 15, 0, 15 }, colours.Samples.ToArray());
    }

    [Fact]
    public void BinaryFilesHoldTheSameAsPlainOnes()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Samples.Generator((ulong)seed);
            int width = 1 + random.Below(20), height = 1 + random.Below(9), kind = 4 + random.Below(3);
            int maxValue = kind == 4 ? 1 : 1 + random.Below(random.Below(2) == 0 ? 255 : 65535), count = width * height * (kind == 6 ? 3 : 1);
            int[] samples = [.. Enumerable.Range(0, count).Select(_ => random.Below(maxValue + 1))];
            string size = kind == 4 ? $"{width} {height}" : $"{width} {height} {maxValue}";
            Image plain = Pnm.Decode(Encoding.ASCII.GetBytes($"P{kind - 3} {size}\n{string.Join('\n', samples)}"));
            byte[] raw = kind == 4 ? Bits(samples, width) : maxValue > 255 ? [.. samples.SelectMany(s => new[] { (byte)(s >> 8), (byte)s })] : [.. samples.Select(s => (byte)s)];
            Image binary = Pnm.Decode([.. Encoding.ASCII.GetBytes($"P{kind} {size}\n"), .. raw]);
            Assert.Equal(plain.Samples.ToArray(), binary.Samples.ToArray());
            Assert.Equal(samples, plain.Samples.ToArray().Select(s => kind == 4 ? 1 - s : s));
        }

        static byte[] Bits(int[] samples, int width) => [.. samples.Chunk(width).SelectMany(row =>
            row.Chunk(8).Select(eight => Convert.ToByte(string.Concat(eight).PadRight(8, '0'), 2)))];
    }

    [Theory]
    [InlineData("P5 3 2 255\n12345", "truncated")]
    [InlineData("P5 3 2 255\n1234567", "goes on after")]
    [InlineData("P5 3 2 49\n123456", "above its largest")]
    [InlineData("P5 0 2 255\n", "cannot be")]
    [InlineData("P5 3 2 0\n123456", "cannot be")]
    [InlineData("P5 3 2 65536\n123456", "above 65535")]
    [InlineData("P5 99999999999 2 255\n1", "above")]
    [InlineData("P5 60000 60000 255\n1", "the most that are read")]
    [InlineData("P6 2147483647 2147483647 255\n", "the most that are read")]      // times three it is beyond 64 bits
    [InlineData("P2 3 1 9 1 2", "truncated")]
    [InlineData("P2 2 1 9 1 x", "'x' where a sample")]
    [InlineData("P2 2 1 9 1 10", "above 9")]
    [InlineData("P1 2 1 0 2", "'2' where a bit")]
    [InlineData("P5 3 2", "truncated")]
    [InlineData("P7 3", "does not begin")]
    public void DamageIsRefused(string file, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Pnm.Decode(Encoding.ASCII.GetBytes(file))).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryCutIsRefused()
    {
        byte[] file = [.. "P6 # c\n3 2 1000\n"u8, .. new byte[36]];
        Assert.Equal(18, Pnm.Decode(file).Samples.Length);
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => Pnm.Decode(file.AsSpan(0, length)));
    }
}
