using System.Reflection;
using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;
using Tacit.Tests.Support;

namespace Tacit.Tests.Format;

/// <summary>docs/FORMAT.md and the code say the same.</summary>
public class FormatDocumentTests
{
    [Fact]
    public void TableOneMatchesTheCode()
    {
        Dictionary<string, long> documented = FormatDocument.Table(1).ToDictionary(row => row[0], row => FormatDocument.Number(row[1]));
        Dictionary<string, long> coded = typeof(FormatConstants).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name, field => Convert.ToInt64(field.GetRawConstantValue()));
        Assert.Equal(coded.OrderBy(pair => pair.Key), documented.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void TableTwoNamesTheCodecs()
    {
        Dictionary<long, string> documented = FormatDocument.Table(2).ToDictionary(row => FormatDocument.Number(row[0]), row => row[1]);
        Assert.All(CodecRegistry.All, codec => Assert.Equal(documented[codec.Id], codec.Name));
        Assert.Equal(documented.Keys.Order(), Enum.GetValues<TacitCodec>().Select(codec => (long)codec).Order());
    }

    [Fact]
    public void TableTwoTellsTheParameters()
    {
        foreach (string[] row in FormatDocument.Table(2))
        {
            int length = row[2][0] is >= '1' and <= '9' ? row[2][0] - '0' : 0;
            if (CodecRegistry.Find((byte)FormatDocument.Number(row[0])) is { } codec)
                Assert.Equal(length, codec.ParametersFor(5).Length);
        }
    }

    [Fact]
    public void TheWorkedExamplesAreWhatTheLibraryWrites()
    {
        List<byte[]> examples = FormatDocument.WorkedExamples();
        TacitCompressionOptions options = Pack.Options(TacitCodec.Store, level: 1);
        Assert.Equal([Pack.Compress("abc"u8.ToArray(), options), Pack.CompressParts(["abc"u8.ToArray()], options)], examples);
        foreach (byte[] example in examples)
        {
            Assert.Equal("abc"u8, SecondDecoder.Decode(example));
            Assert.Equal("abc"u8, SecondDecoder.ReadFromTheEnd(example).Single().Data);
            Assert.Equal("abc"u8, Pack.Decompress(example));
        }
    }

    [Fact]
    public void TheSecondDecodersCheckSumIsTheDocumentedOne()
    {
        byte[] digits = "123456789"u8.ToArray();
        Assert.Equal(0xE3069283u, SecondDecoder.Crc(digits, 0, 9));
        Assert.Equal(0xE3069283u, Crc32C.Of(digits));
    }
}
