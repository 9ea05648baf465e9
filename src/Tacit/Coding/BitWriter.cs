using System.Buffers.Binary;

namespace Tacit.Coding;

/// <summary>Packs bits into bytes, the most significant bit first, in a buffer that grows.</summary>
/// <remarks>The last byte is filled up with zero bits. A code word reads from left to right as it is printed.</remarks>
public sealed class BitWriter
{
    private byte[] _buffer = [];
    private int _length;       // bytes in the buffer, a multiple of eight
    private ulong _pending;    // the bits after them, right-aligned
    private int _pendingCount; // 0 to 63

    /// <summary>Bits written so far.</summary>
    public long BitCount => (long)_length * 8 + _pendingCount;

    /// <summary>Bytes those bits take.</summary>
    public int ByteCount => checked(_length + (_pendingCount + 7) / 8);

    /// <summary>Writes the low <paramref name="count"/> bits of <paramref name="value"/>.</summary>
    /// <param name="value">The bits; those above must be zero.</param>
    /// <param name="count">How many, from 0 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such count, or the value has more bits.</exception>
    public void Write(ulong value, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, 64u, nameof(count));
        if (count < 64 && value >> count != 0)
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The value has more than {count} bits.");

        int room = 64 - _pendingCount;
        if (count < room)
        {
            _pending = _pending << count | value;
            _pendingCount += count;
            return;
        }
        int rest = count - room;
        ulong full = _pendingCount == 0 ? value : _pending << room | value >> rest;
        Append(full);
        _pending = value & ((1UL << rest) - 1);
        _pendingCount = rest;
    }

    /// <summary>Copies the bytes, the last one filled up with zero bits; more may be written afterwards.</summary>
    /// <returns>The length in bytes, <see cref="ByteCount"/>, or −1 if it exceeds the destination.</returns>
    public int WriteTo(Span<byte> destination)
    {
        int length = ByteCount;
        if (destination.Length < length)
            return -1;
        _buffer.AsSpan(0, _length).CopyTo(destination);
        for (int i = _length, shift = _pendingCount - 8; i < length; i++, shift -= 8)
            destination[i] = (byte)(shift >= 0 ? _pending >> shift : _pending << -shift);
        return length;
    }

    /// <summary>The bytes, the last one filled up with zero bits.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[ByteCount];
        WriteTo(bytes);
        return bytes;
    }

    private void Append(ulong bits)
    {
        if (_buffer.Length - _length < sizeof(ulong))
            Array.Resize(ref _buffer, Math.Max(64, checked(_buffer.Length * 2)));
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length), bits);
        _length += sizeof(ulong);
    }
}
