using System.IO.Compression;
using System.Security.Cryptography;
using Tacit.Compression;
using Tacit.Compression.Container;
using Tacit.Tests.Format;
using Tacit.Tests.Support;

namespace Tacit.Tests.Compression;

/// <summary>Frames with lies in them whose check sums are right: what every reader refuses, and how it says so.</summary>
public class HostileHeaderTests
{
    private static readonly byte[] A = Samples.Noise(300, 1), B = Samples.Noise(300, 2), Hash = Samples.Noise(32);

    /// <summary>Each lie, and a word of the message that refuses it.</summary>
    private static readonly Dictionary<string, (Func<ForgedFrame> Frame, string Says)> Lies = new()
    {
        ["magic"] = (() => new(A) { Magic = 0x12345678 }, "magic"),
        ["version 0"] = (() => new(A) { Version = 0 }, "version is 0"),
        ["version 2"] = (() => new(A) { Version = 2 }, "version is 2"),
        ["version 255"] = (() => new(A) { Version = 255 }, "version is 255"),
        ["flag 32"] = (() => new(A) { Flags = 32 }, "flags"),
        ["flag 128"] = (() => new(A) { Flags = 128 }, "flags"),
        ["embedded model without name"] = (() => new(A) { Flags = 8 }, "model"),
        ["model"] = (() => new(A) { Flags = 4, ModelHash = Hash }, "model"),
        ["embedded model"] = (() => new(A) { Flags = 12, ModelHash = Hash, AfterHeader = ForgedFrame.ModelSection([9]) }, "model"),
        ["five models"] = (() => new(A) { Flags = 4, ModelHash = Samples.Noise(160) }, "models"),
        ["flag without models"] = (() => new(A) { Flags = 4 }, "models"),
        ["models without flag"] = (() => new(A) { ModelHash = Hash }, "models"),
        ["lm without model"] = (() => Lm(), "model"),
        ["model that is not there"] = (() => Lm(Hash), Convert.ToHexStringLower(Hash)),
        ["embedded model of another hash"] = (() => Lm(Hash, ForgedFrame.ModelSection([9])), "SHA-256"),
        ["embedded model that is none"] = (() => Lm(SHA256.HashData([9]), ForgedFrame.ModelSection([9])), "safetensors"),
        ["embedded model of length 0"] = (() => Lm(SHA256.HashData([]), ForgedFrame.ModelSection([])), "model"),
        ["embedded model longer than any"] = (() => Lm(Hash, ForgedFrame.ModelSection([9], 1UL << 31)), "model"),
        ["embedded model, damaged length"] = (() => Lm(Hash, [1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 9]), "model"),
        ["codec 77"] = (() => new(A) { Codec = 77 }, "codec 77"),
        ["codec 255"] = (() => new(A) { Codec = 255 }, "codec 255"),
        ["parameters of store"] = (() => new(A) { Parameters = [1] }, "parameters"),
        ["no parameters of deflate"] = (() => new(A) { Codec = 1 }, "parameters"),
        ["level 0"] = (() => new(A) { Codec = 1, Parameters = [0] }, "parameters"),
        ["level 10"] = (() => new(A) { Codec = 2, Parameters = [10] }, "parameters"),
        ["seven parameters"] = (() => new(A) { Parameters = new byte[7] }, "parameters"),
        ["parameter length 255"] = (() => new(A) { ParameterLength = 255 }, "parameters"),
        ["parameter length 6 of 0"] = (() => new(A) { ParameterLength = 6 }, "damaged"),
        ["block length 0"] = (() => new(A) { BlockLength = 0, IndexBody = [1, 0, 0] }, "block length"),
        ["block length 2^28+1"] = (() => new(A) { BlockLength = (1 << 28) + 1 }, "block length"),
        ["block length 2^31"] = (() => new(A) { BlockLength = 1u << 31 }, "block length"),
        ["block length 2^32-1"] = (() => new(A) { BlockLength = uint.MaxValue }, "block length"),
        ["tag"] = (() => new(A) { Tag = 5 }, "tag"),
        ["tag of an empty frame"] = (() => new() { Tag = 5 }, "tag"),
        ["metadata too long"] = (() => new(A) { Metadata = new byte[65537] }, "metadata"),
        ["metadata key 0"] = (() => new(A) { Metadata = [0, 0, 0, 0, 0] }, "metadata"),
        ["metadata order"] = (() => new(A) { Metadata = ForgedFrame.MetadataBody(("b", ""), ("a", "")) }, "metadata"),
        ["metadata twice"] = (() => new(A) { Metadata = ForgedFrame.MetadataBody(("a", ""), ("a", "")) }, "metadata"),
        ["metadata left over"] = (() => new(A) { Metadata = [1, 97, 0, 0, 0, 0, 3] }, "metadata"),
        ["metadata value -1"] = (() => new(A) { Metadata = [1, 97, 255, 255, 255, 255] }, "metadata"),
        ["metadata value 2^31-1"] = (() => new(A) { Metadata = [1, 97, 255, 255, 255, 127] }, "metadata"),
        ["metadata key not UTF-8"] = (() => new(A) { Metadata = [1, 0xC3, 0, 0, 0, 0] }, "metadata"),
        ["metadata value not UTF-8"] = (() => new(A) { Metadata = [1, 97, 1, 0, 0, 0, 0xFF] }, "metadata"),
        ["block marker"] = (() => Changed(b => b.Marker = 3), ""),
        ["block number"] = (() => Changed(b => b.Number = 2), "block"),
        ["block number back"] = (() => Changed(b => b.Number = 0), "block"),
        ["block number -1"] = (() => Changed(b => b.Number = 65535), "block"),
        ["method 129"] = (() => Changed(b => b.Method = 129), "block"),
        ["method 255"] = (() => Changed(b => b.Method = 255), "block"),
        ["coded block of store"] = (() => Changed(b => { b.Method = 0; b.RawLength = 301; }), "block"),
        ["raw length 0"] = (() => Changed(b => b.RawLength = 0), "block"),
        ["raw and coded length 0"] = (() => Changed(b => b.Coded = []), "block"),
        ["raw length over block length"] = (() => Changed(b => b.Coded = Samples.Noise(1001)), "block"),
        ["raw length -1"] = (() => Changed(b => b.RawLength = uint.MaxValue), "block"),
        ["coded length -1"] = (() => Changed(b => b.CodedLength = uint.MaxValue), "block"),
        ["coded length 0"] = (() => Changed(b => b.CodedLength = 0), "block"),
        ["stored with another length"] = (() => Changed(b => b.RawLength = 299), "block"),
        ["raw check sum"] = (() => Changed(b => b.RawCrc = 7), "block"),
        ["coded check sum"] = (() => Changed(b => b.CodedCrc = 7), "block"),
        ["coded no shorter than raw"] = (() => Coded(1, Samples.Noise(300), _ => { }), "block"),
        ["kind 1 of deflate"] = (() => Coded(1, Deflate(new byte[300]), b => b.Method = 1), "kind"),
        ["Deflate stream too long"] = (() => Coded(1, Deflate(new byte[301]), _ => { }), "Deflate"),
        ["Deflate stream too short"] = (() => Coded(1, Deflate(new byte[299]), _ => { }), "Deflate"),
        ["no Deflate stream"] = (() => Coded(1, [7, 7, 7], _ => { }), ""),
        ["no Brotli stream"] = (() => Coded(2, [7, 7, 7], _ => { }), "Brotli"),
        ["bytes after the Brotli stream"] = (() => Coded(2, [.. Brotli(new byte[300]), 0], _ => { }), "Brotli"),
        ["Brotli stream too long"] = (() => Coded(2, Brotli(new byte[301]), _ => { }), "Brotli"),
        ["Brotli stream too short"] = (() => Coded(2, Brotli(new byte[299]), _ => { }), "Brotli"),
        ["kind 127 of brotli"] = (() => Coded(2, Brotli(new byte[300]), b => b.Method = 127), "kind"),
        ["index of no blocks"] = (() => new(A, B) { IndexBody = [0] }, "index"),
        ["index of one block"] = (() => new(A, B) { IndexBody = Index(1000, 1, 300) }, "index"),
        ["index of three blocks"] = (() => new(A, B) { IndexBody = Index(1000, 3, 300, 299, 1) }, "index"),
        ["index of one long block"] = (() => new(A, B) { IndexBody = Index(1000, 1, 600) }, "index"),
        ["index with lengths exchanged"] = (() => new(A, B) { IndexBody = Index(1000, 2, 299, 301) }, "index"),
        ["index of 2^64-1 blocks"] = (() => new(A, B) { IndexBody = [.. ForgedFrame.VarInt(ulong.MaxValue), 0, 0] }, "index"),
        ["index number not in shortest form"] = (() => new(A) { IndexBody = [0x81, 0, .. Index(1000, 1, 300)[1..]] }, "index"),
        ["index with bytes left over"] = (() => new(A) { IndexBody = [.. Index(1000, 1, 300), 0] }, "index"),
        ["index cut short"] = (() => new(A) { IndexBody = [1] }, "index"),
        ["index empty"] = (() => new(A) { IndexBody = [] }, "index"),
        ["index body length 2^31"] = (() => new(A) { IndexBodyLength = 1u << 31 }, "index"),
        ["index body length 2^31-1"] = (() => new(A) { IndexBodyLength = int.MaxValue }, ""),
        ["index block of 0"] = (() => new(A) { IndexBody = [1, .. ForgedFrame.VarInt(1000), 0] }, "index"),
        ["index block of -1"] = (() => new(A) { IndexBody = [1, .. ForgedFrame.VarInt(ulong.MaxValue), 0] }, "index"),
        ["index coded length 0"] = (() => new(A) { IndexBody = [1, .. ForgedFrame.VarInt(700), .. ForgedFrame.VarInt(300)] }, "index"),
        ["footer copy of another version"] = (() => new(A) { HeaderCopy = Copy(new(A) { Version = 2 }) }, ""),
        ["footer copy with another block length"] = (() => new(A) { HeaderCopy = Copy(new(A) { BlockLength = 1001 }) }, ""),
        ["footer copy with another tag"] = (() => new(A) { HeaderCopy = Copy(new(A) { Tag = 1 }) }, ""),
        ["footer copy with another codec"] = (() => new(A) { HeaderCopy = Copy(new(A) { Codec = 1, Parameters = [1] }) }, ""),
        ["footer copy with metadata"] = (() => new(A) { HeaderCopy = Copy(new(A) { Metadata = [] }) }, ""),
        ["footer raw length"] = (() => new(A) { RawLength = 301 }, "footer"),
        ["footer raw length -1"] = (() => new(A) { RawLength = ulong.MaxValue }, "footer"),
        ["footer frame length"] = (() => new(A) { FrameLength = 400 }, "lengths"),
        ["footer frame length 0"] = (() => new(A) { FrameLength = 0 }, "lengths"),
        ["footer frame length 2^63"] = (() => new(A) { FrameLength = 1UL << 63 }, "lengths"),
        ["footer frame length 2^63-1"] = (() => new(A) { FrameLength = long.MaxValue }, "lengths"),
        ["footer index length 0"] = (() => new(A) { IndexLength = 0 }, "lengths"),
        ["footer index length -1"] = (() => new(A) { IndexLength = uint.MaxValue }, "lengths"),
        ["footer index length + 1"] = (() => new(A) { IndexLength = 18 }, ""),
        ["footer length"] = (() => new(A) { FooterLength = 47 }, ""),
        ["footer length 0"] = (() => new(A) { FooterLength = 0 }, ""),
        ["footer length 65535"] = (() => new(A) { FooterLength = ushort.MaxValue }, ""),
        ["SHA-256"] = (() => new(A) { Sha256 = Hash }, "SHA-256"),
        ["chain"] = (() => new(A) { Chain = 1 }, "blocks"),
        ["chain without blocks"] = (() => new() { Chain = 1 }, "blocks"),
        ["single without block"] = (() => new() { Single = true }, "marker"),
        ["single with two blocks"] = (() => new(A, B) { Single = true }, "footer"),
        ["single with another block length"] = (() => new(A) { Single = true, BlockLength = 301 }, "block"),
        ["single with another tag"] = (() => new(A) { Single = true, Tag = 5 }, "block"),
        ["single with block number 1"] = (() => SingleChanged(b => b.Number = 1), "block"),
        ["single with raw length -1"] = (() => SingleChanged(b => b.RawLength = uint.MaxValue), "block"),
        ["single with coded length -1"] = (() => SingleChanged(b => b.CodedLength = uint.MaxValue), "block"),
        ["single with another method"] = (() => SingleChanged(b => b.Method = 1), "block"),
        ["single with coded check sum"] = (() => SingleChanged(b => b.CodedCrc = 7), "block"),
        ["single with SHA-256"] = (() => new ForgedFrame(A) { Single = true }.WithHash(), "flags"),
        ["single with embedded model"] = (() => new(A) { Single = true, Flags = 12, ModelHash = Hash }, "flags"),
        ["single with index and long footer"] = (() => new(A) { Flags = 16, BlockLength = 300 }, "footer"),
        ["single frame length"] = (() => new(A) { Single = true, FrameLength = 360 }, "footer"),
        ["single frame length 0"] = (() => new(A) { Single = true, FrameLength = 0 }, "footer"),
        ["single frame length 2^32-1"] = (() => new(A) { Single = true, FrameLength = uint.MaxValue }, "footer"),
        ["single footer check sum"] = (() => new(A) { Single = true, FooterCrc = 1 }, "footer"),
        ["bytes between header and the block of a single frame"] = (() => new(A) { Single = true, AfterHeader = [1, 2, 3, 4] }, "marker"),
        ["bytes between header and blocks"] = (() => new(A) { AfterHeader = [1, 2, 3, 4] }, ""),
    };

