using Tacit.Media.Images;
using Tacit.Tests.Support;

namespace Tacit.Tests.Images;

/// <summary>Every colour type, depth and order of pixels that PNG has, written by <see cref="NaivePng"/>; round trips; damage.</summary>
public class PngTests
{
    private const int Colours = 200;        // of a palette, at most

    public static TheoryData<int, int, bool> Types
    {
        get
        {
            var all = new TheoryData<int, int, bool>();
            foreach ((int colour, int[] depths) in new[] { (0, new[] { 1, 2, 4, 8, 16 }), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) })
            {
                foreach (int depth in depths)
                {
                    all.Add(colour, depth, false);
                    all.Add(colour, depth, true);
                }
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void EveryTypeIsReadAsItWasWritten(int colour, int depth, bool interlaced)
    {
        // Sizes at which passes of the interlacing are empty, and rows end within a byte.
        foreach ((int width, int height) in new[] { (1, 1), (2, 1), (1, 3), (3, 5), (5, 4), (8, 8), (9, 7), (17, 23) })
        {
            foreach (bool transparent in colour is 4 or 6 ? [false] : new[] { false, true })
            {
                var random = new Samples.Generator((ulong)(width * 1000 + height * 10 + depth));
                int[][][] stored = Stored(random, colour, depth, width, height);
                int colours = Math.Min(1 << depth, Colours);
                byte[]? palette = colour == 3 ? Bytes(random, 3 * colours) : null;
                byte[]? see = !transparent ? null : colour == 3 ? Bytes(random, (colours + 1) / 2)
                    : [.. stored[0][0].SelectMany(s => new[] { (byte)(s >> 8 | (depth < 8 ? 0xA5 : 0)), (byte)(s | (depth < 8 ? 0x5A << depth : 0)) })];
                Image image = Png.Decode(NaivePng.Write(stored, depth, colour, interlaced, palette, see));
                Assert.Equal((width, height), (image.Width, image.Height));
                Assert.Equal(colour == 3 ? 255 : (1 << depth) - 1, image.MaxValue);
                int[] expected = [.. stored.SelectMany(row => row.SelectMany(p => Expected(p, colour, image.MaxValue, palette, see)))];
                Assert.True(expected.SequenceEqual(image.Samples.ToArray().Select(s => (int)s)), $"{width} x {height}, transparent: {transparent}");
            }
        }
    }

    [Fact]
    public void EachFilterAloneIsUndone()
    {
        var random = new Samples.Generator(5);
        int[][][] stored = Stored(random, 6, 8, 13, 9);
        for (int filter = 0; filter < 5; filter++)
        {
            int used = filter;
            Image image = Png.Decode(NaivePng.Write(stored, 8, 6, false, filterOf: _ => used));
            Assert.Equal(stored.SelectMany(r => r.SelectMany(p => p)), image.Samples.ToArray().Select(s => (int)s));
        }
        // The rows without filters, the second row's number made 5.
        byte[] rows = [.. stored.SelectMany((r, y) => new[] { (byte)(y == 1 ? 5 : 0) }.Concat(r.SelectMany(p => p.Select(v => (byte)v))))];
        byte[] unknown = Around(13, 9, 8, 6, NaivePng.Chunk("IDAT", NaivePng.Compress(rows)));
        Assert.Contains("filter 5", Assert.Throws<InvalidDataException>(() => Png.Decode(unknown)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWrittenReadsTheSame()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Samples.Generator((ulong)seed);
            int channels = 1 + random.Below(4), width = 1 + random.Below(30), height = 1 + random.Below(30);
            int[] most = channels == 1 ? [1, 3, 15, 255, 65535] : [255, 65535];
            int maxValue = most[random.Below(most.Length)], kinds = random.Below(3) == 0 ? int.MaxValue : 1 + random.Below(6);
            ushort[][] colours = [.. Enumerable.Range(0, Math.Min(kinds, width * height)).Select(_ => Enumerable.Range(0, channels).Select(_ => (ushort)random.Below(maxValue + 1)).ToArray())];
            ushort[] samples = [.. Enumerable.Range(0, width * height).SelectMany(i => colours[random.Below(colours.Length)])];
            using var file = new MemoryStream();
            Png.Encode(file, new Image(width, height, channels, maxValue, samples));
            Image image = Png.Decode(file.ToArray());
            Assert.True(image.Channels == channels && image.MaxValue == maxValue && image.Width == width
                && image.Samples.Span.SequenceEqual(samples), $"seed {seed}: {width} x {height}, {channels} channels up to {maxValue}");
        }
    }

    [Fact]
    public void FewColoursBecomeAPaletteAndSmoothRowsAreFiltered()
    {
        ushort[] flags = [.. Enumerable.Range(0, 64 * 64).SelectMany(i => i % 64 < 32 ? new ushort[] { 255, 0, 0 } : [0, 0, 255])];
        byte[] palette = Encode(new Image(64, 64, 3, 255, flags));
        Assert.Equal(3, palette[25]);
        Assert.Equal(1, palette[24]);
        ushort[] slope = [.. Enumerable.Range(0, 128 * 128).Select(i => (ushort)((i % 128 + i / 128 * 3) & 255))];
        Assert.True(Encode(new Image(128, 128, 1, 255, slope)).Length < 1000);
        Assert.Throws<ArgumentException>(() => Encode(new Image(1, 1, 1, 100, [7])));
    }

    [Fact]
    public void EveryCutAndEveryFlippedBitIsRefusedOrHarmless()
    {
        foreach ((int colour, int depth, bool interlaced) in new[] { (3, 4, true), (2, 8, false), (0, 16, true) })
        {
            var random = new Samples.Generator(9);
            int[][][] stored = Stored(random, colour, depth, 11, 7);
            byte[] file = NaivePng.Write(stored, depth, colour, interlaced, colour == 3 ? Bytes(random, 48) : null);
            ushort[] intact = Png.Decode(file).Samples.ToArray();
            for (int length = 0; length < file.Length; length++)
                Assert.Throws<InvalidDataException>(() => Png.Decode(file.AsSpan(0, length)));
            for (int bit = 0; bit < 8 * file.Length; bit++)
            {
                byte[] damaged = [.. file];
                damaged[bit / 8] ^= (byte)(1 << bit % 8);
                Assert.Throws<InvalidDataException>(() => Png.Decode(damaged));     // every bit is under a check sum
            }
            Assert.Equal(intact, Png.Decode([.. file, 1, 2, 3]).Samples.ToArray());
        }
    }

    [Fact]
    public void DamageUnderRightCheckSumsIsRefusedOrGivesAnImage()
    {
        var random = new Samples.Generator(3);
        byte[] rows = Bytes(random, 7 * 12);
        for (int y = 0; y < 7; y++)
            rows[12 * y] = (byte)(y % 5);
        byte[] coded = NaivePng.Compress(rows);
        for (int bit = 0; bit < 8 * coded.Length; bit++)
        {
            byte[] damaged = [.. coded];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                Png.Decode(Around(11, 7, 8, 0, NaivePng.Chunk("IDAT", damaged)));
            }
            catch (InvalidDataException)
            {
            }
        }
        for (int length = 0; length < coded.Length; length++)      // the stream's end and its check sum, too
            Assert.Throws<InvalidDataException>(() => Png.Decode(Around(11, 7, 8, 0, NaivePng.Chunk("IDAT", coded[..length]))));
        Assert.Throws<InvalidDataException>(() => Png.Decode(Around(11, 8, 8, 0, NaivePng.Chunk("IDAT", coded))));
        Assert.Throws<InvalidDataException>(() => Png.Decode(Around(11, 6, 8, 0, NaivePng.Chunk("IDAT", coded))));
    }

    [Fact]
    public void ChunksStandWhereTheyMayAndSayWhatTheyMay()
    {
        byte[] pixels = NaivePng.Chunk("IDAT", NaivePng.Compress(new byte[1 + 3])), palette = NaivePng.Chunk("PLTE", new byte[6]), see = NaivePng.Chunk("tRNS", [1]);
        Assert.Equal(4, Png.Decode(Around(3, 1, 8, 3, palette, see, pixels)).Channels);
        Refused("palette", Around(3, 1, 8, 3, pixels));
        Refused("PLTE", Around(3, 1, 8, 3, palette, palette, pixels));
        Refused("PLTE", Around(3, 1, 8, 3, pixels, palette));
        Refused("tRNS", Around(3, 1, 8, 3, see, palette, pixels));
        Refused("tRNS", Around(3, 1, 8, 3, palette, NaivePng.Chunk("tRNS", new byte[3]), pixels));
        Refused("IDAT", Around(3, 1, 8, 3, palette, pixels, NaivePng.Chunk("tEXt", [65, 0]), pixels));
        byte[] none = NaivePng.Chunk("IDAT", []);
        Assert.Equal(3, Png.Decode(Around(3, 1, 8, 3, palette, none, pixels, none)).Channels);
        Refused("PLTE", Around(3, 1, 8, 3, none, palette, pixels));
        Refused("tRNS", Around(3, 1, 8, 3, palette, none, see, pixels));
        Refused("IDAT", Around(3, 1, 8, 3, palette, none, NaivePng.Chunk("tEXt", [65, 0]), pixels));
        Refused("no pixels", Around(3, 1, 8, 3, palette));
        Refused("colour 7", Around(3, 1, 8, 3, palette, NaivePng.Chunk("IDAT", NaivePng.Compress([0, 1, 7, 0]))));
        Refused("HUGE", Around(3, 1, 8, 3, palette, NaivePng.Chunk("HUGE", []), pixels));
        Refused("IHDR", Around(3, 1, 8, 3, Header(3, 1, 8, 3), palette, pixels));
        Refused("begins with", [.. Signature, .. palette, .. NaivePng.Chunk("IEND", [])]);
        Refused("colour type 5", Around(1, 1, 8, 5, pixels));
        Refused("2 bits", Around(1, 1, 2, 2, pixels));
        Refused("0 x 1", Around(0, 1, 8, 0, pixels));
        Refused("too few", Around(5000, 5000, 8, 0, pixels));
        Refused("the most that are read", Around(int.MaxValue, 2, 1, 0, pixels));
        Refused("does not begin", "GIF89a"u8.ToArray());

        static void Refused(string message, byte[] file) =>
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Png.Decode(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryIsNotTakenForWhatAHeaderClaims()
    {
        byte[] file = Around(8000, 8000, 16, 6, NaivePng.Chunk("IDAT", NaivePng.Compress(new byte[1000])));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Png.Decode(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [DataFact]
    public void RealPhotographsAreWrittenAndReadAgain()
    {
        Image photograph = Png.Decode(File.ReadAllBytes(Path.Combine(DataFactAttribute.Folder, "images", "kodak", "kodim05.png")));
        Assert.Equal((768, 512, 3, 255), (photograph.Width, photograph.Height, photograph.Channels, photograph.MaxValue));
        byte[] file = Encode(photograph);
        Assert.True(photograph.Samples.Span.SequenceEqual(Png.Decode(file).Samples.Span));
        Assert.InRange(file.Length, 1, 1_000_000);      // 1,179,648 raw
    }

    private static byte[] Signature => [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8];

    private static byte[] Header(int width, int height, int depth, int colour) => NaivePng.Chunk("IHDR",
        [.. BitConverter.GetBytes(width).Reverse(), .. BitConverter.GetBytes(height).Reverse(), (byte)depth, (byte)colour, 0, 0, 0]);

    private static byte[] Around(int width, int height, int depth, int colour, params byte[][] chunks) =>
        [.. Signature, .. Header(width, height, depth, colour), .. chunks.SelectMany(c => c), .. NaivePng.Chunk("IEND", [])];

    private static byte[] Encode(Image image)
    {
        using var file = new MemoryStream();
        Png.Encode(file, image);
        return file.ToArray();
    }

    private static byte[] Bytes(Samples.Generator random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Byte())];

    private static int[][][] Stored(Samples.Generator random, int colour, int depth, int width, int height)
    {
        int samples = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 }, most = colour == 3 ? Math.Min(1 << depth, Colours) : 1 << depth;
        return [.. Enumerable.Range(0, height).Select(_ => Enumerable.Range(0, width).Select(_ =>
            Enumerable.Range(0, samples).Select(_ => random.Below(most)).ToArray()).ToArray())];
    }

    private static int[] Expected(int[] stored, int colour, int maxValue, byte[]? palette, byte[]? see)
    {
        if (colour == 3)
        {
            int[] rgb = [.. Enumerable.Range(0, 3).Select(c => (int)palette![3 * stored[0] + c])];
            return see is null ? rgb : [.. rgb, stored[0] < see.Length ? see[stored[0]] : 255];
        }
        if (see is null)
            return stored;
        bool same = !stored.Where((s, c) => s != ((see[2 * c] * 256 + see[2 * c + 1]) & maxValue)).Any();     // bits above the depth do not count
        return [.. stored, same ? 0 : maxValue];
    }
}
