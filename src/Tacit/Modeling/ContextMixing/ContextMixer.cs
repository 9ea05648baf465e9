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
public sealed unsafe partial class ContextMixer : IBitPredictor, IDisposable
{
    /// <summary>Version of the model: any change of what it foresees raises it.</summary>
    internal const byte Version = 1;

    /// <summary>Inputs of a context at its simplest.</summary>
    internal const int BaseInputs = 2;

    /// <summary>Selectors there are: most mixers of the first layer.</summary>
    internal const int Selectors = 7;

    /// <summary>Values of a context's run: none, or the predicted bit and how often it held.</summary>
    internal const int RunValues = 32;

    // How many lessons a map takes before its rate stays: text follows steadier laws than other data.
    private const int TextMapLimit = 1023;
    private const int MapLimit = 255;

    private const int MaxExpertInputs = 64;

    private readonly int _level;
    private readonly MixerPrior? _prior;
    private readonly IBitExpert[] _experts;
    private readonly ExpertSizes _expertSizes;
    private readonly ISelectingExpert? _selecting;
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
    private PixelContexts _pixels;
    private bool _bilevel;
    private int _mapLimit;
    private MatchModel _match;
    private MatchModel _longMatch;
    private MixerNetwork _mixers;
    private ProbabilityRefiner _refiner0;
    private ProbabilityRefiner _refiner1;
    private ProbabilityRefiner _refiner2;
    private int _contexts;
    private int _mixerCount;
    private int _selectedStart;   // first weight set of the mixer an expert selects for
    private bool _refines;
    private bool _runs;
    private byte* _learnt;        // where the small tables begin, up to the mixers; then these; then the refiners
    private byte* _mixerMemory;
    private byte* _refinerMemory;
    private uint* _runMaps;       // (contexts, RunValues)
    private uint* _maps;          // (contexts, 256): state → probability
    private int _partial;         // the bits of the byte so far after a leading 1
    private int _node;            // the same of the nibble: the place in a slot
    private int _bitIndex;        // bits of the byte so far
    private uint _refinerHash;    // of the last two bytes
    private uint _probability;
    private byte** _slot;         // each context's slot
    private byte** _root;         // each context's slot of the byte's first nibble
    private int* _run;            // what followed each context last after a leading 1, and the class of how often << 16
    private uint* _hashes;        // each context's hash for this byte
    private byte* _runsUsed;      // the entry of each context's run map used for this bit
    private byte* _states;        // the state each context was in for this bit