    // Lies that only reading the whole frame shows.
    private static readonly HashSet<string> OnlyForward = ["chain without blocks", "SHA-256", "tag of an empty frame"];

    public static TheoryData<string> Names => [.. Lies.Keys];

    [Fact]
    public void TheForgerIsHonestUnlessAsked()
    {
        ForgedFrame[] honest =
        [
            new(), new(A), new(A, B, [1]), new ForgedFrame(A, B).WithHash(), Coded(1, Deflate(new byte[300]), _ => { }),
            Coded(2, Brotli(new byte[300]), _ => { }), new(A) { Metadata = ForgedFrame.MetadataBody(("a", "x"), ("b", "")) },
            new(A) { Metadata = [] }, new(A) { Single = true }, new([1]) { Single = true, Metadata = ForgedFrame.MetadataBody(("a", "x")) },
        ];
        foreach (ForgedFrame frame in honest)
        {
            byte[] packed = frame.Build();
            byte[] data = Pack.Decompress(packed);
            Assert.Equal(TacitArchive.Open(new MemoryStream(packed)).Length, data.Length);
            if (frame.Codec < 2)
                Assert.Equal(data, SecondDecoder.Decode(packed));
        }
        byte[] written = Pack.Compress(A, Pack.Options(TacitCodec.Deflate, 100, sha: true, metadata: ("k", "v")));
        Assert.Equal(written, ForgedFrame.From(written, SecondDecoder.ReadForward(written).Single()).Build());
    }

