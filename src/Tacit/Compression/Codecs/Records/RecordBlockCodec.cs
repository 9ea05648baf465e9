using System.Buffers.Binary;
using Tacit.Compression.Records;
using Tacit.Media;
using Tacit.Modeling.Records;

namespace Tacit.Compression.Codecs.Records;

/// <summary>Codec <c>records</c>: each record of a block coded alone, as <see cref="RecordCodec"/> does, with their lengths at the block's head.</summary>
/// <remarks>
/// What ends a record (line end, prefix) is not coded but told by the block's kind. So a record can be decoded without any
/// other, and a block whose last record has no end, or whose lines end in CR LF, comes back as it was.
/// </remarks>
internal sealed class RecordBlockCodec(RecordModel model, RecordFormat format, int recordsPerBlock) : BlockCodec
{
    /// <summary>Kind: every line ends in CR LF. Lines and rows only.</summary>
    public const byte CarriageReturns = 1;

    /// <summary>Kind: the last record is all that is left, without line end or prefix.</summary>
    public const byte Open = 2;

    private static ReadOnlySpan<byte> LineFeed => "\n"u8;

    private static ReadOnlySpan<byte> CarriageReturnLineFeed => "\r\n"u8;

    private readonly RecordPredictor _predictor = new(model.Parameters);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor)
    {
        List<int> ends = Cut(raw, out bool open);
        kind = (byte)((open ? Open : 0) | (EndsInCarriageReturns(raw, ends, open) ? CarriageReturns : 0));
        int[] lengths = new int[ends.Count];
        int at = 0, start = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            ReadOnlySpan<byte> record = ContentOf(raw[start..ends[i]], kind, open && i == lengths.Length - 1);
            lengths[i] = RecordCoding.Compress(_predictor, record, coded[at..], monitor);
            if (lengths[i] < 0)
                return -1;
            at += lengths[i];
            monitor.Advance(ends[i] - start);
            start = ends[i];
        }
        byte[] head = RecordBlockHead.Write(lengths);
        if (coded.Length - at < head.Length)
            return -1;
        coded[..at].CopyTo(coded[head.Length..]);
        head.CopyTo(coded);
        return head.Length + at;
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (Decode(coded, kind, raw, 0, null, monitor) != raw.Length)
            throw new InvalidDataException("its records are shorter than the block");
    }

    /// <summary>Decodes some of a block's records, with what ends them.</summary>
    /// <param name="coded">The block's coded bytes.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="destination">Room for the bytes; as many as the block has are enough.</param>
    /// <param name="first">The first record's number in the block.</param>
    /// <param name="end">One past the last one's; null for all.</param>
    /// <param name="monitor">Told of progress.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public int Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> destination, int first, int? end, WorkMonitor monitor)
    {
        if (kind > (CarriageReturns | Open) || (format == RecordFormat.Prefixed && (kind & CarriageReturns) != 0))
            throw new InvalidDataException($"Block kind {kind} of codec 'records' is unknown.");
        int[] lengths = RecordBlockHead.Read(ref coded, recordsPerBlock);
        if (end > lengths.Length)
            throw new InvalidDataException($"it has {lengths.Length} records, fewer than the frame says");
        int written = 0;
        for (int i = 0; i < (end ?? lengths.Length); i++)
        {
            if (i >= first)
            {
                int length = Decode(coded[..lengths[i]], kind, (kind & Open) != 0 && i == lengths.Length - 1, destination[written..], monitor);
                written += length;
                monitor.Advance(length);
            }
            coded = coded[lengths[i]..];
        }
        return written;
    }

    /// <summary>Where each record of a stored or raw block ends, what ends it included.</summary>
    /// <param name="raw">The block.</param>
    /// <param name="open">True if the last one is all that is left, without an end.</param>
    public List<int> Cut(ReadOnlySpan<byte> raw, out bool open)
    {
        var ends = new List<int>();
        var cutter = new RecordCutter(format);
        for (int at = 0; at < raw.Length;)
        {
            at += cutter.Take(raw[at..], out bool complete);
            if (complete || at == raw.Length)
                ends.Add(at);
        }
        open = cutter.Pending > 0;
        return ends;
    }

    public override void Dispose()
    {
        _predictor.Dispose();
        base.Dispose();
    }

    private int Decode(ReadOnlySpan<byte> code, byte kind, bool open, Span<byte> destination, WorkMonitor monitor)
    {
        int before = !open && format == RecordFormat.Prefixed ? RecordCutter.PrefixLength : 0;
        ReadOnlySpan<byte> after = open || format == RecordFormat.Prefixed ? default : (kind & CarriageReturns) != 0 ? CarriageReturnLineFeed : LineFeed;
        int length = destination.Length < before + after.Length ? -1 : RecordCoding.Expand(_predictor, code, destination[before..^after.Length], monitor);
        if (length < 0)
            throw new InvalidDataException("one of its records is damaged, or longer than the block");
        if (before > 0)
            BinaryPrimitives.WriteInt32LittleEndian(destination, length);
        after.CopyTo(destination[(before + length)..]);
        return before + length + after.Length;
    }

    private ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> record, byte kind, bool open) =>
        open ? record : format == RecordFormat.Prefixed ? record[RecordCutter.PrefixLength..] : record[..^((kind & CarriageReturns) != 0 ? 2 : 1)];

    private bool EndsInCarriageReturns(ReadOnlySpan<byte> raw, List<int> ends, bool open)
    {
        int complete = ends.Count - (open ? 1 : 0);
        if (format == RecordFormat.Prefixed || complete == 0)
            return false;
        for (int i = 0; i < complete; i++)
        {
            if (!raw[(i == 0 ? 0 : ends[i - 1])..ends[i]].EndsWith(CarriageReturnLineFeed))
                return false;
        }
        return true;
    }
}
