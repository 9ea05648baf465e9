using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>The mirror of <see cref="IntervalEncoder"/>: where the message lies inside the interval.</summary>
/// <remarks>
/// Invariant between calls: 2^56 ≤ range &lt; 2^64, whatever the source holds; and offset &lt; range if an encoder
/// wrote it. The decoder has read eight bytes more than the encoder had settled at the same symbol, and a message
/// holds at least what was settled, so a whole one needs at most eight zero bytes past its end.
/// </remarks>
internal ref struct IntervalDecoder
{
    /// <summary>Bytes past the end that decoding a whole message may read.</summary>
    public const int MaxOverread = 8;

    private const ulong MinRange = 1UL << 56;

    private readonly ReadOnlySpan<byte> _source;
    private ulong _offset;
    private ulong _range;
    private int _position;
    private int _overread;

    public IntervalDecoder(ReadOnlySpan<byte> source)
    {
        _source = source;
        _range = ulong.MaxValue;
        for (int i = 0; i < 8; i++)
            _offset = _offset << 8 | NextByte();
    }

    /// <summary>True if the message was too short for what was asked of it.</summary>
    public readonly bool Exhausted => _overread > MaxOverread;

    /// <summary>Bytes that follow a message which ends with what was decoded; 0 or −1 if none do.</summary>
    /// <remarks>What the encoder had settled here is eight bytes less than was read, and ending added one at most.</remarks>
    public readonly int Surplus => _source.Length - (_position + _overread - MaxOverread) - 1;

    /// <summary>The message minus the encoder's low.</summary>
    public readonly ulong Offset => _offset;

    /// <summary>The width to divide among the symbols, at least 2^56: the encoder's.</summary>
    public readonly ulong Range => _range;

    /// <summary>Narrows the interval to the symbol that holds <see cref="Offset"/>, as the encoder did.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Narrow(ulong offset, ulong width)
    {
        Debug.Assert(width > 0 && offset < _range && width <= _range - offset);
        _offset -= offset;
        _range = width;
        if (width < MinRange)
            ShiftBytes();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ShiftBytes()
    {
        for (int bytes = BitOperations.LeadingZeroCount(_range) >> 3; bytes > 0; bytes--)
        {
            _offset = _offset << 8 | NextByte();
            _range <<= 8;
        }
    }

    private byte NextByte()
    {
        if (_position < _source.Length)
            return _source[_position++];
        if (_overread <= MaxOverread)    // counts no further than it must: it never wraps
            _overread++;
        return 0;
    }
}
