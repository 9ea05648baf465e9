using Tacit.Coding;

namespace Tacit.Compression.Codecs.Numeric;

/// <summary>Writes the numbers a coded block begins with.</summary>
internal sealed class HeadWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public void Byte(byte value) => _bytes.Add(value);

    public void Number(ulong value)
    {
        Span<byte> bytes = stackalloc byte[VarInt.MaxLength];
        _bytes.AddRange(bytes[..VarInt.Write(bytes, value)]);
    }

    public void Signed(long value) => Number(ZigZag.Fold(value));
}

/// <summary>Reads them.</summary>
internal ref struct HeadReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>What comes after the numbers read so far.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte Byte()
    {
        if (_rest.IsEmpty)
            throw new InvalidDataException("The block's head is cut.");
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <exception cref="InvalidDataException">It exceeds <paramref name="most"/>.</exception>
    public int Number(string what, int most)
    {
        ulong value = VarInt.Read(ref _rest);
        return value <= (ulong)most ? (int)value : throw new InvalidDataException($"The block's head has {value} for {what}: at most {most} is possible.");
    }

    /// <exception cref="InvalidDataException">There are fewer bytes.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException("The block's head is cut.");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <exception cref="InvalidDataException">It is not positive.</exception>
    public long Step()
    {
        ulong value = VarInt.Read(ref _rest);
        return value is > 0 and <= long.MaxValue ? (long)value : throw new InvalidDataException($"The block's head has the step {value}.");
    }

    public long Signed() => ZigZag.Unfold(VarInt.Read(ref _rest));
}
