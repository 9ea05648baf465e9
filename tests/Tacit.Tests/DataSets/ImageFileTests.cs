using System.Text;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Media.Images;
using Tacit.Tests.Images;
using Tacit.Tests.Support;

namespace Tacit.Tests.DataSets;

/// <summary>Images as items of bytes and back, pixel for pixel; the list of their names, and what no list may say.</summary>
public class ImageFileTests
{
    public static TheoryData<string, int, int> Images
    {
        get
        {
            var all = new TheoryData<string, int, int>();
            foreach ((string kind, int channels, int most) in new[]
            {
                ("png", 1, 1), ("png", 1, 3), ("png", 1, 15), ("png", 1, 255), ("png", 2, 255), ("png", 3, 255), ("png", 4, 255),
                ("pnm", 1, 1), ("pnm", 1, 16), ("pnm", 1, 51), ("pnm", 1, 100), ("pnm", 1, 255), ("pnm", 3, 15), ("pnm", 3, 200), ("pnm", 3, 255),
            })
                all.Add(kind, channels, most);
            return all;
        }
    }

    [Theory, MemberData(nameof(Images))]
    public void PixelsComeBack(string kind, int channels, int most)
    {
        foreach ((int width, int height) in new[] { (1, 1), (5, 3), (8, 9) })
        {
            Image image = Random(width, height, channels, most);
            byte[] data = Encoded(kind, image), again;
            ImageFile file = ImageFile.Read("a/b", data, out byte[] item, out ItemShape shape);
            Assert.Equal(new ImageFile("a/b", kind == "png" ? ImageFileKind.Png : ImageFileKind.Pnm, most), file);
            Assert.Equal(new ItemShape(channels, height, width), shape);
            // An item has the bytes that the reader of data sets gives a model to learn from.
            Assert.Equal(ItemReader.Read([new DataFile("a", null, data)], new ItemOptions()).Bytes.ToArray(), item);
            using (var written = new MemoryStream())
            {
                file.Write(written, item, shape);
                again = written.ToArray();
            }
            Image back = kind == "png" ? Png.Decode(again) : Pnm.Decode(again);
            Assert.Equal((width, height, channels, most), (back.Width, back.Height, back.Channels, back.MaxValue));
            Assert.Equal(image.Samples.ToArray(), back.Samples.ToArray());
            if (kind == "pnm")
                Assert.Equal(data, again);
        }
    }

    [Fact]
    public void WhatHasFewBitsForAlphaOrPlainNumbersHasTheSameColours()
    {
        byte[] bilevel = NaivePng.Write([[[1], [0]], [[0], [0]]], 1, 0, false, transparency: [0, 1]);
        Image image = Png.Decode(bilevel);
        Assert.Equal((2, 1), (image.Channels, image.MaxValue));
        Assert.Equal(image.ToBytes().Samples.ToArray(), Png.Decode(Again(bilevel)).Samples.ToArray());
        Assert.Equal("P5\n3 1\n15\n"u8.ToArray().Concat(new byte[] { 0, 7, 15 }), Again("P2\n3 1 # w h\n15\n0 7\n15"u8));
        Assert.Equal("P5\n3 1\n1\n"u8.ToArray().Concat(new byte[] { 1, 0, 1 }), Again("P1 3 1 010"u8));

        static byte[] Again(ReadOnlySpan<byte> data)
        {
            using var written = new MemoryStream();
            ImageFile.Read("a", data, out byte[] item, out ItemShape shape).Write(written, item, shape);
            return written.ToArray();
        }
    }

    [Fact]
    public void WhatIsNoImageOfBytesIsRefused()
    {
        Assert.Contains("samples up to 65535", Refused(() => ImageFile.Read("a", Encoded("png", Random(2, 2, 1, 65535)), out _, out _)), StringComparison.Ordinal);
        Assert.Contains("samples up to 300", Refused(() => ImageFile.Read("a", Encoded("pnm", Random(2, 2, 1, 300)), out _, out _)), StringComparison.Ordinal);
        Assert.Contains("is in gzip", Refused(() => ImageFile.Read("a", [0x1F, 0x8B, 8, 0], out _, out _)), StringComparison.Ordinal);
        Assert.Contains("is no image", Refused(() => ImageFile.Read("a", "text"u8, out _, out _)), StringComparison.Ordinal);
        Assert.Contains("is no image", Refused(() => ImageFile.Read("a", default, out _, out _)), StringComparison.Ordinal);
        // Of an archive that lies: samples between those there are, above them, and channels the kind has not.
        ItemShape two = new(1, 1, 2);
        Assert.Contains("a sample of 4", Refused(() => new ImageFile("a", ImageFileKind.Png, 15).Write(Stream.Null, [17, 4], two)), StringComparison.Ordinal);
        Assert.Contains("a sample of 101", Refused(() => new ImageFile("a", ImageFileKind.Pnm, 100).Write(Stream.Null, [100, 101], two)), StringComparison.Ordinal);
        Refused(() => new ImageFile("a", ImageFileKind.Pnm, 255).Write(Stream.Null, new byte[4], new ItemShape(2, 1, 2)));
        Refused(() => new ImageFile("a", ImageFileKind.Png, 100).Write(Stream.Null, new byte[2], two));
        Refused(() => new ImageFile("a", ImageFileKind.Png, 15).Write(Stream.Null, new byte[6], new ItemShape(3, 1, 2)));
    }

