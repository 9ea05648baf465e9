using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Reads what <see cref="RangeEncoder"/> wrote, given the same frequencies.</summary>
/// <remarks>
/// <see cref="Peek"/> says where in [0, 2^totalBits) the message lies, the caller finds the symbol that owns the
/// place, and <see cref="Consume"/> moves past it. Bytes past the end of the source read as zero; a whole message
/// needs at most <see cref="MaxOverread"/> of them, so <see cref="Exhausted"/> tells one that was cut. Any bytes
/// decode to some symbols: a check sum is the caller's.
/// </remarks>
public ref struct RangeDecoder
{
    /// <summary>Bytes past the end that decoding a whole message may read.</summary>
    public const int MaxOverread = IntervalDecoder.MaxOverread;

    private IntervalDecoder _interval;

    /// <summary>Starts reading a message that is exactly <paramref name="source"/>.</summary>
    public RangeDecoder(ReadOnlySpan<byte> source) => _interval = new(source);

    /// <summary>True if more was asked for than the message can hold: it is truncated or damaged.</summary>
    public readonly bool Exhausted => _interval.Exhausted;

    /// <summary>The place the next symbol owns: start ≤ place &lt; start + frequency.</summary>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24: the encoder's.</param>
    /// <returns>A place from 0 to 2^totalBits − 1, whatever the source holds.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Peek(int totalBits)
    {
        // The place v is the last one whose boundary is at most offset. With step = ⌊range / 2^totalBits⌋, v · step is
        // no higher than v's boundary, so offset / step is v or more; and step is at least 2^32, which makes
        // offset / step exceed offset · 2^totalBits / range by less than 2^24 / 2^32: it is v or v + 1. Offset can be
        // as large as the range only in a damaged message, and 2^totalBits itself is no place.
        ulong range = _interval.Range;
        ulong offset = _interval.Offset;
        uint place = (uint)Math.Min(offset / (range >> totalBits), (1UL << totalBits) - 1);
        return RangeEncoder.Boundary(range, place, totalBits) > offset ? place - 1 : place;
    }

    /// <summary>
    /// Moves past the symbol that owns [start, start + frequency) and with it the place that was peeked.
    /// </summary>
    /// <param name="start">Sum of the frequencies of the symbols before it.</param>
    /// <param name="frequency">Its frequency, at least 1; start + frequency is at most 2^totalBits.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 to 24: the encoder's.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Consume(uint start, uint frequency, int totalBits)
    {
        Debug.Assert(Peek(totalBits) - start < frequency);
        ulong range = _interval.Range;
        ulong from = RangeEncoder.Boundary(range, start, totalBits);
        _interval.Narrow(from, RangeEncoder.Boundary(range, start + frequency, totalBits) - from);
    }
}
