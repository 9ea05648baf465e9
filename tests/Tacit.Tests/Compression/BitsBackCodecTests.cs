using Tacit.Compression;
using Tacit.Media;
using Tacit.Media.DataSets;
using Tacit.Modeling.Variational;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Codec bitsback: IDX files under a variational autoencoder, byte for byte; and, if lossy, as the model gives them back.</summary>
public class BitsBackCodecTests
{
    private const int Size = 36, Header = 16;

    private static readonly ItemShape s_shape = new(1, 6, 6);
    private static readonly byte[] s_black = TinyItems.File(s_shape, 300, black: true), s_grey = TinyItems.File(s_shape, 300, black: false);

    private static TacitCompressionOptions Options(TacitModel model, int blockSize = 0, bool lossy = false, int level = 5, int threads = 1) =>
        new() { Codec = TacitCodec.BitsBack, Models = [model], BlockSize = blockSize, Lossy = lossy, Level = level, Threads = threads };

    private static TacitDecompressionOptions Decoding(TacitModel model, int threads = 1) => new() { Models = [model], Threads = threads };

    [Fact]
    public void WhatGoesInComesOut()
    {
        byte[] vectors = [0, 0, 8, 2, 0, 0, 0, 100, 0, 0, 0, Size, .. s_black[Header..(Header + 100 * Size)]];
        byte[] deep = [0, 0, 8, 4, 0, 0, 0, 100, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 6, .. s_black[Header..(Header + 100 * Size)]];
        byte[] odd = [.. s_black];
        odd[700] = 9;
        var data = new Dictionary<string, (byte[] Data, bool HasItems)>
        {
            ["black"] = (s_black, true), ["vectors"] = (vectors, true), ["four dimensions"] = (deep, true), ["cut"] = (s_black[..^17], true),
            ["longer"] = ([.. s_black, .. Samples.Noise(50)], true), ["grey"] = (s_grey, false), ["one value is another"] = (odd, true),
            ["header"] = (s_black[..Header], false), ["half an item"] = (s_black[..(Header + 11)], false), ["one item"] = (s_black[..(Header + Size)], true),
            ["other shape"] = (TinyItems.File(new ItemShape(1, 5, 5), 50, black: true), false), ["text"] = (Samples.Text(900), false), ["nothing"] = ([], false),
            ["labels"] = ([0, 0, 8, 1, 0, 0, 0, 90, .. Samples.Mixed(90)], false),
        };
        foreach ((string name, (byte[] bytes, bool hasItems)) in data)
        {
            foreach (int blockSize in new[] { 0, 1000, Header + 10 * Size, 100, 37, 5 })
            {
                TacitCompressionOptions options = Options(TinyItems.Black, blockSize);
                byte[] packed = Pack.Compress(bytes, options);
                Pack.AssertSame(bytes, Pack.Decompress(packed, Decoding(TinyItems.Black)), $"{name}, blocks of {blockSize}");
                Pack.AssertSame(packed, Pack.CompressStream(bytes, options), $"{name}, blocks of {blockSize}, streamed");
                Assert.InRange(packed.Length, 1, TacitEncoder.GetMaxCompressedLength(bytes.Length, options));
                if (blockSize == 1000)
                    Assert.Equal(hasItems, Kinds(packed).Contains("items"));
            }
        }
        foreach (TacitModel model in new[] { TinyItems.Grey, TinyItems.Deep })
        {
            foreach (int blockSize in new[] { 0, 1000, 37 })
                Pack.AssertSame(s_grey, Pack.Decompress(Pack.Compress(s_grey, Options(model, blockSize)), Decoding(model)));
        }
        // Blocks that begin anywhere in an item.
        byte[] parts = Pack.CompressParts([s_black[..7], s_black[7..500], s_black[500..501], s_black[501..]], Options(TinyItems.Black));
        Pack.AssertSame(s_black, Pack.Decompress(parts, Decoding(TinyItems.Black)));
    }

