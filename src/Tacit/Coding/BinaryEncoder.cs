using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Binary arithmetic encoder: one bit at a time under a given probability, into a caller's buffer.</summary>
/// <remarks>
/// <para>
/// A bit splits a range of at least 2^56 at bound = ⌊range · p / 2^32⌋, an exact 64 × 32 bit product: 1 takes the
/// first part, 0 the rest. Both are at least 2^24 wide, so no bit is ever impossible, and no probability is
/// rounded. The interval and its carries are <see cref="IntervalEncoder"/>'s.
/// </para>
/// <para>
/// Precision: bound is less than one unit too small and range at least 2^56 units, so a 1 costs less than 2^-23 of
/// its ideal cost more for every p from 2^-32 to 1 − 2^-32, and a 0 never more than its ideal cost. A message ends
/// within one byte of the sum. Worst case: a bit costs 32 bits, so a message of n bits has at most 4n + 1 bytes.
/// </para>
/// </remarks>
public ref struct BinaryEncoder
{
    private IntervalEncoder _interval;

    /// <summary>Starts a message in <paramref name="destination"/>.</summary>
    public BinaryEncoder(Span<byte> destination) => _interval = new(destination);

    /// <summary>
    /// True once the message no longer fits the destination; what follows is lost and need not be coded.
    /// </summary>
    public readonly bool Overflowed => _interval.Overflowed;

    /// <summary>Bytes written so far, the last of them subject to a carry; ending here adds at most one.</summary>
    public readonly int Position => _interval.Position;

    /// <summary>The width still open: the message so far is worth 8 · Position + 64 − log2(width) bits.</summary>
    internal readonly ulong Width => _interval.Range;

    /// <summary>Codes <paramref name="bit"/> (0 or 1).</summary>
    /// <param name="bit">The bit.</param>
    /// <param name="probability">P(bit = 1) in units of 2^-32, from 1 to 2^32 − 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(int bit, uint probability)
    {
        Debug.Assert(bit is 0 or 1 && probability > 0);
        ulong range = _interval.Range;
        ulong bound = Math.BigMul(range, (ulong)probability << 32, out _);
        // Without a branch on the bit, which is the one thing the processor cannot predict either.
        ulong ifOne = (ulong)-(long)bit;
        ulong rest = range - bound;
        _interval.Narrow(bound & ~ifOne, rest ^ ((rest ^ bound) & ifOne));
    }

    /// <summary>Ends the message and returns its length in bytes, or −1 if it did not fit.</summary>
    public int Finish() => _interval.Finish();
}
