using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Codecs.Records;
using Tacit.Compression.Container;

namespace Tacit.Compression;

/// <summary>One run of salvage: goes through an archive from its start and jumps over what is damaged.</summary>
/// <remarks>
/// A gap is written as soon as a block after it is recovered, or at the end of its frame if any of that was: then all
/// that comes out stands at its offset, and the last frame has its whole length. Other gaps cost nothing. A destination
/// that can seek and ends where it stands gets a hole for a gap, any other gets zeros.
/// </remarks>
internal sealed class Salvager : IDisposable
{
    private readonly DamagedArchive _archive;
    private readonly Stream _destination;
    private readonly long _memoryLimit;
    private readonly ModelShelf _shelf;
    private readonly WorkMonitor _monitor;
    private readonly List<SalvageLoss> _losses = [];
    private BlockWorker? _worker;
    private IReadOnlyList<TacitModel>? _models;      // of the frame at hand, once they were needed …
    private string? _withoutModels;                  // … or why it has none
    private byte[] _coded = [], _raw = [];
    private readonly bool _holes;
    private long _written;           // bytes of the destination
    private long _position;          // the same with the gap that is not written yet
    private long _due;               // gaps before this offset are written even if nothing follows
    private long _recovered;
    private long _metadataChecked;   // where the last metadata section ended
    private long _sectionsRead;      // and all sections of the last frame whose embedded models were looked for
    private long _frameStart;        // of the frame at hand

    public Salvager(Stream archive, Stream destination, TacitDecompressionOptions options, IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        _archive = new DamagedArchive(archive);
        _destination = destination;
        _holes = destination.CanSeek && destination.Position == destination.Length;   // what it holds must not show through
        _memoryLimit = BlockWorker.EffectiveLimit(options.MemoryLimit);
        _shelf = new ModelShelf(options);
        _monitor = new WorkMonitor(progress is null ? null : new WorkProgress(progress), cancellationToken);
    }

    /// <summary>Does it all.</summary>
    public SalvageReport Run()
    {
        long position = 0;
        while (position < _archive.Length)
        {
            FrameHeader? header = _archive.HeaderAt(position);
            (FrameFooter Footer, long End)? footer = _archive.FooterAfter(position, header);
            long blocks = _frameStart = position;
            if (header is not null)
            {
                blocks += header.Length;
                CheckMetadata(header, position);
            }
            else if (footer is null && _archive.EndOfTorn(position) is { } torn)
            {
                Lose(_archive.RawLengthOfFirstBlock(position, torn),
                    $"the frame header at byte {position} is damaged, and a frame of one block has no copy of it");
                position = torn;
                continue;
            }
            else if ((footer ??= _archive.FindFooter(position)) is { } found)
            {
                header = found.Footer.Header;
                Lose(0, $"the frame header at byte {position} is damaged; its copy at byte {found.End - header.FooterLength} was used");
            }
            else
            {
                long next = _archive.FindHeader(position + 1, _archive.Length);
                Lose(0, $"no frame can be read from byte {position} to {(next < 0 ? _archive.Length : next)}");
                if (next < 0)
                    break;
                position = next;
                continue;
            }
            long recovered = _recovered;
            List<TacitBlock>? index = footer is { } f ? _archive.IndexOf(f.Footer, f.End, blocks) : null;
            position = SalvageFrame(header, blocks, index, footer?.End ?? _archive.EndOfTorn(position));
            if (_recovered > recovered)
                _due = _position;
        }
        if (position == 0 && _archive.Length == 0)
            Lose(0, "the archive is empty");
        WriteGap(_due);
        if (_holes && _destination.Length < _destination.Position)
            _destination.SetLength(_destination.Position);
        _destination.Flush();
        return new SalvageReport(_recovered, _losses);
    }

    /// <inheritdoc/>
    public void Dispose() => _worker?.Dispose();

    // Returns where to go on after the frame.
    private long SalvageFrame(FrameHeader frame, long position, List<TacitBlock>? index, long? frameEnd)
    {
        long limit = frameEnd ?? _archive.Length;
        _worker?.Dispose();
        _worker = null;
        _coded = _raw = [];
        _models = null;
        _withoutModels = null;
        int expected = 0;            // number of the next block
        long searched = position;    // where the last intact structure ended
        bool trusted = false;        // position is where the structure before says something begins
        long nextFrame = -1;         // if the frame's end is not known: where the next frame's header is, or the archive ends
        while (true)
        {
            _monitor.Advance(0);
            if (_archive.TryBlockAt(position, frame, out BlockHeader block) && DamagedArchive.NumberOf(block, expected) is { } number)
            {
                LoseBlocks(frame, index, expected, number, position - searched);
                bool intact = TryBlock(frame, block, position);
                expected = number + 1;
                // If the payload is damaged its length on disk may be wrong as well: search from its start then.
                long next = position + FormatConstants.BlockHeaderLength + block.CodedLength;
                trusted = intact || StructureAt(next, frame);
                position = trusted ? next : position + FormatConstants.BlockHeaderLength;
                searched = position;
                continue;
            }
            if (frame.IsSingle && expected > 0 && _archive.HasSingleFooterBefore(position + FormatConstants.SingleFooterLength))
                return position + FormatConstants.SingleFooterLength;
            if (_archive.IndexAt(position, frame, footerRequired: !trusted) is { } end)
            {
                LoseBlocks(frame, index, expected, end.Blocks, position - searched);
                position += end.Length + frame.FooterLength;
                if (!_archive.HasFooterBefore(position, frame))
                    Lose(0, $"the frame's footer before byte {position} is damaged");
                return position;
            }
            // The metadata and model sections come here too, as does every kind of damage.
            trusted = false;
            if (frameEnd is null && nextFrame < position)
                limit = nextFrame = _archive.FindHeader(position, _archive.Length) is >= 0 and var at ? at : _archive.Length;
            long found = _archive.FindBlock(position, limit, frame, expected);
            if (found < 0)
                found = _archive.FindIndex(position, limit, frame);
            if (found >= 0)
            {
                position = found;
                continue;
            }
            if (index is not null)
                LoseBlocks(frame, index, expected, index.Count, 0);
            else if (frame.IsSingle && expected == 0)
                LoseBlocks(frame, null, 0, 1, limit - position);
            else if (frame.IsSingle)
                Lose(0, $"the frame's end is not where it was to be, at byte {position}");
            else
                Lose(0, $"the frame's end is damaged: an unknown number of blocks after block {expected - 1} is lost");
            return limit;
        }
    }

