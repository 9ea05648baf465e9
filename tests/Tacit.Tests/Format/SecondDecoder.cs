using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Tacit.Tests.Format;

/// <summary>
/// A second reader of Tacit files, written from docs/FORMAT.md alone: plain, slow, nothing shared with the library.
/// It knows the codecs store and deflate, holds everything in memory, and checks all that the document demands.
/// </summary>
internal static class SecondDecoder
{
    public sealed record Block(int Method, int RawLength, int CodedLength, long Offset, byte[] Raw);

    public sealed record Frame(
        long Offset, long Length, int Flags, int Codec, byte[] Parameters, int BlockLength, uint Tag,
        IReadOnlyList<KeyValuePair<string, string>> Metadata, IReadOnlyList<Block> Blocks, byte[]? Sha256)
    {
        public byte[] Data => [.. Blocks.SelectMany(b => b.Raw)];
    }

    /// <summary>What the frames of a file hold, read from the first byte to the last.</summary>
    public static byte[] Decode(byte[] file) => [.. ReadForward(file).SelectMany(f => f.Data)];

    /// <summary>Section 7, forward.</summary>
    public static List<Frame> ReadForward(byte[] file)
    {
        var frames = new List<Frame>();
        long position = 0;
        do
        {
            Frame frame = ReadFrame(file, position);
            frames.Add(frame);
            position += frame.Length;
        }
        while (position < file.Length);
        return frames;
    }

    /// <summary>Section 7, from the end: footers lead to frames, indexes to blocks; nothing is searched for.</summary>
    public static List<Frame> ReadFromTheEnd(byte[] file)
    {
        var frames = new List<Frame>();
        long end = file.Length;
        do
        {
            Frame frame = ReadFrameEndingAt(file, end);
            frames.Insert(0, frame);
            end = frame.Offset;
        }
        while (end > 0);
        return frames;
    }

    /// <summary>A range of raw bytes, decoding only the blocks it touches.</summary>
    public static byte[] Range(byte[] file, long start, long end)
    {
        var output = new List<byte>();
        long at = 0;
        foreach (Block block in ReadFromTheEnd(file).SelectMany(f => f.Blocks))
        {
            for (int i = 0; i < block.RawLength; i++, at++)
            {
                if (at >= start && at < end)
                    output.Add(block.Raw[i]);
            }
        }
        return [.. output];
    }

    // Section 3: everything up to the blocks.
    private sealed class Header
    {
        public required int Flags, Codec, BlockLength, Length;
        public required uint Tag;
        public required byte[] Parameters, Copy;
        public required List<KeyValuePair<string, string>> Metadata;
    }

    private static Header ReadHeader(byte[] file, long position)
    {
        var r = new Cursor(file, position);
        Demand(r.U32() == 0x7463549E, "FrameMagic");
        Demand(r.U8() == 1, "version 1");
        int flags = r.U8(), codec = r.U8(), parameterLength = r.U8();
        Demand((flags & ~31) == 0, "known flags");
        Demand((flags & 16) == 0 || (flags & (2 | 8)) == 0, "neither SHA-256 nor a model in a single frame");
        Demand((flags & 8) == 0 || (flags & 4) != 0, "an embedded model has its hash in the header");
        Demand((flags & 4) == 0, "a frame that needs no model (the only ones this reader reads)");
        Demand(codec is 0 or 1, "codec store or deflate (the only ones this reader knows)");
        Demand(parameterLength == codec, "no parameter for store, one for deflate");
        uint blockLength = r.U32();
        Demand(blockLength is >= 1 and <= 268435456, "a block length from 1 to 2^28");
        uint tag = r.U32();
        byte[] parameters = r.Bytes(parameterLength);
        Demand(codec == 0 || parameters[0] is >= 1 and <= 9, "a level from 1 to 9");
        int length = (int)(r.Position - position);
        Demand(r.U32() == Crc(file, position, length), "the header's CRC");
        byte[] copy = file[(int)(position + 4)..(int)(position + length)];
        List<KeyValuePair<string, string>> metadata = (flags & 1) != 0 ? ReadMetadata(r) : [];
        return new()
        {
            Flags = flags, Codec = codec, BlockLength = (int)blockLength, Tag = tag, Parameters = parameters,
            Copy = copy, Metadata = metadata, Length = (int)(r.Position - position),
        };
    }

