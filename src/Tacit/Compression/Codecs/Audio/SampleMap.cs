using Tacit.Compression.Codecs.Numeric;
using Tacit.Modeling.Series;

namespace Tacit.Compression.Codecs.Audio;

/// <summary>Which integers a channel's samples are, as indices without gaps: all, every g-th, or those of a list.</summary>
internal sealed class SampleMap
{
    private const int PlainKind = 0, StepKind = 1, ListKind = 2, CopyKind = 3;
    private const int KindMask = 3, ExceptionBit = 4, FractionBit = 8;

    private readonly int _zero;         // values of the list below 0
    private readonly int[]? _places;    // of the integers from the list's first to its last, for an encoder

    private SampleMap(int kind, long offset, long step, long[]? values)
    {
        (Kind, Offset, Step, Values) = (kind, offset, step, values);
        if (values is null)
            return;
        while (_zero < values.Length && values[_zero] < 0)
            _zero++;
    }

    private SampleMap(long[] values, long unit)
        : this(ListKind, values[0], unit, values)
    {
        _places = new int[(values[^1] - values[0]) / unit + 1];
        for (int i = 0; i < values.Length; i++)
            _places[(values[i] - values[0]) / unit] = i;
    }

    private int Kind { get; }

    private long Offset { get; }

    private long Step { get; }

    /// <summary>The integers there are, ascending, or null if there is no list.</summary>
    public long[]? Values { get; private set; }

    /// <summary>The channel before this one that has the same samples, or −1.</summary>
    public int CopyOf { get; private init; } = -1;

    /// <summary>Some samples are no such integers.</summary>
    public bool HasExceptions { get; private init; }

    /// <summary>Samples have more bits than the integers.</summary>
    public bool HasFractions { get; private init; }

    /// <summary>A channel like one before it.</summary>
    public static SampleMap Copy(int channel) => new(CopyKind, 0, 1, null) { CopyOf = channel };

    /// <summary>All integers, or every <paramref name="step"/>-th from <paramref name="offset"/> on.</summary>
    public static SampleMap Every(long offset, long step, bool exceptions, bool fractions) =>
        new(step > 1 ? StepKind : PlainKind, offset, step, null) { HasExceptions = exceptions, HasFractions = fractions };

    /// <summary>Those of an ascending list, whose distances are multiples of <paramref name="unit"/>.</summary>
    public static SampleMap Listed(long[] values, long unit, bool exceptions, bool fractions) =>
        new(values, unit) { HasExceptions = exceptions, HasFractions = fractions };

    /// <summary>The index of an integer that the map has.</summary>
    public long Index(long value) => _places is not null ? _places[(value - Offset) / Step] - _zero : Step == 1 ? value : (value - Offset) / Step;

    /// <summary>The integer of an index.</summary>
    /// <exception cref="InvalidDataException">It is not in the list.</exception>
    public long Value(long index)
    {
        if (Values is null)
            return Step == 1 ? index : unchecked(Offset + index * Step);
        index = unchecked(index + _zero);
        return (ulong)index < (ulong)Values.Length ? Values[index] : throw new InvalidDataException($"A sample is the {index}th of a list of {Values.Length}.");
    }

    /// <summary>Writes what the head says of it.</summary>
    public void Write(HeadWriter head)
    {
        head.Byte((byte)(Kind | (HasExceptions ? ExceptionBit : 0) | (HasFractions ? FractionBit : 0)));
        switch (Kind)
        {
            case StepKind:
                head.Number((ulong)Step);
                head.Number((ulong)Offset);
                break;
            case ListKind:
                head.Number((ulong)Values!.Length);
                break;
            case CopyKind:
                head.Number((ulong)CopyOf);
                break;
        }
    }

    /// <summary>Reads that; a list is yet to be filled.</summary>
    /// <param name="head">The head.</param>
    /// <param name="channel">Channels before this one.</param>
    /// <param name="isFloat">Whether there may be exceptions and fractions.</param>
    /// <param name="room">Most values its list may have; less those it has afterwards.</param>
    /// <exception cref="InvalidDataException">There is no such map.</exception>
    public static SampleMap Read(ref HeadReader head, int channel, bool isFloat, ref int room)
    {
        int flags = head.Byte(), kind = flags & KindMask;
        bool exceptions = (flags & ExceptionBit) != 0, fractions = (flags & FractionBit) != 0;
        if (flags > 15 || (flags > KindMask && (!isFloat || kind == CopyKind)))
            throw new InvalidDataException($"A channel of the block has unknown flags {flags}.");
        switch (kind)
        {
            case PlainKind:
                return Every(0, 1, exceptions, fractions);
            case StepKind:
                int step = head.Number("the distance of samples", int.MaxValue);
                if (step < 2)
                    throw new InvalidDataException($"A channel of the block has the step {step}.");
                return Every(head.Number("the first sample", step - 1), step, exceptions, fractions);
            case ListKind:
                int count = head.Number("the values of a list", room);
                room -= count;
                return new SampleMap(ListKind, 0, 1, new long[count]) { HasExceptions = exceptions, HasFractions = fractions };
            default:
                if (channel == 0)
                    throw new InvalidDataException("The first channel of the block is like one before it.");
                return Copy(head.Number("the channel a channel is like", channel - 1));
        }
    }

    /// <summary>Codes the list, or finds it and returns the map with it.</summary>
    public SampleMap CodeList<T>(ref T coder, int level)
        where T : struct, IBitCoder, allows ref struct
    {
        if (Values is not { Length: > 0 })
            return this;
        TableModel.CodeList(ref coder, Values, level);
        return _places is not null ? this : new SampleMap(ListKind, 0, 1, Values) { HasExceptions = HasExceptions, HasFractions = HasFractions };
    }
}
