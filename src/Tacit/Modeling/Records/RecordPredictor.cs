using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Foresees the bytes of one record as a list of candidates, each taken or not by a decision of its own.</summary>
internal sealed unsafe class RecordPredictor : IDisposable
{
    /// <summary>The byte that says that a record ends, or is itself if a decision says so.</summary>
    public const byte EndByte = (byte)'\n';

    private const int MaxCandidates = 24;
    private const int RowLength = 32;

    private const int LocalBits = 12;
    private const int HistoryLength = 1 << 16;
    private const int MatchBits = 12;
    private const int PlaceBits = 8;

    private readonly int _learnt, _locals, _matchExpert, _linkExpert, _experts, _inputCount, _mixers;
    private readonly byte* _contexts, _localContexts;
    private readonly int* _scoreWeights;
    private readonly RecordParameters _model;
    private readonly RecordTeacher? _teacher;
    private readonly NativeBuffer _memory = new();
    private RecordScanner _scanner;
    private readonly ulong* _hashes;
    private readonly byte* _rows;         // (256, RowLength): 1 + class of a byte's count in each context, 0 if it is not there
    private readonly int* _scores;        // (256): -1 if no candidate
    private readonly byte* _candidates;   // (256)
    private int _candidateCount;
    private readonly int* _totals;        // (_learnt): counts not yet ruled out
    private readonly uint* _local;
    private readonly uint** _localEntry;
    private readonly byte* _history;
    private readonly int* _positions;
    private readonly uint* _placeTags;
    private readonly int* _placePositions;
    private readonly ushort* _values;     // (17): of 1 + class; 0 for 0
    private readonly byte* _classes;
    private readonly int* _maps;
    private readonly short* _weights;
    private readonly short* _finalWeights;
    private readonly uint* _literals;
    private readonly int* _index;
    private readonly short* _inputs;
    private readonly short* _finalInputs;
    private readonly int* _selected;
    private readonly uint* _answers;
    private readonly uint* _squash;
    private readonly int* _starts;
    private int _finalSelected;
    private int _match, _matchLength, _predicted;
    private int _copy, _copyLength, _copyStrength, _copied;
    private int _orders, _longest;
    private readonly byte* _excluded;     // (256)

    public RecordPredictor(RecordParameters model, RecordTeacher? teacher = null)
    {
        _model = model;
        _teacher = teacher;
        _scanner = new RecordScanner(model.Syntax, model.Separator);
        RecordPlan plan = model.Plan;
        (_learnt, _locals, _matchExpert, _linkExpert, _experts, _inputCount, _mixers) =
            (plan.Contexts.Length, plan.Local.Length, plan.MatchExpert, plan.LinkExpert, plan.Experts, plan.Inputs, plan.Mixers);
        byte* p = _memory.Clear(1 << 19);
        _contexts = Take(ref p, _learnt);
        plan.Contexts.CopyTo(new Span<byte>(_contexts, _learnt));
        _localContexts = Take(ref p, _locals);
        plan.Local.CopyTo(new Span<byte>(_localContexts, _locals));
        _scoreWeights = (int*)Take(ref p, 4 * _learnt);
        for (int i = 0; i < _learnt; i++)
            _scoreWeights[i] = RecordScanner.Trust[plan.Contexts[i]];
        _starts = (int*)Take(ref p, 4 * (RecordPlan.MaxMixers + 1));
        plan.Starts.CopyTo(new Span<int>(_starts, _mixers + 1));
        _hashes = (ulong*)Take(ref p, 8 * _learnt);
        _rows = Take(ref p, 256 * RowLength);
        _scores = (int*)Take(ref p, 256 * 4);
        _candidates = Take(ref p, 256);
        _excluded = Take(ref p, 256);
        _totals = (int*)Take(ref p, _learnt * 4);
        _local = (uint*)Take(ref p, 4 << LocalBits);
        _localEntry = (uint**)Take(ref p, 8 * _locals);
        _history = Take(ref p, HistoryLength);
        _positions = (int*)Take(ref p, 4 << MatchBits);
        _placeTags = (uint*)Take(ref p, 4 << PlaceBits);
        _placePositions = (int*)Take(ref p, 4 << PlaceBits);
        _values = (ushort*)Take(ref p, 2 * 17);
        _classes = Take(ref p, 1024);
        _index = (int*)Take(ref p, 4 * _experts);
        _inputs = (short*)Take(ref p, 2 * _inputCount);
        _finalInputs = (short*)Take(ref p, 2 * 16);
        _selected = (int*)Take(ref p, 4 * 16);
        _answers = (uint*)Take(ref p, 4 * 16);
        _maps = model.Maps;
        _literals = model.Literals;
        _weights = model.Weights;
        _finalWeights = model.FinalWeights;
        _squash = Logistic.SquashTable;
        for (int i = 0; i < CountClasses.Count; i++)
            _values[i + 1] = CountClasses.Values[i];
        for (int i = 0; i < 1024; i++)
            _classes[i] = (byte)CountClasses.Of(i);
        for (int i = 0; i < 256; i++)
            _scores[i] = -1;
        Restart();
    }