    private static List<KeyValuePair<string, string>> ReadMetadata(Cursor r)
    {
        var utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var entries = new List<KeyValuePair<string, string>>();
        byte[] lastKey = [];
        long start = r.Position;
        uint length = r.U32();
        Demand(length <= 65536, "at most 65536 bytes of metadata");
        long end = r.Position + length;
        while (r.Position < end)
        {
            byte[] key = r.Bytes(r.U8());
            byte[] value = r.Bytes(r.U32());
            Demand(key.Length > 0, "a key of at least one byte");
            Demand(key.AsSpan().SequenceCompareTo(lastKey) > 0, "keys in ascending order");
            lastKey = key;
            try
            {
                entries.Add(new(utf8.GetString(key), utf8.GetString(value)));
            }
            catch (ArgumentException)
            {
                Demand(false, "UTF-8 in the metadata");
            }
        }
        Demand(r.Position == end, "entries that fill the metadata");
        Demand(r.U32() == Crc(r.File, start, length + 4), "the metadata's CRC");
        return entries;
    }

    // Section 4. Also gives the header bytes that the chain is of.
    private static Block ReadBlock(Cursor r, Header header, int number, List<byte> headers)
    {
        long start = r.Position;
        Demand(r.U32() == 0x61B3D5C9, "BlockMarker");
        Demand(r.U16() == number % 65536, "the block's number");
        int method = r.U8();
        uint rawLength = r.U32(), codedLength = r.U32(), rawCrc = r.U32(), codedCrc = r.U32();
        byte[] fields = r.File[(int)start..(int)r.Position];
        byte[] tagAndFields = [.. BitConverter.GetBytes(header.Tag), .. fields];
        Demand(r.U32() == Crc(tagAndFields, 0, tagAndFields.Length), "the block header's CRC");
        headers.AddRange(fields);

        Demand(rawLength >= 1 && rawLength <= header.BlockLength, "a raw length from 1 to the block length");
        Demand(method is 0 or 128, "a known method: stored, or kind 0 (store and deflate have no other)");
        bool stored = method == 128;
        Demand(stored || header.Codec != 0, "stored blocks only, with codec store");
        Demand(stored ? codedLength == rawLength : codedLength >= 1 && codedLength < rawLength, "a fitting coded length");
        Demand(number > 0 || header.Tag == rawCrc, "the tag: the CRC of the first block");
        byte[] coded = r.Bytes(codedLength);
        Demand(Crc(coded, 0, coded.Length) == codedCrc, "the CRC of the coded bytes");
        byte[] raw = stored ? coded : Inflate(coded);
        Demand(raw.Length == rawLength, "the raw length");
        Demand(Crc(raw, 0, raw.Length) == rawCrc, "the CRC of the raw bytes");
        return new(method, (int)rawLength, (int)codedLength, start, raw);
    }

    private static Frame ReadFrame(byte[] file, long start)
    {
        Header header = ReadHeader(file, start);
        var r = new Cursor(file, start + header.Length);
        var blocks = new List<Block>();
        var headers = new List<byte>();
        if ((header.Flags & 16) != 0)
            return ReadSingle(r, header, start);
        while (r.PeekU32() == 0x61B3D5C9)
            blocks.Add(ReadBlock(r, header, blocks.Count, headers));
        Demand(blocks.Count > 0 || header.Tag == 0, "tag 0 in a frame without blocks");

        long indexStart = r.Position;
        List<(long Raw, long Coded)> index = ReadIndex(r, header);
        long indexLength = r.Position - indexStart;
        Demand(index.SequenceEqual(blocks.Select(b => ((long)b.RawLength, (long)b.CodedLength))), "an index that tells the blocks");

        byte[] data = [.. blocks.SelectMany(b => b.Raw)];
        byte[]? hash = ReadFooter(r, header, start, data.Length, indexLength, [.. headers]);
        Demand(hash is null || hash.AsSpan().SequenceEqual(SHA256.HashData(data)), "the SHA-256");
        return new(start, r.Position - start, header.Flags, header.Codec, header.Parameters, header.BlockLength,
            header.Tag, header.Metadata, blocks, hash);
    }

