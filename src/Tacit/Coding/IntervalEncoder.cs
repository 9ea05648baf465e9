using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>The interval an arithmetic encoder narrows, and the bytes it has settled so far.</summary>
/// <remarks>
/// <para>
/// The message is some number of [low, low + range), scaled so that range keeps 64 bits. Invariant between calls:
/// 2^56 ≤ range &lt; 2^64, so a symbol as narrow as 2^-32 of it still gets a width of at least 2^24 and one call
/// settles at most four bytes.
/// </para>
/// <para>
/// low is kept modulo 2^64. Its overflow is a carry into the bytes already written: it walks back over those that
/// are 0xFF. It cannot leave the first byte, for the first interval is [0, 2^64 − 1) and every later one lies
/// inside it. Source: Martin, "Range encoding", 1979; carry by propagation as in Witten, Neal and Cleary 1987.
/// </para>
/// </remarks>
internal ref struct IntervalEncoder
{
    private const ulong MinRange = 1UL << 56;

    private readonly Span<byte> _destination;
    private ulong _low;
    private ulong _range;
    private int _position;
    private bool _overflowed;

    public IntervalEncoder(Span<byte> destination)
    {
        _destination = destination;
        _range = ulong.MaxValue;
    }

    /// <summary>True once a byte did not fit the destination.</summary>
    public readonly bool Overflowed => _overflowed;

    /// <summary>Bytes settled so far.</summary>
    public readonly int Position => _position;

    /// <summary>The width to divide among the symbols, at least 2^56.</summary>
    public readonly ulong Range => _range;

    /// <summary>Narrows the interval to [low + offset, low + offset + width).</summary>
    /// <param name="offset">Where the symbol starts, below <see cref="Range"/>.</param>
    /// <param name="width">How wide it is, at least 1; offset + width is at most <see cref="Range"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Narrow(ulong offset, ulong width)
    {
        Debug.Assert(width > 0 && offset < _range && width <= _range - offset);
        ulong low = _low + offset;
        _low = low;
        _range = width;
        if (low < offset)
            PropagateCarry();
        if (width < MinRange)
            ShiftBytes();
    }

    /// <summary>Ends the message with at most one more byte.</summary>
    /// <returns>The message's length in bytes, or −1 if it did not fit.</returns>
    public int Finish()
    {
        // The multiple of 2^56 at or above low is inside the interval, and the decoder reads zeros past the end.
        ulong value = _low + (MinRange - 1);
        if (value < _low)
            PropagateCarry();
        _low = value & ~(MinRange - 1);
        _range = MinRange - 1;
        if (_low != 0)
            ShiftBytes();
        return _overflowed ? -1 : _position;
    }

    // Moves the top bytes of low, final but for a carry, to the destination until range is at least 2^56 again.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ShiftBytes()
    {
        for (int bytes = BitOperations.LeadingZeroCount(_range) >> 3; bytes > 0; bytes--)
        {
            if (_position < _destination.Length)
                _destination[_position++] = (byte)(_low >> 56);
            else
                _overflowed = true;
            _low <<= 8;
            _range <<= 8;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void PropagateCarry()
    {
        if (_overflowed)
            return;    // the carry may belong to a byte that was lost, and the message is lost with it
        int i = _position;
        while (++_destination[--i] == 0)
        {
        }
    }
}
