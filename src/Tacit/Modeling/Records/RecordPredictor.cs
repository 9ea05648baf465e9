using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Foresees the bytes of one record: candidates one after another, each taken or not by a decision of its own.</summary>
/// <remarks>
/// <para>
/// The learnt contexts, the same contexts within the record, repeats and links each propose a byte. The one most wanted is
/// asked first. For a candidate, each expert's opinion is read from a map by what it counted of it and of what is left besides;
/// mixers, with weights chosen by small contexts, and one over them weigh the opinions. A candidate that was not taken
/// is out of all counts. When those first proposed are used up, all that contexts have seen are candidates; after
/// <see cref="MaxCandidates"/> the byte is coded bit by bit.
/// </para>
/// <para>
/// So what a model knows well costs one decision for a byte instead of eight. Nothing the model has learnt changes while
/// records are coded; only the record's own memory does. Integer arithmetic (determinism contract, rule 8).
/// </para>
/// </remarks>
internal sealed unsafe class RecordPredictor : IDisposable
{
    /// <summary>The byte that says that a record ends, or is itself if a decision says so.</summary>
    public const byte EndByte = (byte)'\n';

    private const int MaxCandidates = 24;
    private const int NoEntry = -1;

    private readonly RecordParameters _model;
    private readonly RecordTeacher? _teacher;
    private readonly NativeBuffer _buffer = new();
    private readonly int _learnt, _locals, _matchExpert, _linkExpert, _experts, _inputCount, _mixers;
    private readonly byte* _contexts, _localContexts;
    private readonly int* _trust;
    private readonly int* _starts;
    private readonly ushort* _values;     // of 1 + class; 0 of 0
    private readonly byte* _classes;      // of sums below 1024
    private readonly int* _maps;
    private readonly uint* _literals;
    private readonly short* _weights, _finalWeights;
    private readonly uint* _squash;

    private readonly ulong* _hashes;
    private readonly byte** _lists;       // pairs of byte and class, the most frequent first
    private readonly int* _counts;        // of pairs
    private readonly uint* _singles;      // where there is one: class, byte
    private readonly int* _totals;        // sums of counts not yet ruled out
    private readonly byte* _sizes;        // of the candidate asked for last: 1 + class of its count in each context
    private readonly ulong** _local;
    private readonly int* _scores;        // (256): -1 of what is no candidate
    private readonly byte* _candidates;   // (256)
    private readonly byte* _excluded;     // (256)
    private readonly int* _index;         // the entry of each expert's map for this decision, or NoEntry
    private readonly short* _inputs, _finalInputs;
    private readonly int* _selected;
    private readonly uint* _answers;

    private RecordScanner _scanner;
    private RecordMemory _memory;
    private int _candidateCount;
    private bool _all;                    // all that contexts have seen are candidates
    private int _finalSelected;
    private int _orders, _longest;
    private int _matched, _copied;

    /// <summary>Makes a predictor.</summary>
    /// <param name="model">What was learnt.</param>
    /// <param name="teacher">Teaches the model by each decision, in training.</param>
    public RecordPredictor(RecordParameters model, RecordTeacher? teacher = null)
    {
        _model = model;
        _teacher = teacher;
        _scanner = new RecordScanner(model.Syntax, model.Separator);
        RecordPlan plan = model.Plan;
        (_learnt, _locals, _matchExpert, _linkExpert, _experts, _inputCount, _mixers) =
            (plan.Contexts.Length, plan.Local.Length, plan.MatchExpert, plan.LinkExpert, plan.Experts, plan.Inputs, plan.Mixers);
        byte* p = _buffer.Clear(RecordMemory.Size + (1 << 14));
        _memory = new RecordMemory(Take(ref p, RecordMemory.Size));
        _contexts = Take(ref p, _learnt);
        _localContexts = Take(ref p, _locals);
        _trust = (int*)Take(ref p, sizeof(int) * _learnt);
        _starts = (int*)Take(ref p, sizeof(int) * (RecordPlan.MaxMixers + 1));
        _values = (ushort*)Take(ref p, sizeof(ushort) * (CountClasses.Count + 1));
        _classes = Take(ref p, 1024);
        _hashes = (ulong*)Take(ref p, sizeof(ulong) * _learnt);
        _lists = (byte**)Take(ref p, sizeof(ulong) * _learnt);
        _counts = (int*)Take(ref p, sizeof(int) * _learnt);
        _singles = (uint*)Take(ref p, sizeof(uint) * _learnt);
        _totals = (int*)Take(ref p, sizeof(int) * _learnt);
        _sizes = Take(ref p, _learnt);
        _local = (ulong**)Take(ref p, sizeof(ulong) * _locals);
        _scores = (int*)Take(ref p, sizeof(int) * 256);
        _candidates = Take(ref p, 256);
        _excluded = Take(ref p, 256);
        _index = (int*)Take(ref p, sizeof(int) * _experts);
        _inputs = (short*)Take(ref p, sizeof(short) * _inputCount);
        _finalInputs = (short*)Take(ref p, sizeof(short) * RecordPlan.FinalInputs);
        _selected = (int*)Take(ref p, sizeof(int) * RecordPlan.MaxMixers);
        _answers = (uint*)Take(ref p, sizeof(uint) * RecordPlan.MaxMixers);
        plan.Contexts.CopyTo(new Span<byte>(_contexts, _learnt));
        plan.Local.CopyTo(new Span<byte>(_localContexts, _locals));
        plan.Starts.CopyTo(new Span<int>(_starts, _mixers + 1));
        for (int i = 0; i < _learnt; i++)
            _trust[i] = RecordScanner.Trust[plan.Contexts[i]];
        for (int i = 0; i < CountClasses.Count; i++)
            _values[i + 1] = CountClasses.Values[i];
        for (int i = 0; i < 1024; i++)
            _classes[i] = (byte)CountClasses.Of(i);
        new Span<int>(_scores, 256).Fill(-1);
        _maps = model.Maps;
        _literals = model.Literals;
        _weights = model.Weights;
        _finalWeights = model.FinalWeights;
        _squash = Logistic.SquashTable;
        _inputs[2 * _experts] = 1 << Logistic.InputBits;
        Restart();
    }

