namespace Tacit.Modeling.ContextMixing;

/// <summary>Bit histories: what one byte remembers of the bits seen in a context.</summary>
/// <remarks>
/// <para>
/// A state stands for (n0, n1, last): how many zeros and ones, recent ones counting more, and which came last. Up to
/// <see cref="ExactLength"/> bits the whole history is kept instead. State 0 is the empty history.
/// </para>
/// <para>
/// The rule, for a bit y: n_y grows by one; of the other count, what exceeds 2 is cut (a change of mind makes old
/// evidence weak). A pair must satisfy larger ≤ <see cref="Limit"/>[smaller]; one that would not steps back to the
/// nearest pair that does, giving up the older evidence. All states reachable from the empty one are numbered in
/// order of first visit, breadth first; that they are at most 256 is checked below.
/// </para>
/// </remarks>
internal static unsafe class StateTable
{
    /// <summary>Histories up to this many bits are kept exactly.</summary>
    public const int ExactLength = 4;

    private static readonly History[] Histories = MakeHistories();

    /// <summary>Number of states in use.</summary>
    public static int Count => Histories.Length;

    /// <summary>Next[2 · state + bit] is the state after that bit.</summary>
    public static readonly byte* Next = MakeNext();

    /// <summary>How many bits a state has evidence of: the one with least is replaced first.</summary>
    public static readonly byte* Confidence = MakeConfidence();

    /// <summary>The largest count allowed beside a given smaller one.</summary>
    private static ReadOnlySpan<byte> Limit => [32, 24, 14, 8, 6, 5];

    /// <summary>The counts a state stands for.</summary>
    public static (int Zeros, int Ones) Counts(int state) => (Histories[state].Zeros, Histories[state].Ones);

    /// <summary>P(1) that the counts alone suggest, in units of 2^-16: (n1 + 0.4) / (n0 + n1 + 0.8).</summary>
    public static int Prior(int state)
    {
        (int zeros, int ones) = Counts(state);
        return (10 * ones + 4) * 65536 / (10 * (zeros + ones) + 8);
    }

    private static History After(History history, int bit)
    {
        int same = (bit == 1 ? history.Ones : history.Zeros) + 1;
        int other = bit == 1 ? history.Zeros : history.Ones;
        if (history.Length < ExactLength)
        {
            return new History(
                bit == 1 ? other : same, bit == 1 ? same : other, history.Length + 1, history.Bits << 1 | bit);
        }
        // What opposes the new bit is worth less the more there was of it.
        other = other <= 3 ? other : other <= 5 ? other - 1 : other <= 8 ? 5 : other <= 16 ? 6 : 7;
        while (Math.Max(same, other) > Limit[Math.Min(Math.Min(same, other), Limit.Length - 1)])
        {
            if (same > other)
                same--;
            else
                other--;
        }
        return new History(bit == 1 ? other : same, bit == 1 ? same : other, ExactLength + 1, bit);
    }

    private static History[] MakeHistories()
    {
        var found = new List<History> { default };
        for (int i = 0; i < found.Count; i++)
        {
            for (int bit = 0; bit < 2; bit++)
            {
                History next = After(found[i], bit);
                if (!found.Contains(next))
                    found.Add(next);
            }
        }
        if (found.Count > 256)
            throw new InvalidOperationException($"{found.Count} bit histories do not fit a byte.");
        return [.. found];
    }

    private static byte* MakeNext()
    {
        var next = (byte*)Shared.Allocate(512);
        for (int i = 0; i < 2 * Histories.Length; i++)
            next[i] = (byte)Array.IndexOf(Histories, After(Histories[i / 2], i % 2));
        return next;
    }

    private static byte* MakeConfidence()
    {
        var confidence = (byte*)Shared.Allocate(256);
        for (int i = 0; i < Histories.Length; i++)
            confidence[i] = (byte)(Histories[i].Zeros + Histories[i].Ones);
        return confidence;
    }

    /// <summary>Length runs to ExactLength and one further, which means "longer"; then Bits holds the last bit.</summary>
    private readonly record struct History(int Zeros, int Ones, int Length, int Bits);
}
