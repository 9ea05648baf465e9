using System.Numerics;

namespace Tacit.Tests.Coding;

/// <summary>The arithmetic encoder without carries: low as one big number. Slow, and hard to get wrong.</summary>
internal sealed class ReferenceInterval
{
    private int _settled;

    public BigInteger Low { get; private set; }

    public ulong Range { get; private set; } = ulong.MaxValue;

    /// <summary>The first interval's unit, in today's units: grows by 2^8 with each settled byte.</summary>
    public BigInteger Unit => BigInteger.One << (8 * _settled);

    public void Encode(int bit, uint probability)
    {
        ulong bound = (ulong)(((BigInteger)Range * probability) >> 32);
        if (bit == 1)
            Narrow(0, bound);
        else
            Narrow(bound, Range - bound);
    }

    public void Encode(uint start, uint frequency, int totalBits)
    {
        ulong from = (ulong)(((BigInteger)Range * start) >> totalBits);
        ulong to = (ulong)(((BigInteger)Range * (start + frequency)) >> totalBits);
        Narrow(from, to - from);
    }

    public byte[] Finish()
    {
        BigInteger end = (Low + ((1UL << 56) - 1)) >> 56;    // the top byte of low and all before it
        byte[] bytes = new byte[_settled + 1];
        byte[] digits = end.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, bytes.Length - digits.Length);
        return bytes[^1] == 0 ? bytes[..^1] : bytes;
    }

    private void Narrow(ulong offset, ulong width)
    {
        Low += offset;
        Range = width;
        for (; Range < 1UL << 56; Range <<= 8, _settled++)
            Low <<= 8;
    }
}