    /// <summary>P(the record ends) after an <see cref="EndByte"/>.</summary>
    public uint EndProbability => _model.EndProbability;

    /// <summary>Begins a record.</summary>
    public void Restart()
    {
        _scanner.Restart();
        _memory.Restart();
        StartByte();
    }

    /// <summary>Codes the next byte.</summary>
    /// <param name="coder">Codes decisions.</param>
    /// <param name="target">The byte; no use in decoding.</param>
    public byte Code<TCoder>(ref TCoder coder, int target)
        where TCoder : IRecordCoder, allows ref struct
    {
        for (int rank = 0; rank < MaxCandidates; rank++)
        {
            int candidate = Best();
            if (candidate < 0)
                break;
            uint probability = Ask(candidate, Math.Min(rank, RecordPlan.Ranks - 1));
            int taken = coder.Code(target == candidate ? 1 : 0, probability);
            if (_teacher is not null)
                Teach(_teacher, taken, probability);
            if (taken != 0)
                return (byte)candidate;
            Exclude(candidate);
        }
        return (byte)CodeLiteral(ref coder, target);
    }

    /// <summary>Goes on to the byte after <paramref name="value"/>.</summary>
    public void Add(byte value)
    {
        for (int i = 0; i < _locals; i++)
            RecordMemory.Learn(_local[i], value);
        _memory.Add(value);
        _scanner.Add(value);
        StartByte();
    }

    /// <summary>Frees its memory; the model stays.</summary>
    public void Dispose() => _buffer.Dispose();

    private static byte* Take(ref byte* memory, long length)
    {
        byte* taken = memory;
        memory += length + 63 & ~63;
        return taken;
    }

    private int CodeLiteral<TCoder>(ref TCoder coder, int target)
        where TCoder : IRecordCoder, allows ref struct
    {
        int map = (int)(_scanner.Last >> 5 & 7) * 256;
        int partial = 1;
        for (int b = 7; b >= 0; b--)
        {
            int bit = coder.Code(target >> b & 1, _literals[map + partial]);
            _teacher?.TeachLiteral(map + partial, bit);
            partial = partial << 1 | bit;
        }
        return partial & 0xFF;
    }

    private void StartByte()
    {
        for (int i = 0; i < _candidateCount; i++)
        {
            _scores[_candidates[i]] = -1;
            _excluded[_candidates[i]] = 0;
        }
        _candidateCount = 0;
        _all = false;
        SymbolTable table = _model.Table;
        for (int i = 0; i < _learnt; i++)
        {
            _hashes[i] = _scanner.Hash(_contexts[i]);
            table.Prefetch(_hashes[i]);
        }
        StartMemory();
        int orders = 0;
        _longest = 0;
        for (int i = 0; i < _learnt; i++)
        {
            _lists[i] = table.Find(_hashes[i], out int count, out uint head);
            _counts[i] = count;
            if (count == 0)
            {
                _totals[i] = 0;
                continue;
            }
            if (count == 1)
            {
                int size = (int)(head & 15) + 1;
                _singles[i] = head;
                _totals[i] = _values[size];
                Propose((int)(head >> 8 & 0xFF), _trust[i] * (64 + 4 * size));
            }
            else
            {
                int total = (int)(head >> 8);
                _totals[i] = total;
                Propose(_lists[i][0], _trust[i] * (_values[_lists[i][1] + 1] << 6) / total);
            }
            if (_contexts[i] is > 0 and < 9)
            {
                orders++;
                _longest = i;
            }
        }
        _orders = orders;
    }

