using System.Runtime.InteropServices;

namespace Tacit.Media;

/// <summary>Which two tokens that stand together become one.</summary>
internal interface IPairRule
{
    /// <summary>Whether they may be merged.</summary>
    /// <param name="left">The first token.</param>
    /// <param name="right">The second.</param>
    /// <param name="order">When: the pair with the least is merged first.</param>
    /// <param name="merged">What they become.</param>
    bool TryMerge(int left, int right, out uint order, out int merged);
}

/// <summary>Merges neighbouring tokens, the pair with the least order first and of equal ones the leftmost, until none is left.</summary>
/// <remarks>A heap of pairs over a linked list: n log n steps, however long a piece is. Sennrich, Haddow and Birch 2016.</remarks>
internal static class PairMerging
{
    /// <summary>Merges tokens where they are.</summary>
    /// <param name="tokens">Is shortened.</param>
    /// <param name="rule">What may be merged.</param>
    public static void Merge<TRule>(List<int> tokens, TRule rule)
        where TRule : IPairRule
    {
        int count = tokens.Count;
        Span<int> token = CollectionsMarshal.AsSpan(tokens);
        int[] next = new int[count], previous = new int[count];
        // By order, then by place: no two of these are equal but for pairs that are no longer there.
        var pairs = new PriorityQueue<(int Left, int Right, int Merged), ulong>(count);
        for (int i = 0; i < count; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i > 0)
                Offer(i - 1, token[i - 1], token[i]);
        }
        while (pairs.TryDequeue(out (int Left, int Right, int Merged) pair, out ulong priority))
        {
            int at = (int)(uint)priority, after = next[at];
            // A token that was merged into the one before it is -1 and equals nothing.
            if (token[at] != pair.Left || after >= count || token[after] != pair.Right)
                continue;
            token[at] = pair.Merged;
            token[after] = -1;
            next[at] = next[after];
            if (next[at] < count)
            {
                previous[next[at]] = at;
                Offer(at, pair.Merged, token[next[at]]);
            }
            if (previous[at] >= 0)
                Offer(previous[at], token[previous[at]], pair.Merged);
        }
        int kept = 0;
        for (int i = 0; i < count; i = next[i])
            token[kept++] = token[i];
        tokens.RemoveRange(kept, count - kept);

        void Offer(int at, int left, int right)
        {
            if (rule.TryMerge(left, right, out uint order, out int merged))
                pairs.Enqueue((left, right, merged), (ulong)order << 32 | (uint)at);
        }
    }
}
