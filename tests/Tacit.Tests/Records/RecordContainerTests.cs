using System.Buffers.Binary;
using System.Text;
using Tacit.Compression;
using Tacit.Compression.Codecs.Records;
using Tacit.Media;
using Tacit.Modeling.Records;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Records;

/// <summary>Codec records: the whole byte for byte, any record alone, and nothing else from damage.</summary>
public class RecordContainerTests
{
    private static readonly TacitModel Model = TinyModels.Records;

    private static readonly byte[] Users = Joined(RecordSamples.Users(20, 50), "\n");

    // With the records expected of each, as a person cuts them.
    private static readonly Dictionary<string, (RecordFormat Format, byte[][] Records)> Kinds = new()
    {
        ["nothing"] = (RecordFormat.Lines, []),
        ["lines"] = (RecordFormat.Lines, [.. RecordSamples.Users(20, 50).Select(u => Joined([u], "\n"))]),
        ["no end"] = (RecordFormat.Lines, [.. RecordSamples.Users(20, 49).Select(u => Joined([u], "\n")), RecordSamples.Users(21, 1)[0]]),
        ["CR LF"] = (RecordFormat.Lines, [.. RecordSamples.Users(20, 40).Select(u => Joined([u], "\r\n")), [.. "\r\n"u8], [.. "{\"id\":1"u8, (byte)'\r']]),
        ["CR LF and LF"] = (RecordFormat.Lines, [.. RecordSamples.Users(20, 40).Select((u, i) => Joined([u], i % 3 == 0 ? "\r\n" : "\n"))]),
        ["empty lines"] = (RecordFormat.Lines, [.. Enumerable.Repeat("\n"u8.ToArray(), 100)]),
        ["one byte"] = (RecordFormat.Lines, [[7]]),
        ["noise"] = (RecordFormat.Lines, [.. Enumerable.Range(0, 30).Select(i => (byte[])[.. RecordSamples.Noise((ulong)i, 40).Where(b => b != '\n'), (byte)'\n'])]),
        ["noise and lines"] = (RecordFormat.Lines, [.. Enumerable.Range(0, 40).Select(i => Joined([i % 20 < 10 ? [.. RecordSamples.Noise((ulong)i, 60).Where(b => b != '\n')] : RecordSamples.Users((ulong)i, 1)[0]], "\n"))]),
        ["rows"] = (RecordFormat.Rows, [Text("id,text\n"), .. Enumerable.Range(0, 30).Select(i => Text($"{i},\"two\nlines, \"\"{i}\"\"\n\",end\n")), Text("5\" stray,\"open and at an end\n")]),
        ["prefixed"] = (RecordFormat.Prefixed, [.. RecordSamples.Users(22, 40).Append([]).Append(RecordSamples.Noise(5, 90)).Select(Prefixed)]),
        ["prefixed, cut"] = (RecordFormat.Prefixed, [.. RecordSamples.Users(22, 20).Select(Prefixed), Prefixed(RecordSamples.Users(23, 1)[0])[..50]]),
        ["prefix, cut"] = (RecordFormat.Prefixed, [.. RecordSamples.Users(22, 20).Select(Prefixed), [5, 0]]),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task TheWholeAndEachRecordComeBack(string name)
    {
        (RecordFormat format, byte[][] records) = Kinds[name];
        byte[] data = [.. records.SelectMany(r => r)];
        foreach (int perBlock in (int[])[1, 7, 10, 256])
        {
            TacitCompressionOptions options = Options(format, perBlock);
            byte[] packed = Pack.Compress(data, options);
            string what = $"{name}, {perBlock} in a block";
            Pack.AssertSame(data, Pack.Decompress(packed, Decoding()), what);
            options.Threads = 3;
            Pack.AssertSame(packed, Pack.CompressParts(data.Chunk(11), options), what);    // pieces and flushes change nothing
            TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), Decoding());
            Assert.Equal(records.Length, archive.CountRecords());
            Assert.Equal(records.Length == 0 ? 0 : (records.Length - 1) / perBlock + 1, archive.Frames[0].Blocks.Count);
            for (int i = 0; i < records.Length; i++)
                Pack.AssertSame(records[i], await Copy(archive, i, i + 1), $"{what}, record {i}");
            for (int start = 0; start <= records.Length; start += 3)
            {
                for (int end = start; end <= records.Length; end += 4)
                    Pack.AssertSame([.. records[start..end].SelectMany(r => r)], await Copy(archive, start, end), $"{what}, records {start}:{end}");
            }
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Copy(archive, 0, records.Length + 1));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Copy(archive, 1, 0));
        }
    }

    [Fact]
    public void AServiceAndTheContainerShareACoder()
    {
        byte[] packed = Pack.Compress(Users, Options());
        TacitBlock block = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks[0];
        ReadOnlySpan<byte> coded = packed.AsSpan((int)block.Offset + 27, block.CodedLength);
        using var codec = new RecordCodec((RecordModel)Model.Content);
        byte[] room = new byte[1000];
        int[] lengths = RecordBlockHead.Read(ref coded, 256);
        foreach (byte[] user in RecordSamples.Users(20, 50))
        {
            Assert.True(codec.TryCompress(user, room, out int length));
            Assert.True(coded.StartsWith(room.AsSpan(0, length)));
            coded = coded[length..];
        }
        Assert.Equal(50, lengths.Length);
        Assert.True(coded.IsEmpty);
        // Ten bytes and a bit for a record of 160, lengths and all.
        Assert.InRange(packed.Length, 1, 50 * 13 + 150);
    }

    [Fact]
    public async Task OneRecordTakesItsBlockAndTheLast()
    {
        byte[] data = Joined(RecordSamples.Users(24, 3000), "\n");
        byte[] packed = Pack.Compress(data, Options(perBlock: 20));
        var counted = new TestStream(new MemoryStream(packed));
        TacitArchive archive = TacitArchive.Open(counted, Decoding());
        long opened = counted.Moved;
        Assert.Equal(3000, archive.CountRecords());
        Pack.AssertSame(Joined([RecordSamples.Users(24, 3000)[1234]], "\n"), await Copy(archive, 1234, 1235));
        // The block, and twice the last one, to count the records.
        long most = archive.Frames[0].Blocks.Max(b => b.CodedLength + 27);
        Assert.InRange(counted.Moved - opened, 1, 3 * most);
        Assert.InRange(opened, 1, packed.Length / 10);
    }

    [Fact]
    public async Task FramesFollowEachOther()
    {
        TacitCompressionOptions inside = Options(perBlock: 9);
        inside.EmbedModels = true;
        byte[] first = Joined(RecordSamples.Users(25, 20), "\n"), second = [.. RecordSamples.Users(26, 9).SelectMany(Prefixed)];
        byte[] packed = [.. Pack.Compress(first, inside), .. Pack.Compress([], Options()), .. Pack.Compress(second, Options(RecordFormat.Prefixed))];
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed), new() { FindModel = _ => Model });
        Assert.Equal(29, archive.CountRecords());
        Pack.AssertSame([.. first, .. second], await Copy(archive, 0, 29));
        Pack.AssertSame([.. Joined(RecordSamples.Users(25, 20)[18..], "\n"), .. RecordSamples.Users(26, 9)[..3].SelectMany(Prefixed)], await Copy(archive, 18, 23));
        Assert.Equal(["records lines", "records lines", "records prefixed"], archive.Frames.Select(f => f.CodecSummary));
        Assert.Equal("records", archive.DescribeModel(archive.Frames[0], 0));
        byte[] other = Pack.Compress(first, Pack.Options(TacitCodec.Brotli));
        Assert.Contains("brotli", Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream(other)).CountRecords()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotFitIsAnError()
    {
        Assert.Throws<ArgumentException>(() => Pack.Compress(Users, new() { Codec = TacitCodec.Records }));
        Assert.Throws<ArgumentException>(() => Pack.Compress(Users, new() { Codec = TacitCodec.Records, Models = [TinyModels.Small] }));
        Assert.Equal(TacitCodec.Records, TacitCodecChoice.For([Model]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TacitCompressionOptions { RecordsPerBlock = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TacitCompressionOptions { RecordFormat = (RecordFormat)3 });
        TacitCompressionOptions small = Options(perBlock: 10);
        small.BlockSize = 1000;
        Assert.Contains("BlockSize", Assert.Throws<InvalidDataException>(() => Pack.Compress(Users, small)).Message, StringComparison.Ordinal);
        byte[] bad = Prefixed(new byte[3]);
        BinaryPrimitives.WriteInt32LittleEndian(bad, -1);
        Assert.Contains("length-prefixed", Assert.Throws<InvalidDataException>(() => Pack.Compress(bad, Options(RecordFormat.Prefixed))).Message, StringComparison.Ordinal);
        // Many short records are many blocks, which the bound on the length knows of.
        byte[] lines = [.. Enumerable.Repeat((byte)'\n', 300)];
        Pack.AssertSame(lines, Pack.Decompress(Pack.Compress(lines, Options(perBlock: 1)), Decoding()));
    }

    [Fact]
    public void EveryFlippedBitIsDetectedOrHarmless()
    {
        byte[] packed = Pack.Compress(Users[..900], Options(perBlock: 3));
        for (int bit = 0; bit < packed.Length * 8; bit += 1 + bit % 3)
        {
            byte[] damaged = [.. packed];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<Exception>(() => Pack.Decompress(damaged, Decoding()));
            Exception? e = Record.Exception(() =>
            {
                TacitArchive archive = TacitArchive.Open(new MemoryStream(damaged), Decoding());
                for (long i = archive.CountRecords() - 1; i >= 0; i--)
                    Assert.Equal(Naive(Users[..900])[i], Copy(archive, i, i + 1).GetAwaiter().GetResult());
            });
            Assert.True(e is null or InvalidDataException, $"bit {bit}: {e}");
        }
        for (int length = 0; length < packed.Length; length++)
            Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed[..length], Decoding()));
    }

    // What passes all check sums and was made up all the same.
    [Fact]
    public void ForgedBlocksEndInAnError()
    {
        byte[] packed = Pack.Compress(Users, Options(perBlock: 10));
        TacitBlock block = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks[0];
        byte[] coded = packed[(int)(block.Offset + 27)..(int)(block.Offset + 27 + block.CodedLength)];
        for (int bit = 0; bit < coded.Length * 8; bit++)
        {
            byte[] forged = [.. coded];
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            foreach (byte kind in (byte[])[0, 1, 2, 3, 4])
            {
                byte[] archive = Forge(forged, kind, block.RawLength);
                Exception? e = Record.Exception(() => Pack.Decompress(archive, Decoding()));
                Assert.True(e is null or InvalidDataException, $"bit {bit}, kind {kind}: {e}");
                e = Record.Exception(() => Copy(TacitArchive.Open(new MemoryStream(archive), Decoding()), 3, 5).GetAwaiter().GetResult());
                Assert.True(e is null or InvalidDataException or ArgumentOutOfRangeException, $"bit {bit}, kind {kind}: {e}");
            }
        }
        foreach (byte[] parameters in (byte[][])[[], [1, 0, 5], [2, 0, 5, 0], [1, 3, 5, 0], [1, 0, 0, 0]])
            Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream(Forge(coded, 0, block.RawLength, parameters)), Decoding()).CountRecords());

        // Two blocks of five records where the frame says ten.
        byte[] five = Pack.Compress(Joined(RecordSamples.Users(20, 5), "\n"), Options(perBlock: 5));
        TacitBlock short5 = TacitArchive.Open(new MemoryStream(five)).Frames[0].Blocks[0];
        var part = new ForgedFrame.Block { Coded = five[(int)(short5.Offset + 27)..(int)(short5.Offset + 27 + short5.CodedLength)], Method = 0, RawLength = (uint)short5.RawLength };
        byte[] fewer = new ForgedFrame { Codec = 8, Flags = 4, Parameters = [1, 0, 10, 0], ModelHash = Convert.FromHexString(Model.Sha256), BlockLength = 5000, Blocks = [part, part] }.Build();
        TacitArchive lying = TacitArchive.Open(new MemoryStream(fewer), Decoding());
        Assert.Equal(15, lying.CountRecords());
        Assert.Contains("fewer", Assert.Throws<InvalidDataException>(() => Copy(lying, 7, 8).GetAwaiter().GetResult()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SalvageLosesTheBlocksThatAreHit()
    {
        byte[] packed = Pack.Compress(Users, Options(perBlock: 10));
        IReadOnlyList<TacitBlock> blocks = TacitArchive.Open(new MemoryStream(packed)).Frames[0].Blocks;
        packed[(int)blocks[1].Offset + 40] ^= 1;
        packed[(int)blocks[3].Offset + 5] ^= 1;
        byte[] expected = [.. Users];
        expected.AsSpan((int)blocks[1].RawOffset, blocks[1].RawLength).Clear();
        expected.AsSpan((int)blocks[3].RawOffset, blocks[3].RawLength).Clear();
        var output = new MemoryStream();
        SalvageReport report = await TacitSalvage.SalvageAsync(new MemoryStream(packed), output, Decoding());
        Pack.AssertSame(expected, output.ToArray());
        Assert.Equal(2, report.Losses.Count);
        // Without the index nobody knows how long the lost block was; the others come out all the same.
        packed[^60] ^= 1;
        output = new MemoryStream();
        report = await TacitSalvage.SalvageAsync(new MemoryStream(packed), output, Decoding());
        Assert.Equal(Users.Length - blocks[1].RawLength - blocks[3].RawLength, report.RecoveredBytes);
        Assert.InRange(output.Length, report.RecoveredBytes, Users.Length);
    }

    private static byte[] Forge(byte[] coded, byte kind, int rawLength, byte[]? parameters = null) => new ForgedFrame
    {
        Codec = 8,
        Flags = 4,
        Parameters = parameters ?? [1, 0, 10, 0],
        ModelHash = Convert.FromHexString(Model.Sha256),
        BlockLength = 5000,
        Blocks = [new ForgedFrame.Block { Coded = coded, Method = kind, RawLength = (uint)rawLength }],
    }.Build();

    private static byte[][] Naive(byte[] data)
    {
        var records = new List<byte[]>();
        for (int start = 0, end; start < data.Length; start = end)
        {
            end = Array.IndexOf(data, (byte)'\n', start) is >= 0 and var at ? at + 1 : data.Length;
            records.Add(data[start..end]);
        }
        return [.. records];
    }

    private static TacitCompressionOptions Options(RecordFormat format = RecordFormat.Lines, int perBlock = 256) =>
        new() { Codec = TacitCodec.Records, Models = [Model], RecordFormat = format, RecordsPerBlock = perBlock };

    private static TacitDecompressionOptions Decoding() => new() { Models = [Model], Threads = 2 };

    private static async Task<byte[]> Copy(TacitArchive archive, long start, long end)
    {
        var output = new MemoryStream();
        await archive.CopyRecordsAsync(start, end, output);
        return output.ToArray();
    }

    private static byte[] Joined(byte[][] records, string end) => [.. records.SelectMany(r => r.Concat(Text(end)))];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Prefixed(byte[] record)
    {
        byte[] prefixed = [0, 0, 0, 0, .. record];
        BinaryPrimitives.WriteInt32LittleEndian(prefixed, record.Length);
        return prefixed;
    }
}