    // What the record's own memory proposes.
    private void StartMemory()
    {
        for (int i = 0; i < _locals; i++)
        {
            ulong* entry = _memory.Entry(_hashes[_localContexts[i]]);
            _local[i] = entry;
            int run = RecordMemory.Run(*entry);
            if (run > 0)
            {
                int newest = RecordMemory.Newest(*entry), older = RecordMemory.Older(*entry);
                Propose(newest, (2 + i) * (32 + 4 * run));
                if (older != newest)
                    Propose(older, (2 + i) * 16);
            }
        }
        _memory.Look(_scanner.Hash(RecordScanner.FourBytes));
        if (_scanner.WordLength == 0)
            _memory.Begin(_scanner.Place, _model.Links);
        _copied = _memory.Copied;
        _matched = _memory.Matched;
        if (_copied >= 0)
            Propose(_copied, 200 + 150 * _memory.CopyStrength + 40 * Math.Min(_memory.CopyLength, 15));
        if (_matched >= 0)
            Propose(_matched, 30 * _memory.MatchLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Propose(int symbol, int score)
    {
        if (_scores[symbol] < 0)
        {
            _scores[symbol] = 0;
            _candidates[_candidateCount++] = (byte)symbol;
        }
        _scores[symbol] += score;
    }

    // The candidate most wanted, or -1 if there is none left.
    private int Best()
    {
        while (true)
        {
            int best = -1, most = -1;
            for (int i = 0; i < _candidateCount; i++)
            {
                int score = _scores[_candidates[i]];
                if (score > most && _excluded[_candidates[i]] == 0)
                {
                    most = score;
                    best = _candidates[i];
                }
            }
            if (best >= 0 || _all)
                return best;
            _all = true;
            for (int i = 0; i < _learnt; i++)
            {
                if (_counts[i] > 1 && _totals[i] > 0)
                    ProposeAll(_lists[i], _counts[i], (_trust[i] << 12) / _totals[i]);
            }
        }
    }

    private void ProposeAll(byte* list, int count, int scale)
    {
        for (int s = 0; s < count; s++)
        {
            if (_excluded[list[2 * s]] == 0)
                Propose(list[2 * s], scale * _values[list[2 * s + 1] + 1] >> 6);
        }
    }

    // Rules out the candidate asked for last.
    private void Exclude(int symbol)
    {
        _excluded[symbol] = 1;
        for (int i = 0; i < _learnt; i++)
            _totals[i] -= _values[_sizes[i]];
    }

    // 1 + class of a byte's count in a context, 0 if it is not there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SizeOf(int context, int symbol)
    {
        int count = _counts[context];
        if (count == 1)
        {
            uint single = _singles[context];
            return (single >> 8 & 0xFF) == (uint)symbol ? (int)(single & 15) + 1 : 0;
        }
        // Lists are followed by enough bytes to be read by whole vectors.
        byte* list = _lists[context];
        Vector128<ushort> wanted = Vector128.Create((ushort)symbol), low = Vector128.Create((ushort)0xFF);
        for (int s = 0; s < count; s += 8)
        {
            uint equal = Vector128.Equals(Vector128.Load((ushort*)list + s) & low, wanted).ExtractMostSignificantBits();
            if (equal != 0)
            {
                int at = s + BitOperations.TrailingZeroCount(equal);
                return at < count ? list[2 * at + 1] + 1 : 0;
            }
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ClassOf(int sum) => sum < 1024 ? _classes[sum] : sum < 8001 ? 14 : 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Opine(int expert, int entry)
    {
        int index = expert * RecordPlan.MapSize + entry;
        _index[expert] = index;
        ((int*)_inputs)[expert] = _maps[index];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Abstain(int expert)
    {
        _index[expert] = NoEntry;
        ((int*)_inputs)[expert] = 0;
    }

    // P(the next byte is this one), in units of 2^-32.
    private uint Ask(int symbol, int rank)
    {
        int map = rank * RecordPlan.RankSize;
        int agreed = 0, longest = 0;
        for (int i = 0; i < _learnt; i++)
        {
            int total = _totals[i];
            if (total == 0)
            {
                Abstain(i);
                _sizes[i] = 0;
                continue;
            }
            int size = SizeOf(i, symbol), rest = ClassOf(total - _values[size]);
            _sizes[i] = (byte)size;
            Opine(i, map + size * CountClasses.Count + rest);
            agreed += size > 0 && rest == 0 ? 1 : 0;
            if (i == _longest)
                longest = size == 0 ? 0 : rest == 0 ? 2 + Math.Min(size, 15) / 3 : 1;
        }
        for (int i = 0; i < _locals; i++)
        {
            ulong entry = *_local[i];
            int run = RecordMemory.Run(entry), kind = run == 0 ? 0 : KindOf(entry, symbol);
            if (kind == 0)
                Abstain(_learnt + i);
            else
                Opine(_learnt + i, map + kind * 16 + run);
        }
        int follows = 0;
        if (_matched >= 0 && _excluded[_matched] == 0)
        {
            int length = _memory.MatchLength;
            Opine(_matchExpert, map + length * 2 + (_matched == symbol ? 1 : 0));
            follows = _matched != symbol ? 1 : length < 8 ? 2 : length < 14 ? 3 : length < 24 ? 4 : 5;
        }
        else
        {
            Abstain(_matchExpert);
        }
        if (_copied >= 0 && _excluded[_copied] == 0)
        {
            Opine(_linkExpert, map + (_memory.CopyStrength * 16 + Math.Min(_memory.CopyLength, 15)) * 2 + (_copied == symbol ? 1 : 0));
            follows = _copied == symbol ? 7 : follows < 2 ? 6 : follows;
        }
        else
        {
            Abstain(_linkExpert);
        }
        return Mix(symbol, rank, follows, agreed, longest);
    }

    // How a byte stands to what followed a context within the record: 0 if that says nothing any more.
    private int KindOf(ulong entry, int symbol)
    {
        int newest = RecordMemory.Newest(entry), older = RecordMemory.Older(entry);
        bool gone = _excluded[newest] != 0;
        if (symbol == newest)
            return newest == older ? 1 : 2;
        if (symbol == older)
            return gone ? 3 : 4;
        if (!gone)
            return newest == older ? 5 : 6;
        return newest != older && _excluded[older] == 0 ? 7 : 0;
    }

    private uint Mix(int symbol, int rank, int follows, int agreed, int longest)
    {
        _finalSelected = (rank * 8 + follows) * 12 + _orders;
        Select(0, _finalSelected);
        Select(1, (((int)(_scanner.Field >> 40) ^ Math.Min(_scanner.FieldPosition, 7) * 37) & 255) * 2 + (rank == 0 ? 0 : 1));
        if (_mixers > 2)
        {
            Select(2, symbol);
            Select(3, (int)(_scanner.Last & 0xFF));
            Select(4, (rank * 8 + Math.Min(agreed / 2, 7)) * 8 + longest);
        }
        for (int i = 0; i < _mixers; i++)
        {
            int z = MixerKernels.Dot(_inputs, _weights + _selected[i] * _inputCount, _inputCount) << MixerKernels.WeightBits - WeightCode.UseBits;
            z = Math.Clamp(z, -Logistic.MaxSum, Logistic.MaxSum);
            if (_teacher is not null)
                _answers[i] = Logistic.Squash(_squash, z);
            const int Shift = Logistic.SumBits - Logistic.InputBits;
            _finalInputs[i] = (short)Math.Clamp(z >> Shift, -Logistic.MaxInput, Logistic.MaxInput);
        }
        int sum = MixerKernels.Dot(_finalInputs, _finalWeights + _finalSelected * RecordPlan.FinalInputs, RecordPlan.FinalInputs);
        return Logistic.Squash(_squash, sum << MixerKernels.WeightBits - WeightCode.UseBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Select(int mixer, int set)
    {
        Debug.Assert((uint)set < (uint)RecordPlan.SetCounts[mixer]);
        _selected[mixer] = _starts[mixer] + set;
    }

    private void Teach(RecordTeacher teacher, int decision, uint probability)
    {
        for (int i = 0; i < _experts; i++)
        {
            if (_index[i] != NoEntry)
                teacher.TeachMap(_index[i], decision);
        }
        for (int i = 0; i < _mixers; i++)
            teacher.TeachSet(i, _selected[i], _answers[i], _inputs, decision);
        teacher.TeachFinal(_finalSelected, probability, _finalInputs, decision);
    }
}
