using System.Numerics;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The sizes a level gives a block's model: a function of level, kind, length and nothing else.</summary>
internal readonly record struct MixerPlan
{
    /// <summary>Lowest level.</summary>
    public const int MinLevel = 1;

    /// <summary>Highest level.</summary>
    public const int MaxLevel = 9;

    private const int MaxMatchEntries = 1 << 22;
    private const int MaxRefinerRows = 1 << 13;

    /// <summary>Slots of a table at least so large have their whole hash in their place and check, so it can be made larger.</summary>
    public const long LeastPrimedSlotBytes = 1L << 22;

    private const int LeastPrimedHistory = 1 << 16;

    /// <summary>Plans for a block of <paramref name="length"/> bytes.</summary>
    /// <param name="level">1 to 9.</param>
    /// <param name="kind">The block's kind.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="experts">What experts add.</param>
    /// <param name="past">Bytes that count as its past.</param>
    /// <param name="leastSlotBytes">The slot table's least size, if the model is primed or to prime others; else 0.</param>
    public MixerPlan(int level, BlockKind kind, int length, ExpertSizes experts, int past = 0, long leastSlotBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int perLevel = kind is BlockKind.Text or BlockKind.Ideographs ? TextContexts[level - 1] : OtherContexts[level - 1];
        Mixers = level <= 2 ? level : level <= 6 ? 3 : ContextMixer.Selectors;
        Runs = kind != BlockKind.Bilevel && level >= 6;
        if (kind == BlockKind.Bilevel)
            perLevel = PixelCounts[level - 1];
        Refines = level >= 3;
        Contexts = Math.Min(perLevel, ContextSet.Available(kind));

        int least = leastSlotBytes > 0 ? LeastPrimedHistory : 256;
        int size = (int)Math.Min(BitOperations.RoundUpToPowerOf2((ulong)Math.Max((long)length + past, least)), 1u << 30);
        HistoryLength = size;
        MatchEntries = Math.Min(size, MaxMatchEntries);
        RefinerRows = Refines ? Math.Clamp(size / 4, 256, MaxRefinerRows) : 0;
        // A byte takes at most two slots of 21 bytes in each context; of text about a tenth of that is new and worth its room.
        int bytesPerContext = kind is BlockKind.Text or BlockKind.Ideographs ? 5 : 6;
        long slots = (long)BitOperations.RoundUpToPowerOf2((ulong)length * (ulong)(Contexts * bytesPerContext));
        if (kind == BlockKind.Bilevel)
            slots = 16L * size * 2;
        SlotBytes = Math.Max(Math.Clamp(slots, 1 << 12, 1L << MaxSlotBits[level - 1]), leastSlotBytes);

        UsedInputs = Contexts * (ContextMixer.BaseInputs + (Runs ? 1 : 0))
            + MatchModel.InputCount * (Runs ? 2 : 1) + 1 + experts.Inputs;
        Inputs = (UsedInputs + MixerKernels.Group - 1) / MixerKernels.Group * MixerKernels.Group;
        EndRate = UsedInputs < 20 ? 32 : UsedInputs < 40 ? 64 : 56;
        SelectorSets = Mixers > 1 ? experts.Selectors : 0;
        WeightSets = ContextMixer.WeightSets(Mixers) + SelectorSets;
    }

    private static ReadOnlySpan<byte> TextContexts => [5, 6, 7, 8, 10, 12, 16, 20, 24];

    private static ReadOnlySpan<byte> OtherContexts => [2, 3, 5, 7, 8, 12, 16, 20, 24];

    private static ReadOnlySpan<byte> PixelCounts => [2, 3, 4, 5, 6, 12, 14, 14, 14];

    private static ReadOnlySpan<byte> MaxSlotBits => [25, 25, 25, 26, 27, 27, 28, 29, 30];

    /// <summary>Contexts looked up for each byte.</summary>
    public int Contexts { get; }

    /// <summary>Mixers of the first layer, but for one that an expert selects the weights of.</summary>
    public int Mixers { get; }

    /// <summary>Weight sets that an expert selects from: those of one more mixer; 0 for none.</summary>
    public int SelectorSets { get; }

    /// <summary>Whether each context also tells what byte followed last.</summary>
    public bool Runs { get; }

    /// <summary>Whether the mixed answer is refined.</summary>
    public bool Refines { get; }

    /// <summary>Bytes of the past that are kept, a power of two.</summary>
    public int HistoryLength { get; }

    /// <summary>Entries of the match table, a power of two.</summary>
    public int MatchEntries { get; }

    /// <summary>Rows of each hashed refiner, a power of two.</summary>
    public int RefinerRows { get; }

    /// <summary>Bytes of the slot table, a power of two.</summary>
    public long SlotBytes { get; }

    /// <summary>Mixer inputs that are set.</summary>
    public int UsedInputs { get; }

    /// <summary>Mixer inputs, a whole number of vectors.</summary>
    public int Inputs { get; }

    /// <summary>Rate the mixers' learning falls to: the more inputs, the lower.</summary>
    public int EndRate { get; }

    /// <summary>Weight sets of the first layer, all mixers together.</summary>
    public int WeightSets { get; }

    /// <summary>Bytes of the tables of the match models: the long one goes with the runs.</summary>
    public long MatchSize => (Runs ? 2 : 1) * (long)MatchEntries * sizeof(int);

    /// <summary>Bytes of everything small.</summary>
    public long SmallSize => ScratchSize + LearntSize + MixerSize + RefinersSize;

    /// <summary>Bytes of what contexts and matches have taught, but for slots and past.</summary>
    public long LearntSize => MapSize + RunMapSize + TrustSize + ContextHistory.FollowerSize;

    /// <summary>Bytes of the three refiners.</summary>
    public long RefinersSize => RefinerSize(256) + 2 * RefinerSize(RefinerRows);

    /// <summary>Bytes of what is kept from one bit to the next: arrays of 8 bytes a context.</summary>
    public static long ScratchSize => 6 * sizeof(ulong) * ContextSet.Max;

    /// <summary>Bytes of the maps from states to probabilities.</summary>
    public long MapSize => (long)Contexts * 256 * sizeof(uint);

    /// <summary>Bytes of the maps of runs, rounded up to cache lines.</summary>
    public long RunMapSize => Runs ? (long)Contexts * ContextMixer.RunValues * sizeof(uint) : 0;

    /// <summary>Bytes of the match model's own probabilities.</summary>
    public static long TrustSize => 2 * MatchModel.TrustCount * sizeof(uint);

    /// <summary>Bytes of the mixers, rounded up to cache lines.</summary>
    public long MixerSize => (MixerNetwork.Size(Inputs, WeightSets) + 63) / 64 * 64;

    /// <summary>Bytes of a refiner.</summary>
    public long RefinerSize(int rows) => Refines ? ProbabilityRefiner.Size(rows) : 0;

    /// <summary>Bytes that suffice at a level for one block after another of at most <paramref name="length"/> bytes, of any kind.</summary>
    /// <param name="level">1 to 9.</param>
    /// <param name="length">Most bytes of a block.</param>
    /// <param name="prior">What blocks of its structure begin with, or null.</param>
    public static long MaxMemory(int level, int length, MixerPrior? prior = null)
    {
        // Each buffer keeps the largest size it ever had, so the maxima add up.
        long slots = 0, small = 0, rest = 0;
        for (BlockKind kind = 0; kind <= BlockStructure.LastKind; kind++)
        {
            var plan = prior?.Structure.Kind == kind ? prior.PlanFor(length, default) : new MixerPlan(level, kind, length, default);
            slots = Math.Max(slots, plan.SlotBytes);
            small = Math.Max(small, plan.SmallSize);
            rest = Math.Max(rest, plan.HistoryLength + plan.MatchSize);
        }
        return slots + small + rest;
    }
}

/// <summary>What experts add to a mixer.</summary>
/// <param name="Inputs">Their opinions.</param>
/// <param name="Selectors">Weight sets that one of them selects from, or 0.</param>
internal readonly record struct ExpertSizes(int Inputs, int Selectors);
