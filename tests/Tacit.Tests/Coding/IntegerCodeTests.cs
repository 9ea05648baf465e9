using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class IntegerCodeTests
{
    [Theory]    // Elias 1975; the tables in Salomon, Variable-length Codes for Data Compression, 2007
    [InlineData(1, "1", "1")]
    [InlineData(2, "010", "0100")]
    [InlineData(3, "011", "0101")]
    [InlineData(4, "00100", "01100")]
    [InlineData(5, "00101", "01101")]
    [InlineData(8, "0001000", "00100000")]
    [InlineData(10, "0001010", "00100010")]
    [InlineData(17, "000010001", "001010001")]
    public void EliasWordsAreThePublishedOnes(int value, string gamma, string delta)
    {
        Assert.Equal(gamma, Codewords.Print(w => EliasGamma.Write(w, (ulong)value)));
        Assert.Equal(delta, Codewords.Print(w => EliasDelta.Write(w, (ulong)value)));
    }

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(3, 0, "1110")]
    [InlineData(3, 1, "101")]
    [InlineData(5, 2, "1001")]
    [InlineData(18, 4, "100010")]
    [InlineData(31, 0, "11111111111111111111111111111110")]
    [InlineData(32, 0, "1111111111111111111111111111111100100000")]
    [InlineData(255, 2, "1111111111111111111111111111111111111111")]
    public void GolombRiceWordsAreTheRemainderAfterTheUnaryQuotient(int value, int k, string word) =>
        Assert.Equal(word, Codewords.Print(w => GolombRice.Write(w, (ulong)value, k, valueBits: 8)));

    [Fact]
    public void ReadingUndoesWritingForNumbersOfEverySize()
    {
        var random = new SplitMix64(1);
        foreach (ulong value in Codewords.Interesting().Concat(Enumerable.Range(0, 2000).Select(_ => random.Skewed())))
        {
            ulong positive = Math.Max(1, value);
            int k = random.Below(64);
            var writer = new BitWriter();
            EliasGamma.Write(writer, positive);
            EliasDelta.Write(writer, positive);
            GolombRice.Write(writer, value, k);
            Assert.Equal(EliasGamma.Length(positive) + EliasDelta.Length(positive) + GolombRice.Length(value, k),
                writer.BitCount);
            var reader = new BitReader(writer.ToArray());
            Assert.Equal(positive, EliasGamma.Read(ref reader));
            Assert.Equal(positive, EliasDelta.Read(ref reader));
            Assert.Equal(value, GolombRice.Read(ref reader, k));
            reader.ExpectEnd();
        }
    }

    [Fact]
    public void GolombRiceTakesEveryNumberOfItsWidth()
    {
        for (int valueBits = 1; valueBits <= 9; valueBits++)
        {
            for (int k = 0; k < valueBits; k++)
            {
                for (ulong value = 0; value < 1UL << valueBits; value++)
                {
                    var writer = new BitWriter();
                    GolombRice.Write(writer, value, k, valueBits);
                    Assert.Equal(GolombRice.Length(value, k, valueBits), writer.BitCount);
                    var reader = new BitReader(writer.ToArray());
                    Assert.Equal(value, GolombRice.Read(ref reader, k, valueBits));
                }
                Assert.Throws<ArgumentOutOfRangeException>(
                    () => GolombRice.Write(new BitWriter(), 1UL << valueBits, k, valueBits));
            }
        }
    }

    [Fact]
    public void TheLongestWordsAreAsStated()
    {
        Assert.Equal(127, Codewords.Interesting().Max(v => EliasGamma.Length(Math.Max(1, v))));
        Assert.Equal(76, Codewords.Interesting().Max(v => EliasDelta.Length(Math.Max(1, v))));
        for (int k = 0; k < 64; k++)
            Assert.True(Codewords.Interesting().Max(v => GolombRice.Length(v, k)) <= 96);
        Assert.Equal(EliasGamma.Length(31), EliasDelta.Length(31));
        Assert.True(EliasDelta.Length(32) < EliasGamma.Length(32));
    }

    [Fact]
    public void WordsOfNoNumberAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EliasGamma.Write(new BitWriter(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => EliasDelta.Write(new BitWriter(), 0));
        Refuses(new string('0', 64) + new string('1', 70), (ref BitReader r) => EliasGamma.Read(ref r));
        Refuses(Codewords.Print(w => EliasGamma.Write(w, 65)) + new string('1', 70),
            (ref BitReader r) => EliasDelta.Read(ref r));
        // An escape for a number that fits, and a quotient no number of eight bits has.
        Refuses(new string('1', 32) + "00011111", (ref BitReader r) => GolombRice.Read(ref r, 0, 8));
        Refuses("1111" + "0" + "000000", (ref BitReader r) => GolombRice.Read(ref r, 6, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => GolombRice.Length(1, 8, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => GolombRice.Length(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GolombRice.Length(1, 0, 65));
    }

    [Fact]
    public void CutWordsAreRefusedAndAnyBytesEndInNumbersOrInvalidData()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new SplitMix64(seed);
            byte[] bytes = new byte[random.Below(60)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(seed % 3 == 0 ? 0 : random.Next() & random.Next());
            foreach (Reader read in Readers)
            {
                Assert.Throws<InvalidDataException>(() =>
                {
                    var reader = new BitReader(bytes);
                    for (int i = 0; i <= bytes.Length * 8; i++)
                        read(ref reader);
                });
            }
        }
    }

    [Fact]
    public void ZigZagFoldsSmallMagnitudesFirst()
    {
        Assert.Equal([0UL, 1, 2, 3, 4], new long[] { 0, -1, 1, -2, 2 }.Select(ZigZag.Fold));
        Assert.Equal(ulong.MaxValue, ZigZag.Fold(long.MinValue));
        Assert.Equal(ulong.MaxValue - 1, ZigZag.Fold(long.MaxValue));
        foreach (ulong value in Codewords.Interesting())
            Assert.Equal(value, ZigZag.Fold(ZigZag.Unfold(value)));
    }

    private delegate ulong Reader(ref BitReader reader);

    private static readonly Reader[] Readers =
    [
        (ref BitReader r) => EliasGamma.Read(ref r),
        (ref BitReader r) => EliasDelta.Read(ref r),
        (ref BitReader r) => GolombRice.Read(ref r, 0),
        (ref BitReader r) => GolombRice.Read(ref r, 5, 17),
    ];

    private static void Refuses(string bits, Reader read) => Assert.Throws<InvalidDataException>(() =>
    {
        var reader = new BitReader(Codewords.Parse(bits));
        read(ref reader);
    });
}
