using Tacit.Modeling.Series;

namespace Tacit.Modeling.ContextMixing;

/// <summary>What a <see cref="ContextMixer"/> has learnt from some data, for others to begin with.</summary>
/// <remarks>
/// The bit histories of contexts, the maps, weights and refiners, and the data itself, for the match models. Blocks of the
/// same structure then are coded as if they came after that data. Immutable, so many mixers can share one; disposing of it frees its memory at
/// once, which else the collector does.
/// </remarks>
public sealed unsafe class MixerPrior : IDisposable
{
    /// <summary>Most bytes of data a prior keeps.</summary>
    public const int MaxLength = 1 << 26;

    /// <summary>How often a weight set counts as trained at most, so that it still follows what is new.</summary>
    internal const int MostUses = 1023;

    private readonly NativeBuffer _slots = new();
    private readonly NativeBuffer _small = new();

    private MixerPrior(int level, BlockStructure structure, int length, long slotBytes = 0)
    {
        Level = level;
        Structure = structure;
        Plan = PlanToPrime(level, structure.Kind, length);
        SlotBytes = slotBytes > 0 ? slotBytes : Plan.SlotBytes;
    }

    /// <summary>The level it was learnt at, and can be used at.</summary>
    public int Level { get; }

    /// <summary>The structure of the data, and of the blocks that can begin with it.</summary>
    public BlockStructure Structure { get; }

    /// <summary>The data, as far as it is kept.</summary>
    public ReadOnlyMemory<byte> Text { get; private init; }

    /// <summary>The data as codec cm codes it at that level; empty if not all of it is kept.</summary>
    internal ReadOnlyMemory<byte> Code { get; private init; }

    /// <summary>Bytes of memory it takes.</summary>
    public long Memory => _slots.Capacity + _small.Capacity + Text.Length + Code.Length;

    /// <summary>The sizes of its tables.</summary>
    internal MixerPlan Plan { get; }

    internal long SlotBytes { get; }

    internal byte* Slots => Held(_slots);

    internal byte* Learnt => Held(_small);

    /// <summary>Bytes of the small tables: what is at <see cref="Learnt"/>, the mixers and the refiners.</summary>
    internal long TablesSize => Plan.LearntSize + Plan.MixerSize + Plan.RefinersSize;

    internal byte* Mixers => Learnt + Plan.LearntSize;

    internal byte* Refiners => Mixers + Plan.MixerSize;

