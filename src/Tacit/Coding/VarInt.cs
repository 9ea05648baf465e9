using System.Buffers;
using System.Numerics;

namespace Tacit.Coding;

/// <summary>Variable-length unsigned 64-bit numbers (LEB128): seven bits a byte, the low ones first, a set top bit
/// on all bytes but the last.</summary>
/// <remarks>
/// Canonical: a number has one form, the shortest, and readers refuse any other (a last byte of zero after another
/// byte, or more than 64 bits). At most <see cref="MaxLength"/> bytes.
/// </remarks>
public static class VarInt
{
    /// <summary>Bytes of the longest form.</summary>
    public const int MaxLength = 10;

    /// <summary>Bytes of the form of <paramref name="value"/>, from 1 to 10.</summary>
    public static int Length(ulong value) => BitOperations.Log2(value) / 7 + 1;

    /// <summary>Writes <paramref name="value"/> at the start of <paramref name="destination"/>.</summary>
    /// <returns>Bytes written, or −1 if they exceed the destination, which is then unchanged.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        int length = Length(value);
        if (destination.Length < length)
            return -1;
        for (int i = 0; i < length - 1; i++, value >>= 7)
            destination[i] = (byte)(value | 0x80);
        destination[length - 1] = (byte)value;
        return length;
    }

    /// <summary>
    /// Reads the number at the start of <paramref name="source"/>, of which more may still be to come.
    /// </summary>
    /// <param name="source">The bytes so far.</param>
    /// <param name="value">The number, or 0.</param>
    /// <param name="length">Bytes read, or 0.</param>
    /// <returns>
    /// Done; NeedMoreData if the source ends before the number; InvalidData if it is in no canonical form.
    /// </returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        ulong sum = 0;
        value = 0;
        length = 0;
        for (int i = 0; i < MaxLength; i++)
        {
            if (i == source.Length)
                return OperationStatus.NeedMoreData;
            byte next = source[i];
            if (i == MaxLength - 1 && next > 1)
                break;    // bit 64 or higher
            sum |= (ulong)(next & 0x7F) << (7 * i);
            if (next >= 0x80)
                continue;
            if (next == 0 && i > 0)
                break;    // over-long
            value = sum;
            length = i + 1;
            return OperationStatus.Done;
        }
        return OperationStatus.InvalidData;
    }

    /// <summary>Reads the number at the start of <paramref name="source"/> and moves the source past it.</summary>
    /// <exception cref="InvalidDataException">The source ends early or the number is in no canonical form.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> source)
    {
        OperationStatus status = TryRead(source, out ulong value, out int length);
        if (status != OperationStatus.Done)
            throw new InvalidDataException(status == OperationStatus.NeedMoreData
                ? $"A variable-length number is cut after {source.Length} bytes."
                : "A variable-length number is longer than needed or exceeds 64 bits.");
        source = source[length..];
        return value;
    }
}
