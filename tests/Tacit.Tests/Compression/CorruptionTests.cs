using Tacit.Compression;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Changed and cut archives of every codec: an answer or our exception, in bounded memory, and never other data.</summary>
public class CorruptionTests
{
    public static TheoryData<TacitCodec> Codecs => Pack.CodecData;

    [Theory, MemberData(nameof(Codecs))]
    public void EveryFlippedBitIsDetectedOrHarmless(TacitCodec codec)
    {
        byte[] data = Samples.Text(120);
        byte[] packed = Pack.CompressParts([data[..80], data[80..]], Pack.Options(codec, 100, sha: true, metadata: ("name", "x")));
        byte[] room = new byte[data.Length];
        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            byte[] damaged = [.. packed];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            if (bit % 8 == bit / 8 % 8)   // one of eight: both ways are the same decoder
                Assert.Throws<InvalidDataException>(() => Pack.Decompress(damaged));
            Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(damaged, room, out _));
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void EveryCutIsDetected(TacitCodec codec)
    {
        byte[] data = Samples.Text(120);
        byte[] packed = Pack.Compress(data, Pack.Options(codec, 100, metadata: ("name", "x")));
        for (int length = 0; length < packed.Length; length++)
        {
            byte[] cut = packed[..length];
            Assert.Throws<InvalidDataException>(() => Pack.Decompress(cut));
            Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(cut, new byte[data.Length], out _));
            Assert.Throws<InvalidDataException>(() => TacitArchive.Open(new MemoryStream(cut)));
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void BlocksAndFramesOutOfPlaceAreDetected(TacitCodec codec)
    {
        byte[] data = Samples.Text(400);
        byte[] packed = Pack.Compress(data, Pack.Options(codec, 100));
        byte[] other = Pack.Compress(Samples.Text(400, 2), Pack.Options(codec, 100));
        byte[] twin = Pack.Compress([.. data[..100], .. Samples.Text(300, 3)], Pack.Options(codec, 100));   // the same tag
        List<(int Start, int End)>[] blocks = [.. new[] { packed, other, twin }.Select(archive => TacitArchive.Open(new MemoryStream(archive))
            .Frames[0].Blocks.Select(b => ((int)b.Offset, (int)b.Offset + 27 + b.CodedLength)).ToList())];
        byte[] B(byte[] archive, int a, int i) => archive[blocks[a][i].Start..blocks[a][i].End];
        byte[] head = packed[..blocks[0][0].Start], tail = packed[blocks[0][3].End..];
        Pack.AssertSame(packed, [.. head, .. B(packed, 0, 0), .. B(packed, 0, 1), .. B(packed, 0, 2), .. B(packed, 0, 3), .. tail]);
        // The fifth differs from an honest frame, with codec store, in its chain only.
        foreach (byte[] spliced in new byte[][]
        {
            [.. head, .. B(packed, 0, 0), .. B(packed, 0, 2), .. B(packed, 0, 1), .. B(packed, 0, 3), .. tail],
            [.. head, .. B(packed, 0, 0), .. B(packed, 0, 1), .. B(packed, 0, 3), .. tail],
            [.. head, .. B(packed, 0, 0), .. B(packed, 0, 1), .. B(packed, 0, 1), .. B(packed, 0, 2), .. B(packed, 0, 3), .. tail],
            [.. head, .. B(packed, 0, 0), .. B(other, 1, 1), .. B(packed, 0, 2), .. B(packed, 0, 3), .. tail],
            [.. head, .. B(twin, 2, 0), .. B(twin, 2, 1), .. B(packed, 0, 2), .. B(packed, 0, 3), .. tail],
            [.. head, .. tail], [.. packed[..blocks[0][3].End], .. other], [.. packed, .. tail], [.. packed, .. B(packed, 0, 0)], tail,
        })
        {
            Assert.Throws<InvalidDataException>(() => TacitDecoder.TryDecompress(spliced, new byte[1000], out _));
        }
        Assert.Throws<InvalidDataException>(() => Pack.Decompress([.. head, .. B(twin, 2, 0), .. B(twin, 2, 1), .. B(packed, 0, 2), .. B(packed, 0, 3), .. tail]));
    }

    // ---- memory

    public static TheoryData<string> Claims => [.. Claimed.Keys];

    private const uint Huge = 1 << 28;

    /// <summary>Files of some hundred bytes at most that claim very much.</summary>
    private static readonly Dictionary<string, Func<byte[]>> Claimed = new()
    {
        ["stored block of 256 MiB"] = () => Claim(128, Huge, Huge),
        ["deflated block of 256 MiB"] = () => Claim(0, Huge, Huge - 1),
        ["block of 256 MiB, ten bytes coded"] = () => Claim(0, Huge, 10),
        ["index of 2 GiB"] = () => new ForgedFrame(new byte[10]) { IndexBodyLength = int.MaxValue }.Build(),
        ["2^64-1 blocks"] = () => new ForgedFrame(new byte[10]) { IndexBody = [.. ForgedFrame.VarInt(ulong.MaxValue), 0, 0, 0] }.Build(),
        ["2^40 blocks"] = () => new ForgedFrame(new byte[10]) { BlockLength = Huge, IndexBody = [.. ForgedFrame.VarInt(1L << 40), 0, 0, 0, 0] }.Build(),
        ["frame of 2^62 bytes"] = () => new ForgedFrame(new byte[10]) { FrameLength = 1UL << 62, RawLength = 1UL << 62 }.Build(),
        ["index of 2 GiB by the footer"] = () => new ForgedFrame(new byte[10]) { FrameLength = 1UL << 40, IndexLength = int.MaxValue }.Build(),
        ["metadata of 64 KiB"] = () => [.. new ForgedFrame { Flags = 1 }.Build()[..20], 0, 0, 1, 0, 1, 2, 3],
        ["metadata value of 2 GiB"] = () => new ForgedFrame { Metadata = [1, 65, 255, 255, 255, 127] }.Build(),
        ["embedded model of 2^63 bytes"] = () => new ForgedFrame { Flags = 12, ModelHash = new byte[32], AfterHeader = [0, 0, 0, 0, 0, 0, 0, 128] }.Build(),
    };

    /// <summary>What is allocated goes by what is there, whatever the numbers say: well under 1 MiB, with a limit of 64 MiB.</summary>
    [Theory, MemberData(nameof(Claims))]
    public void NothingIsAllocatedForAClaim(string name)
    {
        byte[] file = Claimed[name]();
        Assert.InRange(file.Length, 1, 1000);
        var options = new TacitDecompressionOptions { MemoryLimit = 64 << 20 };
        foreach (Action read in new Action[]
        {
            () => Pack.Decompress(file, options),
            () => TacitDecoder.TryDecompress(file, new byte[100], out _, options),
            () =>
            {
                TacitArchive archive = TacitArchive.Open(new MemoryStream(file), options);
                archive.CopyRangeAsync(0, archive.Length, Stream.Null).GetAwaiter().GetResult();
            },
        })
        {
            AssertSmall(() => Assert.True(Record.Exception(read) is InvalidDataException or InsufficientMemoryException));
        }
        AssertSmall(() => Assert.True(Record.Exception(() => TacitSalvage.SalvageAsync(new MemoryStream(file), Stream.Null, options).Wait())
            is null or AggregateException { InnerException: InsufficientMemoryException }));
    }

    /// <summary>Even when the limit would allow it: the coded bytes are not there.</summary>
    [Fact]
    public void ALongBlockIsNotAllocatedBeforeItsBytesArrive()
    {
        foreach (string name in new[] { "stored block of 256 MiB", "deflated block of 256 MiB" })
        {
            byte[] file = Claimed[name]();
            AssertSmall(() => Assert.Throws<InvalidDataException>(() => Pack.Decompress(file, new() { MemoryLimit = 4L << 30 })));
            AssertSmall(() => Assert.Throws<InvalidDataException>(() =>
                TacitDecoder.TryDecompress(file, new byte[100], out _, new() { MemoryLimit = 4L << 30 })));
        }
    }

    [Fact]
    public void TheMemoryLimitSaysWhatIsNeeded()
    {
        byte[] file = Claimed["block of 256 MiB, ten bytes coded"]();
        InsufficientMemoryException e = Assert.Throws<InsufficientMemoryException>(() => Pack.Decompress(file, new() { MemoryLimit = 64 << 20 }));
        Assert.Contains("597 MiB", e.Message, StringComparison.Ordinal);
        Assert.Contains("64 MiB", e.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void DecodingNeedsNoMoreThanItSays(TacitCodec codec)
    {
        byte[] data = Samples.Text(200_000);
        byte[] packed = Pack.Compress(data, Pack.Options(codec, 100_000));
        long memory = TacitArchive.Open(new MemoryStream(packed)).Frames[0].DecodingMemory;
        Pack.AssertSame(data, Pack.Decompress(packed, new() { MemoryLimit = memory, Threads = 4 }));
        Assert.Throws<InsufficientMemoryException>(() => Pack.Decompress(packed, new() { MemoryLimit = memory - 1 }));
        long least = long.MaxValue;   // of several tries, for other tests allocate at the same time
        for (int i = 0; i < 20 && least > memory + (1 << 20); i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            using (var stream = new TacitStream(new MemoryStream(packed), new TacitDecompressionOptions { MemoryLimit = memory }))
                stream.CopyTo(Stream.Null);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.InRange(least, 0, memory + (1 << 20));
    }

    private static byte[] Claim(byte method, uint raw, uint coded)
    {
        var frame = new ForgedFrame(new byte[10]) { Codec = 1, Parameters = [5], BlockLength = Huge };
        frame.Blocks[0].Method = method;
        frame.Blocks[0].RawLength = raw;
        frame.Blocks[0].CodedLength = coded;
        return frame.Build();
    }

    // Other tests allocate at the same time: one of several tries must be small.
    private static void AssertSmall(Action action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 20 && least > 1 << 20; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.InRange(least, 0, 1 << 20);
    }
}
