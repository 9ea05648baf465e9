using System.Security.Cryptography;
using System.Text;
using Tacit.Compression.Container;

namespace Tacit.Tests.Format;

/// <summary>
/// A frame with any lie in it: every field may be set, and all check sums are computed after that, as FORMAT.md says.
/// What is not set is what an honest writer would put there.
/// </summary>
internal sealed class ForgedFrame
{
    public sealed class Block
    {
        public byte[] Coded { get; set; } = [];
        public uint Marker { get; set; } = 0x61B3D5C9;
        public ushort? Number { get; set; }
        public byte Method { get; set; } = 128;
        public uint? RawLength { get; set; }
        public uint? CodedLength { get; set; }
        public uint? RawCrc { get; set; }
        public uint? CodedCrc { get; set; }

        public Block()
        {
        }

        public Block(byte[] stored) => Coded = stored;
    }

    public uint Magic { get; set; } = 0x7463549E;
    public byte Version { get; set; } = 1;
    public byte Flags { get; set; }
    public byte Codec { get; set; }
    public byte? ParameterLength { get; set; }
    public byte[] Parameters { get; set; } = [];
    public byte[] ModelHash { get; set; } = [];     // of all models, one after another
    public int? ModelCount { get; set; }
    public uint BlockLength { get; set; } = 1000;
    public uint? Tag { get; set; }
    public byte[]? Metadata { get; set; }
    public byte[] AfterHeader { get; set; } = [];
    public List<Block> Blocks { get; set; }
    public byte[]? IndexBody { get; set; }
    public uint? IndexBodyLength { get; set; }
    public byte[]? HeaderCopy { get; set; }
    public byte[]? Sha256 { get; set; }
    public ulong? RawLength { get; set; }
    public ulong? FrameLength { get; set; }
    public uint? IndexLength { get; set; }
    public uint? Chain { get; set; }
    public ushort? FooterLength { get; set; }

    /// <summary>A single frame, of a block length that fits unless it is set; of the footer's fields FrameLength and this CRC count.</summary>
    public bool Single { get; set; }
    public uint? FooterCrc { get; set; }

    public ForgedFrame(params byte[][] stored) => Blocks = [.. stored.Select(s => new Block(s))];

    /// <summary>An honest frame read back, for changing it.</summary>
    public static ForgedFrame From(byte[] packed, SecondDecoder.Frame frame) => new()
    {
        Flags = (byte)frame.Flags,
        Codec = (byte)frame.Codec,
        Parameters = frame.Parameters,
        BlockLength = (uint)frame.BlockLength,
        Metadata = (frame.Flags & 1) != 0 ? MetadataBody([.. frame.Metadata.Select(m => (m.Key, m.Value))]) : null,
        Blocks = [.. frame.Blocks.Select(b => new Block
        {
            Coded = packed[(int)(b.Offset + 27)..(int)(b.Offset + 27 + b.CodedLength)],
            Method = (byte)b.Method,
            RawLength = (uint)b.RawLength,
            RawCrc = Crc(b.Raw),
        })],
        Sha256 = frame.Sha256,
    };

    public static byte[] MetadataBody(params (string Key, string Value)[] entries) => Join(entries.Select(e =>
        Join([(byte)Encoding.UTF8.GetByteCount(e.Key)], Encoding.UTF8.GetBytes(e.Key), U32((uint)Encoding.UTF8.GetByteCount(e.Value)),
            Encoding.UTF8.GetBytes(e.Value))).ToArray());