    /// <summary>Makes a predictor; call <see cref="Reset(int)"/> before use.</summary>
    public ContextMixer(ContextMixerOptions? options = null)
    {
        options ??= new ContextMixerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Level, MixerPlan.MinLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Level, MixerPlan.MaxLevel);
        _level = options.Level;
        _prior = options.Prior;
        if (_prior is not null && _prior.Level != _level)
            throw new ArgumentException($"The prior is of level {_prior.Level}, the mixer of level {_level}.", nameof(options));
        _experts = [.. options.Experts];
        int inputs = 0;
        foreach (IBitExpert expert in _experts)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(expert.InputCount, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(expert.InputCount, MaxExpertInputs);
            inputs += expert.InputCount;
            _selecting ??= expert as ISelectingExpert;
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs, 128);
        _expertSizes = new ExpertSizes(inputs, _selecting?.SelectorValues ?? 0);
        Reset(0, default, new MixerPlan(_level, default, 0, _expertSizes), null);
    }

    /// <inheritdoc/>
    public uint Probability => _probability;

    /// <summary>Bytes of native memory in use now.</summary>
    public long AllocatedMemory =>
        _slotMemory.Capacity + _historyMemory.Capacity + _matchMemory.Capacity + _smallMemory.Capacity;

    /// <summary>Most bytes of native memory in use for blocks of at most that length, of any structure, without experts.</summary>
    public static long WorkingMemory(int level, int blockLength) => MixerPlan.MaxMemory(level, blockLength);

    /// <summary>The same for blocks that may begin with a prior; the prior's own memory is not in it.</summary>
    public static long WorkingMemory(MixerPrior prior, int blockLength)
    {
        ArgumentNullException.ThrowIfNull(prior);
        return MixerPlan.MaxMemory(prior.Level, blockLength, prior);
    }

    /// <summary>Forgets everything and makes ready for about <paramref name="length"/> bytes of no known structure.</summary>
    public void Reset(int length) => Reset(length, default);

    /// <summary>Forgets everything and makes ready for about <paramref name="length"/> bytes.</summary>
    /// <param name="length">Sizes the tables. More bytes than this may come, but then the past is forgotten.</param>
    /// <param name="structure">What the bytes are; decoding must be told the same.</param>
    public void Reset(int length, BlockStructure structure)
    {
        if (!structure.IsPossible)
        {
            throw new ArgumentException($"No such structure: {structure}.", nameof(structure));
        }
        MixerPrior? prior = _prior?.Structure == structure ? _prior : null;
        Reset(length, structure, prior?.PlanFor(length, _expertSizes) ?? new MixerPlan(_level, structure.Kind, length, _expertSizes), prior);
    }

    private void Reset(int length, BlockStructure structure, in MixerPlan plan, MixerPrior? prior)
    {
        _structure = structure;
        _bilevel = structure.Kind == BlockKind.Bilevel;
        _mapLimit = structure.Kind is BlockKind.Text or BlockKind.Ideographs ? TextMapLimit : MapLimit;
        _contexts = plan.Contexts;
        _mixerCount = plan.Mixers;
        _refines = plan.Refines;
        _runs = plan.Runs;

        bool isCopied = prior is not null && prior.SlotBytes == plan.SlotBytes;
        byte* table = isCopied ? _slotMemory.Take((nuint)plan.SlotBytes) : _slotMemory.Clear((nuint)plan.SlotBytes);
        if (_bilevel)
            _pixels = new PixelContexts(table, plan.SlotBytes);
        else
            _slots = new SlotTable(table, plan.SlotBytes);
        byte* history = _historyMemory.Clear((nuint)plan.HistoryLength);
        uint historyMask = (uint)(plan.HistoryLength - 1);
        byte* positions = _matchMemory.Clear((nuint)plan.MatchSize);

        byte* small = _smallMemory.Clear((nuint)plan.SmallSize);
        byte* start = small;
        _slot = (byte**)Take(ref small, MixerPlan.ScratchSize / 6);
        _root = (byte**)Take(ref small, MixerPlan.ScratchSize / 6);
        _runsUsed = Take(ref small, MixerPlan.ScratchSize / 6);
        _hashes = (uint*)Take(ref small, MixerPlan.ScratchSize / 6);
        _run = (int*)Take(ref small, MixerPlan.ScratchSize / 6);
        _states = Take(ref small, MixerPlan.ScratchSize / 6);
        _learnt = small;
        _maps = (uint*)Take(ref small, plan.MapSize);
        _runMaps = (uint*)Take(ref small, plan.RunMapSize);
        uint* trust = (uint*)Take(ref small, MixerPlan.TrustSize);
        _past = new ContextHistory(history, historyMask, Take(ref small, ContextHistory.FollowerSize), structure.Kind);
        _match = new MatchModel((int*)positions, plan.MatchEntries, ShortMatch, history, historyMask, trust);
        if (plan.Runs)
        {
            _longMatch = new MatchModel(
                (int*)positions + plan.MatchEntries, plan.MatchEntries, LongMatch, history, historyMask, trust + MatchModel.TrustCount);
        }
        _mixerMemory = small;
        _mixers = new MixerNetwork(
            Take(ref small, plan.MixerSize), plan.Inputs, plan.UsedInputs, plan.Mixers + (plan.SelectorSets > 0 ? 1 : 0), plan.WeightSets, plan.EndRate);
        _selectedStart = plan.WeightSets - plan.SelectorSets;
        _refinerMemory = small;
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
            for (int run = 0; run < RunValues && _runs; run++)
                _runMaps[i * RunValues + run] = AdaptiveProbability.Start(32768 + (2 * (run & 1) - 1) * (32768 - 32768 / ((run >> 1) + 2)));
        }
        if (prior is not null)
            Prime(prior, table, plan, history);
        foreach (IBitExpert expert in _experts)
            expert.Reset(length);

        _partial = 1;
        _bitIndex = 0;
        SendForByte();
        StartByte();
        Predict(Ask());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(int bit)
    {
        _match.Train(bit);
        if (_runs)
            _longMatch.Train(bit);
        _partial = _partial << 1 | bit;
        _bitIndex++;
        if (_bitIndex == 8)
        {
            // What the next byte needs is sent for before the bit is learnt: learning hides some of the wait.
            _past.Add((byte)_partial, _structure.RowLength);
            SendForByte();
        }
        _mixers.Train(bit);
        if (_refines)
        {
            _refiner0.Train(bit);
            _refiner1.Train(bit);
            _refiner2.Train(bit);
        }
        foreach (IBitExpert expert in _experts)
            expert.Update(bit);
        Predict(_bilevel || _bitIndex is 4 or 8 ? MoveOn(bit) : Step(bit));
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        _slotMemory.Dispose();
        _historyMemory.Dispose();
        _matchMemory.Dispose();
        _smallMemory.Dispose();
    }

    private const int ShortMatch = 6;
    private const int LongMatch = 20;

    private static byte* Take(ref byte* memory, long length)
    {
        byte* taken = memory;
        memory += length;
        return taken;
    }

    // Learns a bit, goes to the contexts' slots of the bits to come and asks them; how many contexts have been seen before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private int MoveOn(int bit)
    {
        LearnStates(_maps, _states, _slot, _nextState + bit, _rates, _node, _contexts, _mapLimit, bit);
        if (_runs)
            LearnRuns(_runMaps, _runsUsed, _rates, _contexts, _mapLimit, bit);
        if (_bitIndex == 8)
        {
            if (_runs)
                EndRuns((byte)_partial);
            _partial = 1;
            _bitIndex = 0;
            StartByte();
        }
        else if (_bitIndex == 4)
        {
            StartNibble();
        }
        return Ask();
    }

    private int Ask()
    {
        if (_bilevel)
        {
            _node = 0;
            _pixels.StartBit(_partial, _bitIndex, _contexts, _slot);
        }
        short* input = _mixers.Inputs;
        if (_runs)
            AskRuns(_runMaps, _run, _runsUsed, _inputTable, 7 - _bitIndex, _partial, _contexts, input + BaseInputs * _contexts);
        return AskStates(_maps, _states, _slot, _inputTable, _node, _contexts, (int*)input);
    }

    // The same within a nibble, where a context's slot stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Step(int bit)
    {
        if (_bitIndex == 3)
            ForeseeNibble();
        int node = _node;
        _node = node << 1 | bit;
        short* input = _mixers.Inputs;
        if (_runs)
        {
            LearnRuns(_runMaps, _runsUsed, _rates, _contexts, _mapLimit, bit);
            AskRuns(_runMaps, _run, _runsUsed, _inputTable, 7 - _bitIndex, _partial, _contexts, input + BaseInputs * _contexts);
        }
        return StepStates(_maps, _states, _slot, _nextState + bit, _rates, _inputTable, (int*)input, node, _contexts, _mapLimit, bit);
    }

    // Where no context asks what a match predicts, the match is looked up later, when what it needs has come.
    private bool MatchComesLate => _contexts <= ContextSet.WithoutMatch;

    // Asks for the memory that the next byte will need to be brought near.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SendForByte()
    {
        if (_bilevel)
            return;
        uint last = (uint)_past.Last;
        if (MatchComesLate)
            _match.ForeseeByte((byte)last);
        else
            StartMatches();
        SendForSlots(_match.PredictedByte);
        if (_refines)
        {
            _refinerHash = (last & 0xFFFF) * 0x9E3779B1u;
            _refiner1.ForeseePair((last & 0xFF) * 0x9E3779B1u >> 13);
            _refiner2.ForeseePair(_refinerHash >> 13);
        }
    }

    private void StartMatches()
    {
        _match.NextByte(_past.Position, (byte)_past.Last);
        if (_runs)
            _longMatch.NextByte(_past.Position, (byte)_past.Last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartByte()
    {
        if (_bilevel || MatchComesLate)
            StartMatches();
        if (_bilevel)
        {
            _pixels.StartByte(_past, _structure.RowLength);
            _node = 0;
            return;
        }
        for (int i = 0; i < _contexts; i++)
            _slot[i] = _slots.Find(_hashes[i]);
        _node = 1;
        if (_runs)
            StartRuns();
    }

    private void SendForSlots(int predicted)
    {
        uint* hashes = _hashes;
        ContextSet.Hash(_past, _structure, predicted, _contexts, hashes);
        for (int i = 0; i < _contexts; i++)
            _slots.Prefetch(hashes[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartNibble()
    {
        _match.NextHalf((_past.Last & 0xFFFFFFFFFF) << 4 | (uint)_partial & 15);
        if (_runs)
            _longMatch.NextHalf(_past.LongHash + (uint)_partial);
        if (_bilevel)
            return;
        uint* hashes = _hashes;
        uint last = (uint)_partial & 1;
        for (int i = 0; i < _contexts; i++)
            _slot[i] = _slots.Find(hashes[i] ^ last);
        _node = 1;
    }

    // Three bits of a byte have come: the slots of its second half stand in one of two neighbouring lines.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForeseeNibble()
    {
        uint* hashes = _hashes;
        for (int i = 0; i < _contexts; i++)
        {
            uint hash = (hashes[i] ^ (uint)_partial * 0x2C1B3C6Du) * 0x9E3779B1u;
            hash ^= hash >> 15;
            hashes[i] = hash;
            _slots.Prefetch(hash);
            _slots.Prefetch(hash ^ 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Predict(int known)
    {
        short* input = _mixers.Inputs + BaseInputs * _contexts;
        if (_runs)
        {
            input += _contexts;
            _longMatch.Predict(input, _partial, _bitIndex);
            input += MatchModel.InputCount;
        }
        _match.Predict(input, _partial, _bitIndex);
        input += MatchModel.InputCount;
        *input++ = 256;   // bias
        if (_experts.Length != 0)
        {
            AskExperts(input);
            if (_selecting is not null && _mixerCount > 1)
                _mixers.Select(_mixerCount, _selectedStart + _selecting.Selector);
        }

        SelectWeights(known);
        if (!_refines)
        {
            _probability = _mixerCount == 1 ? _mixers.MixAlone() : Logistic.Squash(Logistic.SquashTable, _mixers.Mix(FinalSet));
            return;
        }

        uint last = (uint)_past.Last;
        if (_bilevel)
        {
            _refiner0.Select((uint)_pixels.Near & 255);
            _refiner1.Select(_pixels.Wide);
            _refiner2.Select(_pixels.Wider);
        }
        else
        {
            _refiner0.Select((uint)_partial);
            _refiner1.SelectOfPair(_partial & 1);
            _refiner2.SelectOfPair(_partial & 1);
            _refiner1.ForeseePair((uint)_partial * 0x2C1B3C6Du + ((last & 0xFF) * 0x9E3779B1u) >> 13);
            _refiner2.ForeseePair((uint)_partial * 0x2C1B3C6Du + _refinerHash >> 13);
        }
        _probability = Refined(_mixers.Mix(FinalSet), ref _refiner0, ref _refiner1, ref _refiner2);
    }

    // The weight set of the second layer.
    private int FinalSet => _refines ? _match.PredictedBit << 3 | _bitIndex : _match.PredictedBit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Refined(int sum, ref ProbabilityRefiner first, ref ProbabilityRefiner second, ref ProbabilityRefiner third)
    {
        ulong mixed = Logistic.Squash(Logistic.SquashTable, sum);
        ulong refined = (2 * (ulong)first.Refine(sum) + 3 * (ulong)second.Refine(sum) + 3 * (ulong)third.Refine(sum)) >> 3;
        ulong p = (mixed + refined) >> 1;
        return (uint)Math.Clamp(p, Logistic.MinProbability, Logistic.MaxProbability);
    }

    private void AskExperts(short* input)
    {
        Span<int> room = stackalloc int[MaxExpertInputs];
        foreach (IBitExpert expert in _experts)
        {
            Span<int> opinions = room[..expert.InputCount];
            opinions.Clear();
            expert.Predict(opinions);
            foreach (int opinion in opinions)
                *input++ = (short)Math.Clamp(opinion, -Logistic.MaxInput, Logistic.MaxInput);
        }
    }
}