    /// <summary>P(the record ends) after an <see cref="EndByte"/>.</summary>
    public uint EndProbability => _model.EndProbability;

    /// <summary>Begins a record.</summary>
    public void Restart()
    {
        _scanner.Restart();
        Unsafe.InitBlock(_local, 0, 4 << LocalBits);
        Unsafe.InitBlock(_positions, 0, 4 << MatchBits);
        Unsafe.InitBlock(_placeTags, 0, 4 << PlaceBits);
        _match = _matchLength = 0;
        _copy = -1;
        StartByte();
    }

    /// <summary>Codes the next byte.</summary>
    /// <param name="coder">Codes decisions.</param>
    /// <param name="target">The byte; no use in decoding.</param>
    public byte Code<TCoder>(ref TCoder coder, int target)
        where TCoder : IRecordCoder, allows ref struct
    {
        int rank = 0;
        int value = -1;
        while (rank < MaxCandidates)
        {
            int best = -1, bestScore = -1;
            for (int i = 0; i < _candidateCount; i++)
            {
                int score = _scores[_candidates[i]];
                if (score > bestScore)
                {
                    bestScore = score;
                    best = _candidates[i];
                }
            }
            if (best < 0)
                break;
            uint probability = Ask(best, Math.Min(rank, RecordPlan.Ranks - 1));
            int taken = coder.Code(target == best ? 1 : 0, probability);
            if (_teacher is not null)
                Teach(_teacher, taken, probability);
            if (taken != 0)
            {
                value = best;
                break;
            }
            Exclude(best);
            rank++;
        }
        if (value < 0)
            value = CodeLiteral(ref coder, target);
        return (byte)value;
    }

    /// <summary>Goes on to the byte after <paramref name="value"/>.</summary>
    public void Add(byte value)
    {
        EndByteOf(value);
        StartByte();
    }

    public void Dispose() => _memory.Dispose();

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

