using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Records;
using Tacit.Compression.Container;
using Tacit.Media;

namespace Tacit.Compression;

// Records by their numbers. Every block of a frame but the last has the same number of records, so the index of blocks is the index of records.
public sealed partial class TacitArchive
{
    /// <summary>Counts the records, by the index and each frame's last block.</summary>
    /// <exception cref="InvalidDataException">A frame's codec is not <see cref="TacitCodec.Records"/>, or a block is damaged.</exception>
    public long CountRecords() => Frames.Sum(RecordsOf);

    /// <summary>Writes the records from number <paramref name="start"/> up to, not including, <paramref name="end"/>, with their line ends or prefixes.</summary>
    /// <remarks>Of a block that is not wanted whole only the wanted records are decoded, and what comes out of them is not checked by itself: the coded bytes are.</remarks>
    /// <param name="start">First record, from 0.</param>
    /// <param name="end">One past the last record; at most <see cref="CountRecords"/>.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="progress">Told of raw bytes decoded.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such records.</exception>
    /// <exception cref="InvalidDataException">A frame's codec is not <see cref="TacitCodec.Records"/>, or a block is damaged.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public async Task CopyRecordsAsync(long start, long end, Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, end);
        long[] records = [.. Frames.Select(RecordsOf)];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, records.Sum());
        WorkProgress? shared = progress is null ? null : new WorkProgress(progress);
        for (int i = 0; i < records.Length; i++)
        {
            await CopyFrameRecordsAsync(Frames[i], records[i], Math.Max(start, 0), Math.Min(end, records[i]), destination, shared, cancellationToken).ConfigureAwait(false);
            (start, end) = (start - records[i], end - records[i]);
        }
    }

    private async Task CopyFrameRecordsAsync(TacitFrame frame, long records, long start, long end, Stream destination, WorkProgress? progress,
        CancellationToken cancellationToken)
    {
        if (start >= end)
            return;
        int perBlock = RecordDescription.PerBlock(frame.Header.Parameters), first = (int)(start / perBlock), last = (int)((end - 1) / perBlock);
        int from = (int)(start % perBlock), to = (int)(end - (long)last * perBlock);
        // Blocks from "whole" up to "rest" are wanted with all their records.
        int whole = from == 0 ? first : first + 1, rest = to == perBlock || end == records ? last + 1 : last;
        if (whole > first)
            await CopyBlockRecordsAsync(frame, first, from, first == last ? to : perBlock, destination, progress, cancellationToken).ConfigureAwait(false);
        if (whole < rest)
        {
            long upTo = rest < frame.Blocks.Count ? frame.Blocks[rest].RawOffset : frame.Length;
            await CopyFrameRangeAsync(frame, frame.Blocks[whole].RawOffset, upTo, destination, progress, cancellationToken).ConfigureAwait(false);
        }
        if (rest == last && last >= whole)
            await CopyBlockRecordsAsync(frame, last, 0, to, destination, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyBlockRecordsAsync(TacitFrame frame, int number, int from, int to, Stream destination, WorkProgress? progress, CancellationToken cancellationToken)
    {
        TacitBlock block = frame.Blocks[number];
        (CodecDescription description, long limit) = await CodecOfAsync(frame, cancellationToken).ConfigureAwait(false);
        BlockWorker.Check(BlockWorker.Memory(description, frame.Header.Parameters, block.RawLength), limit);
        byte[] coded = ReadCoded(frame, block, out BlockHeader header);
        using RecordBlockCodec codec = ((RecordDescription)description).CreateFor(frame.Header.Parameters);
        ReadOnlyMemory<byte> wanted;
        if (header.Stored)
        {
            List<int> ends = codec.Cut(coded, out _);
            if (ends.Count < to)
                throw new InvalidDataException($"The block at byte {block.Offset} is damaged: it has {ends.Count} records, fewer than the frame says.");
            wanted = coded.AsMemory((from == 0 ? 0 : ends[from - 1])..ends[to - 1]);
        }
        else
        {
            byte[] raw = new byte[block.RawLength];
            int written;
            try
            {
                written = codec.Decode(coded, header.Kind, raw, from, to, new WorkMonitor(progress, cancellationToken));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"The block at byte {block.Offset} is damaged: {e.Message}.", e);
            }
            wanted = raw.AsMemory(0, written);
        }
        await destination.WriteAsync(wanted, cancellationToken).ConfigureAwait(false);
    }

    private long RecordsOf(TacitFrame frame)
    {
        if (frame.Codec is not RecordDescription codec)
            throw new InvalidDataException($"The frame at byte {frame.Offset} is of codec '{frame.CodecName}', which knows no records.");
        codec.CheckParameters(frame.Header.Parameters);
        if (frame.Blocks.Count == 0)
            return 0;
        int perBlock = RecordDescription.PerBlock(frame.Header.Parameters);
        return (long)perBlock * (frame.Blocks.Count - 1) + RecordsOf(frame, frame.Blocks[^1], perBlock);
    }

    private int RecordsOf(TacitFrame frame, TacitBlock block, int perBlock)
    {
        BlockWorker.Check(block.CodedLength, BlockWorker.EffectiveLimit(_options.MemoryLimit));
        ReadOnlySpan<byte> coded = ReadCoded(frame, block, out BlockHeader header);
        try
        {
            if (!header.Stored)
                return RecordBlockHead.ReadCount(ref coded, perBlock);
            int records = 0;
            var cutter = new RecordCutter((RecordFormat)frame.Header.Parameters[1]);
            for (; !coded.IsEmpty && records < perBlock; records++)
                coded = coded[cutter.Take(coded, out _)..];
            return records;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The block at byte {block.Offset} is damaged: {e.Message}.", e);
        }
    }

    private byte[] ReadCoded(TacitFrame frame, TacitBlock block, out BlockHeader header)
    {
        uint chain = 0;
        header = ReadHeader(frame, block, ref chain);
        byte[] coded = new byte[block.CodedLength];
        if (_reader.ReadAt(block.Offset + FormatConstants.BlockHeaderLength, coded) != coded.Length)
            throw new InvalidDataException($"The archive ends inside the block at byte {block.Offset}.");
        return Crc32C.Of(coded) == header.CodedCrc ? coded
            : throw new InvalidDataException($"The block at byte {block.Offset} is damaged: the CRC-32C of its coded bytes is another.");
    }
}
