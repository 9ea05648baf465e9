using Tacit.Compression;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>A block is coded the best of the ways a frame allows, and a frame of one block names nothing that it does not need.</summary>
public class FrameFormTests
{
    [Fact]
    public void MixingIsNeverWorseThanTheBetterOfTheTwo()
    {
        byte[][] all = [Samples.Text(40, 3), Samples.Text(1500, 3), Samples.Mixed(2500), new byte[1200], [.. Samples.Noise(300), .. Samples.Text(200)]];
        foreach (TacitModel model in new[] { TinyModels.Text, TinyModels.Ignorant })
        {
            foreach (byte[] data in all)
            {
                int mixed = Coded(data, model, null), alone = Coded(data, model, false), cm = Coded(data, null, null);
                Assert.True(mixed <= Math.Min(alone + 1, cm), $"{data.Length} bytes: {mixed} by the best, {alone} by the model, {cm} by cm");
            }
        }

        // Blocks of a frame of several, which names the model anyway.
        static int Coded(byte[] data, TacitModel? model, bool? mix)
        {
            TacitCompressionOptions options = model is null ? Pack.Options(TacitCodec.ContextMixing, level: 4)
                : new() { Codec = TacitCodec.LanguageModel, Models = [model], Mix = mix, Level = 4 };
            return TacitArchive.Open(new MemoryStream(Pack.CompressParts([data, [1]], options))).Frames[0].Blocks[0].CodedLength;
        }
    }

    [Fact]
    public void WhatAModelForeseesByItselfIsCodedByItself()
    {
        byte[] text = Samples.Text(60, 3);
        byte[] packed = Pack.CompressParts([text, text], new() { Codec = TacitCodec.LanguageModel, Models = [TinyModels.Text], Level = 9 });
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        Assert.Equal("model", archive.DescribeBlock(archive.Frames[0], archive.Frames[0].Blocks[0]));
        Pack.AssertSame([.. text, .. text], Pack.Decompress(packed, new() { Models = [TinyModels.Text] }));
    }

    [Fact]
    public void AModelThatDoesNotHelpIsNotNamed()
    {
        TacitCompressionOptions cm = Pack.Options(TacitCodec.ContextMixing, level: 5);
        byte[][] all = [[], [7], Samples.Noise(400), Samples.Mixed(5000), Samples.Mixed(90_000)];
        foreach (byte[] data in all)
        {
            foreach (bool embed in new[] { false, true })
            {
                var options = new TacitCompressionOptions { Codec = TacitCodec.LanguageModel, Models = [TinyModels.Ignorant], EmbedModels = embed };
                byte[] plain = embed ? Pack.Decompress(Pack.Compress(data, options)) : Pack.Compress(data, options);
                Pack.AssertSame(embed ? data : Pack.Compress(data, cm), plain, $"{data.Length} bytes, embed {embed}");
                // The stream knows the end only if it is told.
                byte[] finished = Finished(data, options);
                Pack.AssertSame(Pack.Compress(data, options), finished, $"{data.Length} bytes finished");
            }
            // A prior that is for text.
            byte[] primed = Pack.Compress(data, new() { Models = [TinyModels.Prior] });
            Pack.AssertSame(data, Pack.Decompress(primed, new() { Models = [TinyModels.Prior] }));
            if (data.Length < 500)
                Pack.AssertSame(Pack.Compress(data, cm), primed, $"{data.Length} bytes after a prior");
        }
    }

    [Fact]
    public void ANetworkThatDoesNotHelpCostsNothing()
    {
        byte[][] all = [[], [1], Samples.Noise(200), new byte[2000], Samples.Text(12)];
        foreach ((byte[] data, bool sha) in all.SelectMany(data => new[] { (data, false), (data, true) }))
        {
            var options = new TacitCompressionOptions { Level = 7, Network = true, IncludeSha256 = sha };
            byte[] packed = Pack.Compress(data, options), plain = Pack.Compress(data, Pack.Options(TacitCodec.ContextMixing, sha: sha, level: 7));
            Assert.InRange(packed.Length, 1, plain.Length);
            Pack.AssertSame(data, Pack.Decompress(packed), $"{data.Length} bytes");
            Pack.AssertSame(packed, Finished(data, options), $"{data.Length} bytes finished");
        }
    }

    [Fact]
    public void ABlockThatIsStoredIsAFrameOfStore()
    {
        foreach (TacitCodec codec in new[] { TacitCodec.Store, TacitCodec.Deflate, TacitCodec.Brotli, TacitCodec.ContextMixing, TacitCodec.Numeric })
        {
            foreach ((int length, int beside) in new[] { (1, 59), (400, 59), (70_000, 59), ((1 << 20) + 1, 115) })
            {
                byte[] data = Samples.Noise(length), packed = Pack.Compress(data, Pack.Options(codec, length + 1));
                TacitFrame frame = TacitArchive.Open(new MemoryStream(packed)).Frames[0];
                Assert.Equal("store", frame.CodecName);
                Assert.InRange(packed.Length - length, 59, beside);
                Pack.AssertSame(data, Pack.Decompress(packed), $"{length} bytes, {codec}");
            }
        }
    }

    private static byte[] Finished(byte[] data, TacitCompressionOptions options)
    {
        var target = new MemoryStream();
        using (var stream = new TacitStream(target, options, leaveOpen: true))
        {
            stream.Write(data);
            stream.FinishAsync().GetAwaiter().GetResult();
        }
        return target.ToArray();
    }
}
