using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Binary arithmetic encoder: one bit at a time under a given probability, into a caller's buffer.</summary>
/// <remarks>
/// <para>
/// The message so far is the interval [low, low + range), scaled so that range keeps 64 bits of precision.
/// Invariant between calls: 2^56 ≤ range &lt; 2^64. A bit splits range at
/// bound = ⌊range · p / 2^32⌋ (an exact 64 × 32 bit product): 1 takes [low, low + bound), 0 takes the rest.
/// Both parts are at least 2^24 wide, so no symbol is ever impossible. While range &lt; 2^56 the top byte of low is
/// final but for a carry; the carry walks back over the bytes already written.
/// </para>
/// <para>
/// Precision: bound is off by less than one unit in 2^56, so a bit costs at most 2^-23 of its ideal cost more even
/// for p = 1 − 2^-32. The end costs at most one byte. Source: Martin, "Range encoding", 1979; carry by
/// propagation as in Witten, Neal and Cleary 1987.
/// </para>
/// </remarks>
public ref struct BinaryEncoder
{
    private const ulong MinRange = 1UL << 56;

    private readonly Span<byte> _destination;
    private ulong _low;
    private ulong _range;
    private int _position;
    private bool _overflowed;

    /// <summary>Starts a message in <paramref name="destination"/>.</summary>
    public BinaryEncoder(Span<byte> destination)
    {
        _destination = destination;
        _range = ulong.MaxValue;
    }

    /// <summary>True once the message no longer fits the destination; what follows is lost and need not be coded.</summary>
    public readonly bool Overflowed => _overflowed;

    /// <summary>Bytes written so far; the message needs at most nine more.</summary>
    public readonly int Position => _position;

    /// <summary>Codes <paramref name="bit"/> (0 or 1).</summary>
    /// <param name="bit">The bit.</param>
    /// <param name="probability">P(bit = 1) in units of 2^-32, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(int bit, uint probability)
    {
        ulong bound = Math.BigMul(_range, (ulong)probability << 32, out _);
        if (bit != 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
            if (_low < bound)
                PropagateCarry();
        }
        while (_range < MinRange)
            ShiftByte();
    }

    /// <summary>Ends the message and returns its length in bytes, or −1 if it did not fit.</summary>
    public int Finish()
    {
        // The multiple of 2^56 at or above low lies inside the interval, and the decoder reads zeros past the end.
        ulong value = _low + (MinRange - 1);
        if (value < _low)
            PropagateCarry();
        _low = value & ~(MinRange - 1);
        if (_low != 0)
            ShiftByte();
        return _overflowed ? -1 : _position;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ShiftByte()
    {
        if (_position < _destination.Length)
            _destination[_position++] = (byte)(_low >> 56);
        else
            _overflowed = true;
        _low <<= 8;
        _range <<= 8;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void PropagateCarry()
    {
        if (_overflowed)
            return;
        // A carry out of the first byte cannot happen: low + range never exceeds the interval it started from.
        int i = _position;
        while (++_destination[--i] == 0)
        {
        }
    }
}
