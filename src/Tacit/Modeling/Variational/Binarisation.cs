using Tacit.Numerics;

namespace Tacit.Modeling.Variational;

/// <summary>Values from 0 to 1 become 0 or 1, each drawn with itself as the probability of 1. Salakhutdinov and Murray 2008.</summary>
/// <remarks>What is 0 or 1 already stays, so that drawing again changes nothing.</remarks>
public static class Binarisation
{
    /// <summary>The seed of what is evaluated and coded: the same draws in all programs.</summary>
    public const ulong Seed = 0;

    /// <summary>Draws values in place.</summary>
    /// <param name="seed">The key; <see cref="Seed"/> for what is not learnt from.</param>
    /// <param name="stream">What the numbers are for; 0 with <see cref="Seed"/>.</param>
    /// <param name="first">The first value's number among all values of all items.</param>
    /// <param name="values">The values.</param>
    public static void Draw(ulong seed, ulong stream, long first, Span<float> values)
    {
        Span<float> uniform = stackalloc float[256];
        for (int at = 0; at < values.Length; at += uniform.Length)
        {
            Span<float> some = values.Slice(at, Math.Min(uniform.Length, values.Length - at)), numbers = uniform[..some.Length];
            RandomFill.Uniform(seed, stream, numbers, first + at);
            for (int i = 0; i < some.Length; i++)
                some[i] = numbers[i] < some[i] ? 1f : 0f;
        }
    }
}