    // Section 6.1.
    private static Frame ReadSingle(Cursor r, Header header, long start)
    {
        Block block = ReadBlock(r, header, 0, []);
        Demand(block.RawLength == header.BlockLength, "a block of the block length");
        long footer = r.Position;
        uint length = r.U32();
        Demand(r.U32() == Crc(r.File, footer, 4), "the footer's CRC");
        Demand(r.U32() == 0xB8457DF3, "SingleEndMagic");
        Demand(length == r.Position - start, "the length of the frame");
        return new(start, length, header.Flags, header.Codec, header.Parameters, header.BlockLength, header.Tag, header.Metadata, [block], null);
    }

    // Section 5.
    private static List<(long Raw, long Coded)> ReadIndex(Cursor r, Header header)
    {
        long start = r.Position;
        Demand(r.U32() == 0x3F8A16E4, "IndexMarker");
        uint length = r.U32();
        long end = r.Position + length;
        ulong count = r.VarInt();
        Demand(count <= length, "a number of blocks that fits");
        var entries = new List<(long, long)>();
        for (ulong i = 0; i < count; i++)
        {
            ulong less = r.VarInt(), saved = r.VarInt();
            Demand(less < (ulong)header.BlockLength, "a raw length from 1 to the block length");
            long raw = header.BlockLength - (long)less;
            Demand(saved < (ulong)raw, "a coded length of at least 1");
            entries.Add((raw, raw - (long)saved));
        }
        Demand(r.Position == end, "entries that fill the index");
        uint crc = Crc(r.File, start, end - start);
        Demand(r.U32() == crc, "the index's CRC");
        return entries;
    }

    // Section 6. Returns the SHA-256, if there is one.
    private static byte[]? ReadFooter(
        Cursor r, Header header, long frameStart, long rawLength, long indexLength, byte[] blockHeaders)
    {
        long start = r.Position;
        Demand(r.Bytes(header.Copy.Length).AsSpan().SequenceEqual(header.Copy), "a copy of the header");
        byte[]? hash = (header.Flags & 2) != 0 ? r.Bytes(32) : null;
        Demand(r.U64() == (ulong)rawLength, "the raw length of the frame");
        ulong frameLength = r.U64();
        Demand(r.U32() == indexLength, "the length of the index");
        Demand(r.U32() == (blockHeaders.Length == 0 ? 0 : Crc(blockHeaders, 0, blockHeaders.Length)), "the chain");
        ushort footerLength = r.U16();
        uint crc = Crc(r.File, start, r.Position - start);
        Demand(r.U32() == crc, "the footer's CRC");
        Demand(r.U32() == 0xD26E9A87, "EndMagic");
        Demand(footerLength == r.Position - start, "the length of the footer");
        Demand(frameLength == (ulong)(r.Position - frameStart), "the length of the frame");
        return hash;
    }

