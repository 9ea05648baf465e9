using Tacit.Coding;
using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;
using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>What models cost in memory is counted, and what cannot be served is refused.</summary>
public class ModelMemoryTests
{
    [Fact]
    public void CachesTakeNoMoreThanIsCounted()
    {
        foreach ((int heads, int size, int capacity) in new[] { (8, 1, 300), (4, 2, 300), (1, 5, 70), (2, 16, 65), (1, 33, 40), (3, 64, 1) })
        {
            using var cache = new AttentionCache(1, heads, size, size, capacity);
            float[] step = new float[heads * size];
            for (int i = 0; i < capacity; i++)
                cache.Append(0, step, step);
            long counted = AttentionCache.Memory(1, heads, size, size, capacity);
            Assert.InRange(cache.AllocatedMemory, 1, counted);
            Assert.True(counted >= sizeof(float) * (long)heads * (capacity * size + capacity * 32L), "rows of values take whole panels");
            // The predictor that owns such caches counts each of them.
            var options = new GptOptions { Heads = heads, Columns = heads * size, Context = capacity, Positions = PositionEncoding.Learned, Layers = 3 };
            Assert.True(SequencePredictor.Memory(options, 1) >= 3 * cache.AllocatedMemory, $"{heads} heads of {size}");
        }
    }

