using System.Buffers.Binary;
using Tacit.Coding;

namespace Tacit.Compression.Container;

/// <summary>The lengths of a frame's blocks in order (FORMAT.md, section 5).</summary>
internal sealed class BlockIndex
{
    private readonly List<(int Raw, int Coded)> _blocks = [];

    /// <summary>Number of blocks.</summary>
    public int Count => _blocks.Count;

    /// <summary>Raw and coded length of a block.</summary>
    public (int Raw, int Coded) this[int block] => _blocks[block];

    /// <summary>Notes the next block.</summary>
    public void Add(int rawLength, int codedLength) => _blocks.Add((rawLength, codedLength));

    /// <summary>Bytes of all blocks in the file, headers included.</summary>
    public long BlockBytes => _blocks.Sum(b => (long)b.Coded + FormatConstants.BlockHeaderLength);

    /// <summary>Raw bytes of all blocks.</summary>
    public long RawBytes => _blocks.Sum(b => (long)b.Raw);

    /// <summary>The index as it stands in the file.</summary>
    public byte[] Write(int blockLength)
    {
        byte[] bytes = new byte[FormatConstants.IndexOverhead + VarInt.MaxLength * (1 + 2 * (long)_blocks.Count)];
        int length = 8;
        length += VarInt.Write(bytes.AsSpan(length), (ulong)_blocks.Count);
        foreach ((int raw, int coded) in _blocks)
        {
            length += VarInt.Write(bytes.AsSpan(length), (ulong)(blockLength - raw));
            length += VarInt.Write(bytes.AsSpan(length), (ulong)(raw - coded));
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, FormatConstants.IndexMarker);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), length - 8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), Crc32C.Of(bytes.AsSpan(0, length)));
        return bytes[..(length + 4)];
    }

    /// <summary>Reads an index that is exactly <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static BlockIndex Read(ReadOnlySpan<byte> source, int blockLength)
    {
        if (source.Length < FormatConstants.IndexOverhead + 1
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != FormatConstants.IndexMarker
            || BinaryPrimitives.ReadInt32LittleEndian(source[4..]) != source.Length - FormatConstants.IndexOverhead
            || BinaryPrimitives.ReadUInt32LittleEndian(source[^4..]) != Crc32C.Of(source[..^4]))
        {
            throw new InvalidDataException("The index is damaged.");
        }
        ReadOnlySpan<byte> body = source[8..^4];
        var index = new BlockIndex();
        ulong count = VarInt.Read(ref body);
        for (ulong i = 0; i < count; i++)   // if the count lies, the body runs out and Read throws
        {
            ulong shortBy = VarInt.Read(ref body), saved = VarInt.Read(ref body);
            if (shortBy >= (ulong)blockLength || saved >= (ulong)blockLength - shortBy)
                throw new InvalidDataException("The index is damaged: a block's length is out of range.");
            int raw = blockLength - (int)shortBy;
            index.Add(raw, raw - (int)saved);
        }
        if (!body.IsEmpty)
            throw new InvalidDataException("The index is damaged: bytes are left over.");
        return index;
    }
}
