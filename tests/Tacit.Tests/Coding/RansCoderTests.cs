using System.Buffers.Binary;
using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

public class RansCoderTests
{
    [Fact]
    public void PoppingUndoesPushingThroughBytes()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            SymbolSample sample = SymbolSample.Skewed(seed, (int)(seed < 20 ? seed : seed * seed % 1501));
            RansCoder coder = RansCoder.ReadFrom(ToArray(Push(new RansCoder(), sample)));
            Assert.True(Pop(coder, sample).AsSpan().SequenceEqual(sample.Symbols), $"seed {seed}");
            Assert.True(ToArray(coder).AsSpan().SequenceEqual(ToArray(new RansCoder())), $"empty again, seed {seed}");
        }
    }

    [Fact]
    public void PushingUndoesPoppingFromRandomWords()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            uint[] words = RandomWords(seed, 500);
            SymbolSample tables = SymbolSample.Skewed(seed, (int)(seed * 3));
            var coder = new RansCoder(words);
            int[] popped = Pop(coder, tables);
            Push(coder, new SymbolSample(tables.Tables, popped));
            Assert.True(ToArray(coder).AsSpan().SequenceEqual(ToArray(new RansCoder(words))), $"seed {seed}");
        }
    }

    [Fact]
    public void AMessageIsWithinTwoHundredthsOfAPercentOfItsEntropy()
    {
        SymbolSample[] samples =
        [
            SymbolSample.Skewed(1, 200_000), SymbolSample.Likely(2, 1_000_000, (1 << 24) - 40_000),
            SymbolSample.Likely(3, 100_000, 1 << 20), SymbolSample.Likely(4, 1_000_000, (1 << 24) - 256),
        ];
        foreach (SymbolSample sample in samples)
        {
            double excess = CostInBits(ToArray(Push(new RansCoder(), sample))) / sample.IdealBits - 1;
            Assert.True(Math.Abs(excess) < 0.0002, $"{excess:P5} of {sample.IdealBits:F0} bits");
        }
    }

    [Fact]
    public void APushIsWithinTheStatedPartOfItsIdealCost()
    {
        var random = new SplitMix64(3);
        for (int trial = 0; trial < 100_000; trial++)
        {
            int totalBits = 1 + random.Below(24);
            uint total = 1u << totalBits;
            uint frequency = total - Math.Min(total - 1, (uint)random.Skewed(totalBits));
            uint start = (uint)random.Below((int)(total - frequency) + 1);
            var coder = new RansCoder([random.NextUInt32() >> random.Below(32)]);
            if (random.Below(2) == 0)
                coder.Push(0, 1, random.Below(24));    // a state anywhere between 2^32 and 2^57
            double before = CostInBits(ToArray(coder));
            coder.Push(start, frequency, totalBits);
            double cost = CostInBits(ToArray(coder)) - before;
            double ideal = totalBits - Math.Log2(frequency);
            Assert.True(Math.Abs(cost - ideal) <= Math.ScaleB(ideal, totalBits - 32) + 1e-13,
                $"trial {trial}: [{start}, +{frequency}) of 2^{totalBits} costs {cost}, not {ideal}");
        }
    }

    [Fact]
    public void SerialisingNeedsTheWholeLength()
    {
        RansCoder coder = Push(new RansCoder(), SymbolSample.Skewed(3, 100));
        for (int size = 0; size <= coder.ByteCount + 4; size++)
        {
            byte[] arena = new byte[size + 8];
            Assert.Equal(size < coder.ByteCount ? -1 : coder.ByteCount, coder.WriteTo(arena.AsSpan(4, size)));
            Assert.Equal(-1, arena.AsSpan(0, 4).IndexOfAnyExcept((byte)0));
            Assert.Equal(-1, arena.AsSpan(size + 4).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void CutAndFlippedStacksGiveSymbolsOrInvalidData()
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            SymbolSample sample = SymbolSample.Skewed(seed, 150);
            byte[] message = ToArray(Push(new RansCoder(), sample));
            int refused = 0;
            for (int cut = 0; cut < message.Length; cut++)
                refused += Survives(message.AsSpan(0, cut), sample) ? 0 : 1;
            Assert.True(refused == message.Length, $"every cut is noticed, seed {seed}: {refused} of {message.Length}");
            for (int bit = 0; bit < message.Length * 8; bit++)
            {
                message[bit / 8] ^= (byte)(1 << bit % 8);
                Survives(message, sample);
                message[bit / 8] ^= (byte)(1 << bit % 8);
            }
        }
    }

    [Fact]
    public void AnEmptyStackRefusesAndKeepsItsState()
    {
        var coder = new RansCoder();
        Assert.Throws<InvalidDataException>(() => coder.Pop(0, 1, 8));
        Assert.Equal(ToArray(new RansCoder()), ToArray(coder));
        Assert.Throws<InvalidDataException>(() => RansCoder.ReadFrom(new byte[8]));         // a state of 0
        Assert.Throws<InvalidDataException>(() => RansCoder.ReadFrom([0, 0, 0, 0, 1, 0, 0]));
        Assert.Throws<InvalidDataException>(() => RansCoder.ReadFrom([0, 0, 0, 0, 1, 0, 0, 0, 9]));
        Assert.Equal(8, RansCoder.ReadFrom([0, 0, 0, 0, 1, 0, 0, 0]).ByteCount);
    }

    [Fact]
    public void TheFormatIsPinned()
    {
        RansCoder pinned = Push(new RansCoder(), SymbolSample.Skewed(seed: 1, count: 40));
        Assert.Equal("a63707033a5100001e8f4e2233c7c13b8b6b85f927431b37", Convert.ToHexStringLower(ToArray(pinned)));
        Assert.Equal("0300000001000000" + "02000000" + "01000000",
            Convert.ToHexStringLower(ToArray(new RansCoder([1, 2, 3]))));
        // 2^32 pushed with start 3, frequency 5 of 16: ⌊2^32 / 5⌋ · 16 + 2^32 mod 5 + 3 = 0x333333334.
        var coder = new RansCoder();
        coder.Push(3, 5, 4);
        Assert.Equal("3433333303000000", Convert.ToHexStringLower(ToArray(coder)));
    }

    internal static uint[] RandomWords(ulong seed, int count)
    {
        var random = new SplitMix64(~seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextUInt32())];
    }

    internal static byte[] ToArray(RansCoder coder)
    {
        byte[] bytes = new byte[coder.ByteCount];
        Assert.Equal(bytes.Length, coder.WriteTo(bytes));
        return bytes;
    }

    /// <summary>log2 of the stack as one number, less that of the empty stack.</summary>
    internal static double CostInBits(byte[] stack) =>
        8 * (stack.Length - 8) + Math.Log2(BinaryPrimitives.ReadUInt64LittleEndian(stack)) - 32;

    private static RansCoder Push(RansCoder coder, SymbolSample sample)
    {
        for (int i = sample.Count - 1; i >= 0; i--)
            Push(coder, sample.Tables[i], sample.Symbols[i]);
        return coder;
    }

    private static int[] Pop(RansCoder coder, SymbolSample sample)
    {
        int[] symbols = new int[sample.Count];
        for (int i = 0; i < symbols.Length; i++)
            symbols[i] = Pop(coder, sample.Tables[i]);
        return symbols;
    }

    internal static void Push(RansCoder coder, FrequencyTable table, int symbol) =>
        coder.Push(table.Start(symbol), table.Frequency(symbol), table.TotalBits);

    internal static int Pop(RansCoder coder, FrequencyTable table)
    {
        int symbol = table.Find(coder.Peek(table.TotalBits));
        coder.Pop(table.Start(symbol), table.Frequency(symbol), table.TotalBits);
        return symbol;
    }

    private static bool Survives(ReadOnlySpan<byte> message, SymbolSample sample)
    {
        try
        {
            Pop(RansCoder.ReadFrom(message), sample);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
