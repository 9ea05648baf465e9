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
    private const int MaxRefinerRows = 1 << 16;

    /// <summary>Plans for a block of <paramref name="length"/> bytes.</summary>
    public MixerPlan(int level, BlockKind kind, int length, int expertInputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int perLevel = kind == BlockKind.Text ? TextContexts[level - 1] : OtherContexts[level - 1];
        Contexts = Math.Min(perLevel, ContextSet.Available(kind));
        Mixers = level <= 2 ? 1 : 3;
        Refines = level >= 3;

        int size = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 256)), 1u << 30);
        HistoryLength = size;
        MatchEntries = Math.Min(size, MaxMatchEntries);
        RefinerRows = Refines ? Math.Clamp(size / 4, 256, MaxRefinerRows) : 0;
        // A byte takes at most two slots in each context; about half of that is enough.
        long slots = (long)BitOperations.RoundUpToPowerOf2((ulong)length * (ulong)Contexts * SlotTable.SlotSize);
        SlotBytes = Math.Clamp(slots, 1 << 12, 1L << MaxSlotBits[level - 1]);

        UsedInputs = Contexts * ContextMixer.InputsPerContext + MatchModel.InputCount + 1 + expertInputs;
        Inputs = (UsedInputs + MixerKernels.Group - 1) / MixerKernels.Group * MixerKernels.Group;
        WeightSets = ContextMixer.WeightSets(Mixers);
    }

    private static ReadOnlySpan<byte> TextContexts => [2, 3, 4, 6, 6, 7, 8, 9, 10];

    private static ReadOnlySpan<byte> OtherContexts => [3, 4, 6, 9, 11, 12, 14, 16, 16];

    private static ReadOnlySpan<byte> MaxSlotBits => [24, 24, 25, 26, 27, 27, 28, 29, 30];

    /// <summary>Contexts looked up for each byte.</summary>
    public int Contexts { get; }

    /// <summary>Mixers of the first layer.</summary>
    public int Mixers { get; }

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

    /// <summary>Weight sets of the first layer, all mixers together.</summary>
    public int WeightSets { get; }

    /// <summary>Bytes of native memory, exactly.</summary>
    public long Memory => SlotBytes + HistoryLength + (long)MatchEntries * sizeof(int) + SmallSize;

    /// <summary>Bytes of everything small.</summary>
    public long SmallSize =>
        ScratchSize + MapSize + TrustSize + ContextHistory.FollowerSize + MixerSize + RefinerSize(256) + 2 * RefinerSize(RefinerRows);

    /// <summary>Bytes of what is kept from one bit to the next: four arrays of up to 8 bytes a context.</summary>
    public static long ScratchSize => 4 * sizeof(ulong) * ContextSet.Max;

    /// <summary>Bytes of the maps from states to probabilities.</summary>
    public long MapSize => (long)Contexts * 256 * sizeof(uint);

    /// <summary>Bytes of the match model's own probabilities.</summary>
    public static long TrustSize => MatchModel.LengthClasses * sizeof(uint);

    /// <summary>Bytes of the mixers, rounded up to cache lines.</summary>
    public long MixerSize => (MixerNetwork.Size(Inputs, WeightSets) + 63) / 64 * 64;

    /// <summary>Bytes of a refiner.</summary>
    public long RefinerSize(int rows) => Refines ? ProbabilityRefiner.Size(rows) : 0;

    /// <summary>The largest plan of a level for blocks of at most <paramref name="length"/> bytes, over all kinds.</summary>
    public static long MaxMemory(int level, int length) =>
        Math.Max(new MixerPlan(level, BlockKind.Text, length, 0).Memory,
            Math.Max(new MixerPlan(level, BlockKind.Binary, length, 0).Memory,
                new MixerPlan(level, BlockKind.Rows, length, 0).Memory));
}
