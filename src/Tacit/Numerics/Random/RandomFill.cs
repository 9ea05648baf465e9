using Tacit.Numerics.Randomness;
using Tacit.Numerics.Threads;

namespace Tacit.Numerics;

/// <summary>Random numbers for a seed and a stream: the same everywhere, in any order of asking.</summary>
/// <remarks>Value i comes from word i mod 4 of block ⌊i / 4⌋ of <see cref="Philox"/>.</remarks>
public static unsafe class RandomFill
{
    /// <summary>Uniform in [0, 1): multiples of 2^-24.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="first">The first value's number in the stream.</param>
    /// <param name="pool">Threads to share the values among; the caller alone if null.</param>
    public static void Uniform(ulong seed, ulong stream, Span<float> target, long first = 0, WorkPool? pool = null) =>
        Run(new UniformDraw { Low = 0f, Range = 1f }, seed, stream, target, first, 8, pool);

    /// <summary>Uniform in [low, high): low + (high − low) · u, one fused multiply-add.</summary>
    /// <inheritdoc cref="Uniform(ulong, ulong, Span{float}, long, WorkPool?)"/>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">Above the largest, but for rounding.</param>
    /// <param name="pool">Threads to share the values among; the caller alone if null.</param>
    public static void Uniform(ulong seed, ulong stream, Span<float> target, float low, float high, WorkPool? pool = null) =>
        Run(new UniformDraw { Low = low, Range = high - low }, seed, stream, target, 0, 8, pool);

    /// <summary>Normal: values 2j and 2j + 1 are the Box-Muller pair of uniform numbers 2j and 2j + 1.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The values.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="first">The first value's number in the stream.</param>
    /// <param name="pool">Threads to share the values among; the caller alone if null.</param>
    public static void Normal(ulong seed, ulong stream, Span<float> target, float mean = 0f, float deviation = 1f, long first = 0, WorkPool? pool = null) =>
        Run(new NormalDraw { Mean = mean, Deviation = deviation }, seed, stream, target, first, 32, pool);

    /// <summary>Zero with probability <paramref name="rate"/>, else 1 / (1 − rate): a dropout mask.</summary>
    /// <remarks>The mask of a step is not kept for the backward pass: the same seed and stream give it again.</remarks>
    /// <param name="seed">The key.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="target">The mask.</param>
    /// <param name="rate">From 0 to below 1.</param>
    /// <param name="first">The first value's number in the stream.</param>
    /// <param name="pool">Threads to share the values among; the caller alone if null.</param>
    public static void DropoutMask(ulong seed, ulong stream, Span<float> target, float rate, long first = 0, WorkPool? pool = null)
    {
        if (!(rate >= 0f && rate < 1f))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "From 0 to below 1.");
        Run(new DropoutDraw { Rate = rate, Kept = 1f / (1f - rate) }, seed, stream, target, first, 8, pool);
    }

    private static void Run<D>(D draw, ulong seed, ulong stream, Span<float> target, long first, long cost, WorkPool? pool)
        where D : struct, IDraw
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        if (target.IsEmpty)
            return;
        fixed (float* pt = target)
        {
            var kernel = new RandomValues<D> { Draw = draw, Seed = seed, Stream = stream, First = (ulong)first, End = (ulong)first + (ulong)target.Length, Target = pt };
            Ranges.Run(kernel, kernel.Units, 4 * RandomValues<D>.UnitBlocks * cost, pool);
        }
    }
}