    public byte[] Build()
    {
        uint RawCrcOf(Block b) => b.RawCrc ?? Crc(b.Coded);
        uint RawLengthOf(Block b) => b.RawLength ?? (uint)b.Coded.Length;
        uint CodedLengthOf(Block b) => b.CodedLength ?? (uint)b.Coded.Length;
        int flags = Flags | (Single ? 16 : 0) | (Metadata is not null ? 1 : 0) | (Sha256 is not null ? 2 : 0);
        uint tag = Tag ?? (Blocks.Count > 0 ? RawCrcOf(Blocks[0]) : 0);

        uint blockLength = Single && Blocks.Count > 0 && BlockLength == 1000 ? RawLengthOf(Blocks[0]) : BlockLength;
        byte[] header = Join(U32(Magic), [Version, (byte)flags, Codec, (byte)((ParameterLength ?? Parameters.Length) | (ModelCount ?? ModelHash.Length / 32) << 4)],
            U32(blockLength), U32(tag), Parameters, ModelHash);
        byte[] metadata = [];
        if (Metadata is not null)
        {
            metadata = Join(U32((uint)Metadata.Length), Metadata);
            metadata = Join(metadata, U32(Crc(metadata)));
        }

        var blocks = new List<byte>();
        var headers = new List<byte>();
        for (int i = 0; i < Blocks.Count; i++)
        {
            Block b = Blocks[i];
            byte[] fields = Join(U32(b.Marker), U16(b.Number ?? (ushort)i), [b.Method], U32(RawLengthOf(b)), U32(CodedLengthOf(b)),
                U32(RawCrcOf(b)), U32(b.CodedCrc ?? Crc(b.Coded)));
            byte[] full = Join(fields, U32(Crc(Join(U32(tag), fields))));
            headers.AddRange(fields);
            blocks.AddRange(full);
            blocks.AddRange(b.Coded);
        }

        byte[] body = IndexBody ?? Join([VarInt((ulong)Blocks.Count), .. Blocks.Select(b =>
            Join(VarInt(BlockLength - RawLengthOf(b)), VarInt(RawLengthOf(b) - CodedLengthOf(b))))]);
        byte[] index = Join(U32(0x3F8A16E4), U32(IndexBodyLength ?? (uint)body.Length), body);
        index = Join(index, U32(Crc(index)));

        if (Single)
        {
            byte[] whole = Join(header, U32(Crc(header)), metadata, AfterHeader, [.. blocks]);
            byte[] ending = Join(U32((uint?)FrameLength ?? (uint)(whole.Length + 12)));
            return Join(whole, ending, U32(FooterCrc ?? Crc(ending)), U32(0xB8457DF3));
        }
        byte[] copy = HeaderCopy ?? header[4..];
        int footerLength = copy.Length + (Sha256?.Length ?? 0) + 34;
        byte[] start = Join(header, U32(Crc(header)), metadata, AfterHeader, [.. blocks], index);
        byte[] footer = Join(copy, Sha256 ?? [], U64(RawLength ?? (ulong)Blocks.Sum(b => (long)RawLengthOf(b))),
            U64(FrameLength ?? (ulong)(start.Length + footerLength)), U32(IndexLength ?? (uint)index.Length),
            U32(Chain ?? (Blocks.Count == 0 ? 0 : Crc([.. headers]))), U16(FooterLength ?? (ushort)footerLength));
        return Join(start, footer, U32(Crc(footer)), U32(0xD26E9A87));
    }

    /// <summary>An embedded model as it stands in a frame; its length may be a lie.</summary>
    public static byte[] ModelSection(byte[] model, ulong? length = null)
    {
        byte[] claimed = U64(length ?? (ulong)model.Length);
        return Join(claimed, U32(Crc(claimed)), model);
    }

    /// <summary>Sets the hash that belongs to the blocks, which must all be stored.</summary>
    public ForgedFrame WithHash()
    {
        Sha256 = SHA256.HashData(Join([.. Blocks.Select(b => b.Coded)]));
        return this;
    }

    public static byte[] VarInt(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Join(params byte[][] parts)
    {
        byte[] joined = new byte[parts.Sum(p => p.Length)];
        int length = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(joined, length);
            length += part.Length;
        }
        return joined;
    }

    private static uint Crc(byte[] bytes) => Crc32C.Of(bytes);

    private static byte[] U16(ushort value) => BitConverter.GetBytes(value);

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    private static byte[] U64(ulong value) => BitConverter.GetBytes(value);
}
