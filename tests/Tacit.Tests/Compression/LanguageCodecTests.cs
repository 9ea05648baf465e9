using Tacit.Coding;
using Tacit.Compression;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Codec lm, by itself and mixed with cm.</summary>
public class LanguageCodecTests
{
    private static TacitDecompressionOptions Decoding(TacitModel model, int threads = 1) => new() { Models = [model], Threads = threads };

    private static TacitCompressionOptions Options(TacitModel model, bool? mix = null, int blockSize = 0, int level = 1, int threads = 1) =>
        new() { Codec = TacitCodec.LanguageModel, Models = [model], Mix = mix, BlockSize = blockSize, Level = level, Threads = threads };

    public static TheoryData<string> Kinds => [.. Data.Keys];

    private static readonly Dictionary<string, byte[]> Data = new()
    {
        ["nothing"] = [],
        ["one byte"] = [65],
        ["two bytes"] = [65, 66],
        ["text"] = Samples.Text(3000),
        ["noise"] = Samples.Noise(700),
        ["mixed"] = Samples.Mixed(2500),
        ["zeros"] = new byte[1200],
        ["UTF-8, whole and broken"] = [.. "Käse, 語 и ещё 🙂; "u8, 0xC3, 0xFF, 0xE8, 0xAA, .. Samples.Text(300), 0x80],
    };

    [Theory, MemberData(nameof(Kinds))]
    public void WhatGoesInComesOut(string name)
    {
        byte[] data = Data[name];
        foreach (bool mix in new[] { false, true })
        {
            foreach (int blockSize in new[] { 0, 500, 7 })
            {
                TacitCompressionOptions options = Options(TinyModels.Text, mix, blockSize);
                byte[] packed = Pack.Compress(data, options);
                Pack.AssertSame(data, Pack.Decompress(packed, Decoding(TinyModels.Text)), $"{name}, mix {mix}, blocks of {blockSize}");
                Assert.InRange(packed.Length, 1, TacitEncoder.GetMaxCompressedLength(data.Length, options));
            }
        }
    }

    [Fact]
    public void AModelThatKnowsTheTextHelps()
    {
        byte[] text = Samples.Text(600);
        int cm = CodedLength(text, Pack.Options(TacitCodec.ContextMixing, level: 5));
        int alone = CodedLength(text, Options(TinyModels.Text, mix: false, level: 5)), mixed = CodedLength(text, Options(TinyModels.Text, mix: true, level: 5));
        Assert.True(mixed < cm && mixed < alone, $"cm {cm}, alone {alone}, mixed {mixed}");
        // What the model costs in tests of it is what coding with it costs, but for windows and eight bits.
        double bytes = Evaluation.Of((LanguageModel)TinyModels.Text.Content, text).Nats / (8 * Math.Log(2));
        Assert.InRange(alone, 0.9 * bytes, 1.1 * bytes);
    }

    private static int CodedLength(byte[] data, TacitCompressionOptions options) =>
        TacitArchive.Open(new MemoryStream(Pack.CompressParts([data, [1]], options))).Frames[0].Blocks[0].CodedLength;     // two blocks: an only one need not name the model

