namespace Tacit.Media.Images;

/// <summary>The check sum of zlib's format. Source: RFC 1950, section 8.</summary>
internal struct Adler32()
{
    // 65,521 is the largest prime below 2^16; so many bytes keep both sums below 2^32.
    private const uint Modulus = 65521;
    private const int MostAtOnce = 5552;

    private uint _sum = 1, _sums;

    /// <summary>Of all bytes so far.</summary>
    public readonly uint Value => _sums << 16 | _sum;

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> some = bytes[..Math.Min(bytes.Length, MostAtOnce)];
            foreach (byte value in some)
            {
                _sum += value;
                _sums += _sum;
            }
            _sum %= Modulus;
            _sums %= Modulus;
            bytes = bytes[some.Length..];
        }
    }
}
