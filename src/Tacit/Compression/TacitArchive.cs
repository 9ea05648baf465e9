using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Audio;
using Tacit.Compression.Codecs.Numeric;
using Tacit.Compression.Container;
using Tacit.Media.Audio;

namespace Tacit.Compression;

/// <summary>An archive opened from its end: what it holds, and any range of it without decoding the rest.</summary>
/// <remarks>Reads only headers, indexes and footers until asked for data. Not thread-safe.</remarks>
public sealed partial class TacitArchive
{
    private readonly ArchiveReader _reader;
    private readonly TacitDecompressionOptions _options;
    private readonly ModelShelf _shelf;

    private TacitArchive(ArchiveReader reader, TacitDecompressionOptions options, IReadOnlyList<TacitFrame> frames)
    {
        _reader = reader;
        _options = options;
        _shelf = new ModelShelf(options);
        Frames = frames;
        Length = frames.Sum(frame => frame.Length);
    }

    /// <summary>The frames in order.</summary>
    public IReadOnlyList<TacitFrame> Frames { get; }

    /// <summary>Raw bytes of all frames.</summary>
    public long Length { get; }

    /// <summary>Opens the archive that is exactly <paramref name="stream"/>, which must stay open and unused meanwhile.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="options">How to decompress, or null for the defaults.</param>
    /// <exception cref="ArgumentException">The stream cannot read or seek.</exception>
    /// <exception cref="InvalidDataException">The archive's structure is damaged, or other bytes follow it.</exception>
    /// <exception cref="InsufficientMemoryException">An index needs more than the memory limit.</exception>
    public static TacitArchive Open(Stream stream, TacitDecompressionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("The stream must be able to read and seek.", nameof(stream));
        options ??= new();
        var reader = new ArchiveReader(stream);
        var frames = new List<TacitFrame>();
        long end = reader.Length;
        do
        {
            FrameFooter footer = reader.FooterEndingAt(end);
            long start = end - footer.FrameLength;
            FrameHeader header = reader.HeaderAt(start);
            if (!header.Matches(footer.Header))
                throw new InvalidDataException($"The frame header at byte {start} is not the one its footer has a copy of.");
            // An entry is two bytes or more, its block 28 or more, and it takes 40 here.
            long count = Math.Min(footer.IndexLength / 2, footer.FrameLength / (FormatConstants.BlockHeaderLength + 1));
            BlockWorker.Check(footer.IndexLength + 40 * count, BlockWorker.EffectiveLimit(options.MemoryLimit));
            List<TacitBlock> blocks = reader.BlocksOf(footer, end);
            FrameSections sections = reader.SectionsOf(header, start);
            if (sections.End != (blocks.Count > 0 ? blocks[0].Offset : end - header.FooterLength - footer.IndexLength))
                throw new InvalidDataException($"The index of the frame at byte {start} leaves bytes out, or its header does.");
            frames.Add(new TacitFrame(footer, start, blocks, sections));
            end = start;
        }
        while (end > 0);
        frames.Reverse();
        return new TacitArchive(reader, options, frames);
    }

    /// <summary>How a block was coded, in words: the kind of data the codec took it for, or "stored".</summary>
    /// <exception cref="InvalidDataException">The block's header is damaged.</exception>
    public string DescribeBlock(TacitFrame frame, TacitBlock block)
    {
        uint chain = 0;
        BlockHeader header = ReadHeader(frame, block, ref chain);
        return header.Stored ? "stored" : frame.Codec?.KindName(header.Kind) ?? "";
    }

