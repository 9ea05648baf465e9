using System.Buffers.Binary;
using System.Diagnostics;
using Tacit.Compression;
using Tacit.Compression.Container;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>
/// Salvage: whatever was done to an archive, what comes out is the original outside the losses the report tells, at the
/// same offsets where lengths are known.
/// </summary>
public class SalvageTests
{
    private const int BlockLength = 100;

    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    [Theory, MemberData(nameof(Codecs))]
    public async Task AnIntactArchiveComesOutWhole(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed =
        [
            .. Pack.Compress(data[..250], Pack.Options(codec, BlockLength, sha: true, metadata: ("name", "x"))),
            .. Pack.Compress([], Pack.Options(codec)),
            .. Pack.CompressParts([data[250..251], data[251..400]], Pack.Options(codec, BlockLength)),
            .. Pack.Compress(data[400..], Pack.Options(codec, metadata: ("k", "v"))),
        ];
        (byte[] output, SalvageReport report) = await Salvage(packed);
        Assert.Equal(data, output);
        Assert.Equal(data.Length, report.RecoveredBytes);
        Assert.Empty(report.Losses);
    }

    /// <summary>One byte changed anywhere: at most the block it hits is lost, and everything stays in its place.</summary>
    [Theory, MemberData(nameof(Codecs))]
    public async Task OneDamagedByteCostsOneBlock(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.CompressParts([data[..330], data[330..]], Pack.Options(codec, BlockLength, sha: true, metadata: ("name", "x")));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        for (int at = 0; at < packed.Length; at += Pack.Stride(codec))
        {
            byte[] damaged = [.. packed];
            damaged[at] ^= 0x11;
            (byte[] output, SalvageReport report) = await Salvage(damaged);
            int hit = -1;
            for (int i = 0; i < blocks.Count; i++)
            {
                if (at >= blocks[i].Offset && at < blocks[i].Offset + 27 + blocks[i].CodedLength)
                    hit = i;
            }
            Pack.AssertSame(Blanked(data, hit < 0 ? [] : [blocks[hit]]), output, $"byte {at}");
            Assert.Equal(data.Length - (hit < 0 ? 0 : blocks[hit].RawLength), report.RecoveredBytes);
            Assert.Equal(hit < 0 ? 0 : blocks[hit].RawLength, report.Losses.Sum(loss => loss.Length));
            if (hit >= 0)
                Assert.Equal(blocks[hit].RawOffset, report.Losses.Single(loss => loss.Length > 0).Offset);
            else if (at < (codec == TacitCodec.Store ? 20 : 21))
                Assert.Contains("header", Assert.Single(report.Losses).Reason, StringComparison.Ordinal);
            else
                Assert.NotEmpty(report.Losses);   // metadata, index and footer too
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public async Task BytesLostOrAddedCostTheBlocksTheyHit(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.CompressParts([data[..330], data[330..]], Pack.Options(codec, BlockLength));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        for (int hit = 0; hit < blocks.Count; hit++)
        {
            TacitBlock block = blocks[hit];
            for (int at = (int)block.Offset; at < block.Offset + 27 + block.CodedLength; at += Pack.Stride(codec))
            {
                foreach (int change in new[] { -3, -1, 1, 40 })
                {
                    if (at - change > block.Offset + 27 + block.CodedLength)
                        continue;
                    byte[] damaged = change < 0 ? [.. packed[..at], .. packed[(at - change)..]]
                        : [.. packed[..at], .. Samples.Noise(change), .. packed[at..]];
                    (byte[] output, SalvageReport report) = await Salvage(damaged);
                    if (at == block.Offset && change > 0)   // between blocks: nothing is lost
                        Pack.AssertSame(data, output, $"{change} bytes before block {hit}");
                    else
                        Pack.AssertSame(Blanked(data, [block]), output, $"{change} bytes in block {hit} at {at}");
                    Check(report, output);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public async Task ACutArchiveGivesItsWholeBlocks(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.Compress(data, Pack.Options(codec, BlockLength));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        for (int length = 0; length < packed.Length; length += Pack.Stride(codec))
        {
            (byte[] output, SalvageReport report) = await Salvage(packed[..length]);
            TacitBlock[] whole = [.. blocks.Where(b => b.Offset + 27 + b.CodedLength <= length)];
            long recovered = whole.Sum(b => (long)b.RawLength);
            Assert.Equal(recovered, report.RecoveredBytes);
            Assert.Equal(data[..(int)recovered], output[..(int)recovered]);
            Assert.All(output[(int)recovered..], b => Assert.Equal(0, b));
            if (length < packed.Length)
                Assert.NotEmpty(report.Losses);
            Check(report, output);
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public async Task AMissingBlockLeavesAGapOfItsLength(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.CompressParts([data[..130], data[130..]], Pack.Options(codec, BlockLength));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        for (int first = 0; first < blocks.Count; first++)
        {
            for (int last = first; last < blocks.Count; last++)
            {
                byte[] damaged = [.. packed[..(int)blocks[first].Offset], .. packed[(int)(blocks[last].Offset + 27 + blocks[last].CodedLength)..]];
                (byte[] output, SalvageReport report) = await Salvage(damaged);
                // If nothing is recovered, no zeros are written either.
                byte[] expected = last - first + 1 == blocks.Count ? [] : Blanked(data, blocks.Skip(first).Take(last - first + 1));
                Pack.AssertSame(expected, output, $"blocks {first} to {last}");
                Assert.Equal(data.Length, report.RecoveredBytes + report.Losses.Sum(loss => loss.Length));
                Check(report, output);
            }
        }
    }

    [Fact]
    public async Task ALostHeaderIsReplacedByItsCopy()
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, BlockLength, metadata: ("name", "x")));
        long first = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks[0].Offset;
        foreach (byte[] damaged in new byte[][]
        {
            [.. new byte[first], .. packed[(int)first..]],
            packed[(int)first..],
            [.. Samples.Noise(1000), .. packed[(int)first..]],
        })
        {
            (byte[] output, SalvageReport report) = await Salvage(damaged);
            Pack.AssertSame(data, output);
            Assert.Equal(data.Length, report.RecoveredBytes);
            Assert.Contains("copy", Assert.Single(report.Losses).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DamageInOneFrameLeavesTheOthersAlone()
    {
        byte[][] parts = [Samples.Text(350, 1), Samples.Text(350, 2), Samples.Text(350, 3)];
        byte[][] packed = [.. parts.Select(p => Pack.Compress(p, Pack.Options(TacitCodec.Deflate, BlockLength)))];
        for (int at = 0; at < packed[0].Length; at++)
        {
            foreach (int change in new[] { 0, -1, 1 })
            {
                byte[] first = change switch
                {
                    0 => [.. packed[0][..at], (byte)~packed[0][at], .. packed[0][(at + 1)..]],
                    < 0 => [.. packed[0][..at], .. packed[0][(at + 1)..]],
                    _ => [.. packed[0][..at], 77, .. packed[0][at..]],
                };
                foreach (int place in new[] { 0, 1 })
                {
                    byte[] file = place == 0 ? [.. first, .. packed[1], .. packed[2]] : [.. packed[1], .. first, .. packed[2]];
                    (byte[] output, SalvageReport report) = await Salvage(file);
                    Check(report, output);
                    string what = $"byte {at}, change {change}, frame {place}";
                    Assert.True(report.RecoveredBytes >= 950, what);
                    Pack.AssertSame(parts[2], output[^350..], what);
                    if (place == 0)
                        Pack.AssertSame(parts[1], output[^700..^350], what);
                    else
                        Pack.AssertSame(parts[1], output[..350], what);
                    Assert.Equal(3 * 350, output.Length);
                }
            }
        }
    }

    /// <summary>Single frames beside another: one byte changed anywhere costs at most the frame it hits, and everything stays in its place.</summary>
    [Theory, MemberData(nameof(Codecs))]
    public async Task OneDamagedByteCostsOneSingleFrame(TacitCodec codec)
    {
        byte[] data = Samples.Text(450);
        byte[] packed =
        [
            .. Pack.Compress(data[..90], Pack.Options(codec)), .. Pack.Compress(data[90..100], Pack.Options(codec, metadata: ("name", "x"))),
            .. Pack.Compress(data[100..350], Pack.Options(codec, BlockLength)), .. Pack.Compress(data[350..], Pack.Options(codec)),
        ];
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        long rawOffset = 0;
        foreach (TacitFrame frame in archive.Frames)
        {
            TacitBlock block = frame.Blocks[0];
            int header = frame.CodecName == "store" ? 20 : 20 + frame.Parameters.Length;
            for (long at = frame.Offset; at < frame.Offset + frame.CompressedLength && frame.Blocks.Count == 1; at += Pack.Stride(codec))
            {
                byte[] damaged = [.. packed];
                damaged[at] ^= 0x11;
                (byte[] output, SalvageReport report) = await Salvage(damaged);
                bool lost = at < frame.Offset + header || (at >= block.Offset && at < block.Offset + 27 + block.CodedLength);
                byte[] expected = lost ? Blanked(data, [block with { RawOffset = rawOffset }]) : data;
                // Nothing follows the last frame, so no zeros stand for it.
                Pack.AssertSame(lost && frame == archive.Frames[^1] ? data[..350] : expected, output, $"byte {at}");
                Assert.Equal(data.Length - (lost ? block.RawLength : 0), report.RecoveredBytes);
                Assert.Equal(lost ? block.RawLength : 0, report.Losses.Sum(loss => loss.Length));
                Assert.NotEmpty(report.Losses);
            }
            rawOffset += frame.Length;
        }
    }

    /// <summary>Bytes lost or added may cost the length of the single frame they hit, but not the frames around it.</summary>
    [Fact]
    public async Task BytesLostOrAddedInASingleFrameLeaveTheOthersAlone()
    {
        byte[][] parts = [Samples.Text(350, 1), Samples.Text(350, 2), Samples.Text(350, 3)];
        byte[][] packed = [.. parts.Select(p => Pack.Compress(p, Pack.Options(TacitCodec.Deflate)))];
        byte[] full = Pack.Compress(parts[2], Pack.Options(TacitCodec.Deflate, BlockLength));
        for (int at = 0; at <= packed[1].Length; at++)
        {
            foreach (int change in new[] { -1, 1, 40 })
            {
                if (at - change > packed[1].Length)
                    continue;
                byte[] hit = change < 0 ? [.. packed[1][..at], .. packed[1][(at - change)..]] : [.. packed[1][..at], .. Samples.Noise(change), .. packed[1][at..]];
                foreach (byte[] last in new[] { packed[2], full })
                {
                    (byte[] output, SalvageReport report) = await Salvage([.. packed[0], .. hit, .. last]);
                    Check(report, output);
                    Pack.AssertSame(parts[0], output[..350], $"{change} bytes at {at}: the frame before");
                    Pack.AssertSame(parts[2], output[^350..], $"{change} bytes at {at}: the frame after");
                }
            }
        }
    }

    [Fact]
    public async Task AFrameWhoseHeaderAndFooterAreLostIsSkippedAndTold()
    {
        byte[][] parts = [Samples.Text(350, 1), Samples.Text(350, 2)];
        byte[][] packed = [.. parts.Select(p => Pack.Compress(p, Pack.Options(TacitCodec.Deflate, BlockLength)))];
        packed[0][3] ^= 1;
        packed[0][^3] ^= 1;
        (byte[] output, SalvageReport report) = await Salvage([.. packed[0], .. packed[1]]);
        Assert.Equal(parts[1], output);
        Assert.NotEmpty(report.Losses);
    }

    /// <summary>The blocks of an archive inside a stored block are not taken for the outer frame's.</summary>
    [Fact]
    public async Task AnArchiveWithinAnArchiveIsNotMistakenForIt()
    {
        byte[] inner = Pack.Compress(Samples.Text(600), Pack.Options(TacitCodec.Deflate, BlockLength, sha: true));
        byte[] data = [.. inner, .. Samples.Noise(50), .. inner];
        foreach (int blockSize in new[] { 64, 100, 10_000 })
        {
            byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Store, blockSize));
            IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
            for (int at = 0; at < packed.Length; at++)
            {
                byte[] damaged = [.. packed];
                damaged[at] ^= 0x80;
                (byte[] output, SalvageReport report) = await Salvage(damaged);
                TacitBlock[] hit = [.. blocks.Where(b => at >= b.Offset && at < b.Offset + 27 + b.CodedLength)];
                bool lost = hit.Length == blocks.Count || (blocks.Count == 1 && at < 20);   // a single frame's header has no copy
                Pack.AssertSame(lost ? [] : Blanked(data, hit), output, $"byte {at}");
                Check(report, output);
            }
        }
    }

    [Fact]
    public async Task RandomDamageNeverMovesWhatSurvives()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var generator = new Samples.Generator((ulong)seed);
            byte[] data = Samples.Mixed(3000, generator.Next());
            byte[] packed = Pack.Compress(data, Pack.Options(Pack.Codecs.ElementAt(seed % 3), BlockLength));
            byte[] damaged = [.. packed];
            for (int hits = 1 + generator.Below(20); hits > 0; hits--)
                damaged[generator.Below(damaged.Length)] = generator.Byte();
            (byte[] output, SalvageReport report) = await Salvage(damaged);
            Check(report, output);
            byte[] expected = [.. data];
            foreach (SalvageLoss loss in report.Losses.Where(l => l.Offset < data.Length))
                expected.AsSpan((int)loss.Offset, (int)Math.Min(loss.Length, data.Length - loss.Offset)).Clear();
            Pack.AssertSame(expected[..Math.Min(output.Length, data.Length)], output[..Math.Min(output.Length, data.Length)], $"seed {seed}");
        }
    }

    // ---- what only a hostile file does

    [Fact]
    public async Task ABlockThatComesAgainIsSkipped()
    {
        byte[] data = Samples.Text(450);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, BlockLength));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        byte[] second = packed[(int)blocks[1].Offset..(int)blocks[2].Offset];
        byte[] damaged = [.. packed[..(int)blocks[3].Offset], .. second, .. packed[(int)blocks[3].Offset..]];
        (byte[] output, _) = await Salvage(damaged);
        Assert.Equal(data, output);
    }

    [Fact]
    public async Task AnIndexOfFewerBlocksDoesNoHarm()
    {
        byte[] a = Samples.Noise(90), b = Samples.Noise(90, 2);
        foreach (byte[] body in new byte[][] { [0], [1, .. ForgedFrame.VarInt(910), 0], [2, .. ForgedFrame.VarInt(999), 0, .. ForgedFrame.VarInt(999), 0] })
        {
            byte[] packed = new ForgedFrame(a, b) { IndexBody = body }.Build();
            (byte[] output, SalvageReport report) = await Salvage(packed);
            Assert.Equal([.. a, .. b], output[..180]);
            Check(report, output);
        }
    }

    [Fact]
    public async Task AFrameThatCannotBeDecodedIsALossNotTheEnd()
    {
        byte[] data = Samples.Text(200);
        byte[] packed =
        [
            .. Coded(99, [], 50), .. Coded(0, new byte[32], 30), .. Coded(1, [], 10), .. Pack.Compress(data[90..], Pack.Options(TacitCodec.Store)),
        ];
        (byte[] output, SalvageReport report) = await Salvage(packed);
        Pack.AssertSame([.. new byte[90], .. data[90..]], output);
        Assert.Equal([50L, 30, 10], report.Losses.Select(l => l.Length));
        Assert.Contains("codec 99", report.Losses[0].Reason, StringComparison.Ordinal);
        // What is stored needs no codec.
        byte[] stored = new ForgedFrame(data[..50]) { Codec = 99 }.Build();
        Pack.AssertSame(data[..50], (await Salvage(stored)).Output);

        static byte[] Coded(byte codec, byte[] model, uint length) => new ForgedFrame
        {
            Codec = codec,
            Parameters = codec == 1 ? [77] : [],
            Flags = (byte)(model.Length > 0 ? 4 : 0),
            ModelHash = model,
            Blocks = [new ForgedFrame.Block { Coded = [1, 2, 3], Method = 0, RawLength = length }],
        }.Build();
    }

    public static TheoryData<string> HostileFiles => [.. Hostile.Keys];

    private static readonly Dictionary<string, Func<int, byte[]>> Hostile = new()
    {
        ["frame magics"] = length => Repeated(length, U32(FormatConstants.FrameMagic)),
        ["block markers"] = length => Repeated(length, U32(FormatConstants.BlockMarker)),
        ["index markers"] = length => Repeated(length, [.. U32(FormatConstants.IndexMarker), 1, 0, 0, 0]),
        ["end magics"] = length => Repeated(length, U32(FormatConstants.EndMagic)),
        ["end magics with lengths"] = length => Repeated(length, [46, 0, 1, 2, 3, 4, .. U32(FormatConstants.EndMagic)]),
        ["index markers after a header"] = length => [.. new ForgedFrame().Build()[..20], .. Repeated(length, [.. U32(FormatConstants.IndexMarker), 9, 0, 0, 0])],
        ["headers"] = length => Repeated(length, new ForgedFrame().Build()[..20]),
        ["headers of different frames"] = length => Varied(length, i => new ForgedFrame() { Tag = (uint)i }.Build()[..20]),
        ["headers and indexes"] = length => Varied(length, i => new ForgedFrame() { Tag = (uint)i }.Build()[..33]),
        ["empty frames"] = length => Repeated(length, new ForgedFrame().Build()),
        ["empty frames, damaged at the end"] = length => [.. Repeated(length, new ForgedFrame().Build()), 1],
        ["footers"] = length => Repeated(length, new ForgedFrame().Build()[33..]),
        ["footers and junk"] = length => Repeated(length, [.. new ForgedFrame([1]).Build()[61..], 7, 7, 7]),
        ["frames without footers"] = length => Varied(length, i => [.. new ForgedFrame(BitConverter.GetBytes(i)).Build()[..^40], 7]),
        ["frames without footers, then footers"] = length =>
            [.. Varied(length / 2, i => [.. new ForgedFrame(BitConverter.GetBytes(i)).Build()[..^40], 7]), .. Repeated(length / 2, new ForgedFrame().Build()[33..])],
        ["blocks without frame"] = length => Repeated(length, new ForgedFrame([1]).Build()[20..48]),
        ["blocks of one frame, all number 0"] = length => [.. new ForgedFrame([1]).Build()[..20], .. Repeated(length, new ForgedFrame([1]).Build()[20..48])],
        ["blocks that claim 32767 missing"] = length => [.. new ForgedFrame([1]) { BlockLength = 1 }.Build()[..20], .. Varied(length, i =>
        {
            var frame = new ForgedFrame([1]) { BlockLength = 1 };
            frame.Blocks[0].Number = (ushort)(i * 32767);
            return frame.Build()[20..48];
        })],
        ["single frames"] = length => Varied(length, i => new ForgedFrame(BitConverter.GetBytes(i)) { Single = true }.Build()),
        ["single frames, damaged"] = length => Varied(length, i => new ForgedFrame(BitConverter.GetBytes(i)) { Single = true, Magic = 7 }.Build()),
        ["headers of single frames"] = length => Varied(length, i => new ForgedFrame() { Tag = (uint)i, Single = true }.Build()[..20]),
        ["footers of single frames"] = length => Repeated(length, new ForgedFrame([1]) { Single = true }.Build()[^12..]),
        ["index of very many blocks"] = length => new ForgedFrame([1]) { BlockLength = 1 << 28, IndexBody = [.. ForgedFrame.VarInt((ulong)length / 2), .. new byte[length]] }.Build(),
    };

    [Theory, MemberData(nameof(HostileFiles))]
    public async Task AFileFullOfMarkersEndsQuickly(string name)
    {
        foreach (int length in new[] { 1 << 16, 1 << 20 })
        {
            byte[] file = Hostile[name](length);
            var clock = Stopwatch.StartNew();
            long before = GC.GetTotalAllocatedBytes();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await TacitSalvage.SalvageAsync(new MemoryStream(file), Stream.Null, new() { MemoryLimit = 8 << 20 }, cancellationToken: limit.Token);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);   // linear ones take less than one
        }
    }

    /// <summary>An index may claim any lengths: those that nothing stands for must not fill the disk.</summary>
    [Fact]
    public async Task LengthsThatNothingStandsForCostNothing()
    {
        const uint Large = 1 << 28;
        byte[] entry = ForgedFrame.Join([0], ForgedFrame.VarInt(Large - 1));   // 256 MiB that a single byte codes
        byte[] body = ForgedFrame.Join(ForgedFrame.VarInt(100_000), Repeated(100_000 * entry.Length - 1, entry));
        var frame = new ForgedFrame { BlockLength = Large, IndexBody = body, RawLength = 100_000L * Large, FrameLength = 1L << 40 };
        byte[] forged = frame.Build(), after = Samples.Text(200);
        frame.Blocks.Add(new ForgedFrame.Block([7]) { Number = 50_000 });   // the number's low 16 bits are all there is
        foreach (byte[] file in new byte[][] { forged, frame.Build() })
        {
            var counter = new Counter();
            var clock = Stopwatch.StartNew();
            SalvageReport report = await TacitSalvage.SalvageAsync(
                new MemoryStream([.. file, .. Pack.Compress(after, Pack.Options(TacitCodec.Deflate, BlockLength))]), counter, new() { MemoryLimit = 64 << 20 });
            Assert.InRange(counter.Written, after.Length, 1 << 20);
            Assert.InRange(report.RecoveredBytes, after.Length, after.Length + 1);
            Assert.NotEmpty(report.Losses);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);
        }
    }

