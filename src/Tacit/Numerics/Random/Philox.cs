namespace Tacit.Numerics;

/// <summary>
/// Philox 4x32-10: 128 random bits for a key and a counter, so that a number depends on where it is used, not on when.
/// </summary>
/// <remarks>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.</remarks>
public static class Philox
{
    internal const uint MultiplierX = 0xD2511F53, MultiplierZ = 0xCD9E8D57;
    internal const uint KeyStep0 = 0x9E3779B9, KeyStep1 = 0xBB67AE85;

    /// <summary>Words of a block.</summary>
    public const int BlockSize = 4;

    /// <summary>The block of a key and a counter of four words.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block(uint key0, uint key1, uint x, uint y, uint z, uint w)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong a = (ulong)MultiplierX * x, b = (ulong)MultiplierZ * z;
            (x, y, z, w) = ((uint)(b >> 32) ^ y ^ key0, (uint)b, (uint)(a >> 32) ^ w ^ key1, (uint)a);
            key0 += KeyStep0;
            key1 += KeyStep1;
        }
        return (x, y, z, w);
    }

    /// <summary>The block of a seed, a stream and a position in it.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for: a layer, a step. High half of the counter.</param>
    /// <param name="position">Number of the block in the stream. Low half of the counter.</param>
    public static (uint X, uint Y, uint Z, uint W) Block(ulong seed, ulong stream, ulong position) =>
        Block((uint)seed, (uint)(seed >> 32), (uint)position, (uint)(position >> 32), (uint)stream, (uint)(stream >> 32));
}