    [Fact]
    public void AModelThatKnowsNothingCostsLittle()
    {
        foreach (byte[] data in new[] { Samples.Mixed(60_000), Samples.Text(60_000) })
        {
            int cm = Pack.Compress(data, Pack.Options(TacitCodec.ContextMixing, level: 3)).Length;
            Assert.InRange(Pack.Compress(data, Options(TinyModels.Ignorant, mix: true, level: 3)).Length, 1, cm * 1.01 + 40);
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheBytes()
    {
        byte[] data = Samples.Mixed(9000);
        foreach (bool mix in new[] { false, true })
        {
            byte[] packed = Pack.Compress(data, Options(TinyModels.Text, mix, 2000));
            foreach (int threads in new[] { 2, 3 })
            {
                Assert.Equal(packed, Pack.Compress(data, Options(TinyModels.Text, mix, 2000, threads: threads)));
                Pack.AssertSame(data, Pack.Decompress(packed, Decoding(TinyModels.Text, threads)));
            }
        }
    }

    [Fact]
    public async Task ModelsAreFoundEmbeddedOrAsked()
    {
        byte[] data = Samples.Text(900), other = Samples.Text(300, 2);
        TacitCompressionOptions outside = Options(TinyModels.Text, blockSize: 250), inside = Options(TinyModels.Small, blockSize: 250);
        inside.EmbedModels = true;
        // Frames with different models, one of them twice, and one without.
        byte[] packed = [.. Pack.Compress(data, inside), .. Pack.Compress(other, inside), .. Pack.Compress(data, outside),
            .. Pack.Compress(other, Pack.Options(TacitCodec.ContextMixing)), .. Pack.Compress(other, inside)];
        byte[] whole = [.. data, .. other, .. data, .. other, .. other];
        var asked = new List<string>();
        var finding = new TacitDecompressionOptions
        {
            FindModel = hash =>
            {
                asked.Add(hash);
                return TinyModels.Text;
            },
        };
        Pack.AssertSame(whole, Pack.Decompress(packed, finding));
        Assert.Equal([TinyModels.Text.Sha256], asked);
        Pack.AssertSame(whole, Pack.Decompress(packed, Decoding(TinyModels.Text)));
        byte[] room = new byte[whole.Length];
        Assert.True(TacitDecoder.TryDecompress(packed, room, out _, Decoding(TinyModels.Text)));
        Pack.AssertSame(whole, room);

        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), Decoding(TinyModels.Text));
        var range = new MemoryStream();
        await archive.CopyRangeAsync(100, whole.Length - 100, range);
        Pack.AssertSame(whole[100..^100], range.ToArray());
        Assert.Equal(("gpt", null), (archive.DescribeModel(archive.Frames[0], 0), archive.DescribeModel(archive.Frames[2], 0)));
        Assert.Equal([TinyModels.Small.Sha256], archive.Frames[4].ModelHashes);

        string missing = Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed)).Message;
        Assert.Contains(TinyModels.Text.Sha256, missing, StringComparison.Ordinal);
        var wrong = new TacitDecompressionOptions { FindModel = _ => TinyModels.Small };
        Assert.Contains(TinyModels.Small.Sha256, Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed, wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SalvageUsesWhatModelsThereAre()
    {
        byte[] data = Samples.Text(1000);
        TacitCompressionOptions options = Options(TinyModels.Small, blockSize: 250);
        options.EmbedModels = true;
        byte[] packed = Pack.Compress(data, options);
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        int model = (int)archive.Frames[0].Blocks[0].Offset - TinyModels.Small.FileLength / 2, block = (int)archive.Frames[0].Blocks[2].Offset + 40;

        async Task<(byte[] Data, SalvageReport Report)> Salvage(byte[] damaged, TacitDecompressionOptions? with = null)
        {
            var output = new MemoryStream();
            SalvageReport report = await TacitSalvage.SalvageAsync(new MemoryStream(damaged), output, with);
            return (output.ToArray(), report);
        }

        byte[] Damaged(params int[] places)
        {
            byte[] damaged = [.. packed];
            foreach (int place in places)
                damaged[place] ^= 1;
            return damaged;
        }

        byte[] expected = [.. data[..500], .. new byte[250], .. data[750..]];
        Pack.AssertSame(expected, (await Salvage(Damaged(block))).Data);
        Pack.AssertSame(expected, (await Salvage(Damaged(5, block))).Data);     // the header's copy, and the model behind it
        Assert.Equal(0, (await Salvage(Damaged(model))).Report.RecoveredBytes);
        (byte[] Data, SalvageReport Report) given = await Salvage(Damaged(model, block), Decoding(TinyModels.Small));
        Pack.AssertSame(expected, given.Data);
        Pack.AssertSame(expected, (await Salvage(Damaged(model, block), new() { FindModel = _ => TinyModels.Small })).Data);
        Assert.Throws<InvalidDataException>(() => Pack.Decompress(Damaged(model)));
    }

    /// <summary>Without their model stored blocks are there all the same, and a damaged neighbour costs a frame nothing.</summary>
    [Fact]
    public async Task SalvageLosesOnlyWhatNeedsTheModel()
    {
        byte[] text = Samples.Text(600), noise = Samples.Noise(300, 5);
        byte[] packed = Pack.CompressParts([text, noise, text], Options(TinyModels.Text));
        var output = new MemoryStream();
        SalvageReport report = await TacitSalvage.SalvageAsync(new MemoryStream(packed), output);
        Pack.AssertSame([.. new byte[600], .. noise, .. new byte[600]], output.ToArray());
        Assert.Equal(noise.Length, report.RecoveredBytes);
        Assert.All(report.Losses, loss => Assert.Contains("cannot be decoded", loss.Reason, StringComparison.Ordinal));
        Assert.Contains(TinyModels.Text.Sha256, report.Losses[0].Reason, StringComparison.Ordinal);

        TacitCompressionOptions inside = Options(TinyModels.Small);
        inside.EmbedModels = true;
        inside.Metadata = new Dictionary<string, string> { ["name"] = "x" };
        byte[] first = Pack.CompressParts([text, text], inside), second = Pack.CompressParts([text, text], inside), third = [.. second];
        first[60] ^= 0x10;      // its metadata, so that nobody knows where its model is
        Assert.True(first.Length < 60_000, "the neighbour is to begin within the longest metadata");
        output = new MemoryStream();
        await TacitSalvage.SalvageAsync(new MemoryStream([.. first, .. second, .. third]), output);
        Pack.AssertSame([.. text, .. text, .. text, .. text], output.ToArray()[^2400..], "what the neighbours hold");
    }

    [Fact]
    public void FlippedBitsAndCutsAreDetected()
    {
        byte[] data = Samples.Text(120);
        foreach (bool mix in new[] { false, true })
        {
            TacitCompressionOptions options = Options(TinyModels.Small, mix, 100);
            options.EmbedModels = mix;
            options.IncludeSha256 = true;
            byte[] packed = Pack.Compress(data, options), room = new byte[data.Length];
            for (int at = 0; at < packed.Length; at += at is > 400 and < 6000 ? 61 : 1)   // an embedded model is long
            {
                byte[] damaged = [.. packed];
                damaged[at] ^= (byte)(1 << at % 8);
                Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(damaged, room, out _, Decoding(TinyModels.Small)));
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed[..at], Decoding(TinyModels.Small)));
            }
        }
    }

    /// <summary>Coded bytes of which the check sums are right: any answer or our exception.</summary>
    [Fact]
    public void DamagedCodesDoNoHarm()
    {
        byte[] data = Samples.Text(400);
        foreach (bool mix in new[] { false, true })
        {
            byte[] packed = Pack.CompressParts([data, [1]], Options(TinyModels.Text, mix));
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
            TacitBlock block = archive.Frames[0].Blocks[0];
            byte[] coded = packed[(int)(block.Offset + 27)..(int)(block.Offset + 27 + block.CodedLength)];
            for (int i = 0; i < 60; i++)
            {
                byte[] changed = i < 20 ? coded[..i] is { Length: > 0 } cut ? cut : [0] : [.. coded];
                changed[i * 7 % changed.Length] ^= (byte)(i + 1);
                var forged = new ForgedFrame
                {
                    Flags = 4,
                    Codec = 6,
                    Parameters = [.. archive.Frames[0].Parameters.Span],
                    ModelHash = Convert.FromHexString(TinyModels.Text.Sha256),
                    Blocks = [new ForgedFrame.Block { Coded = changed, Method = packed[(int)block.Offset + 6], RawLength = 400 }],
                };
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build(), Decoding(TinyModels.Text)));
            }
        }
    }

    [Fact]
    public void KindsAndParametersThatAreNoneAreRefused()
    {
        byte[] hash = Convert.FromHexString(TinyModels.Text.Sha256);
        foreach ((byte[] parameters, byte method, string reason) in new (byte[], byte, string)[]
            { ([2, 3, 5], 0, "version 2"), ([1, 4, 5], 0, "flags 04"), ([1, 3, 0], 0, "Level 0"), ([1, 3, 10], 0, "Level 10"), ([1, 3], 0, "3 parameter bytes"),
                ([1, 2, 5], 17, "kind 17"), ([1, 3, 5], 22, "kind 6"), ([1, 3, 5], 14, "kind 6"), ([1, 3, 5], 1, "kind 1 ") })
        {
            var forged = new ForgedFrame
            {
                Flags = 4,
                Codec = 6,
                Parameters = parameters,
                ModelHash = hash,
                Blocks = [new ForgedFrame.Block { Coded = [1, 2, 3], Method = method, RawLength = 50 }],
            };
            Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build(), Decoding(TinyModels.Text))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ModelsThatDoNotFitAreRefused()
    {
        Assert.Throws<ArgumentException>(() => Pack.Compress([1], Pack.Options(TacitCodec.LanguageModel)));
        Assert.Throws<ArgumentException>(() => new TacitCompressionOptions { Codec = TacitCodec.Deflate, Models = [TinyModels.Text] }.Check());
        Assert.Throws<ArgumentException>(() => new TacitCompressionOptions { Models = [TinyModels.Text, TinyModels.Text] });
        Assert.Equal(TacitCodec.LanguageModel, TacitCodecChoice.For([TinyModels.Text]));
        Assert.Throws<ArgumentException>(() => TacitCodecChoice.For([]));
        Assert.Throws<InsufficientMemoryException>(() => TacitModel.Load(new MemoryStream(TinyModels.File), 1000));
        Assert.Throws<InvalidDataException>(() => TacitModel.Load(new MemoryStream([1, 2, 3])));
        byte[] packed = Pack.Compress(Samples.Text(100), Options(TinyModels.Text));
        Assert.Throws<InsufficientMemoryException>(() => Pack.Decompress(packed, new() { Models = [TinyModels.Text], MemoryLimit = 20_000 }));
    }

    [Fact]
    public void TokenisedModelsCodeAnyBytes()
    {
        var trainer = new BytePairTrainer();
        trainer.Add(Samples.Text(5000));
        ITokenizer pairs = trainer.Train(280);
        TacitModel model = TacitModel.Load(new MemoryStream(TinyModels.Trained(pairs, TinyModels.Sizes(), 60)));
        Assert.Throws<ArgumentException>(() => Options(model, mix: true).Check());
        foreach ((string name, byte[] data) in Data)
            Pack.AssertSame(data, Pack.Decompress(Pack.Compress(data, Options(model)), Decoding(model)), name);
        Assert.Equal("model", KindOf(Samples.Text(500)));

        string KindOf(byte[] data)
        {
            TacitArchive archive = TacitArchive.Open(new MemoryStream(Pack.Compress(data, Options(model))));
            return archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[0]);
        }
    }

    /// <summary>The digests of this codec are of blocks in which the model takes part.</summary>
    [Fact]
    public void TheSelfTestUsesTheModel()
    {
        foreach ((bool mix, bool primed) in new[] { (false, false), (true, false), (true, true) })
        {
            TacitArchive archive = TacitArchive.Open(new MemoryStream(SelfTest.LanguageCompressed(mix, primed)));
            Assert.Equal(mix ? "model and text" : "model", archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[0]));
        }
    }

    /// <summary>An encoder computes 64 positions at a time, a decoder one, in windows longer than that: turned positions, and others.</summary>
    [Theory]
    [InlineData(Modeling.Transformers.PositionEncoding.Rope)]
    [InlineData(Modeling.Transformers.PositionEncoding.Learned)]
    public void LongWindowsAreDecodedAsTheyWereEncoded(Modeling.Transformers.PositionEncoding positions)
    {
        TacitModel model = TacitModel.Load(new MemoryStream(TinyModels.Trained(new ByteTokenizer(), TinyModels.Sizes() with { Context = 150, Positions = positions }, 60)));
        byte[] data = Samples.Text(900);
        foreach (bool mix in new[] { false, true })
        {
            byte[] packed = Pack.CompressParts([data, data[..200]], Options(model, mix, level: 1));
            Pack.AssertSame([.. data, .. data[..200]], Pack.Decompress(packed, Decoding(model)), $"{positions}, mix {mix}");
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
            Assert.Equal(mix ? "model and text" : "model", archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[0]));
        }
    }

    /// <summary>llama2.c puts a space before every text; a block may begin with what does not merge with it.</summary>
    [Fact]
    public void BlocksOfLlama2cModelsMayBeginWithAnything()
    {
        ITokenizer tokenizer = Llama2cTokenizer.Parse(Llama2cFile(" ", "a", " a", "the", "t", "h", "e", "th"));
        TacitModel model = TacitModel.Load(new MemoryStream(TinyModels.Trained(tokenizer, TinyModels.Sizes(), 40)));
        foreach (string text in new[] { "a the a", "\nthe a a", "\u0080\u00ff the", "\n", "x  a", "the", " the", "  a" })
        {
            byte[] data = [.. System.Text.Encoding.Latin1.GetBytes(text), .. Samples.Text(500)];
            byte[] packed = Pack.Compress(data, Options(model));
            Pack.AssertSame(data, Pack.Decompress(packed, Decoding(model)), text);
            TacitArchive archive = TacitArchive.Open(new MemoryStream(Pack.CompressParts([data, [1]], Options(model))));
            Assert.Equal("model", archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[0]));
        }
    }

    // A tokenizer.bin: control tokens, bytes, and these.
    private static byte[] Llama2cFile(params string[] pieces)
    {
        var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(8);
        foreach (string text in new[] { "<unk>", "\n<s>\n", "\n</s>\n" }.Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")).Concat(pieces))
        {
            writer.Write(0f);
            writer.Write(text.Length);
            writer.Write(System.Text.Encoding.ASCII.GetBytes(text));
        }
        return file.ToArray();
    }

    [Fact]
    public void ALongMessageCostsWhatTheFrequenciesSay()
    {
        byte[] text = Samples.Text(2000);
        var model = (LanguageModel)TinyModels.Text.Content;
        using var predictor = new SequencePredictor(model.Serving(true), '\n', 5);
        float[] terms = new float[256];
        uint[] frequencies = new uint[256];
        double bits = 0;
        ReadOnlySpan<float> logits = predictor.Reset();
        for (int i = 0; ;)
        {
            LogitFrequencies.Compute(logits, terms, frequencies, 22);
            bits += 22 - Math.Log2(frequencies[text[i]]);
            if (++i == text.Length)
                break;
            predictor.Add([text[i - 1]], out logits);
        }
        TacitArchive archive = TacitArchive.Open(new MemoryStream(Pack.Compress(text, Options(TinyModels.Text, mix: false))));
        Assert.InRange(8 * archive.Frames[0].Blocks[0].CodedLength, bits, bits + 16);
    }
}
