using Tacit.Coding;
using Tacit.Tests.Support;

namespace Tacit.Tests.Coding;

/// <summary>Bits and the probabilities they were drawn under (or against), from a seed.</summary>
internal sealed class BitSample(int[] bits, uint[] probabilities)
{
    public int[] Bits => bits;

    public uint[] Probabilities => probabilities;

    public int Count => bits.Length;

    /// <summary>−Σ log2 of the probabilities of the bits that came.</summary>
    public double IdealBits
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < bits.Length; i++)
                sum -= Log2(bits[i] == 1 ? probabilities[i] : (1UL << 32) - probabilities[i]);
            return sum;
        }
    }

    /// <summary>Draws bits from probabilities of every magnitude, next to 0 and 1 included.</summary>
    /// <param name="seed">Of the generator.</param>
    /// <param name="count">Of the bits.</param>
    /// <param name="surprise">One bit in this many is drawn against the odds; 0 for none.</param>
    public static BitSample Skewed(ulong seed, int count, int surprise = 0)
    {
        var random = new SplitMix64(seed);
        int[] bits = new int[count];
        uint[] probabilities = new uint[count];
        for (int i = 0; i < count; i++)
        {
            uint p = Math.Max(1, (uint)random.Skewed(32));
            probabilities[i] = (random.Next() & 1) == 0 ? p : (uint)-(int)p;
            bits[i] = random.NextUInt32() < probabilities[i] ? 1 : 0;
            if (surprise > 0 && random.Below(surprise) == 0)
                bits[i] = (int)(random.Next() & 1);
        }
        return new BitSample(bits, probabilities);
    }

    public int Encode(Span<byte> destination, out bool overflowed)
    {
        var encoder = new BinaryEncoder(destination);
        for (int i = 0; i < bits.Length; i++)
            encoder.Encode(bits[i], probabilities[i]);
        int length = encoder.Finish();
        overflowed = encoder.Overflowed;
        return length;
    }

    public byte[] Encode()
    {
        byte[] buffer = new byte[bits.Length * 4 + 1];
        int length = Encode(buffer, out bool overflowed);
        Assert.False(overflowed, "the worst case of 4n + 1 bytes was exceeded");
        return buffer[..length];
    }

    public (int[] Bits, bool Exhausted) Decode(ReadOnlySpan<byte> message)
    {
        var decoder = new BinaryDecoder(message);
        int[] decoded = new int[bits.Length];
        for (int i = 0; i < decoded.Length; i++)
            decoded[i] = decoder.Decode(probabilities[i]);
        return (decoded, decoder.Exhausted);
    }

    // log2(p / 2^32) that is exact next to 1, where a double's own logarithm is not.
    private static double Log2(ulong p)
    {
        double x = ((1UL << 32) - p) / 4294967296.0;
        return x < 1e-5 ? -(x + x * x / 2 + x * x * x / 3) / Math.Log(2) : Math.Log2(p / 4294967296.0);
    }
}
