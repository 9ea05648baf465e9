using Tacit.Compression;
using Tacit.Compression.Codecs;

namespace Tacit.Tests.ContextMixing;

public class ContextMixingCodecTests
{
    private static readonly ContextMixingDescription Description = new();

    public static TheoryData<int> Levels => [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Theory, MemberData(nameof(Levels))]
    public void DecodingUndoesEncodingAtEveryLevel(int level)
    {
        using BlockCodec encoder = Create(level), decoder = Create(level);
        foreach (string kind in Samples.Kinds)
            RoundTrip(encoder, decoder, Samples.Make(kind, 8_000, (uint)level), $"level {level}, {kind}");
        foreach (string kind in (string[])["picture", "chinese", "x86"])
            RoundTrip(encoder, decoder, Samples.Make(kind, 12_000), $"level {level}, {kind}");
    }

    [Fact]
    public void DecodingUndoesEncodingForEverySmallSize()
    {
        using BlockCodec encoder = Create(5), decoder = Create(5);
        foreach (string kind in Samples.Kinds)
        {
            for (int length = 1; length < 40; length++)
                RoundTrip(encoder, decoder, Samples.Make(kind, length, (uint)length), $"{kind}, {length} bytes");
            foreach (int length in (int[])[255, 256, 257, 4095, 4096, 4097, 9000])
                RoundTrip(encoder, decoder, Samples.Make(kind, length), $"{kind}, {length} bytes");
        }
    }

    [Fact]
    public void ABlockIsCodedTheSameWhateverCameBefore()
    {
        byte[] text = Samples.Make("text", 30_000), records = Samples.Make("records", 50_000);
        using BlockCodec used = Create(5);
        byte[] first = Encode(used, text, out _);
        Encode(used, records, out _);
        Assert.Equal(first, Encode(used, text, out _));
        using BlockCodec fresh = Create(5);
        Assert.Equal(Encode(used, records, out _), Encode(fresh, records, out _));
    }

    // The format: a change here is a new model version.
    [Theory]
    [InlineData("random", 1, "0 20093 f437e9ba")]
    [InlineData("random", 5, "0 20048 1683bc51")]
    [InlineData("zeros", 5, "0 7 098d5350")]
    [InlineData("text", 1, "1 2445 fcf61269")]
    [InlineData("text", 3, "1 2347 5f3785a3")]
    [InlineData("text", 5, "1 2339 7b5f4783")]
    [InlineData("text", 9, "1 2348 8ed4cc0f")]
    [InlineData("utf8", 5, "1 1374 18d85c50")]
    [InlineData("periodic", 5, "1 25 90697556")]
    [InlineData("records", 2, "2 1876 9845427a")]
    [InlineData("records", 5, "2 1778 489be07a")]
    [InlineData("records", 9, "2 1716 3fcc011b")]
    [InlineData("code", 5, "2 14525 f4fbe254")]
    [InlineData("mixed", 5, "2 6822 44f5942d")]
    [InlineData("picture", 5, "3 161 6ba90ca9")]
    [InlineData("chinese", 5, "4 2088 36871de9")]
    [InlineData("x86", 5, "5 3851 7f5c5ab5")]
    [InlineData("x86", 9, "5 3866 2af443df")]
    [InlineData("mixed", 7, "2 6681 1fa12f57")]
    public void CodedBytesArePinned(string kind, int level, string expected)
    {
        using BlockCodec codec = Create(level);
        byte[] coded = Encode(codec, Samples.Make(kind, 20_000), out byte found);
        Assert.Equal(expected, $"{found} {coded.Length} {LogisticTests.Digest(coded):x8}");
    }

    [Fact]
    public void ADestinationTooSmallIsReported()
    {
        using BlockCodec codec = Create(3);
        byte[] data = Samples.Make("records", 20_000);
        int needed = Encode(codec, data, out _).Length;
        Assert.Equal(needed, codec.Encode(data, new byte[needed], out _, WorkMonitor.None));
        foreach (int room in (int[])[0, 1, 2, 3, needed / 2, needed - 1])
            Assert.Equal(-1, codec.Encode(data, new byte[room], out _, WorkMonitor.None));
    }