    [Theory, MemberData(nameof(Names))]
    public async Task ALieIsRefused(string name)
    {
        (Func<ForgedFrame> frame, string says) = Lies[name];
        byte[] packed = frame().Build();
        InvalidDataException forward = Assert.Throws<InvalidDataException>(() => Pack.Decompress(packed));
        Assert.Contains(says, forward.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Throws<InvalidDataException>(() => Pack.DecompressSpan(packed, 10_000));
        if (!OnlyForward.Contains(name))
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadArchive(packed));
        if (frame().Codec < 2)
            Assert.Throws<InvalidDataException>(() => SecondDecoder.Decode(packed));
        await TacitSalvage.SalvageAsync(new MemoryStream(packed), new MemoryStream());

        // The same after an honest frame: all of that is handed out first.
        if (name == "magic")
            return;
        using var stream = new TacitStream(new MemoryStream([.. Pack.Compress(A, Pack.Options(TacitCodec.Store)), .. packed]),
            CompressionMode.Decompress);
        byte[] first = new byte[A.Length];
        stream.ReadExactly(first);
        Assert.Equal(A, first);
        Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
    }

    private static async Task ReadArchive(byte[] packed)
    {
        TacitArchive archive = TacitArchive.Open(new MemoryStream(packed));
        await archive.CopyRangeAsync(0, archive.Length, Stream.Null);
    }

