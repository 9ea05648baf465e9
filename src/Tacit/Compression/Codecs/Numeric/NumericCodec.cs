using Tacit.Media.Numeric;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>Codec <c>numeric</c>: a table's columns by adaptive linear prediction; a block that is no table as codec <c>cm</c> has it.</summary>
/// <remarks>
/// A table's coded bytes: a head that says what the columns are; the length of the bytes beside the table, and if there are
/// any, their coded length and code; the integers' code.
/// </remarks>
internal sealed class NumericCodec(int level, BinaryLayout? known = null) : BlockCodec
{
    /// <summary>Kind of a block of elements as they lie in memory.</summary>
    public const byte BinaryKind = 0;

    /// <summary>Kind of a block of delimited text.</summary>
    public const byte TextKind = 1;

    /// <summary>Added to the kinds of codec cm.</summary>
    public const byte MixedKind = 8;

    // Blocks up to the first length are coded both ways; of longer ones a 64th part is tried.
    private const int SmallBlock = 1 << 13, LongestTrial = 1 << 16, TrialShare = 64, LeastTrial = 1 << 12;
    private const int LeastTable = 64;
    private const double MostBitsPerByte = 7.5;

    // Per cent of the other's length.
    private const int ClearlySmaller = 95;

    // In a trial of a long block the other way is tried at this level: a part of the block tells no more at a higher one.
    private const int TrialLevel = 1;

