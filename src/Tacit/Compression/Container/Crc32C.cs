using System.Buffers.Binary;
using System.Numerics;

namespace Tacit.Compression.Container;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4), as used for every check of the container.</summary>
internal static class Crc32C
{
    /// <summary>The check value of anything followed by its own check value, in little-endian order.</summary>
    public const uint Residue = 0x48674BC7;

    /// <summary>The check value of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The check value of what gave <paramref name="crc"/>, followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint state = ~crc;
        while (data.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }
        foreach (byte b in data)
            state = BitOperations.Crc32C(state, b);
        return ~state;
    }
}
