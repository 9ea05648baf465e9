using System.IO.Compression;
using System.Text;
using Tacit.Media.DataSets;
using Tacit.Media.Sequences;
using Tacit.Modeling.Recurrent;

namespace Tacit.Tests.Recurrent;

/// <summary>Lines, windows and samples out of files, and what is wrong with them.</summary>
public sealed class SequenceReadingTests
{
    [Fact]
    public void LinesLoseTheirEndsAndNothingElse()
    {
        Assert.Equal(["ä b", "", " c\t", "d"], Lines("\uFEFFä b\r\n\n c\t\nd"));
        Assert.Equal(["a"], Lines("a\n"));
        Assert.Empty(Lines(""));
        Assert.Equal([3, 0, 1], ((string[])[" a  b\tc ", " \t", "ä"])
            .Select(l => TextLines.Words(Encoding.UTF8.GetBytes(l))));
        byte[] damaged = [.. "good\nb"u8, 0xC3, (byte)'\n'];
        Assert.Contains("Line 2 is no UTF-8",
            Assert.Throws<InvalidDataException>(() => TextLines.Split(damaged)).Message, StringComparison.Ordinal);

        static string[] Lines(string text) =>
            [.. TextLines.Split(Encoding.UTF8.GetBytes(text)).Select(l => Encoding.UTF8.GetString(l.Span))];
    }

    [Fact]
    public void WindowsBeginAtEveryStrideAndAreWhole()
    {
        Assert.Equal([(0, 4), (3, 4), (6, 4)], SeriesWindows.Cut(12, 4, 3));
        Assert.Equal([(0, 4), (4, 4)], SeriesWindows.Cut(11, 4, 4));
        Assert.Equal([(0, 3)], SeriesWindows.Cut(3, 4, 1));
        Assert.Empty(SeriesWindows.Cut(0, 4, 1));
        Assert.Equal([(0, 4)], SeriesWindows.Cut(6, 4, int.MaxValue));
    }

    [Fact]
    public void SamplesAreLittleEndianAndWhole()
    {
        Assert.Equal([1f, -1f, -32768f], SeriesWindows.FromInt16([1, 0, 0xFF, 0xFF, 0, 0x80]));
        Assert.Throws<InvalidDataException>(() => SeriesWindows.FromInt16([1, 2, 3]));
    }

    [Fact]
    public void GzipIsTakenOffAndDamageIsFound()
    {
        byte[] text = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i % 251))];
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(text);
        byte[] file = packed.ToArray();
        Assert.Equal(text, Gunzip.Unwrap(file, 5000).ToArray());
        Assert.Equal(text, Gunzip.Unwrap(text, 10).ToArray());
        Assert.Throws<InvalidDataException>(() => Gunzip.Unwrap(file, 4999));
        Assert.Throws<InvalidDataException>(() => Gunzip.Unwrap(file.AsMemory(0, file.Length / 2), 5000));
        // Several members are one file, and an empty one may end them.
        Assert.Equal([.. text, .. text], Gunzip.Unwrap((byte[])[.. file, .. file], 10_000).ToArray());
        byte[] empty = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(text, Gunzip.Unwrap((byte[])[.. file, .. empty], 5000).ToArray());
        Assert.Throws<InvalidDataException>(() =>
            Gunzip.Unwrap(((byte[])[.. file, .. file]).AsMemory(0, file.Length * 2 - 30), 10_000));
        file[file.Length - 5] ^= 1;
        Assert.Throws<InvalidDataException>(() => Gunzip.Unwrap(file, 5000));
    }

    [Fact]
    public void MomentsAreThoseOfAllValues()
    {
        (float mean, float deviation) = new SequenceSet([new float[] { 1, 2, 3 }, new float[] { 6 }]).Moments();
        Assert.Equal((3f, (float)Math.Sqrt(3.5)), (mean, deviation));
        Assert.Throws<InvalidDataException>(() => new SequenceSet([new float[] { 2, 2 }, new float[] { 2 }]).Moments());
    }

    [Fact]
    public void AccuracyCountsPlaces()
    {
        Assert.Equal((3, true), SequenceAccuracy.Compare([1, 2, 3], [1, 2, 3]));
        Assert.Equal((3, false), SequenceAccuracy.Compare([1, 2, 3], [1, 2, 3, 4]));
        Assert.Equal((1, false), SequenceAccuracy.Compare([1, 2, 3], [1, 3]));
        Assert.Equal((0, true), SequenceAccuracy.Compare([], []));
    }
}