    [Fact]
    public void ModelsThatTheCodecCannotServeAreRefused()
    {
        // One more than eight-bit products sum over; a file of 1.6 MB.
        var options = new GptOptions { Vocabulary = 256, Columns = 1, Heads = 1, Layers = 1, Context = 2, Hidden = Int8Product.MaxDepth + 1, FeedForward = FeedForwardKind.Relu, Positions = PositionEncoding.Learned };
        byte[] file = TinyModels.FileOf(new LanguageModel(new Gpt(options), new ByteTokenizer()));
        TacitModel model = TacitModel.Load(new MemoryStream(file));
        Assert.Contains("131072 columns", Assert.Throws<ArgumentException>(() =>
            new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [model] }.Check()).Message, StringComparison.Ordinal);
        var forged = new ForgedFrame
        {
            Flags = 12,
            Codec = 6,
            Parameters = [1, 3, 1],
            ModelHash = Convert.FromHexString(model.Sha256),
            AfterHeader = ForgedFrame.ModelSection(file),
            Blocks = [new ForgedFrame.Block { Coded = [1, 2, 3], Method = 0, RawLength = 50 }],
        };
        Assert.Contains("131072 columns", Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build())).Message, StringComparison.Ordinal);
        Assert.True(LogitFrequencies.MaxSymbols < 1 << 24, "settings allow larger vocabularies than there are frequencies for");
    }

    [Fact]
    public async Task ModelsOfAFrameCountTogether()
    {
        byte[] data = Samples.Text(500);
        var options = new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [TinyModels.Text, TinyModels.Prior], EmbedModels = true };
        byte[] packed = Pack.CompressParts([data[..450], data[450..]], options);
        // Those that come in a frame do not keep their file. Enough for either, beside its file, but not for both.
        long text = TinyModels.Text.Memory - TinyModels.Text.FileLength, prior = TinyModels.Prior.Memory - TinyModels.Prior.FileLength, limit = text + prior - 1;
        Assert.True(limit >= Math.Max(text + TinyModels.Text.FileLength, prior + TinyModels.Prior.FileLength));
        var decoding = new TacitDecompressionOptions { MemoryLimit = limit };
        Assert.Throws<InsufficientMemoryException>(() => Pack.Decompress(packed, decoding));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), decoding);
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => archive.CopyRangeAsync(0, 10, Stream.Null));
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => TacitSalvage.SalvageAsync(new MemoryStream(packed), Stream.Null, decoding));

        // One frame after another, each with a model of its own: never both at a time.
        var first = new TacitCompressionOptions { Models = [TinyModels.Prior], EmbedModels = true };
        var second = new TacitCompressionOptions { Models = [TinyModels.PriorOf(Samples.Text(6000, 78))], EmbedModels = true };
        byte[] frames = [.. Pack.Compress(data, first), .. Pack.Compress(data, second), .. Pack.Compress(data, first)];
        long one = Least(Pack.Compress(data, first));
        Pack.AssertSame([.. data, .. data, .. data], Pack.Decompress(frames, new() { MemoryLimit = one + 100_000 }));

        static long Least(byte[] archive)
        {
            long low = 1, high = 1L << 30;
            while (low + 10_000 < high)
            {
                long middle = (low + high) / 2;
                try
                {
                    Pack.Decompress(archive, new() { MemoryLimit = middle });
                    high = middle;
                }
                catch (InsufficientMemoryException)
                {
                    low = middle;
                }
            }
            return high;
        }
    }

    [Fact]
    public void WhatTheShelfLoadedIsFreedBeforeTheNextFrame()
    {
        byte[] packed = Pack.Compress(Samples.Text(500), new() { Models = [TinyModels.Prior], EmbedModels = true });
        var shelf = new ModelShelf(new TacitDecompressionOptions());
        FrameHeader named = HeaderOf(packed), unnamed = HeaderOf(Pack.Compress([1, 2, 3], Pack.Options(TacitCodec.Store)));
        byte[] file = packed[(named.Length + FormatConstants.ModelHeadLength)..(named.Length + FormatConstants.ModelHeadLength + TinyModels.Prior.FileLength)];
        shelf.Begin(named);
        var prior = (MixerPrior)shelf.For(named, (i, limit) => TacitModel.FromBytes(file, limit, named.ModelHashes[i]))[0].Content;
        shelf.Begin(named);
        Prime();
        shelf.Begin(unnamed);
        Assert.Throws<ObjectDisposedException>(Prime);
        Assert.Null(shelf.Find(named.ModelHashes[0]));

        // What it was given is not its own.
        var given = new ModelShelf(new TacitDecompressionOptions { FindModel = _ => TinyModels.Prior });
        prior = (MixerPrior)given.For(named)[0].Content;
        given.Begin(unnamed);
        Prime();

        static FrameHeader HeaderOf(byte[] archive) => FrameHeader.Read(archive.AsSpan(0, FrameHeader.LengthOf(archive)));

        void Prime()
        {
            using var mixer = new ContextMixer(new ContextMixerOptions { Level = prior.Level, Prior = prior });
            mixer.Reset(100, prior.Structure);
        }
    }

    [Fact]
    public void NumbersThatGrowTooLargeAreAnErrorInEightBitsToo()
    {
        using var stream = new MemoryStream(TinyModels.File);
        using var file = new Modeling.ModelFile(stream);
        LanguageModel model = Modeling.ModelRegistry.Standard.Load<LanguageModel>(file);
        foreach (var parameter in model.Model.Parameters)
        {
            if (parameter.Name.Contains("feed_forward", StringComparison.Ordinal) && !parameter.Name.Contains("norm", StringComparison.Ordinal))
                parameter.Value.Span.Fill(3e37f);
        }
        TacitModel huge = TacitModel.Load(new MemoryStream(TinyModels.FileOf(model)));
        foreach (bool mix in new[] { false, true })
        {
            var options = new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [huge], Mix = mix };
            Assert.Contains("too large", Assert.Throws<InvalidDataException>(() => Pack.Compress(Samples.Text(300), options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ModelsAreLoadedBesideTheCaller()
    {
        byte[] data = Samples.Text(400), room = new byte[400];
        byte[] packed = Pack.CompressParts([data[..390], data[390..]], new() { Codec = TacitCodec.LanguageModel, Models = [TinyModels.Text] });
        using var mayGoOn = new ManualResetEventSlim();
        bool waited = false;
        var options = new TacitDecompressionOptions
        {
            FindModel = _ =>
            {
                waited = mayGoOn.Wait(TimeSpan.FromSeconds(20));
                return TinyModels.Text;
            },
        };
        await using var stream = new TacitStream(new MemoryStream(packed), options);
        ValueTask<int> read = stream.ReadAsync(room);
        Assert.False(read.IsCompleted);
        mayGoOn.Set();
        Assert.Equal(390, await read);
        await stream.ReadExactlyAsync(room.AsMemory(390));
        Assert.True(waited);
        Pack.AssertSame(data, room);
    }
}
