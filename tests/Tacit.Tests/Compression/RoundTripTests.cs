using Tacit.Compression;
using Tacit.Compression.Codecs;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>What goes in comes out, for every codec, level, block size and shape of data.</summary>
public class RoundTripTests
{
    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    [Theory, MemberData(nameof(Codecs))]
    public void DecodingUndoesEncodingAndEncodingRepeats(TacitCodec codec)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var generator = new Samples.Generator((ulong)seed);
            byte[] data = Samples.Mixed(generator.Below(1 << generator.Below(15)), generator.Next());
            TacitCompressionOptions options = Pack.Options(codec, generator.Below(3) == 0 ? 0 : 1 + generator.Below(data.Length + 1),
                sha: generator.Below(2) == 0, level: 1 + generator.Below(9));
            if (options.BlockSize > 0 && data.Length / options.BlockSize > 20)
                options.BlockSize = data.Length / 20;
            byte[] packed = Pack.Compress(data, options);
            Pack.AssertSame(data, Pack.DecompressSpan(packed, data.Length), $"seed {seed}");
            Pack.AssertSame(data, Pack.Decompress(packed), $"seed {seed}");
            Pack.AssertSame(packed, Pack.Compress(data, options), $"repeated, seed {seed}");
            Pack.AssertSame(packed, Pack.CompressStream(data, options), $"by stream, seed {seed}");
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void EveryLevelRoundTrips(TacitCodec codec)
    {
        byte[] data = [.. Samples.Text(3000), .. Samples.Noise(500), .. new byte[2000]];
        for (int level = 1; level <= 9; level++)
            Pack.AssertSame(data, Pack.Decompress(Pack.Compress(data, Pack.Options(codec, level: level))), $"level {level}");
    }

    [Theory, MemberData(nameof(Codecs))]
    public void BlocksOfAwkwardLengthsRoundTrip(TacitCodec codec)
    {
        foreach (int length in new[] { 1, 2, 3, 4, 5, 8, 255, 256, 257, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073 })
        {
            foreach (byte[] data in new[] { new byte[length], Samples.Text(length), Samples.Noise(length) })
                Pack.AssertSame(data, Pack.DecompressSpan(Pack.Compress(data, Pack.Options(codec)), length), $"{length}");
        }
    }

    /// <summary>A worker keeps its tables: what it coded before, and for how long a block they were made, must not matter.</summary>
    [Theory, MemberData(nameof(Codecs))]
    public async Task ABlockDoesNotDependOnTheOnesBefore(TacitCodec codec)
    {
        int[] lengths = [20_000, 300, 40_000, 2, 17, 5_000, 40_000, 1, 12_345];
        byte[][] parts = [.. lengths.Select((length, i) => Samples.Text(length, (ulong)i))];
        byte[] packed = Pack.CompressParts(parts, Pack.Options(codec, 40_000));
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        IReadOnlyList<TacitBlock> blocks = archive.Frames.Single().Blocks;
        Assert.Equal(lengths, blocks.Select(b => b.RawLength));
        for (int i = 0; i < parts.Length; i++)
        {
            // Alone in a frame it gets the same coded bytes, and it is decoded without its neighbours.
            byte[] alone = Pack.Compress(parts[i], Pack.Options(codec, 40_000));
            TacitBlock single = TacitArchive.Open(new MemoryStream(alone)).Frames.Single().Blocks.Single();
            Pack.AssertSame(alone[(int)(single.Offset + 27)..(int)(single.Offset + 27 + single.CodedLength)],
                packed[(int)(blocks[i].Offset + 27)..(int)(blocks[i].Offset + 27 + blocks[i].CodedLength)], $"block {i}");
            var output = new MemoryStream();
            await archive.CopyRangeAsync(blocks[i].RawOffset, blocks[i].RawOffset + lengths[i], output);
            Pack.AssertSame(parts[i], output.ToArray(), $"block {i}");
        }
    }

    [Fact]
    public void EveryCodecIsSmallerOnTextThanStoreAndNoLargerOnNoise()
    {
        byte[] text = Samples.Text(20_000), noise = Samples.Noise(20_000);
        foreach (TacitCodec codec in Pack.Codecs.Skip(1))
        {
            Assert.InRange(Pack.Compress(text, Pack.Options(codec, level: 5)).Length, 1, 7000);
            Assert.InRange(Pack.Compress(noise, Pack.Options(codec, level: 5)).Length, 1, 20_128);
        }
    }

    [Fact]
    public void TheRegistryIsInOrder()
    {
        Assert.Equal(CodecRegistry.All.Select(c => c.Id).Distinct().Order(), CodecRegistry.All.Select(c => c.Id));
        Assert.All(CodecRegistry.All, codec => Assert.Same(codec, CodecRegistry.Find(codec.Id)));
    }
}
