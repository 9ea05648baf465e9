using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Reads what <see cref="BinaryEncoder"/> wrote, given the same probabilities.</summary>
/// <remarks>
/// Bytes past the end of the source read as zero; a whole message needs at most <see cref="MaxOverread"/> of them,
/// so <see cref="Exhausted"/> tells one that was cut. Any bytes decode to some bits: a check sum is the caller's.
/// </remarks>
public ref struct BinaryDecoder
{
    /// <summary>Bytes past the end that decoding a whole message may read.</summary>
    public const int MaxOverread = IntervalDecoder.MaxOverread;

    private IntervalDecoder _interval;

    /// <summary>Starts reading a message that is exactly <paramref name="source"/>.</summary>
    public BinaryDecoder(ReadOnlySpan<byte> source) => _interval = new(source);

    /// <summary>True if more bits were asked for than the message can hold: it is truncated or damaged.</summary>
    public readonly bool Exhausted => _interval.Exhausted;

    /// <summary>Bytes that follow a message which ends with what was decoded; 0 or −1 if none do.</summary>
    internal readonly int Surplus => _interval.Surplus;

    /// <summary>Decodes one bit.</summary>
    /// <param name="probability">P(bit = 1) in units of 2^-32, from 1 to 2^32 − 1: the encoder's.</param>
    /// <returns>0 or 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(uint probability)
    {
        Debug.Assert(probability > 0);
        ulong range = _interval.Range;
        ulong bound = Math.BigMul(range, (ulong)probability << 32, out _);
        int bit = _interval.Offset < bound ? 1 : 0;
        ulong ifOne = (ulong)-(long)bit;
        ulong rest = range - bound;
        _interval.Narrow(bound & ~ifOne, rest ^ ((rest ^ bound) & ifOne));
        return bit;
    }
}