    [Fact]
    public async Task GapsAreZerosOnAPipeAndHolesInANewFile()
    {
        byte[] data = Samples.Noise(1 << 20);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Store, 1 << 17));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        foreach (int hit in new[] { 0, 3, 7 })
        {
            byte[] damaged = [.. packed];
            damaged[blocks[hit].Offset + 1000] ^= 1;
            byte[] expected = Blanked(data, [blocks[hit]]);
            var counter = new Counter();
            await TacitSalvage.SalvageAsync(new MemoryStream(damaged), counter);
            Pack.AssertSame(expected, counter.ToArray(), $"pipe, block {hit}");
            Assert.Equal(data.Length, counter.Written);

            var memory = new Counter(seekable: true);
            await TacitSalvage.SalvageAsync(new MemoryStream(damaged), memory);
            Pack.AssertSame(expected, memory.ToArray(), $"new file, block {hit}");
            Assert.Equal(data.Length - (1 << 17), memory.Written);

            var old = new MemoryStream(Enumerable.Repeat((byte)9, data.Length + 5).ToArray());   // whose bytes must not show
            await TacitSalvage.SalvageAsync(new MemoryStream(damaged), old);
            Pack.AssertSame([.. expected, 9, 9, 9, 9, 9], old.ToArray(), $"old file, block {hit}");
        }
    }

    [Fact]
    public async Task DamagedMetadataAndFootersAreTold()
    {
        byte[] data = Samples.Text(200);
        byte[] packed = Pack.Compress(data, Pack.Options(TacitCodec.Deflate, BlockLength, metadata: ("name", "x")));
        foreach ((int at, string what) in new[] { (26, "metadata"), (packed.Length - 20, "footer") })
        {
            byte[] damaged = [.. packed];
            damaged[at] ^= 1;
            (byte[] output, SalvageReport report) = await Salvage([.. damaged, .. packed]);
            Assert.Equal([.. data, .. data], output);
            SalvageLoss loss = Assert.Single(report.Losses);
            Assert.Equal(0, loss.Length);
            Assert.Contains(what, loss.Reason, StringComparison.Ordinal);
        }
    }

    // Counts what is really written.
    private sealed class Counter(bool seekable = false) : MemoryStream
    {
        public long Written { get; private set; }
        public override bool CanSeek => seekable;

        public override void Write(byte[] buffer, int offset, int count)
        {
            Written += count;
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }

    private static async Task<(byte[] Output, SalvageReport Report)> Salvage(byte[] packed)
    {
        var output = new MemoryStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        SalvageReport report = await TacitSalvage.SalvageAsync(new MemoryStream(packed), output, new() { MemoryLimit = 64 << 20 }, cancellationToken: limit.Token);
        return (output.ToArray(), report);
    }

    private static void Check(SalvageReport report, byte[] output)
    {
        long total = report.RecoveredBytes + report.Losses.Sum(loss => loss.Length);
        Assert.True(output.Length == (report.RecoveredBytes == 0 ? 0 : total), $"{output.Length} bytes for {total}");
        long at = 0;
        foreach (SalvageLoss loss in report.Losses)
        {
            Assert.InRange(loss.Offset, at, total);
            Assert.InRange(loss.Length, 0, total - loss.Offset);
            if (output.Length > 0)
                Assert.All(output[(int)loss.Offset..(int)(loss.Offset + loss.Length)], b => Assert.Equal(0, b));
            Assert.NotEmpty(loss.Reason);
            at = loss.Offset + loss.Length;
        }
    }

    private static byte[] Blanked(byte[] data, IEnumerable<TacitBlock> blocks)
    {
        byte[] blanked = [.. data];
        foreach (TacitBlock block in blocks)
            blanked.AsSpan((int)block.RawOffset, block.RawLength).Clear();
        return blanked;
    }

    private static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Repeated(int length, byte[] part) => [.. Enumerable.Repeat(part, length / part.Length + 1).SelectMany(p => p)];

    private static byte[] Varied(int length, Func<int, byte[]> part)
    {
        var bytes = new List<byte>();
        for (int i = 0; bytes.Count < length; i++)
            bytes.AddRange(part(i));
        return [.. bytes];
    }
}
