using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Tacit.Media.Audio;

/// <summary>Samples as integers: 8 bits without a sign less 128, floats by their bits.</summary>
internal static class SampleBytes
{
    /// <summary>The sample at the start of <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(SampleType type, ReadOnlySpan<byte> bytes) => type switch
    {
        SampleType.U8 => bytes[0] - 128,
        SampleType.S8 => (sbyte)bytes[0],
        SampleType.S16LE => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        SampleType.S16BE => BinaryPrimitives.ReadInt16BigEndian(bytes),
        SampleType.S24LE => bytes[0] | bytes[1] << 8 | (sbyte)bytes[2] << 16,
        SampleType.S24BE => bytes[2] | bytes[1] << 8 | (sbyte)bytes[0] << 16,
        SampleType.S32LE or SampleType.F32LE => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt32BigEndian(bytes),
    };

    /// <summary>Undoes <see cref="Read"/>; bits beyond the type's are lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(SampleType type, int value, Span<byte> bytes)
    {
        switch (type)
        {
            case SampleType.U8:
                bytes[0] = (byte)(value + 128);
                break;
            case SampleType.S8:
                bytes[0] = (byte)value;
                break;
            case SampleType.S16LE:
                BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)value);
                break;
            case SampleType.S16BE:
                BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
                break;
            case SampleType.S24LE:
                (bytes[0], bytes[1], bytes[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                break;
            case SampleType.S24BE:
                (bytes[2], bytes[1], bytes[0]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                break;
            case SampleType.S32LE or SampleType.F32LE:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
                break;
            default:
                BinaryPrimitives.WriteInt32BigEndian(bytes, value);
                break;
        }
    }
}
