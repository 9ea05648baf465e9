using System.Buffers.Binary;
using Tacit.Coding;

namespace Tacit.Compression.Container;

/// <summary>The lengths of a frame's blocks in order (FORMAT.md, section 5).</summary>
internal sealed class BlockIndex
{
    private readonly List<(int Raw, int Coded)> _blocks = [];
    private long _blockBytes;
    private long _rawBytes;

    /// <summary>Number of blocks.</summary>
    public int Count => _blocks.Count;

    /// <summary>Raw and coded length of a block.</summary>
    public (int Raw, int Coded) this[int block] => _blocks[block];

    /// <summary>Notes the next block.</summary>
    public void Add(int rawLength, int codedLength)
    {
        _blocks.Add((rawLength, codedLength));
        _blockBytes += codedLength + FormatConstants.BlockHeaderLength;
        _rawBytes += rawLength;
    }

    /// <summary>Bytes of all blocks in the file, headers included.</summary>
    public long BlockBytes => _blockBytes;

    /// <summary>Raw bytes of all blocks.</summary>
    public long RawBytes => _rawBytes;

    /// <summary>The index as it stands in the file.</summary>
    public byte[] Write(int blockLength)
    {
        long size = FormatConstants.IndexOverhead + VarInt.Length((ulong)_blocks.Count);
        foreach ((int raw, int coded) in _blocks)
            size += VarInt.Length((ulong)(blockLength - raw)) + VarInt.Length((ulong)(raw - coded));
        if (size > Array.MaxLength)
            throw new IOException($"The frame has {_blocks.Count} blocks, more than an index can hold; use larger blocks.");
        byte[] bytes = new byte[size];
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
        return bytes;
    }

    /// <summary>Reads an index that is exactly <paramref name="source"/>.</summary>
    /// <param name="source">Marker to CRC.</param>
    /// <param name="blockLength">The frame's block length.</param>
    /// <param name="maxBlockBytes">Bytes the blocks have at most in the file.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static BlockIndex Read(ReadOnlySpan<byte> source, int blockLength, long maxBlockBytes = long.MaxValue)
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
        if (count > (ulong)(maxBlockBytes / (FormatConstants.BlockHeaderLength + 1)))
            throw new InvalidDataException($"The index is damaged: it tells of {count} blocks, more than there is room for.");
        index._blocks.EnsureCapacity((int)Math.Min(count, (ulong)body.Length / 2));
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
