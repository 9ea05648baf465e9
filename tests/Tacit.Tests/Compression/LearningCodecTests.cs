using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Recurrent;
using Tacit.Numerics.Threads;
using Tacit.Tests.Numerics;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Codec cm with what was learnt beforehand, and with a network that learns while coding.</summary>
[Collection(AllWidths.Name)]
public class LearningCodecTests
{
    private static readonly byte[] Text = Samples.Text(9000, 8);

    private static TacitCompressionOptions Primed(int blockSize = 0, bool embed = false, int threads = 1) =>
        new() { Level = 5, Models = [TinyModels.Prior], BlockSize = blockSize, EmbedModels = embed, Threads = threads };

    [Fact]
    public void APriorHelpsAndIsNeededAgain()
    {
        byte[] packed = Pack.Compress(Text, Primed());
        Assert.InRange(packed.Length, 1, Pack.Compress(Text, new() { Level = 5 }).Length - 30);
        Pack.AssertSame(Text, Pack.Decompress(packed, new() { Models = [TinyModels.Prior] }));
        var error = Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed));
        Assert.Contains(TinyModels.Prior.Sha256, error.Message, StringComparison.Ordinal);
        Pack.AssertSame(Text, Pack.Decompress(Pack.Compress(Text, Primed(embed: true))));
        Assert.Throws<ArgumentException>(() => Pack.Compress(Text, new() { Level = 6, Models = [TinyModels.Prior] }));
        Assert.Throws<ArgumentException>(() => Pack.Compress(Text, new() { Codec = TacitCodec.Brotli, Models = [TinyModels.Prior] }));
    }

    [Fact]
    public async Task EveryBlockBeginsWithThePrior()
    {
        byte[] data = [.. Text[..4000], .. Samples.Mixed(3000), .. Samples.Noise(500), 7];
        byte[] packed = Pack.Compress(data, Primed(1000));
        Assert.Equal(packed, Pack.Compress(data, Primed(1000, threads: 2)));
        Pack.AssertSame(data, Pack.Decompress(packed, new() { Models = [TinyModels.Prior], Threads = 2 }));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), new() { Models = [TinyModels.Prior] });
        var part = new MemoryStream();
        await archive.CopyRangeAsync(2500, 3500, part);
        Pack.AssertSame(data[2500..3500], part.ToArray());
    }

    [Fact]
    public void ANetworkThatHelpsIsUsedAndOneThatDoesNotIsLeftOut()
    {
        if (AllWidths.Emulated)
            return;
        byte[] data = [.. Text[..2500], .. Samples.Noise(1500)];
        var options = new TacitCompressionOptions { Level = 7, Network = true, BlockSize = 2500 };
        byte[] packed = Pack.Compress(data, options);
        Assert.InRange(packed.Length, 1, Pack.Compress(data, new() { Level = 7, BlockSize = 2500 }).Length + 2);
        options.Threads = 3;
        Assert.Equal(packed, Pack.Compress(data, options));
        foreach (int threads in (int[])[1, 3])
            Pack.AssertSame(data, Pack.Decompress(packed, new() { Threads = threads }));
        for (int length = 1; length < packed.Length; length += 1 + length / 6)
            Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed[..length]));
        Assert.Throws<ArgumentException>(() => Pack.Compress(data, new() { Level = 6, Network = true }));
        Assert.Throws<ArgumentException>(() => Pack.Compress(data, new() { Level = 9, Network = true, Codec = TacitCodec.Audio }));
    }

    [Fact]
    public void ABlockWithANetworkIsDecoded()
    {
        if (AllWidths.Emulated)
            return;
        byte[] data = Text[..400], coded = new byte[400], back = new byte[400];
        using var network = new NeuralExpert(new OnlineLstmOptions());
        using var model = new ContextMixer(new ContextMixerOptions { Level = 7, Experts = [network] });
        int length = StructureTrial.Cost(data, new BlockStructure(BlockKind.Text), model, coded);
        using BlockCodec with = new ContextMixingDescription().Create([1, 1, 7], data.Length), without = new ContextMixingDescription().Create([1, 7], data.Length);
        const byte Kind = ContextMixingCodec.NetworkKind + (byte)BlockKind.Text;
        for (int round = 0; round < 2; round++)
        {
            with.Spare = round == 0 ? null : new SpareThreads(2);
            Array.Clear(back);
            with.Decode(coded.AsSpan(0, length), Kind, back, WorkMonitor.None);
            Pack.AssertSame(data, back);
        }
        Assert.Throws<InvalidDataException>(() => without.Decode(coded.AsSpan(0, length), Kind, back, WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => with.Decode(coded.AsSpan(0, length / 2), Kind, back, WorkMonitor.None));
        Assert.Throws<InvalidDataException>(() => with.Decode(coded.AsSpan(0, length), 255, back, WorkMonitor.None));
        Assert.Equal("text and network", new ContextMixingDescription().KindName(Kind));
        foreach (byte[] parameters in (byte[][])[[1, 2, 7], [1, 1, 6], [1, 0, 9], [1, 1, 10], [1, 1, 7, 1]])
            Assert.Throws<InvalidDataException>(() => new ContextMixingDescription().CheckParameters(parameters));
    }
}
