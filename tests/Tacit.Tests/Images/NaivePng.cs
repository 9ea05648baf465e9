using System.IO.Compression;
using System.Text;

namespace Tacit.Tests.Images;

/// <summary>Writes PNG files in the plainest way, from the specification and not from the library: pixels bit by bit, as text of zeros and ones.</summary>
internal static class NaivePng
{
    /// <summary>A file of stored samples (an index of a palette is one): [y][x][sample].</summary>
    public static byte[] Write(int[][][] pixels, int depth, int colour, bool interlaced, byte[]? palette = null, byte[]? transparency = null, Func<int, int>? filterOf = null)
    {
        int height = pixels.Length, width = pixels[0].Length;
        var header = new List<byte>();
        header.AddRange(Number((uint)width));
        header.AddRange(Number((uint)height));
        header.AddRange([(byte)depth, (byte)colour, 0, 0, (byte)(interlaced ? 1 : 0)]);
        var chunks = new List<byte[]> { Chunk("IHDR", [.. header]), Chunk("gAMA", Number(45455)) };
        if (palette is not null)
            chunks.Add(Chunk("PLTE", palette));
        if (transparency is not null)
            chunks.Add(Chunk("tRNS", transparency));
        byte[] coded = Compress(Rows(pixels, depth, interlaced, filterOf ?? (row => row % 5)));
        // In pieces, as writers are free to.
        for (int at = 0; at < coded.Length; at += 37)
            chunks.Add(Chunk("IDAT", coded[at..Math.Min(coded.Length, at + 37)]));
        chunks.Add(Chunk("tEXt", Encoding.ASCII.GetBytes("Comment\0after the pixels")));
        chunks.Add(Chunk("IEND", []));
        return [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8, .. chunks.SelectMany(c => c)];
    }

    public static byte[] Chunk(string name, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. content];
        return [.. Number((uint)content.Length), .. body, .. Number(Crc(body))];
    }

    /// <summary>The check sum as a division of polynomials, bit by bit.</summary>
    public static uint Crc(byte[] data)
    {
        uint remainder = 0xFFFFFFFF;
        foreach (byte b in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool one = ((remainder ^ (uint)(b >> bit)) & 1) != 0;
                remainder = remainder >> 1 ^ (one ? 0xEDB88320u : 0u);
            }
        }
        return ~remainder;
    }

    public static byte[] Compress(byte[] data)
    {
        using var coded = new MemoryStream();
        using (var stream = new ZLibStream(coded, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(data);
        return coded.ToArray();
    }

    private static byte[] Number(uint n) => [(byte)(n >> 24), (byte)(n >> 16), (byte)(n >> 8), (byte)n];

    private static byte[] Rows(int[][][] pixels, int depth, bool interlaced, Func<int, int> filterOf)
    {
        // The figure of the specification: which pass the pixels of an 8 x 8 square are in.
        string[] passOf = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        var all = new List<byte>();
        int number = 0, step = Math.Max(1, pixels[0][0].Length * depth / 8);
        for (char pass = '1'; pass <= (interlaced ? '7' : '1'); pass++)
        {
            byte[] above = [];
            for (int y = 0; y < pixels.Length; y++)
            {
                var bits = new StringBuilder();
                for (int x = 0; x < pixels[y].Length; x++)
                {
                    if (interlaced && passOf[y % 8][x % 8] != pass)
                        continue;
                    foreach (int sample in pixels[y][x])
                        bits.Append(Convert.ToString(sample, 2).PadLeft(depth, '0'));
                }
                if (bits.Length == 0)
                    continue;
                while (bits.Length % 8 != 0)
                    bits.Append('0');
                string text = bits.ToString();
                byte[] row = [.. Enumerable.Range(0, text.Length / 8).Select(i => Convert.ToByte(text.Substring(8 * i, 8), 2))];
                if (above.Length == 0)
                    above = new byte[row.Length];
                int filter = filterOf(number++);
                all.Add((byte)filter);
                for (int i = 0; i < row.Length; i++)
                {
                    int a = i >= step ? row[i - step] : 0, b = above[i], c = i >= step ? above[i - step] : 0;
                    int p = a + b - c, nearest = new[] { a, b, c }.MinBy(v => Math.Abs(p - v));      // of equals the first
                    all.Add((byte)(row[i] - new[] { 0, a, b, (a + b) / 2, nearest }[filter]));
                }
                above = row;
            }
        }
        return [.. all];
    }
}
