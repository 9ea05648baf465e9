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
    private readonly CancellationToken _cancellation;
    private readonly BlockWorker _storing = new(CodecRegistry.Get((byte)TacitCodec.Store), []);      // of blocks that need no codec
    private readonly List<SalvageLoss> _losses = [];
    private BlockWorker? _worker;
    private CodecDescription? _codec;                // of the frame at hand, with its models, once it was needed …
    private string? _withoutCodec;                   // … or why it cannot be used
    private byte[] _coded = [], _raw = [];
    private readonly bool _holes;
    private long _written;           // bytes of the destination
    private long _position;          // the same with the gap that is not written yet
    private long _due;               // gaps before this offset are written even if nothing follows
    private long _recovered;
    private long _metadataChecked;   // where the last metadata section ended
    private long _sectionsRead;      // and all sections of the last frame whose embedded models were looked for
    private long _readAgain;         // bytes that were read for two frames' sections
    private long _frameStart;        // of the frame at hand

    public Salvager(Stream archive, Stream destination, TacitDecompressionOptions options, IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        _archive = new DamagedArchive(archive);
        _destination = destination;
        _holes = destination.CanSeek && destination.Position == destination.Length;   // what it holds must not show through
        _memoryLimit = BlockWorker.EffectiveLimit(options.MemoryLimit);
        _cancellation = cancellationToken;
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
    public void Dispose()
    {
        _worker?.Dispose();
        _shelf.Clear();
        _storing.Dispose();
    }

    // Returns where to go on after the frame.
    private long SalvageFrame(FrameHeader frame, long position, List<TacitBlock>? index, long? frameEnd)
    {
        long limit = frameEnd ?? _archive.Length;
        _worker?.Dispose();
        _worker = null;
        _coded = _raw = [];
        _codec = null;
        _withoutCodec = null;
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
            reason = "is damaged: it is cut short";
        }
        else if (!block.Stored && CodecOf(frame) is null)
        {
            reason = $"cannot be decoded: {_withoutCodec}";
        }
        else
        {
            try
            {
                BlockWorker worker = block.Stored ? _storing : _worker ??= new BlockWorker(_codec!, frame.Parameters);
                BlockWorker.Check(worker.Memory(block.RawLength), block.Stored ? _memoryLimit : _shelf.LimitBeside(frame));
                Span<byte> coded = Room(ref _coded, block.CodedLength), raw = Room(ref _raw, block.RawLength);
                _archive.ReadAt(offset, coded);
                worker.Decode(block, coded, raw, _monitor);
                WriteGap(_position);
                _destination.Write(raw);
                _written = _position += raw.Length;
                _recovered += raw.Length;
                return true;
            }
            catch (InvalidDataException e)
            {
                reason = $"is damaged: {e.Message}";
            }
        }
        Lose(block.RawLength, $"the block at byte {position} {reason}");
        return false;
    }

    // The codec with its models, or null. Models are looked for when a block that needs them is found.
    private CodecDescription? CodecOf(FrameHeader frame)
    {
        if (_withoutCodec is not null || _codec is not null)
            return _codec;
        try
        {
            CodecRegistry.For(frame);
            _shelf.Begin(frame);
            return _codec = CodecRegistry.For(frame, _shelf.For(frame, EmbeddedModels(frame), _cancellation));
        }
        catch (InvalidDataException e)
        {
            _withoutCodec = e.Message;
            return null;
        }
    }

    // Headers in a row that all claim the same bytes for their sections must not take long: those are read twice as long as that costs no more than
    // to read the archive once.
    private Func<int, long, TacitModel?>? EmbeddedModels(FrameHeader frame)
    {
        if (!frame.Has(FormatConstants.FlagEmbeddedModel) || (_frameStart < _sectionsRead && _readAgain > _archive.Length))
            return null;
        FrameSections? sections = _archive.SectionsOf(frame, _frameStart);
        long end = sections?.End ?? _frameStart + frame.Length + FormatConstants.MaxMetadataLength;
        _readAgain += Math.Clamp(_sectionsRead - _frameStart, 0, end - _frameStart);
        _sectionsRead = Math.Max(_sectionsRead, end);
        return sections is null ? null : (i, limit) =>
        {
            try
            {
                return _archive.ModelAt(sections.Models[i], frame.ModelHashes[i], limit, _cancellation);
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
