using System.Buffers.Binary;

namespace Tacit.Coding;

/// <summary>Reads bits from bytes, the most significant bit first: what <see cref="BitWriter"/> wrote.</summary>
/// <remarks>Never reads outside the source; asking for more than it holds is an error, not zeros.</remarks>
public ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _source;
    private long _position;    // in bits

    /// <summary>Starts at the first bit of <paramref name="source"/>.</summary>
    public BitReader(ReadOnlySpan<byte> source) => _source = source;

    /// <summary>Bits read so far.</summary>
    public readonly long Position => _position;

    /// <summary>Bits left, those that fill up the last byte included.</summary>
    public readonly long Remaining => _source.Length * 8L - _position;

    /// <summary>Reads <paramref name="count"/> bits, from 0 to 64.</summary>
    /// <returns>The bits, right-aligned.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such count.</exception>
    /// <exception cref="InvalidDataException">Fewer bits are left; none was read.</exception>
    public ulong Read(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, 64u, nameof(count));
        ulong bits = Peek();
        Skip(count);
        return count == 0 ? 0 : bits >> (64 - count);
    }

    /// <summary>
    /// The next 64 bits without reading them, the first one most significant; zeros stand in past the end.
    /// </summary>
    public readonly ulong Peek()
    {
        ReadOnlySpan<byte> rest = _source[(int)(_position >> 3)..];
        int shift = (int)_position & 7;
        if (rest.Length > sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(rest) << shift | (ulong)rest[8] >> (8 - shift);

        ulong bits = 0;
        for (int i = 0; i < rest.Length; i++)
            bits |= (ulong)rest[i] << (56 - 8 * i);
        return bits << shift;
    }

    /// <summary>Moves past <paramref name="count"/> bits, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="InvalidDataException">Fewer bits are left; the position is unchanged.</exception>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > Remaining)
            throw new InvalidDataException($"The bits end early: {count} wanted at bit {_position}, {Remaining} left.");
        _position += count;
    }

    /// <summary>Checks that nothing is left but the zero bits that fill up the last byte.</summary>
    /// <exception cref="InvalidDataException">A whole byte is left, or a bit that is not zero.</exception>
    public readonly void ExpectEnd()
    {
        if (Remaining >= 8 || Peek() != 0)
            throw new InvalidDataException($"The bits should end at bit {_position}, {Remaining} are left.");
    }
}
