using System.Security.Cryptography;
using Tacit.Compression.Blocks;
using Tacit.Modeling;

namespace Tacit.Compression.Container;

/// <summary>Finds a frame's parts in a stream that can seek.</summary>
internal sealed class ArchiveReader(Stream stream)
{
    /// <summary>Bytes of the archive.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/> as far as the archive goes; returns the bytes read.</summary>
    public int ReadAt(long offset, Span<byte> destination)
    {
        if (stream.Position != offset)
            stream.Position = offset;
        return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
    }

    /// <summary>The footer that ends at <paramref name="end"/>.</summary>
    /// <exception cref="InvalidDataException">None ends there, or it is damaged.</exception>
    public FrameFooter FooterEndingAt(long end)
    {
        byte[] tail = Take(end - FormatConstants.FooterFixedLength, FormatConstants.FooterFixedLength);
        if (SingleFooter.FrameLength(tail) is > 0 and long single)
            return SingleEndingAt(end, single);
        int length = FrameFooter.LengthFromEnd(tail);
        if (length == 0)
        {
            throw new InvalidDataException($"No frame ends at byte {end}: the archive is cut short, damaged at its end, " +
                "or followed by other bytes. 'tacit decompress' reads it from the start, '--salvage' as far as it goes.");
        }
        FrameFooter footer = FrameFooter.Read(Take(end - length, length));
        if (footer.FrameLength > end || footer.IndexLength < FormatConstants.IndexOverhead
            || footer.FrameLength < footer.Header.Length + (long)footer.IndexLength + length)
        {
            throw new InvalidDataException($"The footer before byte {end} is damaged: its lengths disagree.");
        }
        return footer;
    }

    /// <summary>The blocks of the frame whose footer ends at <paramref name="end"/>, by its index.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public List<TacitBlock> BlocksOf(FrameFooter footer, long end)
    {
        if (footer.SingleBlock is { } single)
            return [single];
        long indexStart = end - footer.Header.FooterLength - footer.IndexLength;
        BlockIndex index = BlockIndex.Read(Take(indexStart, footer.IndexLength), footer.Header.BlockLength,
            footer.FrameLength - footer.IndexLength);
        long offset = indexStart - index.BlockBytes, rawOffset = 0;
        if (offset < end - footer.FrameLength + footer.Header.Length || index.RawBytes != footer.RawLength)
            throw new InvalidDataException($"The index at byte {indexStart} disagrees with the footer after it.");
        var blocks = new List<TacitBlock>(index.Count);
        for (int i = 0; i < index.Count; i++)
        {
            (int raw, int coded) = index[i];
            blocks.Add(new TacitBlock(rawOffset, raw, offset, coded));
            rawOffset += raw;
            offset += FormatConstants.BlockHeaderLength + coded;
        }
        return blocks;
    }

    /// <summary>The header at <paramref name="offset"/>.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged.</exception>
    public FrameHeader HeaderAt(long offset) =>
        FrameHeader.Read(Take(offset, FrameHeader.LengthOf(Take(offset, FormatConstants.HeaderFixedLength))));

    /// <summary>What stands between the header of the frame at <paramref name="offset"/> and its first block.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public FrameSections SectionsOf(FrameHeader header, long offset)
    {
        IReadOnlyDictionary<string, string> metadata = MetadataOf(header, offset, out long end);
        var models = new List<(long, int)>();
        for (int i = 0; header.Has(FormatConstants.FlagEmbeddedModel) && i < header.ModelHashes.Length; i++)
        {
            int length = EmbeddedModel.LengthOf(Take(end, FormatConstants.ModelHeadLength));
            models.Add((end += FormatConstants.ModelHeadLength, length));
            end += length;
        }
        return new FrameSections(metadata, models, end);
    }

    /// <summary>The metadata of the frame at <paramref name="offset"/>; empty if it has none.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="offset">Where the frame begins.</param>
    /// <param name="end">Where the header and the metadata end.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public IReadOnlyDictionary<string, string> MetadataOf(FrameHeader header, long offset, out long end)
    {
        end = offset + header.Length;
        Dictionary<string, string> metadata = [];
        if (header.Has(FormatConstants.FlagMetadata))
        {
            byte[] section = Take(end, FrameMetadata.LengthOf(Take(end, 4)));
            metadata = FrameMetadata.Read(section);
            end += section.Length;
        }
        return metadata;
    }

    /// <summary>An embedded model, loaded.</summary>
    /// <param name="place">Where its file lies.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="memoryLimit">Most bytes it may take, also while it is loaded.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">It is damaged or no model.</exception>
    /// <exception cref="InsufficientMemoryException">It takes more.</exception>
    public TacitModel ModelAt((long Offset, int Length) place, byte[] hash, long memoryLimit, CancellationToken cancellationToken = default)
    {
        BlockWorker.Check(place.Length, memoryLimit);
        return TacitModel.FromBytes(Take(place.Offset, place.Length), memoryLimit, hash, cancellationToken);
    }

    /// <summary>The kind of an embedded model, which is not loaded.</summary>
    /// <param name="place">Where its file lies.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="memoryLimit">Most bytes it may take.</param>
    /// <exception cref="InvalidDataException">It is damaged or no model.</exception>
    /// <exception cref="InsufficientMemoryException">It takes more.</exception>
    public string ModelKindAt((long Offset, int Length) place, byte[] hash, long memoryLimit)
    {
        BlockWorker.Check(place.Length, memoryLimit);
        byte[] file = Take(place.Offset, place.Length);
        if (!SHA256.HashData(file).AsSpan().SequenceEqual(hash))
            throw new InvalidDataException($"The embedded model at byte {place.Offset} is damaged.");
        using var model = new ModelFile(new MemoryStream(file, writable: false));
        return model.Kind;
    }

    // All that a footer and an index say stands in the header and the block.
    private FrameFooter SingleEndingAt(long end, long length)
    {
        long start = end - length;
        FrameHeader header = HeaderAt(start);
        _ = MetadataOf(header, start, out long offset);
        byte[] bytes = Take(offset, FormatConstants.BlockHeaderLength);
        if (!header.IsSingle || !BlockHeader.TryRead(bytes, header, out BlockHeader block)
            || offset + bytes.Length + block.CodedLength + FormatConstants.SingleFooterLength != end)
        {
            throw new InvalidDataException($"The frame at byte {start} is damaged: its header, block and footer disagree.");
        }
        return new FrameFooter
        {
            Header = header,
            RawLength = block.RawLength,
            FrameLength = length,
            IndexLength = 0,
            Chain = BlockHeader.Chain(0, bytes),
            SingleBlock = new TacitBlock(0, block.RawLength, offset, block.CodedLength),
        };
    }

    // No caller asks for more than a checked length of the format or of what lies within the archive.
    private byte[] Take(long offset, int length)
    {
        if (offset < 0 || offset + length > Length)
            throw new InvalidDataException($"The data is cut short or not a Tacit file: {length} bytes are needed at byte {offset} of {Length}.");
        byte[] bytes = new byte[length];
        int read = ReadAt(offset, bytes);
        return read == length ? bytes : throw new InvalidDataException($"The archive ends at byte {offset + read}, while it is read.");
    }
}