    [Fact]
    public void BlocksBeginWithItemsAndCostWhatTheBoundSays()
    {
        foreach ((TacitModel model, byte[] data) in new[] { (TinyItems.Black, s_black), (TinyItems.Grey, s_grey), (TinyItems.Deep, s_grey) })
        {
            byte[] packed = Pack.Compress(data, Options(model, 100 * Size));
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), Decoding(model));
            Assert.Equal([Header + 99 * Size, 99 * Size, 99 * Size, 3 * Size], archive.Frames[0].Blocks.Select(b => b.RawLength));
            Assert.Equal(["items"], Kinds(packed).Distinct());
            ItemSet items = ItemReader.Read([new DataFile("items", null, data)], new ItemOptions());
            double bytes = VariationalEvaluation.Of((VariationalAutoencoder)model.Content, items, 20).Nats / Math.Log(2) / 8 * items.Count;
            byte[] whole = Pack.Compress(data, Options(model));
            Assert.InRange(whole.Length, 0.98 * bytes, 1.02 * bytes + 180);
        }
    }

    [Fact]
    public async Task ThreadsDoNotChangeTheBytesAndRangesAreRead()
    {
        byte[] packed = Pack.Compress(s_grey, Options(TinyItems.Grey, 1000));
        Assert.Equal(packed, Pack.Compress(s_grey, Options(TinyItems.Grey, 1000, threads: 3)));
        Pack.AssertSame(s_grey, Pack.Decompress(packed, Decoding(TinyItems.Grey, 3)));
        var range = new MemoryStream();
        await TacitArchive.Open(new MemoryStream(packed), Decoding(TinyItems.Grey)).CopyRangeAsync(2500, 4800, range);
        Pack.AssertSame(s_grey[2500..4800], range.ToArray());
    }

    [Fact]
    public async Task ModelsAreEmbeddedOrMissedAndDamageLosesOnlyItsBlock()
    {
        TacitCompressionOptions options = Options(TinyItems.Black, Header + 100 * Size);
        Assert.Contains(TinyItems.Black.Sha256, Assert.Throws<InvalidDataException>(() => Pack.Decompress(Pack.Compress(s_black, options))).Message, StringComparison.Ordinal);
        options.EmbedModels = true;
        byte[] packed = Pack.Compress(s_black, options);
        Pack.AssertSame(s_black, Pack.Decompress(packed));
        packed[(int)TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks[1].Offset + 60] ^= 4;
        var output = new MemoryStream();
        SalvageReport report = await TacitSalvage.SalvageAsync(new MemoryStream(packed), output);
        Pack.AssertSame([.. s_black[..(Header + 100 * Size)], .. new byte[100 * Size], .. s_black[(Header + 200 * Size)..]], output.ToArray());
        Assert.Equal(s_black.Length - 100 * Size, report.RecoveredBytes);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void LossyFramesGiveBackWhatTheModelDoesAndFinerStepsComeNearer(bool deep)
    {
        TacitModel known = deep ? TinyItems.Deep : TinyItems.Grey;
        double[] errors = new double[10];
        int[] lengths = new int[10];
        for (int level = 1; level <= 9; level++)
        {
            TacitCompressionOptions options = Options(known, lossy: true, level: level);
            options.IncludeSha256 = true;
            byte[] packed = Pack.Compress(s_grey, options), back = Pack.Decompress(packed, Decoding(known));
            Assert.Equal(["latents"], Kinds(packed).Distinct());
            Assert.Equal(s_grey.Length, back.Length);
            Assert.Equal(s_grey[..Header], back[..Header]);
            errors[level] = s_grey.Zip(back, (a, b) => Math.Pow(a - b, 2)).Average();
            lengths[level] = packed.Length;
        }
        // The latents of the small model with neighbours say too little for finer steps to show in pixels.
        Assert.True(deep || (errors[9] < errors[5] && errors[5] < errors[1]), string.Join(' ', errors));
        Assert.True(lengths[9] > lengths[5] && lengths[5] > lengths[1], string.Join(' ', lengths));
        Assert.True(lengths[9] < Pack.Compress(s_grey, Options(known)).Length);
        var model = (VariationalAutoencoder)known.Content;
        ItemSet items = ItemReader.Read([new DataFile("items", null, s_grey)], new ItemOptions());
        float[] best = model.Reconstruct(items, [.. Enumerable.Range(0, items.Count)]);
        double least = best.Select((v, i) => Math.Pow(v * 255 - items.Bytes.Span[i], 2)).Average();
        Assert.InRange(errors[9], 0.9 * least, 1.1 * least + 1);
        // What is no file of items is kept as it is.
        byte[] text = Samples.Text(500);
        Pack.AssertSame(text, Pack.Decompress(Pack.Compress(text, Options(known, lossy: true)), Decoding(known)));
    }

    [Fact]
    public void FlippedBitsAndCutsAreDetected()
    {
        foreach ((TacitModel model, bool lossy) in new[] { (TinyItems.Black, false), (TinyItems.Black, true), (TinyItems.Deep, false) })
        {
            byte[] data = (model == TinyItems.Black ? s_black : s_grey)[..(Header + 20 * Size)], room = new byte[data.Length];
            byte[] packed = Pack.Compress(data, Options(model, 300, lossy));
            for (int at = 0; at < packed.Length; at++)
            {
                byte[] damaged = [.. packed];
                damaged[at] ^= (byte)(1 << at % 8);
                Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(damaged, room, out _, Decoding(model)));
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed[..at], Decoding(model)));
            }
        }
    }

    /// <summary>Coded bytes of which the check sums are right: any answer or our exception.</summary>
    [Fact]
    public void DamagedCodesDoNoHarm()
    {
        foreach ((TacitModel model, bool lossy) in new[] { (TinyItems.Grey, false), (TinyItems.Grey, true), (TinyItems.Deep, false), (TinyItems.Deep, true) })
        {
            byte[] packed = Pack.Compress(s_grey, Options(model, lossy: lossy));
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
            TacitBlock block = archive.Frames[0].Blocks[0];
            byte[] coded = packed[(int)(block.Offset + 27)..(int)(block.Offset + 27 + block.CodedLength)];
            for (int i = 0; i < 60; i++)
            {
                byte[] changed = i < 20 ? coded[..(i + 1)] : [.. coded];
                changed[i * 7 % changed.Length] ^= (byte)(i + 1);
                var forged = new ForgedFrame
                {
                    Flags = 4,
                    Codec = 7,
                    Parameters = [.. archive.Frames[0].Parameters.Span],
                    ModelHash = Convert.FromHexString(model.Sha256),
                    Blocks = [new ForgedFrame.Block { Coded = changed, Method = packed[(int)block.Offset + 6], RawLength = (uint)s_grey.Length }],
                };
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build(), Decoding(model)));
            }
        }
    }

    [Fact]
    public void KindsParametersAndModelsThatDoNotFitAreRefused()
    {
        byte[] hash = Convert.FromHexString(TinyItems.Black.Sha256);
        foreach ((byte[] parameters, byte method) in new (byte[], byte)[]
            { ([2, 0, 5], 0), ([1, 2, 5], 0), ([1, 0, 0], 0), ([1, 0, 10], 0), ([1, 0], 0), ([1, 0, 5], 1), ([1, 1, 5], 0), ([1, 0, 5], 2), ([1, 0, 5], 14) })
        {
            var forged = new ForgedFrame
            {
                Flags = 4,
                Codec = 7,
                Parameters = parameters,
                ModelHash = hash,
                Blocks = [new ForgedFrame.Block { Coded = [0, 1, 2, 3, 4, 5, 6, 7, 8], Method = method, RawLength = 50 }],
            };
            Assert.Throws<InvalidDataException>(() => Pack.Decompress(forged.Build(), Decoding(TinyItems.Black)));
        }
        Assert.Throws<ArgumentException>(() => Pack.Compress([1], Pack.Options(TacitCodec.BitsBack)));
        Assert.Throws<ArgumentException>(() => Options(TinyModels.Small).Check());
        Assert.Throws<ArgumentException>(() => new TacitCompressionOptions { Lossy = true }.Check());
        Assert.Equal(TacitCodec.BitsBack, TacitCodecChoice.For([TinyItems.Grey]));
        Assert.Throws<InsufficientMemoryException>(() => Pack.Decompress(Pack.Compress(s_black, Options(TinyItems.Black)), new() { Models = [TinyItems.Black], MemoryLimit = 20_000 }));
    }

    private static List<string> Kinds(byte[] packed)
    {
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        return [.. archive.Frames[0].Blocks.Select(b => archive.DescribeBlock(archive.Frames[0], b))];
    }
}
