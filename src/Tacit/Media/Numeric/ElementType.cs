using System.Buffers.Binary;

namespace Tacit.Media.Numeric;

/// <summary>How a number lies in memory.</summary>
/// <param name="WidthLog2">0 to 3: 1, 2, 4 or 8 bytes.</param>
/// <param name="IsFloat">IEEE 754 binary32 or binary64, else an integer.</param>
/// <param name="IsSigned">For integers: two's complement.</param>
/// <param name="IsBigEndian">The most significant byte comes first.</param>
internal readonly record struct ElementType(int WidthLog2, bool IsFloat, bool IsSigned, bool IsBigEndian)
{
    /// <summary>Bytes of a number.</summary>
    public int Width => 1 << WidthLog2;

    /// <summary>False for combinations there are not: floats of one or two bytes, a byte order of bytes, signed floats.</summary>
    public bool IsPossible => WidthLog2 is >= 0 and <= 3 && (!IsFloat || (WidthLog2 >= 2 && IsSigned)) && (WidthLog2 > 0 || !IsBigEndian);

    /// <summary>As a byte: bits 0 and 1 the width, 2 float, 3 signed, 4 big-endian.</summary>
    public byte Code => (byte)(WidthLog2 | (IsFloat ? 4 : 0) | (IsSigned ? 8 : 0) | (IsBigEndian ? 16 : 0));

    /// <summary>The type of a code, or null if there is none.</summary>
    public static ElementType? FromCode(byte code)
    {
        var type = new ElementType(code & 3, (code & 4) != 0, (code & 8) != 0, (code & 16) != 0);
        return code < 32 && type.IsPossible ? type : null;
    }

    /// <summary>The number at the start of <paramref name="bytes"/> as an integer: floats by their bits, in the order of their values.</summary>
    public long Read(ReadOnlySpan<byte> bytes)
    {
        long bits = WidthLog2 switch
        {
            0 => IsSigned ? (sbyte)bytes[0] : bytes[0],
            1 => Extend16(IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            2 => Extend32(IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            _ => IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
        return !IsFloat ? bits : WidthLog2 == 2 ? FloatBits.Order((int)bits) : FloatBits.Order(bits);
    }

    /// <summary>Undoes <see cref="Read"/>.</summary>
    public void Write(long value, Span<byte> bytes)
    {
        long bits = !IsFloat ? value : WidthLog2 == 2 ? FloatBits.Bits((int)value) : FloatBits.Bits(value);
        switch (WidthLog2)
        {
            case 0:
                bytes[0] = (byte)bits;
                break;
            case 1 when IsBigEndian:
                BinaryPrimitives.WriteInt16BigEndian(bytes, (short)bits);
                break;
            case 1:
                BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)bits);
                break;
            case 2 when IsBigEndian:
                BinaryPrimitives.WriteInt32BigEndian(bytes, (int)bits);
                break;
            case 2:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)bits);
                break;
            case 3 when IsBigEndian:
                BinaryPrimitives.WriteInt64BigEndian(bytes, bits);
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
                break;
        }
    }

    private long Extend16(ushort bits) => IsSigned ? (short)bits : bits;

    private long Extend32(uint bits) => IsSigned ? (int)bits : bits;
}
