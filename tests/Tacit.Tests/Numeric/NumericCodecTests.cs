using System.Globalization;
using System.Text;
using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Media.Numeric;
using Tacit.Modeling.Series;
using Tacit.Tests.Support;

namespace Tacit.Tests.Numeric;

/// <summary>Tables of every type come back, are taken for what they are, and become small.</summary>
public class NumericCodecTests
{
    public static TheoryData<int, bool, bool, bool, int> Layouts()
    {
        var data = new TheoryData<int, bool, bool, bool, int>();
        for (int width = 0; width <= 3; width++)
        {
            foreach (bool isFloat in new[] { false, true })
            {
                foreach (bool big in new[] { false, true })
                {
                    if (new ElementType(width, isFloat, true, big).IsPossible)
                    {
                        data.Add(width, isFloat, true, big, 1);
                        data.Add(width, isFloat, true, big, 3);
                    }
                    if (new ElementType(width, isFloat, false, big).IsPossible && width < 3)
                        data.Add(width, isFloat, false, big, 2);
                }
            }
        }
        return data;
    }

    [Theory, MemberData(nameof(Layouts))]
    public void WavesOfEveryTypeAreTablesAndBecomeSmall(int width, bool isFloat, bool isSigned, bool big, int columns)
    {
        var type = new ElementType(width, isFloat, isSigned, big);
        byte[] data = Wave(type, columns, 3000);
        (int length, byte kind) = Check(data);
        Assert.Equal(NumericCodec.BinaryKind, kind);
        // A double's last bits are noise: 44 of 64 remain.
        Assert.InRange(length, 1, data.Length * (width is 0 or 3 ? 7 : 6) / 8);
        (BinaryLayout layout, _) = BinaryLayoutDetector.Detect(data);
        Assert.Equal(type.Width, layout.Type.Width);
        Assert.Equal(0, layout.Columns % columns);
        Check([.. data, 1, 2, 3]);
    }

