using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Tacit.Media;
using Tacit.Media.Audio;
using Tacit.Media.DataSets;
using Tacit.Tests.Audio;
using Tacit.Media.Images;
using Tacit.Tests.Support;

namespace Tacit.Tests.DataSets;

/// <summary>Files of items: shapes, values, labels and names; what does not fit together.</summary>
public class ItemReaderTests
{
    private static readonly ItemOptions Plain = new();

    [Fact]
    public void ImagesOfAFolderAreItemsWithTheFolderAsLabel()
    {
        ItemSet items = ItemReader.Read([Grey("f/cat/1.png", "cat", 1, 2, 3, 4, 5, 6), Pgm("f/dog/2.pgm", "dog", 9), new DataFile("f/.hidden", "f", "x"u8.ToArray())], Plain);
        Assert.Equal((2, new ItemShape(1, 2, 3), 255), (items.Count, items.Shape, items.Highest));
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9 }, items.Bytes.ToArray());
        Assert.Equal(["cat", "dog"], items.Labels!);
        Assert.Equal("f/cat/1.png f/dog/2.pgm", $"{items.NameOf(0)} {items.NameOf(1)}");
        float[] values = new float[6];
        items.CopyTo(0, new ItemScale(5f, 7f), values);
        Assert.Equal(new float[] { 1, 2, 3, 4, 5, 6 }.Select(v => v * (1f / 255)), values);
        Assert.Null(ItemReader.Read([Grey("a.png", null, 1, 2, 3, 4, 5, 6)], Plain).Labels);
        Assert.Null(ItemReader.Read([Grey("f/a.png", "f", 1, 2, 3, 4, 5, 6)], Plain with { Labels = "none" }).Labels);
    }

    [Fact]
    public void ColoursAreKeptChannelByChannelAndSmallDepthsBecomeBytes()
    {
        using var file = new MemoryStream();
        Png.Encode(file, new Image(2, 1, 3, 255, [1, 2, 3, 4, 5, 6]));
        ItemSet items = ItemReader.Read([new DataFile("c.png", null, file.ToArray())], Plain);
        Assert.Equal(new byte[] { 1, 4, 2, 5, 3, 6 }, items.Bytes.ToArray());
        ItemSet bits = ItemReader.Read([new DataFile("b.pbm", null, "P1 2 2 0110"u8.ToArray()), Pgm("g.pgm", null, 7, 2)], Plain);
        Assert.Equal(new byte[] { 255, 0, 0, 255, 7, 7, 7, 7 }, bits.Bytes.ToArray());
        ItemSet deep = ItemReader.Read([new DataFile("d.pgm", null, "P2 2 2 65535 0 256 65535 7"u8.ToArray())], Plain);
        Assert.True(deep.Bytes.IsEmpty);
        float[] values = new float[4];
        deep.CopyTo(0, default, values);
        Assert.Equal([0f, 256f / 65535, 1f, 7f / 65535], values, (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [Fact]
    public void APngsRowsAreImagesIfTheirShapeIsNamed()
    {
        DataFile rows = Grey("rows.png", null, [.. Enumerable.Range(0, 12).Select(i => (byte)i)], width: 4);
        ItemSet items = ItemReader.Read([rows], Plain with { Shape = new ItemShape(1, 2, 2) });
        Assert.Equal((3, new ItemShape(1, 2, 2)), (items.Count, items.Shape));
        Assert.Equal("rows.png:2", items.NameOf(2));
        Assert.Equal(rows.Name, ItemReader.Read([rows], Plain with { Shape = new ItemShape(1, 3, 4) }).NameOf(0));
        Refused("not of the shape 3x3", Plain with { Shape = new ItemShape(1, 3, 3) }, rows);
    }

    [Fact]
    public void IdxFilesHaveItemsAndLabels()
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];
        var labels = new DataFile("l", null, new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 7, 3 });
        foreach (byte[] file in new[] { images, Gzip(images) })
        {
            ItemSet items = ItemReader.Read([new DataFile("i.gz", null, file)], Plain with { LabelFile = labels });
            Assert.Equal((2, new ItemShape(1, 1, 3)), (items.Count, items.Shape));
            Assert.Equal(images[16..], items.Bytes.ToArray());
            Assert.Equal(["7", "3"], items.Labels!);
        }
        for (int length = 0; length < images.Length; length++)
            Assert.Throws<InvalidDataException>(() => ItemReader.Read([new DataFile("i", null, images.AsMemory(0, length))], Plain));
        for (int length = 4; length < Gzip(images).Length; length++)
            Assert.Throws<InvalidDataException>(() => ItemReader.Read([new DataFile("i", null, Gzip(images).AsMemory(0, length))], Plain));
        Refused("goes on", Plain, new DataFile("i", null, (byte[])[.. images, 1]));
        Refused("has labels, not items", Plain, labels);
        Refused("type 0x0D", Plain, new DataFile("i", null, new byte[] { 0, 0, 13, 1, 0, 0, 0, 0 }));
        Refused("too many", Plain, new DataFile("i", null, new byte[] { 0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 0, 1 }));
        Refused("no items", Plain, new DataFile("i", null, new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1 }));
        Refused("no items", Plain, new DataFile("i", null, new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0, 1, 0x11, 0x70 }));     // 0 x 70000 x 70000
        Refused("2 labels for 1 items", Plain with { LabelFile = labels }, Pgm("p", null, 1));
        Refused("3 labels for 1 items", Plain with { LabelFile = new DataFile("t", null, "a\nb\nc\n"u8.ToArray()) }, Pgm("p", null, 1));
        Assert.Equal(["a b"], ItemReader.Read([Pgm("p", null, 1)], Plain with { LabelFile = new DataFile("t", null, "a b\r\n"u8.ToArray()) }).Labels!);
    }

    [Fact]
    public void CifarRecordsHaveALabelAndThreeChannels()
    {
        byte[] records = Samples.Noise(2 * 3073);
        (records[0], records[3073]) = (6, 9);
        ItemSet items = ItemReader.Read([new DataFile("data_batch_1.bin", null, records)], Plain);
        Assert.Equal((2, new ItemShape(3, 32, 32)), (items.Count, items.Shape));
        Assert.Equal(["6", "9"], items.Labels!);
        Assert.Equal(records[1..3073], items.Bytes[..3072].ToArray());
        Refused("no whole number", Plain, new DataFile("a.bin", null, records.AsMemory(1)));
        byte[] dark = [.. records];
        (dark[0], dark[1], dark[2], dark[3]) = (0, 0, 9, 3);         // as an IDX file of signed bytes begins
        Assert.Equal(["0", "9"], ItemReader.Read([new DataFile("a.bin", null, dark)], Plain).Labels!);
        (dark[2], dark[4], dark[5]) = (8, 0, 0);
        Assert.Equal(["0", "9"], ItemReader.Read([new DataFile("a.bin", null, dark)], Plain).Labels!);
        byte[] idx = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0x0B, 0xF5, .. new byte[3061]];     // 3,073 bytes, and what it says
        Assert.Equal(new ItemShape(1, 1, 3061), ItemReader.Read([new DataFile("a.bin", null, idx)], Plain).Shape);
        records[3073] = 10;
        Refused("record 1 has label 10", Plain, new DataFile("a.bin", null, records));
    }

    [Fact]
    public void TablesAreVectors()
    {
        ItemSet items = ItemReader.Read([Text("t.csv", "a,b,kind\n1,2.5,x\n\n-3,4,\"y,z\"\n")], Plain with { Labels = "kind" });
        Assert.Equal((2, new ItemShape(1, 1, 2), 0), (items.Count, items.Shape, items.Highest));
        Assert.True(items.Bytes.IsEmpty);
        Assert.Equal(["x", "y,z"], items.Labels!);
        Assert.Equal(new ItemScale(-3f, 4f), items.Measure([0, 1]));
        Assert.Equal(new ItemScale(1f, 2.5f), items.Measure([0]));
        ItemSet digits = ItemReader.Read([Text("d", "0;16;3;2;8\n5;5;5;5;9\n")], Plain with { Labels = "last", Shape = new ItemShape(1, 2, 2) });
        Assert.Equal(new byte[] { 0, 16, 3, 2, 5, 5, 5, 5 }, digits.Bytes.ToArray());
        Assert.Equal(["8", "9"], digits.Labels!);
        Assert.Equal(["3", "5"], ItemReader.Read([Text("d", "0;16;3;2;8\n5;5;5;5;9\n")], Plain with { Labels = "3" }).Labels!);
        Assert.Equal(["5", "2"], ItemReader.Read([Text("d", "5,1,3\n2,4,6\n")], Plain with { Labels = "1" }).Labels!);      // not the 1
        Refused("no column '0'", Plain with { Labels = "0" }, Text("t", "0,2\n1,3\n"));
        Refused("no column '16'", Plain with { Labels = "16" }, Text("t", "16,2\n1,3\n"));
        Refused("line 2 has 1 cells", Plain, Text("t", "1,2\n3\n"));
        Refused("'x' in column 2", Plain, Text("t", "1,2\n3,x\n"));
        Refused("'nan' in column 1", Plain, Text("t", "1,2\nnan,3\n"));
        Refused("no column 'kind'", Plain with { Labels = "kind" }, Text("t", "1,2\n"));
        Refused("no column but", Plain with { Labels = "last" }, Text("t", "1\n2\n"));
        Refused("names but no rows", Plain, Text("t", "a,b\n"));
        Refused("not of the shape", Plain with { Shape = new ItemShape(1, 2, 2) }, Text("t", "1,2\n"));
        Refused("no column 'kind'", Plain with { Labels = "kind" }, Pgm("p", null, 1));
        Refused("it is empty", Plain, Text("t", ""));
        Refused("no image", Plain, new DataFile("t", null, new byte[] { 1, 0, 7 }));
    }

    [Fact]
    public void AllItemsAreAlike()
    {
        Refused("are 2x2, those of a.pgm are 2x3", Plain, Pgm("a.pgm", null, 1), Pgm("b.pgm", null, 1, 2));
        Refused("all must have one range", Plain with { Shape = new ItemShape(1, 2, 2) }, Text("t", "1,2,3,4\n"), Pgm("b.pgm", null, 1, 2));
        Refused("there are no items", Plain);
        Refused("truncated", Plain, new DataFile("x.png", null, Grey("x", null, 1, 2, 3, 4, 5, 6).Bytes[..^5]));
    }

    [Fact]
    public void SplitsAreDrawnByTheSeed()
    {
        ItemSet items = ItemReader.Read([Text("t", string.Concat(Enumerable.Range(0, 50).Select(i => $"{i}\n")))], Plain);
        (int[] training, int[] validation) = items.Split(0.1f, 1);
        Assert.Equal(5, validation.Length);
        Assert.Equal(Enumerable.Range(0, 50), training.Concat(validation).Order());
        Assert.Equal(training, items.Split(0.1f, 1).Training);
        Assert.NotEqual(training, items.Split(0.1f, 2).Training);
        Assert.NotEqual(training.Order(), training);
        Assert.Empty(items.Split(0f, 1).Validation);
        int[] order = new int[50];
        for (ulong stream = 0; stream < 64; stream++)       // those of parameters are not the split's
        {
            Permutation.Fill(order, 1, stream);
            Assert.NotEqual(order[..5], validation);
        }
    }

    [Fact]
    public void SoundsAreCutIntoPieces()
    {
        DataFile a = Wav("s/low/a.wav", "low", 8000, 11), b = Wav("s/high/b.wav", "high", 8000, 3);
        ItemOptions pieces = Plain with { ClipLength = 4, Stride = 3 };
        ItemSet items = ItemReader.Read([a, b], pieces);
        Assert.Equal((4, new ItemShape(1, 1, 4), 8000, 3), (items.Count, items.Shape, items.SampleRate, items.Stride));     // at 0, 3, 6; what is after 10 is in none
        Assert.Equal(["s/low/a.wav:0", "s/low/a.wav:1", "s/low/a.wav:2", "s/high/b.wav"], Enumerable.Range(0, 4).Select(items.NameOf));
        Assert.Equal(["low", "low", "low", "high"], items.Labels!);
        float[] values = new float[4];
        items.CopyTo(2, values);
        Assert.Equal([6f / 1024, 7f / 1024, 8f / 1024, 9f / 1024], values);
        items.CopyTo(3, values);
        Assert.Equal([0f, 1f / 1024, 2f / 1024, 0f], values);      // silence
        Assert.Equal(new ItemShape(1, 2, 2), ItemReader.Read([a], pieces with { Shape = new ItemShape(1, 2, 2) }).Shape);
        Refused("b.wav: it is a sound of 8000 samples a second, s/low/a.wav is a sound of 44100", pieces, Wav(a.Name, null, 44100, 9), b);
        Refused("it is no sound", pieces, a, Text("t.csv", "1,2,3,4\n"));
        Refused("it is a sound", pieces, Text("t.csv", "1,2,3,4\n"), a);
        Assert.Equal(new ItemShape(1, 1, 3), ItemReader.Read([Text("t.csv", "time,ms,WAVE\n1,2,3\n")], pieces).Shape);
        ItemSet silence = ItemReader.Read([new DataFile("a.wav", null, (byte[])[.. a.Bytes.Span[..44], .. new byte[22]])], pieces);
        Assert.True(silence.Bytes.IsEmpty);
        Assert.Equal(new ItemScale(0f, 1f), silence.Measure([0]));
        Assert.Equal(4, ItemReader.Read([new DataFile("a.wav.gz", null, Gzip(a.Bytes.ToArray())), b], pieces).Count);
        Assert.Equal(3, ItemReader.Read([new DataFile("a.aiff", null, SoundFiles.Aiff(new PcmFormat(SampleType.S16BE, 2, 44100), new byte[4 * 11]))], pieces).Count);
        Refused("are too many; a larger --stride", Plain with { ClipLength = 25_000, Stride = 1 }, Wav("long.wav", null, 8000, 60_000));
        Refused("not compressed", pieces, new DataFile("c.wav", null, (byte[])[.. a.Bytes.Span[..20], 85, .. a.Bytes.Span[21..]]));      // as MP3
        Refused("holds no items", pieces, Wav("empty.wav", null, 8000, 0));
        Refused("a sound has no column 'x'", pieces with { Labels = "x" }, a);
    }

    [Fact]
    public void PiecesOfASoundAreNotSplit()
    {
        ItemOptions pieces = Plain with { ClipLength = 10, Stride = 4 };
        ItemSet many = ItemReader.Read([.. Enumerable.Range(0, 12).Select(i => Wav($"{i}.wav", null, 8000, 30 + 4 * i))], pieces);
        (int[] training, int[] validation) = many.Split(0.2f, 5);
        Assert.Equal(Enumerable.Range(0, many.Count), training.Concat(validation).Order());
        string[] kept = [.. validation.Select(i => many.NameOf(i).Split(':')[0]).Distinct()];
        Assert.DoesNotContain(training, i => kept.Contains(many.NameOf(i).Split(':')[0]));
        Assert.InRange(validation.Length, 0.2 * many.Count - 1, 0.2 * many.Count + 18);
        ItemSet few = ItemReader.Read([Wav("low/a.wav", "low", 8000, 410), Wav("b.wav", "b", 8000, 9), Wav("high/c.wav", "high", 8000, 210)], pieces);
        (training, validation) = few.Split(0.1f, 5);
        Assert.Equal([.. Enumerable.Range(91, 10), .. Enumerable.Range(148, 5)], validation);
        Assert.Equal([.. Enumerable.Range(0, 89), 101, .. Enumerable.Range(102, 44)], training);
        Assert.Contains("too short", Assert.Throws<InvalidDataException>(() => ItemReader.Read([Wav("short.wav", null, 8000, 16)], pieces).Split(0.1f, 5)).Message, StringComparison.Ordinal);
        (training, validation) = ItemReader.Read([.. Enumerable.Range(0, 5).Select(i => Wav($"{i}.wav", null, 8000, 9))], pieces).Split(0.4f, 5);
        Assert.Equal((3, 2), (training.Length, validation.Length));     // a piece each
        ItemSet one = ItemReader.Read([Wav("one.wav", null, 8000, 410)], pieces);
        (training, validation) = one.Split(0.1f, 5);
        Assert.Equal(Enumerable.Range(91, 10), validation);
        Assert.Equal(Enumerable.Range(0, 89), training);        // the samples of the next two are in those that are kept, too
        Assert.Equal((101, 0), (one.Split(0f, 5).Training.Length, one.Split(0f, 5).Validation.Length));
    }

    [Fact]
    public void APermutationIsUniform()
    {
        // Where the first of five items comes to lie, over 5,000 seeds: 1,000 each, with a deviation of 28.
        int[] places = new int[5], order = new int[5];
        for (int seed = 0; seed < 5000; seed++)
        {
            Permutation.Fill(order, (ulong)seed, 3);
            places[Array.IndexOf(order, 0)]++;
        }
        Assert.All(places, p => Assert.InRange(p, 860, 1140));
    }

    [DataFact]
    public void MnistIsRead()
    {
        string folder = Path.Combine(DataFactAttribute.Folder, "images", "mnist");
        ItemSet items = ItemReader.Read([Real(folder, "t10k-images-idx3-ubyte.gz")], Plain with { LabelFile = Real(folder, "t10k-labels-idx1-ubyte.gz") });
        Assert.Equal((10_000, new ItemShape(1, 28, 28)), (items.Count, items.Shape));
        Assert.Equal(["7", "2", "1", "0", "4"], items.Labels!.Take(5));
        Assert.Equal("0FA7898D509279E482958E8CE81C8E77DB3F2F8254E26661CEB7762C4D494CE7", Convert.ToHexString(SHA256.HashData([0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28, .. items.Bytes.Span])));
    }

    [DataFact]
    public void CifarRowsAndDigitsAreRead()
    {
        string folder = Path.Combine(DataFactAttribute.Folder, "images");
        ItemSet cifar = ItemReader.Read([Real(folder, "cifar10/cifar10_batch_1_first500.png")], Plain with { Shape = new ItemShape(1, 32, 32) });
        Assert.Equal((500, new ItemShape(3, 32, 32)), (cifar.Count, cifar.Shape));
        ItemSet digits = ItemReader.Read([Real(folder, "digits8x8/digits.csv.gz")], Plain with { Labels = "last", Shape = new ItemShape(1, 8, 8) });
        Assert.Equal(1797, digits.Count);
        Assert.Equal(new ItemScale(0f, 16f), digits.Measure([.. Enumerable.Range(0, digits.Count)]));
        Assert.Equal(10, digits.Labels!.Distinct().Count());
    }

    // 0, 1, 2, … in units of 1/1024.
    private static DataFile Wav(string name, string? folder, int rate, int samples)
    {
        using var stream = new MemoryStream();
        Sound.WriteWav(stream, [.. Enumerable.Range(0, samples).Select(i => i / 1024.0)], rate);
        return new DataFile(name, folder, stream.ToArray());
    }

    private static DataFile Real(string folder, string name) => new(name, null, File.ReadAllBytes(Path.Combine(folder, name)));

    private static void Refused(string message, ItemOptions options, params DataFile[] files) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => ItemReader.Read(files, options)).Message, StringComparison.OrdinalIgnoreCase);

    private static DataFile Grey(string name, string? folder, params byte[] samples) => Grey(name, folder, samples, 3);

    private static DataFile Grey(string name, string? folder, byte[] samples, int width)
    {
        using var file = new MemoryStream();
        Png.Encode(file, new Image(width, samples.Length / width, 1, 255, Array.ConvertAll(samples, s => (ushort)s)));
        return new DataFile(name, folder, file.ToArray());
    }

    private static DataFile Pgm(string name, string? folder, byte value, int width = 3) =>
        new(name, folder, (byte[])[.. Encoding.ASCII.GetBytes($"P5 {width} 2 255\n"), .. Enumerable.Repeat(value, 2 * width)]);

    private static DataFile Text(string name, string text) => new(name, null, Encoding.UTF8.GetBytes(text));

    private static byte[] Gzip(byte[] data)
    {
        using var file = new MemoryStream();
        using (var stream = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(data);
        return file.ToArray();
    }
}