    private void EndByteOf(byte value)
    {
        for (int i = 0; i < _locals; i++)
        {
            uint entry = *_localEntry[i];
            if ((byte)entry == value && (entry & 0xFF0000) != 0)
                entry = entry + ((entry & 0xFF0000) < 0x0F0000 ? 0x10000u : 0);
            else
                entry = (entry & 0xFF000000) | 0x10000 | ((entry & 0xFF0000) != 0 ? (entry & 0xFF) << 8 : (uint)value << 8) | value;
            *_localEntry[i] = entry;
        }
        int position = _scanner.Position;
        _history[position & HistoryLength - 1] = value;
        if (_matchLength > 0 && _history[_match & HistoryLength - 1] == value)
        {
            _matchLength = Math.Min(_matchLength + 1, 63);
            _match++;
        }
        else
        {
            _matchLength = 0;
        }
        if (_copy >= 0)
        {
            if (_history[_copy & HistoryLength - 1] == value)
            {
                _copy++;
                _copyLength++;
            }
            else
            {
                _copy = -1;
            }
        }
        _scanner.Add(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Propose(int symbol, int score)
    {
        if (_scores[symbol] < 0)
        {
            _scores[symbol] = 0;
            _candidates[_candidateCount++] = (byte)symbol;
            Vector256<byte>.Zero.StoreAligned(_rows + symbol * RowLength);
        }
        _scores[symbol] += score;
    }

    private void StartByte()
    {
        for (int i = 0; i < _candidateCount; i++)
        {
            _scores[_candidates[i]] = -1;
            _excluded[_candidates[i]] = 0;
        }
        _candidateCount = 0;
        _scanner.HashAll(_contexts, _learnt, _hashes);
        SymbolTable table = _model.Table;
        for (int i = 0; i < _learnt; i++)
            table.Prefetch(_hashes[i]);
        int orders = 0;
        _longest = 0;
        for (int i = 0; i < _learnt; i++)
        {
            byte* list = table.FindList(_hashes[i], out int n, out uint single);
            int total = 0;
            if (n == 1)
            {
                int symbol = (int)(single >> 8 & 0xFF);
                int size = (int)(single & 15) + 1;
                Propose(symbol, _scoreWeights[i] * (64 + 4 * size));
                _rows[symbol * RowLength + i] = (byte)size;
                total = _values[size];
            }
            else if (n > 1)
            {
                for (int s = 0; s < n; s++)
                    total += _values[list[2 * s + 1] + 1];
                int scale = _scoreWeights[i] * (64 << 8) / total;
                for (int s = 0; s < n; s++)
                {
                    int symbol = list[2 * s], size = list[2 * s + 1] + 1;
                    Propose(symbol, scale * _values[size] >> 8);
                    _rows[symbol * RowLength + i] = (byte)size;
                }
            }
            _totals[i] = total;
            if (n > 0 && _contexts[i] is > 0 and < 9)
            {
                orders++;
                _longest = i;
            }
        }
        _orders = orders;
        for (int i = 0; i < _locals; i++)
        {
            ulong hash = _hashes[_localContexts[i]];
            uint* entry = _local + (hash >> 64 - LocalBits);
            uint check = (uint)(hash >> 12) & 0xFF;
            if (*entry >> 24 != check)
                *entry = check << 24;
            _localEntry[i] = entry;
            int run = (int)(*entry >> 16 & 15);
            if (run > 0)
            {
                int newest = (int)(*entry & 0xFF), older = (int)(*entry >> 8 & 0xFF);
                Propose(newest, (2 + i) * (32 + 4 * run));
                if (older != newest)
                    Propose(older, (2 + i) * 16);
            }
        }
        int position = _scanner.Position;
        if (position >= 4)
        {
            int* place = _positions + (_scanner.Hash(3) >> 64 - MatchBits);
            if (_matchLength == 0 && *place > 0)
            {
                int candidate = *place, length = 0;
                while (length < 32 && length < candidate && _history[candidate - 1 - length & HistoryLength - 1] == _history[position - 1 - length & HistoryLength - 1])
                    length++;
                if (length >= 4)
                {
                    _match = candidate;
                    _matchLength = length;
                }
            }
            *place = position;
        }
        if (_scanner.WordLength == 0)
        {
            ulong place = _scanner.Place;
            _copy = -1;
            ulong target = _model.Links.Find(place, out _copyStrength);
            if (target != 0)
            {
                int at = (int)(target >> 64 - PlaceBits);
                if (_placeTags[at] == ((uint)target | 1))
                {
                    _copy = _placePositions[at];
                    _copyLength = 0;
                }
            }
            int slot = (int)(place >> 64 - PlaceBits);
            _placeTags[slot] = (uint)place | 1;
            _placePositions[slot] = position;
        }
        _copied = _copy >= 0 ? _history[_copy & HistoryLength - 1] : -1;
        _predicted = _matchLength > 0 ? _history[_match & HistoryLength - 1] : -1;
        if (_copied >= 0)
            Propose(_copied, 200 + 150 * _copyStrength + 40 * Math.Min(_copyLength, 15));
        if (_predicted >= 0)
            Propose(_predicted, 30 * _matchLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ClassOf(int sum) => sum < 1024 ? _classes[sum] : sum < 8001 ? 14 : 15;

    private uint Ask(int symbol, int rank)
    {
        int* inputs = (int*)_inputs;
        byte* row = _rows + symbol * RowLength;
        int mapBase = rank * RecordPlan.RankSize;
        int agree = 0;
        int longestClass = 0;
        for (int i = 0; i < _learnt; i++)
        {
            int total = _totals[i];
            if (total == 0)
            {
                _index[i] = -1;
                inputs[i] = 0;
                continue;
            }
            int size = row[i];
            int rest = ClassOf(total - _values[size]);
            int index = i * RecordPlan.MapSize + mapBase + size * 16 + rest;
            _index[i] = index;
            inputs[i] = _maps[index];
            agree += size > 0 && rest == 0 ? 1 : 0;
            if (i == _longest)
                longestClass = size == 0 ? 0 : rest == 0 ? 2 + Math.Min(size, 15) / 3 : 1;
        }
        int known = 0;
        for (int i = 0; i < _locals; i++)
        {
            int expert = _learnt + i;
            uint entry = *_localEntry[i];
            int run = (int)(entry >> 16 & 15);
            int kind = 0;
            if (run > 0)
            {
                int newest = (int)(entry & 0xFF), older = (int)(entry >> 8 & 0xFF);
                bool gone = _excluded[newest] != 0;
                if (symbol == newest)
                    kind = newest == older ? 1 : 2;
                else if (symbol == older)
                    kind = gone ? 3 : 4;
                else if (!gone)
                    kind = newest == older ? 5 : 6;
                else if (newest != older && _excluded[older] == 0)
                    kind = 7;
            }
            if (kind == 0)
            {
                _index[expert] = -1;
                inputs[expert] = 0;
                continue;
            }
            int index = expert * RecordPlan.MapSize + mapBase + kind * 16 + run;
            _index[expert] = index;
            inputs[expert] = _maps[index];
            known += kind < 3 ? 1 : 0;
        }
        int matchClass = 0;
        if (_predicted >= 0 && _excluded[_predicted] == 0)
        {
            int index = _matchExpert * RecordPlan.MapSize + mapBase + Math.Min(_matchLength, 63) * 2 + (_predicted == symbol ? 1 : 0);
            _index[_matchExpert] = index;
            inputs[_matchExpert] = _maps[index];
            matchClass = _predicted != symbol ? 1 : _matchLength < 8 ? 2 : _matchLength < 14 ? 3 : _matchLength < 24 ? 4 : 5;
        }
        else
        {
            _index[_matchExpert] = -1;
            inputs[_matchExpert] = 0;
        }
        if (_copied >= 0 && _excluded[_copied] == 0)
        {
            int index = _linkExpert * RecordPlan.MapSize + mapBase + (_copyStrength * 16 + Math.Min(_copyLength, 15)) * 2 + (_copied == symbol ? 1 : 0);
            _index[_linkExpert] = index;
            inputs[_linkExpert] = _maps[index];
            matchClass = _copied == symbol ? 7 : matchClass < 2 ? 6 : matchClass;
        }
        else
        {
            _index[_linkExpert] = -1;
            inputs[_linkExpert] = 0;
        }
        _inputs[2 * _experts] = 256;

        Select(0, (rank * 8 + matchClass) * 12 + _orders);
        Select(1, (int)((_scanner.Field >> 40 ^ (ulong)(Math.Min(_scanner.FieldPosition, 7) * 37)) & 255) * 2 + (rank == 0 ? 0 : 1));
        if (_mixers > 2)
        {
            Select(2, symbol);
            Select(3, (int)(_scanner.Last & 0xFF));
            Select(4, (rank * 8 + Math.Min(agree / 2, 7)) * 8 + longestClass);
        }
        for (int i = 0; i < _mixers; i++)
        {
            int z = MixerKernels.Dot(_inputs, _weights + _selected[i] * _inputCount, _inputCount) << 2;
            z = Math.Clamp(z, -Logistic.MaxSum, Logistic.MaxSum);
            if (_teacher is not null)
                _answers[i] = Logistic.Squash(_squash, z);
            _finalInputs[i] = (short)Math.Clamp(z >> 8, -Logistic.MaxInput, Logistic.MaxInput);
        }
        _finalSelected = (rank * 8 + matchClass) * 12 + _orders;
        int sum = MixerKernels.Dot(_finalInputs, _finalWeights + _finalSelected * RecordPlan.FinalInputs, RecordPlan.FinalInputs) << 2;
        return Logistic.Squash(_squash, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Select(int mixer, int set)
    {
        Debug.Assert((uint)set < (uint)RecordPlan.SetCounts[mixer]);
        _selected[mixer] = _starts[mixer] + set;
    }

    private void Exclude(int symbol)
    {
        _excluded[symbol] = 1;
        _scores[symbol] = -1;
        byte* row = _rows + symbol * RowLength;
        for (int i = 0; i < _learnt; i++)
            _totals[i] -= _values[row[i]];
    }

    private void Teach(RecordTeacher teacher, int decision, uint probability)
    {
        for (int i = 0; i < _experts; i++)
        {
            if (_index[i] >= 0)
                teacher.TeachMap(_index[i], decision);
        }
        for (int i = 0; i < _mixers; i++)
            teacher.TeachSet(_selected[i], _answers[i], _inputs, decision);
        teacher.TeachFinal(_finalSelected, probability, _finalInputs, decision);
    }
}