    [Theory]
    [InlineData("int8", 0, false, true, false, 1)]
    [InlineData("uint16be*3", 1, false, false, true, 3)]
    [InlineData("uint64", 3, false, true, false, 1)]
    [InlineData("int32le", 2, false, true, false, 1)]
    [InlineData("float32be", 2, true, true, true, 1)]
    [InlineData("float64*8", 3, true, true, false, 8)]
    public void TheTypeCanBeTold(string elements, int width, bool isFloat, bool isSigned, bool big, int columns)
    {
        var type = new ElementType(width, isFloat, isSigned, big);
        Assert.True(BinaryLayout.TryParse(elements, 64, out BinaryLayout layout));
        Assert.Equal(new BinaryLayout(type, 0, columns), layout);
        // Told for what it is, for other data too, which come back all the same.
        foreach (byte[] data in (byte[][])[Wave(type, columns, 3000), Samples.Noise(5000, 3), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1;2\n", 900)))])
        {
            using var codec = new NumericCodec(1, layout);
            byte[] coded = new byte[2 * data.Length], back = new byte[data.Length];
            int length = codec.Encode(data, coded, out byte kind, WorkMonitor.None);
            Assert.Equal(NumericCodec.BinaryKind, kind);
            Assert.Equal(type.Code, coded[0]);
            codec.Decode(coded.AsSpan(0, length), kind, back, WorkMonitor.None);
            Assert.Equal(data, back);
            TacitCompressionOptions options = Pack.Options(TacitCodec.Numeric);
            options.Elements = elements;
            Assert.Equal(data, Pack.Decompress(Pack.Compress(data, options)));
        }
    }

    [Theory]
    [InlineData("int24")]
    [InlineData("int8be")]
    [InlineData("float16")]
    [InlineData("float64*0")]
    [InlineData("float64*65")]
    [InlineData("int16*2*2")]
    [InlineData("64")]
    [InlineData("")]
    public void TypesThereAreNotAreRefused(string elements) =>
        Assert.Throws<ArgumentException>(() => new TacitCompressionOptions { Elements = elements });

    [Fact]
    public void ExtremesComeBack()
    {
        long[] extremes = [long.MinValue, long.MaxValue, 0, -1, 1, long.MinValue + 1, 1L << 62, -(1L << 62)];
        var random = new SplitMix64(4);
        using var writer = new MemoryStream();
        for (int i = 0; i < 3000; i++)
            writer.Write(BitConverter.GetBytes(random.Below(10) < 2 ? extremes[random.Below(extremes.Length)] : i * 1000L + random.Below(100)));
        Check(writer.ToArray(), NumericCodec.BinaryKind, new BinaryLayout(new ElementType(3, false, true, false), 0, 1));
    }

    [Fact]
    public void NanInfinitiesAndNegativeZeroKeepTheirBits()
    {
        var random = new SplitMix64(5);
        using var writer = new MemoryStream();
        for (int i = 0; i < 2000; i++)
        {
            long bits = random.Below(400) switch
            {
                0 => 0x7FF8000000000123,
                1 => unchecked((long)0xFFF0000000000001),
                2 => BitConverter.DoubleToInt64Bits(double.NegativeInfinity),
                3 => BitConverter.DoubleToInt64Bits(-0.0),
                _ => BitConverter.DoubleToInt64Bits(Math.Round(20 + Math.Sin(i / 20.0) * 5 + random.Below(100) / 100.0, 2)),
            };
            writer.Write(BitConverter.GetBytes(bits));
        }
        byte[] data = writer.ToArray();
        (int length, byte kind) = Check(data);
        Assert.Equal(NumericCodec.BinaryKind, kind);
        Assert.InRange(length, 1, data.Length / 5);
    }

    [Theory]
    [InlineData("\n", ',', true)]
    [InlineData("\r\n", ',', true)]
    [InlineData("\n", ';', false)]
    [InlineData("\r\n", '\t', false)]
    public void TextTablesComeBackWithAllThatIsIrregular(string newline, char delimiter, bool ends)
    {
        var random = new SplitMix64(6);
        var text = new StringBuilder($"when{delimiter}\"a\"{delimiter}b{delimiter}c{delimiter}name{newline}");
        DateTime time = new(2019, 12, 30, 22, 15, 0);
        double level = 20;
        for (int row = 0; row < 1500; row++)
        {
            level += random.Below(21) / 100.0 - 0.1;
            time = time.AddMinutes(random.Below(40) == 0 ? 25 : 5);
            string a = random.Below(60) == 0 ? "" : level.ToString("0.00", CultureInfo.InvariantCulture);
            double b = (float)(Math.Round(level * 3) / 10);
            string c = random.Below(100) == 0 ? "NA" : (row * 7 + random.Below(3)).ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss}{delimiter}{a}{delimiter}{b:R}{delimiter}{c}{delimiter}{(row % 7 == 0 ? "north" : "south")}");
            text.Append(random.Below(300) == 0 ? $"{delimiter}extra" : "").Append(random.Below(200) == 0 ? "\n" : newline);
            if (random.Below(400) == 0)
                text.Append(newline);
        }
        byte[] data = Encoding.UTF8.GetBytes(ends ? text.ToString() : text.ToString().TrimEnd('\r', '\n'));
        (int length, byte kind) = Check(data);
        Assert.Equal(NumericCodec.TextKind, kind);
        Assert.InRange(length, 1, data.Length / 8);
    }

    [Fact]
    public void TheEndsOfTextComeBack()
    {
        string rows = string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i * i % 97}.5\n"));
        foreach (string end in new[] { "", "\n", "\n\n", "\r\n", "\r", "7", "7,", "7,8.5", "7,8.5\r", ",", "x\ny", "\0" })
            Check(Encoding.ASCII.GetBytes(rows + end));
        string crlf = rows.Replace("\n", "\r\n", StringComparison.Ordinal);
        foreach (string end in new[] { "", "\n", "\r\n", "\r", "7,8.5", "7,8.5\r", "7,8.5\n", "7,8.5\r\n\r\n" })
            Check(Encoding.ASCII.GetBytes(crlf + end));
    }

    [Fact]
    public void WhatIsNoTableIsCodedByTheContextMixer()
    {
        foreach (byte[] data in new[] { Samples.Text(5000), Samples.Noise(3000) })
        {
            (_, byte kind) = Check(data);
            Assert.True(kind >= NumericCodec.MixedKind || data[0] != Samples.Text(1)[0], $"kind {kind}");
        }
        Check(new byte[200]);
        Check([.. Enumerable.Range(0, 100).Select(i => (byte)i)]);
    }

