using System.Runtime.CompilerServices;
using Tacit.Numerics.Elementary;
using Tacit.Numerics.Lanes;

namespace Tacit.Numerics;

/// <summary>Random numbers for a seed and a stream: the same everywhere, in any order of asking.</summary>
/// <remarks>Value i comes from word i mod 4 of block ⌊i / 4⌋ of <see cref="Philox"/>.</remarks>
public static class RandomFill
{
    private const float Unit = 1f / (1 << 24);

    /// <summary>Uniform in [0, 1): multiples of 2^-24.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="first">The first value's number in the stream.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Uniform(ulong seed, ulong stream, Span<float> target, long first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var words = new Words(seed, stream, first);
        for (int i = 0; i < target.Length; i++)
            target[i] = (words.Next() >> 8) * Unit;
    }

    /// <summary>Uniform in [low, high): low + (high − low) · u, one fused multiply-add.</summary>
    /// <inheritdoc cref="Uniform(ulong, ulong, Span{float}, long)"/>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">Above the largest, but for rounding.</param>
    public static void Uniform(ulong seed, ulong stream, Span<float> target, float low, float high)
    {
        Uniform(seed, stream, target);
        foreach (ref float x in target)
            x = LanesScalar.Fma(x, high - low, low);
    }

    /// <summary>Normal: values 2j and 2j + 1 are the Box-Muller pair of uniform numbers 2j and 2j + 1.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="first">The first value's number in the stream, even.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normal(ulong seed, ulong stream, Span<float> target, float mean = 0f, float deviation = 1f, long first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        if ((first & 1) != 0)
            throw new ArgumentException($"Normal: numbers come in pairs, and {first} is odd.", nameof(first));
        var words = new Words(seed, stream, first);
        for (int i = 0; i < target.Length; i += 2)
        {
            // (0, 1], so that the logarithm is finite: at most √(48 ln 2) = 5.8 deviations.
            float u = ((words.Next() >> 8) + 1) * Unit;
            float turn = (words.Next() >> 8) * Unit * 6.28318548f;
            float radius = MathF.Sqrt(-2f * Log.Apply<LanesScalar, float>(u)) * deviation;
            target[i] = LanesScalar.Fma(radius, Cos.Apply<LanesScalar, float>(turn), mean);
            if (i + 1 < target.Length)
                target[i + 1] = LanesScalar.Fma(radius, Sin.Apply<LanesScalar, float>(turn), mean);
        }
    }

    /// <summary>Zero with probability <paramref name="rate"/>, else 1 / (1 − rate): a dropout mask.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The mask.</param>
    /// <param name="rate">From 0 to below 1.</param>
    /// <param name="first">The first value's number in the stream.</param>
    public static void DropoutMask(ulong seed, ulong stream, Span<float> target, float rate, long first = 0)
    {
        if (!(rate >= 0f && rate < 1f))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "From 0 to below 1.");
        Uniform(seed, stream, target, first);
        float kept = 1f / (1f - rate);
        foreach (ref float x in target)
            x = x < rate ? 0f : kept;
    }

    /// <summary>The words of a stream from some number on.</summary>
    private struct Words(ulong seed, ulong stream, long first)
    {
        private (uint X, uint Y, uint Z, uint W) _block = Philox.Block(seed, stream, (ulong)first >> 2);
        private long _number = first;

        public uint Next()
        {
            long number = _number++;
            switch (number & 3)
            {
                case 0:
                    _block = Philox.Block(seed, stream, (ulong)number >> 2);
                    return _block.X;
                case 1: return _block.Y;
                case 2: return _block.Z;
                default: return _block.W;
            }
        }
    }
}