    private static Frame ReadFrameEndingAt(byte[] file, long end)
    {
        Demand(end >= 34, "34 bytes of footer");
        if (new Cursor(file, end - 4).U32() == 0xB8457DF3)
        {
            long single = end - new Cursor(file, end - 12).U32();
            Demand(single >= 0, "a frame within the file");
            Frame frame = ReadFrame(file, single);
            Demand((frame.Flags & 16) != 0 && single + frame.Length == end, "a single frame that ends here");
            return frame;
        }
        var fixedPart = new Cursor(file, end - 34);
        ulong rawLength = fixedPart.U64(), frameLength = fixedPart.U64();
        uint indexLength = fixedPart.U32();
        fixedPart.U32();
        ushort footerLength = fixedPart.U16();
        fixedPart.U32();
        Demand(fixedPart.U32() == 0xD26E9A87, "EndMagic");
        Demand(frameLength <= (ulong)end && footerLength + (ulong)indexLength <= frameLength, "parts within the frame");

        long start = end - (long)frameLength;
        Header header = ReadHeader(file, start);
        Demand((header.Flags & 16) == 0, "no single frame");
        long indexStart = end - footerLength - indexLength;
        var r = new Cursor(file, indexStart);
        List<(long Raw, long Coded)> index = ReadIndex(r, header);
        Demand(r.Position == indexStart + indexLength, "the length of the index");

        // The last block ends where the index begins.
        long firstBlock = indexStart - index.Sum(b => 27 + b.Coded);
        Demand(firstBlock == start + header.Length, "blocks that fill the frame");
        var blocks = new List<Block>();
        var headers = new List<byte>();
        var b = new Cursor(file, firstBlock);
        foreach ((long raw, long coded) in index)
        {
            Block block = ReadBlock(b, header, blocks.Count, headers);
            Demand(block.RawLength == raw && block.CodedLength == coded, "an index that tells the blocks");
            blocks.Add(block);
        }
        Demand(rawLength == (ulong)blocks.Sum(x => (long)x.RawLength), "the raw length of the frame");
        byte[] data = [.. blocks.SelectMany(x => x.Raw)];
        byte[]? hash = ReadFooter(r, header, start, data.Length, indexLength, [.. headers]);
        Demand(r.Position == end, "a frame that ends here");
        Demand(hash is null || hash.AsSpan().SequenceEqual(SHA256.HashData(data)), "the SHA-256");
        return new(start, end - start, header.Flags, header.Codec, header.Parameters, header.BlockLength,
            header.Tag, header.Metadata, blocks, hash);
    }

    // Table 2: one raw Deflate stream.
    private static byte[] Inflate(byte[] coded)
    {
        using var source = new MemoryStream(coded);
        using var inflater = new DeflateStream(source, CompressionMode.Decompress);
        using var output = new MemoryStream();
        inflater.CopyTo(output);
        return output.ToArray();
    }

    /// <summary>CRC-32C, one bit at a time (section 0 of the document).</summary>
    public static uint Crc(byte[] bytes, long start, long length)
    {
        uint crc = 0xFFFFFFFF;
        for (long i = start; i < start + length; i++)
        {
            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        return crc ^ 0xFFFFFFFF;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new InvalidDataException($"The second decoder expects {what}.");
    }

    private sealed class Cursor(byte[] file, long position)
    {
        public byte[] File => file;

        public long Position { get; private set; } = position;

        public byte[] Bytes(long count)
        {
            Demand(Position >= 0 && count <= file.Length - Position, $"{count} bytes at {Position}");
            byte[] bytes = file[(int)Position..(int)(Position + count)];
            Position += count;
            return bytes;
        }

        public byte U8() => Bytes(1)[0];

        public ushort U16() => (ushort)(U8() | (U8() << 8));

        public uint U32() => U16() | ((uint)U16() << 16);

        public ulong U64() => U32() | ((ulong)U32() << 32);

        public uint PeekU32()
        {
            uint value = U32();
            Position -= 4;
            return value;
        }

        // The shortest form only, and no more than 64 bits.
        public ulong VarInt()
        {
            ulong value = 0;
            for (int i = 0; ; i++)
            {
                byte group = U8();
                Demand(i < 9 || group <= 1, "a varint of 64 bits");
                Demand(i == 0 || group != 0, "the shortest form of a varint");
                value |= (ulong)(group & 127) << (7 * i);
                if (group < 128)
                    return value;
            }
        }
    }
}
