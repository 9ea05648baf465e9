using System.Runtime.CompilerServices;

namespace Tacit.Modeling.Series;

/// <summary>What <see cref="SignedSearch"/> asks. A struct, so that the search is compiled for it alone.</summary>
internal interface IDecisions
{
    /// <summary>Halvings that are decided however fine they are.</summary>
    static abstract int ModelledHalvings { get; }

    /// <summary>Codes whether the value lies at or beyond the bound.</summary>
    /// <param name="coder">The coder.</param>
    /// <param name="beyond">The answer; ignored by a decoder.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="node">Which question it is: below <see cref="SignedSearch.Nodes"/>.</param>
    bool Decide<T>(ref T coder, bool beyond, ulong bound, int node)
        where T : struct, IBitCoder, allows ref struct;

    /// <summary>From here on the value is −1 − e.</summary>
    void Mirror();
}

/// <summary>Finds an integer e by decisions "at least b?".</summary>
/// <remarks>
/// First the side: e ≥ 0? Then u = e or −1 − e is found: with steps of 2^shift (from the eighth on, each twice as long as the one before)
/// it is asked whether u lies beyond the next step; then the last step is halved until u is left. The first halvings are decided like
/// the steps, and so are those above the finest scale; the rest, far finer than what can be foreseen, are plain bits.
/// </remarks>
internal static class SignedSearch
{
    /// <summary>Kinds of questions.</summary>
    public const int Nodes = 64;

    private const int StepsOfOneLength = 8, StepNodes = 24, HalvingNodes = 7;
    private const int UpNode = 1, DownNode = UpNode + StepNodes, HalvingNode = DownNode + StepNodes;
    private const ulong Beyond = 1UL << 63;    // no u is as large

    /// <summary>Codes e, and returns it.</summary>
    /// <param name="coder">The coder.</param>
    /// <param name="decisions">Answers the questions.</param>
    /// <param name="e">The value; ignored by a decoder.</param>
    /// <param name="shift">Steps are 2^shift at first.</param>
    /// <param name="finest">Halvings down to this are decided.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Code<TCoder, TDecisions>(ref TCoder coder, TDecisions decisions, long e, int shift, ulong finest)
        where TCoder : struct, IBitCoder, allows ref struct
        where TDecisions : struct, IDecisions
    {
        bool down = !decisions.Decide(ref coder, e >= 0, 0, 0);
        if (down)
            decisions.Mirror();
        ulong u = (ulong)(down ? ~e : e), from = 0, step = 1UL << shift;
        int node = down ? DownNode : UpNode;
        for (int i = 0; from + step < Beyond && decisions.Decide(ref coder, u >= from + step, from + step, node + Math.Min(i, StepNodes - 1)); i++)
        {
            from += step;
            if (i >= StepsOfOneLength - 1)
                step <<= 1;
        }
        node = HalvingNode + (down ? 1 : 0);
        for (int depth = 0; step > 1; depth++)
        {
            step >>= 1;
            if (from + step >= Beyond)
                continue;
            bool beyond = u >= from + step;
            bool decided = depth < TDecisions.ModelledHalvings || step > finest;
            if (decided
                ? decisions.Decide(ref coder, beyond, from + step, node + 2 * Math.Min(depth, HalvingNodes - 1))
                : coder.Code(beyond ? 1 : 0, 1u << 31) != 0)
            {
                from += step;
            }
        }
        return down ? (long)~from : (long)from;
    }
}
