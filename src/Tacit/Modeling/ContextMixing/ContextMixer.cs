using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>
/// A strong general predictor of bytes, bit by bit: many contexts each remember what followed them, and a small network
/// learns whom to trust.
/// </summary>
/// <remarks>
/// <para>For each bit:</para>
/// <list type="number">
/// <item>each context's slot gives a bit history, and an adaptive map says what bit followed such histories;</item>
/// <item>a match model adds what followed the longest repeat;</item>
/// <item>two layers of mixers, with weights chosen by small contexts, weigh these opinions;</item>
/// <item>refiners correct the answer by what came of like answers.</item>
/// </list>
/// <para>
/// Integer arithmetic throughout (determinism contract, rule 8). Bytes come highest bit first. Tables live in native
/// memory, sized by the length given to <see cref="Reset(int)"/>. Not thread-safe.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var model = new ContextMixer(new ContextMixerOptions { Level = 5 });
/// model.Reset(data.Length, BlockStructure.Detect(data));
/// foreach (byte value in data)
///     for (int i = 7; i &gt;= 0; i--)
///     {
///         int bit = value &gt;&gt; i &amp; 1;
///         encoder.Encode(bit, model.Probability);
///         model.Update(bit);
///     }
/// </code>
/// </example>
public sealed unsafe class ContextMixer : IBitPredictor, IDisposable
{
    internal const int InputsPerContext = 2;

    private const int MapLimit = 255;

    private readonly int _level;
    private readonly IBitExpert[] _experts;
    private readonly int _expertInputs;
    private readonly NativeBuffer _slotMemory = new();
    private readonly NativeBuffer _historyMemory = new();
    private readonly NativeBuffer _matchMemory = new();
    private readonly NativeBuffer _smallMemory = new();

    // Constant tables, kept here because a field is nearer than a static.
    private readonly byte* _nextState = StateTable.Next;
    private readonly int* _inputTable = Logistic.InputTable;
    private readonly int* _rates = AdaptiveProbability.Rates;

    private BlockStructure _structure;
    private ContextHistory _past;
    private SlotTable _slots;
    private MatchModel _match;
    private MixerNetwork _mixers;
    private ProbabilityRefiner _refiner0;
    private ProbabilityRefiner _refiner1;
    private ProbabilityRefiner _refiner2;
    private int _contexts;
    private int _mixerCount;
    private bool _refines;
    private uint* _maps;          // (contexts, 256): state → probability
    private int _partial;         // the bits of the byte so far after a leading 1
    private int _node;            // the same of the nibble: the place in a slot
    private int _bitIndex;        // bits of the byte so far
    private uint _refinerHash;    // of the last two bytes
    private uint _probability;
    private byte** _slot;         // each context's slot
    private uint* _hashes;        // each context's hash for this byte
    private uint** _used;         // the map entry each context used for this bit
    private byte* _states;        // the state each context was in for this bit