    private bool StructureAt(long position, FrameHeader frame) =>
        frame.IsSingle
            ? _archive.HasSingleFooterBefore(position + FormatConstants.SingleFooterLength)
            : _archive.TryBlockAt(position, frame, out _) || _archive.IndexAt(position, frame, footerRequired: true) is not null;

    private bool TryBlock(FrameHeader frame, in BlockHeader block, long position)
    {
        string reason;
        long offset = position + FormatConstants.BlockHeaderLength;
        if (offset + block.CodedLength > _archive.Length)
        {
            reason = "it is cut short";
        }
        else
        {
            try
            {
                CodecDescription codec = CodecOf(frame);
                BlockWorker.Check(BlockWorker.Memory(codec, frame.Parameters, block.RawLength), BlockWorker.LimitBeside(_memoryLimit, _models!.Sum(model => model.Memory)));
                _worker ??= new BlockWorker(codec, frame.Parameters);
                Span<byte> coded = Room(ref _coded, block.CodedLength), raw = Room(ref _raw, block.RawLength);
                _archive.ReadAt(offset, coded);
                _worker.Decode(block, coded, raw, _monitor);
                WriteGap(_position);
                _destination.Write(raw);
                _written = _position += raw.Length;
                _recovered += raw.Length;
                return true;
            }
            catch (InvalidDataException e)
            {
                reason = e.Message;
            }
        }
        Lose(block.RawLength, $"the block at byte {position} is damaged: {reason}");
        return false;
    }

    // Models are looked for when a block is found, and no byte of the archive is read for two frames' models.
    private CodecDescription CodecOf(FrameHeader frame)
    {
        if (_withoutModels is not null)
            throw new InvalidDataException(_withoutModels);
        CodecRegistry.For(frame);
        try
        {
            _models ??= _shelf.For(frame, EmbeddedModels(frame));
            return CodecRegistry.For(frame, _models);
        }
        catch (InvalidDataException e)
        {
            _withoutModels = e.Message;
            throw;
        }
    }

    private Func<int, TacitModel?>? EmbeddedModels(FrameHeader frame)
    {
        if (!frame.Has(FormatConstants.FlagEmbeddedModel) || _frameStart < _sectionsRead)
            return null;
        FrameSections? sections = _archive.SectionsOf(frame, _frameStart);
        _sectionsRead = sections?.End ?? _frameStart + frame.Length + FormatConstants.MaxMetadataLength;
        return sections is null ? null : i =>
        {
            try
            {
                return _archive.ModelAt(sections.Models[i], frame.ModelHashes[i], _memoryLimit);
            }
            catch (InvalidDataException)
            {
                return null;    // perhaps it is found elsewhere
            }
        };
    }

    // Without an index, missing blocks are taken to be of full length, but only as many as the bytes between could hold; blocks of records never are.
    private void LoseBlocks(FrameHeader frame, List<TacitBlock>? index, int from, int to, long bytesBetween)
    {
        if (from >= to)   // an index may tell of fewer blocks than there are
            return;
        string which = to - from == 1 ? $"block {from} is missing" : $"blocks {from} to {to - 1} are missing";
        if (index is not null && to <= index.Count)
            Lose(index[to - 1].RawOffset + index[to - 1].RawLength - index[from].RawOffset, which);
        else if ((to - from) * (FormatConstants.BlockHeaderLength + 1L) <= bytesBetween && CodecRegistry.Find(frame.Codec) is not RecordDescription)
            Lose((to - from) * (long)frame.BlockLength, which + ", taken to be of full length");
        else
            Lose(0, which + ", of unknown length");
    }

    // Nothing else reads the metadata; headers in a row that all claim the same bytes for it must not take long.
    private void CheckMetadata(FrameHeader frame, long position)
    {
        if (!frame.Has(FormatConstants.FlagMetadata) || position < _metadataChecked)
            return;
        if (!_archive.HasMetadata(frame, position, out _metadataChecked))
            Lose(0, $"the metadata at byte {position + frame.Length} is damaged");
    }

    private void Lose(long length, string reason)
    {
        _losses.Add(new SalvageLoss(_position, length, reason));
        _position += length;
    }

    // Brings the destination to the offset, which lies in the gap.
    private void WriteGap(long end)
    {
        long left = end - _written;
        if (left <= 0)
            return;
        _written = end;
        if (_holes)
        {
            _destination.Seek(left, SeekOrigin.Current);
            return;
        }
        byte[] zeros = new byte[Math.Min(left, WorkMonitor.Interval)];
        for (; left > 0; left -= zeros.Length)
        {
            _monitor.Advance(0);
            _destination.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        }
    }

    // Kept from block to block: at the sizes of blocks, what is dropped stays in memory for long.
    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = [];
            buffer = GC.AllocateUninitializedArray<byte>(length);
        }
        return buffer.AsSpan(0, length);
    }
}