    [Fact]
    public void ListsComeBack()
    {
        ImageFile[] files = [new("a.png", ImageFileKind.Png, 255), new("b c/ü.pgm", ImageFileKind.Pnm, 16), new("d/e/f g", ImageFileKind.Png, 1), new("..a/b..", ImageFileKind.Png, 3)];
        byte[] text = ImageFileList.Write(files);
        Assert.StartsWith("png 255 a.png\npnm 16 b c/ü.pgm\n", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
        Assert.Equal(files, ImageFileList.Read(text));
        Assert.Empty(ImageFileList.Read(default));
    }

    [Theory]
    [InlineData("png 255 a.png")]
    [InlineData("png 255\n")]
    [InlineData("png a.png\n")]
    [InlineData("gif 255 a\n")]
    [InlineData("png 0 a\n")]
    [InlineData("png 256 a\n")]
    [InlineData("png -1 a\n")]
    [InlineData("png 99999999999 a\n")]
    [InlineData("png 255 \n")]
    [InlineData("png 255 .\n")]
    [InlineData("png 255 ..\n")]
    [InlineData("png 255 ../a\n")]
    [InlineData("png 255 a/../../b\n")]
    [InlineData("png 255 /a\n")]
    [InlineData("png 255 a//b\n")]
    [InlineData("png 255 a/\n")]
    [InlineData("png 255 a\\b\n")]
    [InlineData("png 255 a\tb\n")]
    [InlineData("png 255 a\0\n")]
    [InlineData("png 255 a\npng 255 a\n")]
    public void NoListSaysThat(string text) => Refused(() => ImageFileList.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void NamesThatAreNoTextOrTooLongAreRefused()
    {
        Refused(() => ImageFileList.Read([.. "png 255 "u8, 0xC3, 0x28, (byte)'\n']));
        Refused(() => ImageFileList.Write([new ImageFile("\ud800", ImageFileKind.Png, 255)]));
        Refused(() => ImageFileList.Write([new ImageFile("a\nb", ImageFileKind.Png, 255)]));
        Refused(() => ImageFileList.Write([new ImageFile(new string('ü', 1 + ImageFileList.MostNameBytes / 2), ImageFileKind.Png, 255)]));
        string longest = new('ü', ImageFileList.MostNameBytes / 2);
        Assert.Equal(longest, ImageFileList.Read(ImageFileList.Write([new ImageFile(longest, ImageFileKind.Png, 255)]))[0].Name);
    }

    [Fact]
    public void AnyDamageIsFoundOrLeavesNamesThatStayInTheirFolder()
    {
        byte[] text = ImageFileList.Write([new("a/b.png", ImageFileKind.Png, 255), new("c.pgm", ImageFileKind.Pnm, 16)]);
        foreach (byte value in new byte[] { 0, (byte)'\n', (byte)' ', (byte)'.', (byte)'/', (byte)'9', (byte)'\\', 0x80, 0xFF })
        {
            for (int i = 0; i < text.Length; i++)
            {
                byte[] damaged = [.. text];
                damaged[i] = value;
                Check(damaged);
                Check(text.AsSpan(0, i));
            }
        }

        static void Check(ReadOnlySpan<byte> text)
        {
            try
            {
                foreach (ImageFile file in ImageFileList.Read(text))
                {
                    Assert.InRange(file.MaxValue, 1, 255);
                    Assert.StartsWith("/x/", Path.GetFullPath(Path.Join("/x", file.Name)), StringComparison.Ordinal);
                }
            }
            catch (InvalidDataException)
            {
                // found
            }
        }
    }

    private static string Refused(Action action) => Assert.Throws<InvalidDataException>(action).Message;

    private static byte[] Encoded(string kind, Image image)
    {
        using var file = new MemoryStream();
        if (kind == "png")
            Png.Encode(file, image);
        else
            Pnm.Encode(file, image);
        return file.ToArray();
    }

    private static Image Random(int width, int height, int channels, int most)
    {
        var random = new Samples.Generator((ulong)(width + 100 * channels + 1000 * most));
        return new Image(width, height, channels, most, [.. Enumerable.Range(0, width * height * channels).Select(_ => (ushort)random.Below(most + 1))]);
    }
}
