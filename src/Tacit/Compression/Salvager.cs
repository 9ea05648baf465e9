using Tacit.Compression.Blocks;
using Tacit.Compression.Codecs;
using Tacit.Compression.Container;

namespace Tacit.Compression;

/// <summary>One run of salvage: goes through an archive from its start and jumps over what is damaged.</summary>
internal sealed class Salvager : IDisposable
{
    private readonly DamagedArchive _archive;
    private readonly Stream _destination;
    private readonly long _memoryLimit;
    private readonly WorkMonitor _monitor;
    private readonly List<SalvageLoss> _losses = [];
    private BlockWorker? _worker;
    private long _written;
    private long _recovered;

    public Salvager(Stream archive, Stream destination, TacitDecompressionOptions options, IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        _archive = new DamagedArchive(archive);
        _destination = destination;
        _memoryLimit = BlockWorker.EffectiveLimit(options.MemoryLimit);
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
            long blocks = position;
            if (header is not null)
            {
                blocks += header.Length;
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
            position = SalvageFrame(header, blocks, footer);
        }
        if (position == 0 && _archive.Length == 0)
            Lose(0, "the archive is empty");
        _destination.Flush();
        return new SalvageReport(_recovered, _losses);
    }

    /// <inheritdoc/>
    public void Dispose() => _worker?.Dispose();

    // Returns where to go on after the frame.
    private long SalvageFrame(FrameHeader frame, long position, (FrameFooter Footer, long End)? footer)
    {
        List<TacitBlock>? index = footer is { } f ? _archive.IndexOf(f.Footer, f.End) : null;
        long limit = footer?.End ?? _archive.Length;
        _worker?.Dispose();
        _worker = null;
        int expected = 0;            // number of the next block
        long searched = position;    // where the last intact structure ended
        bool trusted = false;        // position is where the structure before says something begins
        long nextFrame = -1;         // without a footer: where the next frame's header is, or the archive ends
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
            if (_archive.IndexAt(position, frame, footerRequired: !trusted) is { } end)
            {
                LoseBlocks(frame, index, expected, end.Blocks, position - searched);
                return position + end.Length + frame.FooterLength;
            }
            // The metadata and model sections come here too, as does every kind of damage.
            trusted = false;
            if (footer is null && nextFrame < position)
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
            else
                Lose(0, $"the frame's end is damaged: an unknown number of blocks after block {expected - 1} is lost");
            return limit;
        }
    }

    private bool StructureAt(long position, FrameHeader frame) =>
        _archive.TryBlockAt(position, frame, out _) || _archive.IndexAt(position, frame, footerRequired: true) is not null;

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
                CodecDescription codec = CodecRegistry.For(frame);
                BlockWorker.CountFor(BlockWorker.Memory(codec, frame.Parameters, block.RawLength), _memoryLimit, 1);
                _worker ??= new BlockWorker(codec, frame.Parameters);
                byte[] coded = GC.AllocateUninitializedArray<byte>(block.CodedLength);
                byte[] raw = GC.AllocateUninitializedArray<byte>(block.RawLength);
                _archive.ReadAt(offset, coded);
                _worker.Decode(block, coded, raw, _monitor);
                _destination.Write(raw);
                _written += raw.Length;
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

    // Without an index, missing blocks are taken to be of full length, but only as many as the bytes between could hold.
    private void LoseBlocks(FrameHeader frame, List<TacitBlock>? index, int from, int to, long bytesBetween)
    {
        if (from >= to)   // an index may tell of fewer blocks than there are
            return;
        string which = to - from == 1 ? $"block {from} is missing" : $"blocks {from} to {to - 1} are missing";
        if (index is not null && to <= index.Count)
            Lose(index[to - 1].RawOffset + index[to - 1].RawLength - index[from].RawOffset, which);
        else if ((to - from) * (FormatConstants.BlockHeaderLength + 1L) <= bytesBetween)
            Lose((to - from) * (long)frame.BlockLength, which + ", taken to be of full length");
        else
            Lose(0, which + ", of unknown length");
    }

    private void Lose(long length, string reason)
    {
        _losses.Add(new SalvageLoss(_written, length, reason));
        byte[] zeros = new byte[Math.Min(length, WorkMonitor.Interval)];
        for (long left = length; left > 0; left -= zeros.Length)
        {
            _monitor.Advance(0);
            _destination.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        }
        _written += length;
    }
}
