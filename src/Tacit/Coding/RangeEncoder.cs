using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Multi-symbol range encoder over totals that are powers of two, into a caller's buffer.</summary>
/// <remarks>
/// <para>
/// A symbol owns [start, start + frequency) of [0, 2^totalBits). It is given the part of the range between
/// ⌊range · start / 2^totalBits⌋ and ⌊range · (start + frequency) / 2^totalBits⌋, exact 64 × 24 bit products, so the
/// parts tile the range without a gap. The total may change from symbol to symbol. The interval and its carries are
/// <see cref="IntervalEncoder"/>'s.
/// </para>
/// <para>
/// Precision: a part is less than one unit off and range has at least 2^56, so a symbol costs less than 2^-31 of its
/// ideal cost more at every frequency, those next to the total included. (Dividing the range by the total first, as
/// is usual, would lose up to 2^-8 of it there.) A message ends within one byte of the sum. Worst case: a symbol
/// costs 24 bits, so a message of n symbols has at most 3n + 1 bytes.
/// </para>
/// </remarks>
public ref struct RangeEncoder
{
    /// <summary>The largest total is 2 to this power.</summary>
    public const int MaxTotalBits = 24;

    private IntervalEncoder _interval;

    /// <summary>Starts a message in <paramref name="destination"/>.</summary>
    public RangeEncoder(Span<byte> destination) => _interval = new(destination);

    /// <summary>
    /// True once the message no longer fits the destination; what follows is lost and need not be coded.
    /// </summary>
    public readonly bool Overflowed => _interval.Overflowed;

    /// <summary>Bytes written so far, the last of them subject to a carry; ending here adds at most one.</summary>
    public readonly int Position => _interval.Position;

    /// <summary>The width still open: the message so far is worth 8 · Position + 64 − log2(width) bits.</summary>
    internal readonly ulong Width => _interval.Range;

    /// <summary>Codes the symbol that owns [start, start + frequency) of [0, 2^totalBits).</summary>
    /// <param name="start">Sum of the frequencies of the symbols before it.</param>
    /// <param name="frequency">Its frequency, at least 1; start + frequency is at most 2^totalBits.</param>
    /// <param name="totalBits">Logarithm of the total, from 0 (which costs nothing) to 24.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(uint start, uint frequency, int totalBits)
    {
        ulong range = _interval.Range;
        ulong from = Boundary(range, start, totalBits);
        _interval.Narrow(from, Boundary(range, start + frequency, totalBits) - from);
    }

    /// <summary>Ends the message and returns its length in bytes, or −1 if it did not fit.</summary>
    public int Finish() => _interval.Finish();

    /// <summary>⌊range · position / 2^totalBits⌋, for a position from 0 to 2^totalBits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Boundary(ulong range, uint position, int totalBits)
    {
        Debug.Assert((uint)totalBits <= MaxTotalBits && position <= 1u << totalBits);
        return position >> totalBits != 0 ? range : Math.BigMul(range, (ulong)position << (64 - totalBits), out _);
    }
}
