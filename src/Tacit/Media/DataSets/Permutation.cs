using Tacit.Numerics;

namespace Tacit.Media.DataSets;

/// <summary>Orders drawn by a seed: Fisher and Yates's, with counter-based numbers.</summary>
internal static class Permutation
{
    /// <summary>Fills a span with 0, 1, 2, … in an order that depends on its length, the seed and the stream alone.</summary>
    public static void Fill(Span<int> order, ulong seed, ulong stream)
    {
        for (int i = 0; i < order.Length; i++)
        {
            (uint high, uint low, _, _) = Philox.Block(seed, stream, (ulong)i);
            int j = (int)Math.BigMul((ulong)high << 32 | low, (ulong)(i + 1), out _);     // from 0 to i
            order[i] = order[j];
            order[j] = i;
        }
    }
}