    private readonly ContextMixingCodec _mixing = new(level);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, out byte kind, WorkMonitor monitor) =>
        Encode(raw, coded, new BlockPlace(0, null), out kind, monitor);

    public override int Encode(ReadOnlySpan<byte> raw, Span<byte> coded, BlockPlace place, out byte kind, WorkMonitor monitor)
    {
        BinaryLayout? layout = known;
        // A row told by the caller may have begun in the block before.
        if (known is { } told && place.Offset % told.RowLength is var begun and > 0)
            layout = told with { Prefix = (int)Math.Min(told.RowLength - begun, raw.Length) };
        if (known is { } given ? given.Columns <= SeriesPlan.ColumnsOf(raw.Length) : LooksLikeTable(raw, out layout) && IsBetter(raw, layout))
        {
            kind = layout is null ? TextKind : BinaryKind;
            int length = layout is { } binary ? EncodeBinary(raw, binary, coded, monitor) : EncodeText(raw, coded, monitor);
            if (length >= 0)
                return length;
        }
        int mixed = _mixing.Encode(raw, coded, out kind, monitor);
        kind += MixedKind;
        return mixed;
    }

    public override void Decode(ReadOnlySpan<byte> coded, byte kind, Span<byte> raw, WorkMonitor monitor)
    {
        if (kind >= MixedKind)
        {
            _mixing.Decode(coded, (byte)(kind - MixedKind), raw, monitor);
            return;
        }
        var head = new HeadReader(coded);
        switch (kind)
        {
            case BinaryKind:
                var binary = BinaryTableCode.ReadHead(ref head, raw.Length);
                byte[] beside = SideStream.Read(ref head, raw.Length, level, monitor);
                var reading = new BitReading(head.Rest);
                binary.Decode(ref reading, raw, new SideReader(beside), level, monitor);
                break;
            case TextKind:
                var text = TextTableCode.ReadHead(ref head, raw.Length);
                beside = SideStream.Read(ref head, raw.Length, level, monitor);
                reading = new BitReading(head.Rest);
                text.Decode(ref reading, raw, new SideReader(beside), level, monitor);
                break;
            default:
                throw new InvalidDataException($"Block kind {kind} is unknown to codec 'numeric'.");
        }
    }

    public override void Dispose()
    {
        _mixing.Dispose();
        base.Dispose();
    }

    private static bool LooksLikeTable(ReadOnlySpan<byte> raw, out BinaryLayout? layout)
    {
        layout = null;
        if (raw.Length < LeastTable)
            return false;
        if (BlockStructure.Detect(raw[..Math.Min(raw.Length, LongestTrial)]).Kind is BlockKind.Text or BlockKind.Ideographs)
            return true;
        (BinaryLayout found, double bits) = BinaryLayoutDetector.Detect(raw);
        layout = found;
        return bits < MostBitsPerByte && found.Columns <= SeriesPlan.ColumnsOf(raw.Length);
    }

    private bool IsBetter(ReadOnlySpan<byte> raw, BinaryLayout? layout)
    {
        ReadOnlySpan<byte> trial = Trial(raw, layout);
        if (trial.Length == raw.Length)
        {
            (int whole, int other) = Try(trial, layout, _mixing);
            return whole >= 0 && (other < 0 || whole < other);
        }
        using var mixing = new ContextMixingCodec(Math.Min(level, TrialLevel));
        (int table, int mixed) = Try(trial, layout, mixing);
        // A part tells against the table, which has more to learn before it is good.
        return table >= 0 && (mixed < 0 || table < mixed + mixed / 16);
    }

    // Coded lengths both ways, −1 for what does not become smaller; the second only if the first does.
    private (int Table, int Mixed) Try(ReadOnlySpan<byte> trial, BinaryLayout? layout, ContextMixingCodec mixing)
    {
        byte[] room = new byte[trial.Length];
        int table = layout is { } binary ? EncodeBinary(trial, binary, room, WorkMonitor.None) : EncodeText(trial, room, WorkMonitor.None);
        return (table, table < 0 ? -1 : mixing.Encode(trial, room, out _, WorkMonitor.None));
    }

    /// <summary>Whether a beginning of data is a table that this codec makes clearly smaller than codec cm would.</summary>
    public bool Suits(ReadOnlySpan<byte> beginning)
    {
        if (!LooksLikeTable(beginning, out BinaryLayout? layout))
            return false;
        (int table, int mixed) = Try(Trial(beginning, layout), layout, _mixing);
        return table >= 0 && (mixed < 0 || (long)table * 100 < (long)mixed * ClearlySmaller);
    }

    // Whole rows from the middle.
    private static ReadOnlySpan<byte> Trial(ReadOnlySpan<byte> raw, BinaryLayout? layout)
    {
        if (raw.Length <= SmallBlock)
            return raw;
        int length = Math.Clamp(raw.Length / TrialShare, LeastTrial, LongestTrial), start = (raw.Length - length) / 2;
        if (layout is { } binary)
            return raw.Slice(start - start % binary.RowLength, length - length % binary.RowLength);
        start += raw[start..].IndexOf((byte)'\n') + 1;
        ReadOnlySpan<byte> trial = raw[start..Math.Min(start + length, raw.Length)];
        int end = trial.LastIndexOf((byte)'\n');
        return end < 0 ? trial : trial[..(end + 1)];
    }

    private int EncodeBinary(ReadOnlySpan<byte> raw, BinaryLayout layout, Span<byte> coded, WorkMonitor monitor)
    {
        var side = new List<byte>();
        var head = new HeadWriter();
        BinaryTableCode code = BinaryTableCode.Plan(raw, layout, side);
        code.WriteHead(head);
        int start = SideStream.Write(head, side, coded, level);
        if (start < 0)
            return -1;
        var writing = new BitWriting(coded[start..]);
        return code.Encode(ref writing, raw, level, monitor) && writing.Finish() is >= 0 and int length ? start + length : -1;
    }

    private int EncodeText(ReadOnlySpan<byte> raw, Span<byte> coded, WorkMonitor monitor)
    {
        if (TextTable.Find(raw.ToArray(), SeriesPlan.ColumnsOf(raw.Length)) is not { } table)
            return -1;
        var side = new List<byte>();
        var head = new HeadWriter();
        TextTableCode code = TextTableCode.Plan(table, side);
        code.WriteHead(head);
        int start = code.NumericColumns == 0 ? -1 : SideStream.Write(head, side, coded, level);
        if (start < 0)
            return -1;
        var writing = new BitWriting(coded[start..]);
        return code.Encode(ref writing, table, level, monitor) && writing.Finish() is >= 0 and int length ? start + length : -1;
    }
}