    /// <summary>Makes a predictor; call <see cref="Reset(int)"/> before use.</summary>
    public ContextMixer(ContextMixerOptions? options = null)
    {
        options ??= new ContextMixerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Level, MixerPlan.MaxLevel);
        _level = options.Level;
        _experts = [.. options.Experts];
        foreach (IBitExpert expert in _experts)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(expert.InputCount, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(expert.InputCount, 64);
            _expertInputs += expert.InputCount;
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_expertInputs, 128);
        Reset(0);
    }

    /// <inheritdoc/>
    public uint Probability => _probability;

    /// <summary>Bytes of native memory in use now.</summary>
    public long AllocatedMemory =>
        _slotMemory.Capacity + _historyMemory.Capacity + _matchMemory.Capacity + _smallMemory.Capacity;

    /// <summary>Most bytes of native memory in use for blocks of at most that length, of any structure, without experts.</summary>
    public static long WorkingMemory(int level, int blockLength) => MixerPlan.MaxMemory(level, blockLength);

    /// <summary>Forgets everything and makes ready for about <paramref name="length"/> bytes of no known structure.</summary>
    public void Reset(int length) => Reset(length, default);

    /// <summary>Forgets everything and makes ready for about <paramref name="length"/> bytes.</summary>
    /// <param name="length">Sizes the tables. More bytes than this may come, but then the past is forgotten.</param>
    /// <param name="structure">What the bytes are; decoding must be told the same.</param>
    public void Reset(int length, BlockStructure structure)
    {
        if (structure.Kind > BlockKind.Rows
            || (structure.Kind == BlockKind.Rows) != (structure.RowLength is >= 2 and <= BlockStructure.MaxRowLength))
        {
            throw new ArgumentException($"No such structure: {structure}.", nameof(structure));
        }
        var plan = new MixerPlan(_level, structure.Kind, length, _expertInputs);
        _structure = structure;
        _contexts = plan.Contexts;
        _mixerCount = plan.Mixers;
        _refines = plan.Refines;

        _slots = new SlotTable(_slotMemory.Clear((nuint)plan.SlotBytes), plan.SlotBytes);
        byte* history = _historyMemory.Clear((nuint)plan.HistoryLength);
        uint historyMask = (uint)(plan.HistoryLength - 1);
        byte* positions = _matchMemory.Clear((nuint)plan.MatchEntries * sizeof(int));

        byte* small = _smallMemory.Clear((nuint)plan.SmallSize);
        byte* start = small;
        _slot = (byte**)Take(ref small, MixerPlan.ScratchSize / 4);
        _used = (uint**)Take(ref small, MixerPlan.ScratchSize / 4);
        _hashes = (uint*)Take(ref small, MixerPlan.ScratchSize / 4);
        _states = Take(ref small, MixerPlan.ScratchSize / 4);
        _maps = (uint*)Take(ref small, plan.MapSize);
        uint* trust = (uint*)Take(ref small, MixerPlan.TrustSize);
        _past = new ContextHistory(history, historyMask, (uint*)Take(ref small, ContextHistory.FollowerSize));
        _match = new MatchModel((int*)positions, plan.MatchEntries, history, historyMask, trust);
        _mixers = new MixerNetwork(
            Take(ref small, plan.MixerSize), plan.Inputs, plan.UsedInputs, plan.Mixers, plan.WeightSets);
        if (_refines)
        {
            _refiner0 = new ProbabilityRefiner(Take(ref small, plan.RefinerSize(256)), 256);
            _refiner1 = new ProbabilityRefiner(Take(ref small, plan.RefinerSize(plan.RefinerRows)), plan.RefinerRows);
            _refiner2 = new ProbabilityRefiner(Take(ref small, plan.RefinerSize(plan.RefinerRows)), plan.RefinerRows);
        }
        Debug.Assert(small - start == plan.SmallSize);

        for (int i = 0; i < _contexts; i++)
        {
            for (int state = 0; state < StateTable.Count; state++)
                _maps[i * 256 + state] = AdaptiveProbability.Start(StateTable.Prior(state));
        }
        foreach (IBitExpert expert in _experts)
            expert.Reset(length);

        _partial = 1;
        _bitIndex = 0;
        StartByte();
        Predict();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(int bit)
    {
        Learn(bit);
        _partial = _partial << 1 | bit;
        _bitIndex++;
        if (_bitIndex == 8)
        {
            _past.Add((byte)_partial, _structure.RowLength);
            _partial = 1;
            _bitIndex = 0;
            StartByte();
        }
        else if (_bitIndex == 4)
        {
            StartNibble();
        }
        else
        {
            _node = _node << 1 | bit;
        }
        Predict();
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        _slotMemory.Dispose();
        _historyMemory.Dispose();
        _matchMemory.Dispose();
        _smallMemory.Dispose();
    }

    /// <summary>Weight sets of all mixers: see <see cref="SelectWeights"/>.</summary>
    internal static int WeightSets(int mixers) => mixers == 1 ? 256 : MatchSets + 256 + 256 * 8;

    private const int MatchSets = MatchModel.LengthClasses * (ContextSet.Max + 1);

    private static byte* Take(ref byte* memory, long length)
    {
        byte* taken = memory;
        memory += length;
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Learn(int bit)
    {
        _mixers.Train(bit);
        if (_refines)
        {
            _refiner0.Train(bit);
            _refiner1.Train(bit);
            _refiner2.Train(bit);
        }
        _match.Train(bit);
        byte* nextState = _nextState + bit;
        byte* states = _states;
        byte** slots = _slot;
        uint** used = _used;
        int* rates = _rates;
        int node = _node;
        int contexts = _contexts;
        for (int i = 0; i < contexts; i++)
        {
            AdaptiveProbability.Learn(used[i], rates, bit, MapLimit);
            slots[i][node] = nextState[2 * states[i]];
        }
        if (_experts.Length != 0)
        {
            foreach (IBitExpert expert in _experts)
                expert.Update(bit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartByte()
    {
        uint* hashes = _hashes;
        ContextSet.Hash(ref _past, _structure, hashes);
        for (int i = 0; i < _contexts; i++)
            _slots.Prefetch(hashes[i]);
        ulong last = _past.Last;
        uint matchHash = (uint)((last & 0xFFFFFFFFFFFF) * 0x9E3779B97F4A7C15UL >> 40);
        _match.NextByte(_past.Position, matchHash);
        _refinerHash = ((uint)last & 0xFFFF) * 0x9E3779B1u;
        for (int i = 0; i < _contexts; i++)
            _slot[i] = _slots.Find(hashes[i]);
        _node = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartNibble()
    {
        uint* hashes = stackalloc uint[ContextSet.Max];
        for (int i = 0; i < _contexts; i++)
        {
            uint hash = (_hashes[i] ^ (uint)_partial * 0x2C1B3C6Du) * 0x9E3779B1u;
            hash ^= hash >> 15;
            hashes[i] = hash;
            _slots.Prefetch(hash);
        }
        for (int i = 0; i < _contexts; i++)
            _slot[i] = _slots.Find(hashes[i]);
        _node = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Predict()
    {
        uint* map = _maps;
        byte* states = _states;
        byte** slots = _slot;
        uint** used = _used;
        int* inputTable = _inputTable;
        int* input = _mixers.Inputs;
        int node = _node;
        int contexts = _contexts;
        int known = 0;   // contexts that have been seen before
        for (int i = 0; i < contexts; i++)
        {
            uint state = slots[i][node];
            states[i] = (byte)state;
            used[i] = map + state;
            int packed = inputTable[map[state] >> 20];
            int seen = (int)((0 - state) >> 31);   // 0 for the empty history, else 1
            known += seen;
            input[0] = (short)packed & -seen;
            input[1] = packed >> 17 & -seen;
            input += InputsPerContext;
            map += 256;
        }
        _match.Predict(input, _partial, _bitIndex);
        input += MatchModel.InputCount;
        *input++ = 256;   // bias
        if (_experts.Length != 0)
            AskExperts(input);

        SelectWeights(known);
        if (!_refines)
        {
            int z = _mixers.Mix(_match.PredictedBit);
            _probability = Logistic.Squash(Logistic.SquashTable, z);
            return;
        }

        uint last = (uint)_past.Last;
        _refiner0.Select((uint)_partial);
        _refiner1.Select((uint)_partial * 0x2C1B3C6Du + ((last & 0xFF) * 0x9E3779B1u) >> 13);
        _refiner2.Select((uint)_partial * 0x2C1B3C6Du + _refinerHash >> 13);
        int sum = _mixers.Mix(_match.PredictedBit << 3 | _bitIndex);
        ulong mixed = Logistic.Squash(Logistic.SquashTable, sum);
        ulong refined = (2 * (ulong)_refiner0.Refine(sum) + 3 * (ulong)_refiner1.Refine(sum) + 3 * (ulong)_refiner2.Refine(sum)) >> 3;
        ulong p = (mixed + refined) >> 1;
        _probability = (uint)Math.Clamp(p, Logistic.MinProbability, Logistic.MaxProbability);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SelectWeights(int known)
    {
        if (_mixerCount == 1)
        {
            _mixers.Select(0, _partial);
            return;
        }
        _mixers.Select(0, _match.LengthClass * (ContextSet.Max + 1) + known);
        _mixers.Select(1, MatchSets + _partial);
        _mixers.Select(2, MatchSets + 256 + ((int)((uint)_past.Last & 0xFF) << 3 | _bitIndex));
    }

    private void AskExperts(int* input)
    {
        foreach (IBitExpert expert in _experts)
        {
            var opinions = new Span<int>(input, expert.InputCount);
            expert.Predict(opinions);
            foreach (ref int opinion in opinions)
                opinion = Math.Clamp(opinion, -Logistic.MaxInput, Logistic.MaxInput);
            input += expert.InputCount;
        }
    }
}