    private static ForgedFrame Lm(byte[]? hash = null, byte[]? section = null) => new(A)
    {
        Codec = 6,
        Parameters = [1, 3, 1],
        Flags = (byte)((hash is null ? 0 : 4) | (section is null ? 0 : 8)),
        ModelHash = hash ?? [],
        AfterHeader = section ?? [],
    };

    private static ForgedFrame Changed(Action<ForgedFrame.Block> change)
    {
        var frame = new ForgedFrame(A, B);
        change(frame.Blocks[1]);
        return frame;
    }

    private static ForgedFrame SingleChanged(Action<ForgedFrame.Block> change)
    {
        var frame = new ForgedFrame(A) { Single = true, BlockLength = 300 };
        change(frame.Blocks[0]);
        return frame;
    }

    // One block of 300 zeros, coded as given.
    private static ForgedFrame Coded(byte codec, byte[] coded, Action<ForgedFrame.Block> change)
    {
        var frame = new ForgedFrame(coded) { Codec = codec, Parameters = [5] };
        frame.Blocks[0].Method = 0;
        frame.Blocks[0].RawLength = 300;
        frame.Blocks[0].RawCrc = Crc32C.Of(new byte[300]);
        change(frame.Blocks[0]);
        return frame;
    }

    private static byte[] Copy(ForgedFrame frame) => frame.Build()[4..(16 + frame.Parameters.Length)];

    private static byte[] Index(ulong blockLength, ulong count, params ulong[] lengths) =>
        [.. ForgedFrame.VarInt(count), .. lengths.SelectMany(length => (byte[])[.. ForgedFrame.VarInt(blockLength - length), 0])];

    private static byte[] Deflate(byte[] data)
    {
        var target = new MemoryStream();
        using (var stream = new DeflateStream(target, CompressionLevel.Optimal))
            stream.Write(data);
        return target.ToArray();
    }

    private static byte[] Brotli(byte[] data)
    {
        byte[] coded = new byte[1000];
        Assert.True(BrotliEncoder.TryCompress(data, coded, out int length));
        return coded[..length];
    }
}
