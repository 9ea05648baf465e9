using System.Runtime.CompilerServices;

namespace Tacit.Coding;

/// <summary>Reads what <see cref="BinaryEncoder"/> wrote, given the same probabilities.</summary>
/// <remarks>
/// Invariant between calls: 2^56 ≤ range &lt; 2^64 and code &lt; range, where code is the message minus the encoder's
/// low. Bytes past the end of the source read as zero; a valid message needs at most
/// <see cref="MaxOverread"/> of them, so <see cref="Exhausted"/> tells a cut or damaged one.
/// </remarks>
public ref struct BinaryDecoder
{
    /// <summary>Bytes past the end that decoding a whole message may read.</summary>
    public const int MaxOverread = 8;

    private const ulong MinRange = 1UL << 56;

    private readonly ReadOnlySpan<byte> _source;
    private ulong _code;
    private ulong _range;
    private int _position;

    /// <summary>Starts reading a message that is exactly <paramref name="source"/>.</summary>
    public BinaryDecoder(ReadOnlySpan<byte> source)
    {
        _source = source;
        _range = ulong.MaxValue;
        for (int i = 0; i < 8; i++)
            _code = _code << 8 | NextByte();
    }

    /// <summary>True if more bits were asked for than the message can hold: it is truncated or damaged.</summary>
    public readonly bool Exhausted => _position - _source.Length > MaxOverread;

    /// <summary>Decodes one bit.</summary>
    /// <param name="probability">P(bit = 1) in units of 2^-32, at least 1: the encoder's.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(uint probability)
    {
        ulong bound = Math.BigMul(_range, (ulong)probability << 32, out _);
        int bit;
        if (_code < bound)
        {
            _range = bound;
            bit = 1;
        }
        else
        {
            _code -= bound;
            _range -= bound;
            bit = 0;
        }
        while (_range < MinRange)
            ShiftByte();
        return bit;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ShiftByte()
    {
        _code = _code << 8 | NextByte();
        _range <<= 8;
    }

    private byte NextByte()
    {
        int position = _position;
        // Counts no further than it must, so that a hostile length cannot wrap it.
        if (position <= _source.Length + MaxOverread)
            _position++;
        return position < _source.Length ? _source[position] : (byte)0;
    }
}