    [Fact]
    public void DamageIsRefusedOrGivesSomeData()
    {
        var random = new SplitMix64(7);
        foreach (byte[] data in new[] { Wave(new ElementType(1, false, true, false), 2, 400), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i * 30},{i % 13}.25,x\n"))) })
        {
            using BlockCodec codec = Create(1);
            byte[] coded = new byte[data.Length];
            int length = codec.Encode(data, coded, out byte kind, WorkMonitor.None);
            Assert.True(kind < NumericCodec.MixedKind);
            DamagedBlocks.Decode(codec, coded[..length], kind, data.Length, cases: 600, random);
        }
    }

    [Fact]
    public void TheChoiceOfCodecTakesTablesOnly()
    {
        Assert.Equal(TacitCodec.Numeric, TacitCodecChoice.For(Wave(new ElementType(1, false, true, false), 1, 4000), 5));
        Assert.Equal(TacitCodec.Numeric, TacitCodecChoice.For(SelfTestSamples.Table(20_000), 5));
        Assert.Equal(TacitCodec.ContextMixing, TacitCodecChoice.For(Samples.Text(20_000), 5));
        Assert.Equal(TacitCodec.ContextMixing, TacitCodecChoice.For(Samples.Noise(20_000), 5));
        Assert.Equal(TacitCodec.ContextMixing, TacitCodecChoice.For([], 5));
    }

    [Fact]
    public void TheMoreIsForeseenTheLessIsPaid()
    {
        // What a Gaussian autoregression must cost: its noise's entropy, log2(σ √(2 π e)), within 4 %.
        float[] noise = new float[20_000];
        Tacit.Numerics.RandomFill.Normal(3, 0, noise, 0, 40);
        byte[] data = new byte[noise.Length * 2];
        double before = 0, last = 0;
        for (int t = 0; t < noise.Length; t++)
        {
            (before, last) = (last, 1.6 * last - 0.8 * before + noise[t]);
            BitConverter.TryWriteBytes(data.AsSpan(2 * t), (short)Math.Round(last));
        }
        double entropy = Math.Log2(40 * Math.Sqrt(2 * Math.PI * Math.E)) * noise.Length / 8;
        Assert.InRange(Check(data, level: 5).Length, entropy * 0.98, entropy * 1.04);
    }

    private static byte[] Wave(ElementType type, int columns, int rows)
    {
        var random = new SplitMix64((ulong)(type.Code * 8 + columns));
        byte[] data = new byte[rows * columns * type.Width];
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < columns; c++)
            {
                double size = type.WidthLog2 == 0 ? 90 : 9000;
                double value = size * (1 + c) / columns * Math.Sin(row * (0.01 + 0.013 * c)) + random.Below(type.WidthLog2 == 0 ? 7 : 60) + (type.IsSigned ? 0 : size);
                Span<byte> at = data.AsSpan((row * columns + c) * type.Width);
                if (type.IsFloat && type.WidthLog2 == 3)
                    type.Write(FloatBits.Order(BitConverter.DoubleToInt64Bits(value * Math.PI)), at);
                else if (type.IsFloat)
                    type.Write(FloatBits.Order(BitConverter.SingleToInt32Bits((float)(value * Math.PI))), at);
                else
                    type.Write((long)value, at);
            }
        }
        return data;
    }

    private static BlockCodec Create(int level)
    {
        var description = new NumericDescription();
        return description.Create(description.ParametersFor(level), 1 << 20);
    }

    private static (int Length, byte Kind) Check(byte[] data, int level = 1)
    {
        using BlockCodec codec = Create(level);
        byte[] coded = new byte[data.Length], back = new byte[data.Length], again = new byte[data.Length];
        int length = codec.Encode(data, coded, out byte kind, WorkMonitor.None);
        if (length < 0)
            return (length, kind);
        codec.Decode(coded.AsSpan(0, length), kind, back, WorkMonitor.None);
        Pack.AssertSame(data, back);
        Assert.Equal(length, codec.Encode(data, again, out _, WorkMonitor.None));
        Assert.True(coded.AsSpan(0, length).SequenceEqual(again.AsSpan(0, length)));
        return (length, kind);
    }

    // Through the table's own code, whatever the trial would choose.
    private static void Check(byte[] data, byte kind, BinaryLayout layout)
    {
        var side = new List<byte>();
        var head = new HeadWriter();
        BinaryTableCode code = BinaryTableCode.Plan(data, layout, side);
        code.WriteHead(head);
        byte[] coded = new byte[2 * data.Length + 1000], back = new byte[data.Length];
        var writing = new BitWriting(coded);
        Assert.True(code.Encode(ref writing, data, 5, WorkMonitor.None));
        int length = writing.Finish();
        var reader = new HeadReader(head.ToArray());
        BinaryTableCode read = BinaryTableCode.ReadHead(ref reader, data.Length);
        Assert.True(reader.Rest.IsEmpty);
        var reading = new BitReading(coded.AsSpan(0, length));
        read.Decode(ref reading, back, new SideReader(side.ToArray()), 5, WorkMonitor.None);
        Pack.AssertSame(data, back, $"kind {kind}");
    }
}
