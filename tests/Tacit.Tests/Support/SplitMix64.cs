namespace Tacit.Tests.Support;

/// <summary>The tests' random numbers: the same everywhere for a seed. Source: Steele, Lea and Flood 2014.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 uniform bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>32 uniform bits.</summary>
    public uint NextUInt32() => (uint)(Next() >> 32);

    /// <summary>Uniform in [0, bound), for a bound from 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>
    /// A number whose magnitude is uniform: 1 to 64 significant bits, at most <paramref name="maxBits"/>.
    /// </summary>
    public ulong Skewed(int maxBits = 64) => Next() >> (64 - maxBits) >> Below(maxBits);
}