    /// <summary>The kind of an embedded model, whose bytes are read and checked; null if the models are not in the frame.</summary>
    /// <param name="frame">A frame of this archive.</param>
    /// <param name="number">The model's number among the frame's.</param>
    /// <exception cref="InvalidDataException">It is damaged or no model.</exception>
    /// <exception cref="InsufficientMemoryException">Its file exceeds the memory limit.</exception>
    public string? DescribeModel(TacitFrame frame, int number)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return frame.EmbedsModels ? _reader.ModelKindAt(frame.EmbeddedModels[number], frame.Header.ModelHashes[number], BlockWorker.EffectiveLimit(_options.MemoryLimit)) : null;
    }

    /// <summary>What the samples of a frame of codec <see cref="TacitCodec.Audio"/> are; null for other frames and without samples.</summary>
    /// <exception cref="InvalidDataException">A block is damaged where it says so.</exception>
    public TacitAudio? DescribeAudio(TacitFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Codec is not AudioDescription)
            return null;
        PcmFormat? format = null;
        long moments = 0;
        byte[] start = new byte[AudioBlockHead.MaxLength];
        foreach (TacitBlock block in frame.Blocks)
        {
            uint chain = 0;
            BlockHeader header = ReadHeader(frame, block, ref chain);
            if (header.Stored || header.Kind != AudioCodec.SamplesKind)
                continue;
            Span<byte> coded = start.AsSpan(0, Math.Min(start.Length, block.CodedLength));
            _reader.ReadAt(block.Offset + FormatConstants.BlockHeaderLength, coded);
            var reader = new HeadReader(coded);
            AudioBlockHead head = AudioBlockHead.Read(ref reader, block.RawLength);
            format ??= head.Format;
            moments += (block.RawLength - head.Prefix - head.Tail) / head.Format.FrameLength;
        }
        return format is { } known ? new TacitAudio(known, moments) : null;
    }

    /// <summary>Writes the raw bytes from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    /// <remarks>Each block is checked by itself; that all belong together is only checked of frames wholly in the range.</remarks>
    /// <param name="start">First raw byte.</param>
    /// <param name="end">One past the last raw byte; at most <see cref="Length"/>.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="progress">Told of raw bytes decoded; whole blocks are decoded, so it may exceed the range.</param>
    /// <param name="cancellationToken">Stops the work within 64 KB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the data.</exception>
    /// <exception cref="InvalidDataException">A block is damaged.</exception>
    /// <exception cref="InsufficientMemoryException">A block needs more than the memory limit.</exception>
    public async Task CopyRangeAsync(long start, long end, Stream destination, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, end);
        WorkProgress? shared = progress is null ? null : new WorkProgress(progress);
        long frameStart = 0;
        foreach (TacitFrame frame in Frames)
        {
            if (frameStart >= end)
                break;
            await CopyFrameRangeAsync(frame, start - frameStart, end - frameStart, destination, shared, cancellationToken)
                .ConfigureAwait(false);
            frameStart += frame.Length;
        }
    }

    private async Task CopyFrameRangeAsync(TacitFrame frame, long start, long end, Stream destination, WorkProgress? progress,
        CancellationToken cancellationToken)
    {
        (start, end) = (Math.Max(start, 0), Math.Min(end, frame.Length));
        if (start >= end)
            return;
        var wanted = new List<TacitBlock>();
        for (int number = BlockAt(frame, start); number < frame.Blocks.Count && frame.Blocks[number].RawOffset < end; number++)
            wanted.Add(frame.Blocks[number]);
        (CodecDescription codec, long limit) = await CodecOfAsync(frame, cancellationToken).ConfigureAwait(false);
        int slots = BlockWorker.CountFor(BlockWorker.Memory(codec, frame.Header.Parameters, wanted.Max(b => b.RawLength)), limit, Math.Min(_options.Threads, wanted.Count));
        using var ring = new BlockRing(codec, frame.Header.Parameters, slots, _options.Threads, progress, cancellationToken);
        uint chain = 0;
        for (int next = 0, oldest = 0; oldest < wanted.Count;)
        {
            if (next < wanted.Count && !ring.IsFull)
            {
                Fill(ring.Current, frame, wanted[next++], ref chain);
                ring.Current.StartDecoding();
                ring.MarkStarted();
                continue;
            }
            TacitBlock block = wanted[oldest++];
            await ring.Oldest.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                ring.Oldest.Work.GetAwaiter().GetResult();
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"The block at byte {block.Offset} is damaged: {e.Message}.", e);
            }
            int from = (int)Math.Max(start - block.RawOffset, 0), to = (int)Math.Min(end - block.RawOffset, block.RawLength);
            await destination.WriteAsync(ring.Oldest.Raw[from..to], cancellationToken).ConfigureAwait(false);
            ring.RemoveOldest();
        }
        if (wanted.Count == frame.Blocks.Count && chain != frame.Chain)
            throw new InvalidDataException($"Blocks of the frame at byte {frame.Offset} were exchanged for another frame's.");
    }

    // The codec with its models, and what the limit leaves beside these.
    // The codec of a frame with its models, and the memory that is left beside them.
    private async Task<(CodecDescription Codec, long Limit)> CodecOfAsync(TacitFrame frame, CancellationToken cancellationToken)
    {
        CodecRegistry.For(frame.Header);    // before any model is read for it
        _shelf.Begin(frame.Header);
        Func<int, long, TacitModel?>? embedded = !frame.EmbedsModels ? null
            : (i, limit) => _reader.ModelAt(frame.EmbeddedModels[i], frame.Header.ModelHashes[i], limit, cancellationToken);
        IReadOnlyList<TacitModel> models = frame.Header.ModelHashes.Length == 0 ? []
            : await Task.Run(() => _shelf.For(frame.Header, embedded, cancellationToken), cancellationToken).ConfigureAwait(false);
        return (CodecRegistry.For(frame.Header, models), _shelf.LimitBeside(frame.Header));
    }

    private BlockHeader ReadHeader(TacitFrame frame, TacitBlock block, ref uint chain)
    {
        Span<byte> bytes = stackalloc byte[FormatConstants.BlockHeaderLength];
        _reader.ReadAt(block.Offset, bytes);
        chain = BlockHeader.Chain(chain, bytes);
        int number = BlockAt(frame, block.RawOffset);
        return BlockHeader.TryRead(bytes, frame.Header, out BlockHeader header)
            && header.Number == (ushort)number && (number > 0 || header.RawCrc == frame.Header.Tag)
            && header.RawLength == block.RawLength && header.CodedLength == block.CodedLength
            ? header
            : throw new InvalidDataException($"The block header at byte {block.Offset} is damaged, or another block's.");
    }

    // The number of the block that holds a raw byte of the frame.
    private static int BlockAt(TacitFrame frame, long rawOffset)
    {
        int low = 0, high = frame.Blocks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (frame.Blocks[middle].RawOffset <= rawOffset)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private void Fill(BlockSlot slot, TacitFrame frame, TacitBlock block, ref uint chain)
    {
        slot.Header = ReadHeader(frame, block, ref chain);
        byte[] buffer = new byte[1 << 16];
        long offset = block.Offset + FormatConstants.BlockHeaderLength;
        while (slot.CodedLength < block.CodedLength)
        {
            int read = _reader.ReadAt(offset, buffer.AsSpan(0, Math.Min(buffer.Length, block.CodedLength - slot.CodedLength)));
            if (read == 0)
                throw new InvalidDataException($"The archive ends inside the block at byte {block.Offset}.");
            slot.AddCoded(buffer.AsSpan(0, read));
            offset += read;
        }
    }
}
