using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Sizes of a model: which contexts there are, which of them are followed within the record, how many mixers.</summary>
internal sealed class RecordPlan
{
    /// <summary>Candidates are told apart by rank up to this many.</summary>
    public const int Ranks = 4;

    /// <summary>Entries of an expert's map: for each rank, sizes or kinds.</summary>
    public const int MapSize = Ranks * RankSize;

    /// <summary>Entries of a map for one rank.</summary>
    public const int RankSize = (CountClasses.Count + 1) * CountClasses.Count;

    /// <summary>Weight sets of the last mixer.</summary>
    public const int FinalSets = Ranks * 8 * 12;

    /// <summary>Entries of the maps for bytes that were no candidates.</summary>
    public const int LiteralLength = 8 * 256;

    /// <summary>Sizes of a count that quick guesses tell apart, and 0 of none.</summary>
    public const int QuickSizes = 6;

    /// <summary>Of quick guesses, those that contexts know: two sizes, repeat, link, how many were right in a row.</summary>
    public const int KnownLength = QuickSizes * QuickSizes * 3 * 2 * 8;

    /// <summary>Those that a link alone foresees: strength, length, repeat.</summary>
    public const int CopiedLength = RecordLinks.Strengths * 8 * 3;

    /// <summary>Entries of the map of quick guesses; the last ones are of repeats alone, by length. A multiple of 16: what follows is aligned.</summary>
    public const int QuickLength = (KnownLength + CopiedLength + RecordMemory.MaxMatch) / 16 * 16 + 16;

    /// <summary>Probabilities that no mixer has a part in: of literals, then of quick guesses.</summary>
    public const int DirectLength = LiteralLength + QuickLength;

    /// <summary>Inputs of the last mixer: its weights are one group.</summary>
    public const int FinalInputs = MixerKernels.Group;

    /// <summary>Most mixers.</summary>
    public const int MaxMixers = 5;

    private static readonly RecordPlan s_best = new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 12, 14, 15, 16, 17, 18, 19], [1, 2, 3, 5, 9, 12], 5, quick: false);
    private static readonly RecordPlan s_fast = new([0, 1, 3, 7, 12, 16], [1, 2], 2, quick: true);

    private RecordPlan(byte[] contexts, byte[] local, int mixers, bool quick)
    {
        Quick = quick;
        Candidates = quick ? 6 : 24;
        Contexts = contexts;
        Parents = new int[contexts.Length];
        for (int i = 0; i < contexts.Length; i++)
        {
            // The nearest ancestor that is in the plan and before this one.
            int parent = contexts[i];
            do
                parent = RecordScanner.Parents[parent];
            while (parent >= 0 && Array.IndexOf(contexts, (byte)parent) < 0);
            Parents[i] = parent < 0 ? -1 : Array.IndexOf(contexts, (byte)parent);
        }
        Local = local;
        Mixers = mixers;
        MatchExpert = contexts.Length + local.Length;
        LinkExpert = MatchExpert + 1;
        Experts = LinkExpert + 1;
        Inputs = (2 * Experts + 1 + MixerKernels.Group - 1) / MixerKernels.Group * MixerKernels.Group;
        Starts = new int[mixers + 1];
        for (int i = 0; i < mixers; i++)
            Starts[i + 1] = Starts[i] + SetCounts[i];
    }

    /// <summary>Weight sets of each mixer.</summary>
    public static ReadOnlySpan<int> SetCounts => [Ranks * 8 * 12, 512, 256, 256, 8 * 8 * Ranks];

    /// <summary>Whether a byte that is as good as certain is foreseen by two contexts alone.</summary>
    public bool Quick { get; }

    /// <summary>Candidates that are asked for at most, before a byte is coded bit by bit.</summary>
    public int Candidates { get; }

    /// <summary>Whether any of the contexts is one of tokens.</summary>
    public bool Tokens => Array.Exists(Contexts, context => context >= RecordScanner.TokenContexts);

    /// <summary>The scanner's contexts.</summary>
    public byte[] Contexts { get; }

    /// <summary>Of each context one that is less special, by place, or −1.</summary>
    public int[] Parents { get; }

    /// <summary>Those of <see cref="Contexts"/>, by place, whose last bytes within the record are kept.</summary>
    public byte[] Local { get; }

    /// <summary>Mixers; more than one have another over them.</summary>
    public int Mixers { get; }

    /// <summary>The expert that follows a repeat within the record.</summary>
    public int MatchExpert { get; }

    /// <summary>The expert that follows a link.</summary>
    public int LinkExpert { get; }

    /// <summary>All experts: contexts, local contexts, match, link.</summary>
    public int Experts { get; }

    /// <summary>Inputs of a mixer: two for each expert, a constant, and zeros.</summary>
    public int Inputs { get; }

    /// <summary>The first weight set of each mixer, and their number.</summary>
    public int[] Starts { get; }

    /// <summary>Entries of all maps.</summary>
    public int MapLength => Experts * MapSize;

    /// <summary>All weight sets.</summary>
    public int Sets => Starts[^1];

    /// <summary>The plan of a profile.</summary>
    public static RecordPlan Of(RecordProfile profile) => profile == RecordProfile.Fast ? s_fast : s_best;
}