    [Fact]
    public void DamageGivesWrongDataOrAnException()
    {
        using BlockCodec codec = Create(4);
        foreach (string kind in (string[])["text", "records", "x86"])
        {
            byte[] data = Samples.Make(kind, 4500);
            byte[] coded = Encode(codec, data, out byte found);
            var random = new Samples.Lcg(3);
            for (int i = 0; i < 60; i++)
            {
                byte[] bad = [.. coded];
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                TryDecode(codec, bad, found, data.Length);
                TryDecode(codec, coded.AsSpan(0, random.Next(coded.Length)).ToArray(), found, data.Length);
                TryDecode(codec, coded, (byte)random.Next(7), data.Length);
            }
        }
    }

    [Fact]
    public void DecodingNothingForLongEndsEarly()
    {
        using BlockCodec codec = Create(1);
        Assert.Throws<InvalidDataException>(
            () => codec.Decode(Samples.Make("random", 20), 1, new byte[1 << 20], WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => codec.Decode([1], 2, new byte[9], WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => codec.Decode([1, 0, 5], 2, new byte[9], WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => codec.Decode([1, 8, 5], 2, new byte[9], WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => codec.Decode([1, 8, 5], 3, new byte[9], WorkMonitor.None));
    }

    [Fact]
    public void CancellationIsHeard()
    {
        using BlockCodec codec = Create(1);
        using var source = new CancellationTokenSource();
        var monitor = new WorkMonitor(new WorkProgress(new StopAfter(1 << 16, source)), source.Token);
        Assert.Throws<OperationCanceledException>(
            () => codec.Encode(new byte[1 << 18], new byte[1 << 18], out _, monitor));
    }

    [Fact]
    public void ParametersAreChecked()
    {
        Assert.Equal([1, 5], Description.ParametersFor(5));
        Description.CheckParameters([1, 9]);
        foreach (byte[] bad in (byte[][])[[], [1], [1, 0], [1, 10], [0, 5], [2, 5], [1, 5, 0]])
        {
            Assert.Throws<InvalidDataException>(() => Description.CheckParameters(bad));
            Assert.Throws<InvalidDataException>(() => Description.Create(bad, 100));
            Assert.Throws<InvalidDataException>(() => Description.WorkingMemory(bad, 100));
        }
        Assert.Equal((3, "cm", "text"), (Description.Id, Description.Name, Description.KindName(1)));
    }

    [Fact]
    public void MemoryIsBounded()
    {
        long last = 0;
        for (int level = 1; level <= 9; level++)
        {
            long memory = Description.WorkingMemory(Description.ParametersFor(level), 64 << 20);
            Assert.InRange(memory, last - last / 100, level <= 5 ? 300L << 20 : 1536L << 20);
            last = memory;
        }
        Assert.InRange(Description.WorkingMemory(Description.ParametersFor(9), 1024), 0, 4 << 20);
        for (int length = 1; length < 1 << 28; length *= 2)
            Assert.True(Description.WorkingMemory([1, 5], length) <= Description.WorkingMemory([1, 5], 2 * length));
    }

    private static BlockCodec Create(int level) => Description.Create(Description.ParametersFor(level), 1 << 20);

    private static byte[] Encode(BlockCodec codec, byte[] data, out byte kind)
    {
        byte[] coded = new byte[data.Length + data.Length / 8 + 100];
        int length = codec.Encode(data, coded, out kind, WorkMonitor.None);
        return coded[..length];
    }

    private static void RoundTrip(BlockCodec encoder, BlockCodec decoder, byte[] data, string what)
    {
        byte[] coded = Encode(encoder, data, out byte kind);
        byte[] back = new byte[data.Length];
        decoder.Decode(coded, kind, back, WorkMonitor.None);
        Assert.True(back.AsSpan().SequenceEqual(data), what);
    }

    private static void TryDecode(BlockCodec codec, byte[] coded, byte kind, int length)
    {
        try
        {
            codec.Decode(coded, kind, new byte[length], WorkMonitor.None);
        }
        catch (InvalidDataException)
        {
            // The other permitted outcome.
        }
    }

    private sealed class StopAfter(long bytes, CancellationTokenSource source) : IProgress<long>
    {
        public void Report(long value)
        {
            if (value >= bytes)
                source.Cancel();
        }
    }
}
