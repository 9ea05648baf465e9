using Tacit.Compression;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>A language model mixed with what cm learnt beforehand.</summary>
public class LanguageWithPriorTests
{
    private static readonly byte[] Text = Samples.Text(2500, 9);

    // Of little data, so that the model has something to add.
    private static readonly TacitModel Prior = TinyModels.PriorOf(Samples.Text(400, 77));

    // Of two blocks, since an only one need not name what helps it little.
    private static byte[] Compress(TacitCompressionOptions options) => Pack.CompressParts([Text[..2300], Text[2300..]], options);

    [Fact]
    public async Task BothTogetherAreBetterThanEither()
    {
        TacitCompressionOptions both = Options(TinyModels.Text, Prior);
        int together = Coded(both), cm = Coded(Pack.Options(TacitCodec.ContextMixing, level: 5)), mixed = Coded(Options(TinyModels.Text)), primed = Coded(new() { Models = [Prior] });
        Assert.True(together < primed && together < mixed && mixed < cm && primed < cm, $"both {together}, prior {primed}, model {mixed}, cm {cm}");
        Assert.Equal(TacitCodec.LanguageModel, TacitCodecChoice.For([Prior, TinyModels.Text]));

        foreach (TacitCompressionOptions options in new[] { both, Options(Prior, TinyModels.Text) })
        {
            options.BlockSize = 700;
            byte[] parts = Pack.Compress(Text, options);
            options.Threads = 3;
            Assert.Equal(parts, Pack.Compress(Text, options));
            Pack.AssertSame(Text, Pack.Decompress(parts, Decoding(2)));
            options.EmbedModels = true;
            byte[] inside = Pack.Compress(Text, options);
            Pack.AssertSame(Text, Pack.Decompress(inside));
            TacitArchive archive = TacitArchive.Open(new MemoryStream(inside));
            var range = new MemoryStream();
            await archive.CopyRangeAsync(600, 1900, range);
            Pack.AssertSame(Text[600..1900], range.ToArray());
            Assert.Equal(options.Models.Select(model => model.Kind), [archive.DescribeModel(archive.Frames[0], 0), archive.DescribeModel(archive.Frames[0], 1)]);
            Assert.Equal("model and text", archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[1]));
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Contains("level 5, not 6", Refused(Options(TinyModels.Text, Prior, level: 6)), StringComparison.Ordinal);
        TacitCompressionOptions alone = Options(TinyModels.Text, Prior);
        alone.Mix = false;
        Assert.Contains("no use", Refused(alone), StringComparison.Ordinal);
        Assert.Contains("'gpt', 'gpt'", Refused(Options(TinyModels.Text, TinyModels.Small)), StringComparison.Ordinal);
        Assert.Contains("not 'prior'", Refused(Options(Prior)), StringComparison.Ordinal);

        byte[] packed = Compress(Options(TinyModels.Text, Prior));
        string missing = Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed, new() { Models = [TinyModels.Text] })).Message;
        Assert.Contains(Prior.Sha256, missing, StringComparison.Ordinal);

        // Frames that say something else: without mixing, at another level, with a model too many.
        Assert.Contains("mixing at level 5", Forged([1, 2, 5], TinyModels.Text, Prior), StringComparison.Ordinal);
        Assert.Contains("at level 4", Forged([1, 3, 4], TinyModels.Text, Prior), StringComparison.Ordinal);
        Assert.Contains("2 at most, not 3", Forged([1, 3, 5], TinyModels.Text, Prior, TinyModels.Small), StringComparison.Ordinal);
        Assert.Contains("'gpt', 'gpt'", Forged([1, 3, 5], TinyModels.Text, TinyModels.Small), StringComparison.Ordinal);

        static string Refused(TacitCompressionOptions options) => Assert.Throws<ArgumentException>(options.Check).Message;

        static string Forged(byte[] parameters, params TacitModel[] models) => Assert.Throws<InvalidDataException>(() => Pack.Decompress(new ForgedFrame
        {
            Flags = 4,
            Codec = 6,
            Parameters = parameters,
            ModelHash = [.. models.SelectMany(model => Convert.FromHexString(model.Sha256))],
            Blocks = [new ForgedFrame.Block { Coded = [1, 2, 3], Method = 17, RawLength = 50 }],
        }.Build(), new() { Models = models })).Message;
    }

    [Fact]
    public void DamagedCodesDoNoHarm()
    {
        byte[] packed = Compress(Options(TinyModels.Text, Prior));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        TacitBlock block = archive.Frames[0].Blocks[0];
        for (int at = 0; at < block.CodedLength; at += 1 + at / 8)
        {
            byte[] coded = packed[(int)(block.Offset + 27)..(int)(block.Offset + 27 + block.CodedLength)];
            coded[at] ^= 0x24;
            var forged = new ForgedFrame
            {
                Flags = 4,
                Codec = 6,
                Parameters = [.. archive.Frames[0].Parameters.Span],
                ModelHash = [.. archive.Frames[0].ModelHashes.SelectMany(Convert.FromHexString)],
                Blocks = [new ForgedFrame.Block { Coded = coded, Method = packed[(int)block.Offset + 6], RawLength = 2300 }],
                BlockLength = 3000,
            };
            Assert.StartsWith("Block 0 ", Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build(), Decoding(1))).Message, StringComparison.Ordinal);
        }
    }

    private static int Coded(TacitCompressionOptions options) => TacitArchive.Open(new MemoryStream(Compress(options))).Frames[0].Blocks[0].CodedLength;

    private static TacitDecompressionOptions Decoding(int threads) => new() { Models = [TinyModels.Text, Prior], Threads = threads };

    private static TacitCompressionOptions Options(TacitModel model, TacitModel? other = null, int level = 5) =>
        new() { Codec = TacitCodec.LanguageModel, Models = other is null ? [model] : [model, other], Level = level };
}