    /// <summary>The structure a prior takes data for: as a block's, but never pixels of one bit, whose contexts are too few to be worth it.</summary>
    public static BlockStructure StructureOf(ReadOnlySpan<byte> data, int level)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        BlockStructure structure = StructureTrial.Choose(data, model);
        return structure.Kind is BlockKind.Bilevel or BlockKind.X86 ? default : structure;
    }

    /// <summary>Learns from data.</summary>
    /// <param name="data">At most <see cref="MaxLength"/> bytes.</param>
    /// <param name="level">1 to 9.</param>
    /// <param name="structure">Its structure, see <see cref="StructureOf"/>.</param>
    /// <param name="mostCode">Most bytes the data may be coded in; if it takes more, only its first part is learnt.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static MixerPrior Learn(ReadOnlyMemory<byte> data, int level, BlockStructure structure, int mostCode = int.MaxValue,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, MaxLength, nameof(data));
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        while (true)
        {
            model.ResetToPrime(data.Length, structure);
            byte[] code = MixedBytes.Encode(data.Span, model, mostCode, out int taken, cancellationToken);
            if (taken == data.Length)
                return Of(model, data, code, level, structure);
            data = data[..(taken - taken / 64)];
        }
    }

    /// <summary>Frees the tables. No mixer may use it then.</summary>
    public void Dispose()
    {
        _slots.Dispose();
        _small.Dispose();
    }

    private byte* Held(NativeBuffer buffer)
    {
        ObjectDisposedException.ThrowIf(buffer.Pointer == null, this);
        return buffer.Pointer;
    }

    /// <summary>The sizes for data that others are to be primed with.</summary>
    internal static MixerPlan PlanToPrime(int level, BlockKind kind, int length) =>
        new(level, kind, length, default, 0, MixerPlan.LeastPrimedSlotBytes);

    /// <summary>The sizes for a block of that length that begins with this.</summary>
    internal MixerPlan PlanFor(int length, ExpertSizes experts) => new(Level, Structure.Kind, length, experts, Text.Length, SlotBytes);

    /// <summary>Learns from coded data by decoding it.</summary>
    /// <exception cref="InvalidDataException">The code ends too early.</exception>
    internal static MixerPrior OfCode(ReadOnlyMemory<byte> coded, byte[] text, int level, BlockStructure structure, CancellationToken cancellationToken)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        model.ResetToPrime(text.Length, structure);
        MixedBytes.Decode(coded.Span, text, model, cancellationToken);
        return Of(model, text, coded, level, structure);
    }

    /// <summary>Takes up a state that was written.</summary>
    /// <exception cref="InvalidDataException">A code ends too early.</exception>
    internal static MixerPrior OfState(byte[] text, int level, BlockStructure structure, ReadOnlySpan<byte> tables, ReadOnlySpan<byte> slots, long slotBytes)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        model.ResetToPrime(0, structure);
        var prior = new MixerPrior(level, structure, 0, slotBytes) { Text = text };
        try
        {
            prior.TakeTables(model);
            var coder = new BitReading(tables);
            PriorTables.Code(ref coder, prior.Plan, prior.Learnt, 0);
            if (coder.Failed)
                throw new InvalidDataException("The prior's tables are cut short.");
            RememberFollowers(text, prior.Learnt + prior.Plan.LearntSize - ContextHistory.FollowerSize);
            coder = new BitReading(slots);
            PriorSlots.Code(ref coder, prior._slots.Clear((nuint)slotBytes), slotBytes);
            if (coder.Failed)
                throw new InvalidDataException("The prior's slots are cut short.");
            return prior;
        }
        catch
        {
            prior.Dispose();
            throw;
        }
    }

    /// <summary>Fills a table with the slots that are worth at least so much, with room for twice as many; returns its bytes.</summary>
    internal long TakeSlots(NativeBuffer memory, int least)
    {
        long bytes = MixerPlan.LeastPrimedSlotBytes;
        while (true)
        {
            var table = new SlotTable(memory.Clear((nuint)bytes), bytes);
            long count = table.TakeIn(Slots, SlotBytes, least);
            long wanted = Math.Min(SlotBytes, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)count) * SlotTable.LineSize);
            if (wanted <= bytes)
                return bytes;
            bytes = wanted;
        }
    }

    private static MixerPrior Of(ContextMixer model, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> code, int level, BlockStructure structure)
    {
        var prior = new MixerPrior(level, structure, data.Length) { Text = data, Code = code };
        prior.TakeTables(model);
        long length = prior.SlotBytes;
        Buffer.MemoryCopy((void*)model.SlotMemory, prior._slots.Take((nuint)length), length, length);
        return prior;
    }

    private void TakeTables(ContextMixer model)
    {
        (nint learnt, nint mixers, nint refiners) = model.SmallTables;
        byte* small = _small.Take((nuint)TablesSize);
        Buffer.MemoryCopy((void*)learnt, small, Plan.LearntSize, Plan.LearntSize);
        Buffer.MemoryCopy((void*)mixers, Mixers, Plan.MixerSize, Plan.MixerSize);
        Buffer.MemoryCopy((void*)refiners, Refiners, Plan.RefinersSize, Plan.RefinersSize);
    }

    // What followed each byte and each pair, as the past of a mixer that had gone over the text.
    private static void RememberFollowers(ReadOnlySpan<byte> text, byte* memory)
    {
        byte none = 0;
        var past = new ContextHistory(&none, 0, memory, BlockKind.Text);
        foreach (byte value in text)
            past.Add(value, 0);
    }
}
