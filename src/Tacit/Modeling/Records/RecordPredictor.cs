using System.Numerics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Foresees the bytes of one record: candidates one after another, each taken or not by a decision of its own.</summary>
/// <remarks>
/// <para>
/// The learnt contexts, the same contexts within the record, repeats and links each propose a byte. The one most wanted is
/// asked first. For a candidate, each expert's opinion is read from a map by what it counted of it and of what is left besides;
/// mixers, with weights chosen by small contexts, and one over them weigh the opinions. A candidate that was not taken
/// is out of all counts. When those first proposed are used up, all that contexts have seen are candidates; after
/// <see cref="RecordPlan.Candidates"/> the byte is coded bit by bit.
/// </para>
/// <para>
/// So what a model knows well costs one decision for a byte instead of eight; and with <see cref="RecordPlan.Quick"/> a decision for which
/// only two contexts are looked up, if both know one byte only and that is as good as certain. Nothing the model has learnt changes while
/// records are coded; only the record's own memory does. Integer arithmetic (determinism contract, rule 8).
/// </para>
/// </remarks>
internal sealed unsafe partial class RecordPredictor : IDisposable
{
    /// <summary>The byte that says that a record ends, or is itself if a decision says so.</summary>
    public const byte EndByte = (byte)'\n';

    // Of quick guesses: the contexts, of field and value and of the last twelve bytes; and how certain they must be, 15 of 16.
    private const int FirstContext = 12, SecondContext = 7;
    private const ulong QuickSizes = 0x5555555554443321;    // of the 16 classes
    private const uint LeastCertain = uint.MaxValue - (1 << 28) + 1;
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
    private readonly uint* _direct;
    private readonly short* _weights, _finalWeights;
    private readonly uint* _squash;

    private readonly ulong* _hashes;
    private readonly byte** _lists;       // pairs of byte and class, the most frequent first
    private readonly int* _counts;        // of pairs
    private readonly uint* _singles;      // where there is one: class, byte; of others anything
    private readonly int* _totals;        // sums of counts not yet ruled out
    private readonly byte* _sizes;        // of the candidate asked for last: 1 + class of its count in each context
    private readonly ulong** _local;
    private readonly int* _index;         // the entry of each expert's map for this decision, or NoEntry
    private readonly short* _inputs, _finalInputs;
    private readonly int* _selected;
    private readonly uint* _answers;

    private RecordScanner _scanner;
    private RecordMemory _memory;
    private RecordCandidates _candidates;
    private bool _all;                    // all that contexts have seen are candidates
    private int _finalSelected;
    private int _orders, _longest;
    private int _matched, _copied;
    private readonly bool _quick;
    private readonly int _mostCandidates;
    private ulong _firstHash, _secondHash;
    private int _inRow;                   // quick guesses that were right, one after another
    private bool _started;                // contexts were looked up for this byte

    /// <summary>Makes a predictor.</summary>
    /// <param name="model">What was learnt.</param>
    /// <param name="teacher">Teaches the model by each decision, in training.</param>
    public RecordPredictor(RecordParameters model, RecordTeacher? teacher = null)
    {
        _model = model;
        _teacher = teacher;
        _scanner = new RecordScanner(model.Syntax, model.Separator, model.Plan.Tokens);
        (_quick, _mostCandidates) = (model.Plan.Quick, model.Plan.Candidates);
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
        _candidates = new RecordCandidates(Take(ref p, RecordCandidates.Size));
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
        _maps = model.Maps;
        _direct = model.Direct;
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
        _inRow = 0;
        Prepare();
    }

    /// <summary>Codes the next byte.</summary>
    /// <param name="coder">Codes decisions.</param>
    /// <param name="target">The byte; no use in decoding.</param>
    public byte Code<TCoder>(ref TCoder coder, int target)
        where TCoder : IRecordCoder, allows ref struct
    {
        int rank = 0;
        if (!_started)
        {
            int guess = Guess(out int entry);
            if (guess >= 0 && _direct[entry] >= LeastCertain)
            {
                int right = coder.Code(target == guess ? 1 : 0, _direct[entry]);
                _teacher?.TeachDirect(entry, right);
                if (right != 0)
                {
                    _inRow++;
                    return (byte)guess;
                }
                StartByte();
                RuleOut(guess);
                rank++;
            }
            else
            {
                if (guess >= 0)
                    _teacher?.TeachDirect(entry, target == guess ? 1 : 0);
                StartByte();
            }
        }
        _inRow = 0;
        for (; rank < _mostCandidates; rank++)
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
        for (int i = 0; i < _locals && _started; i++)
            RecordMemory.Learn(_local[i], value);
        _memory.Add(value);
        _scanner.Add(value);
        Prepare();
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
            int bit = coder.Code(target >> b & 1, _direct[map + partial]);
            _teacher?.TeachDirect(map + partial, bit);
            partial = partial << 1 | bit;
        }
        return partial & 0xFF;
    }

    // All that every byte needs; the rest waits for a quick guess to fail.
    private void Prepare()
    {
        if (_scanner.WordLength == 0)
            _memory.Begin(_scanner.Place, _model.Links);
        _copied = _memory.Copied;
        _started = false;
        if (!_quick)
        {
            StartByte();
            return;
        }
        _matched = _memory.Matched;
        _firstHash = _scanner.Hash(FirstContext);
        _secondHash = _scanner.Hash(SecondContext);
        _model.Table.Prefetch(_firstHash);
        _model.Table.Prefetch(_secondHash);
    }

    // The byte that two contexts, the link and the repeat foresee alone, as far as each of them knows one and all agree; else -1.
    private int Guess(out int entry)
    {
        entry = RecordPlan.LiteralLength;
        SymbolTable table = _model.Table;
        table.Read(table.Entry(_firstHash), out int count, out uint first);
        table.Read(table.Entry(_secondHash), out int secondCount, out uint second);
        if ((count | secondCount) > 1)
            return -1;
        int guess = count > 0 ? (int)(first >> 8 & 0xFF) : secondCount > 0 ? (int)(second >> 8 & 0xFF) : _copied >= 0 ? _copied : _matched;
        if ((secondCount > 0 && (second >> 8 & 0xFF) != (uint)guess) || (_copied >= 0 && _copied != guess) || (_matched >= 0 && _matched != guess))
            return -1;
        int repeat = _matched < 0 ? 0 : _memory.MatchLength < 16 ? 1 : 2;
        if ((count | secondCount) > 0)
        {
            int known = QuickSize(count, first) * RecordPlan.QuickSizes + QuickSize(secondCount, second);
            int row = _inRow == 0 ? 0 : Math.Min(1 + BitOperations.Log2((uint)_inRow), 7);
            entry += ((known * 3 + repeat) * 2 + (_copied < 0 ? 0 : 1)) * 8 + row;
        }
        else if (_copied >= 0)
        {
            entry += RecordPlan.KnownLength + (_memory.CopyStrength * 8 + Math.Min(_memory.CopyLength, 7)) * 3 + repeat;
        }
        else
        {
            entry += RecordPlan.KnownLength + RecordPlan.CopiedLength + _memory.MatchLength;
        }
        return guess;
    }

    private static int QuickSize(int count, uint head) => count == 0 ? 0 : (int)(QuickSizes >> (int)(head & 15) * 4) & 7;

    // Takes a byte that was guessed, and is not the one, out of all counts.
    private void RuleOut(int symbol)
    {
        _candidates.Propose(symbol, 0);
        for (int i = 0; i < _learnt; i++)
            _sizes[i] = _totals[i] == 0 ? (byte)0 : (byte)SizeOf(i, symbol);
        Exclude(symbol);
    }

    private void StartByte()
    {
        _started = true;
        _candidates.Clear();
        _all = false;
        SymbolTable table = _model.Table;
        // Of fields that are read again and again the loops have copies: what is written through pointers may be any of them.
        int learnt = _learnt;
        byte* contexts = _contexts;
        ulong* hashes = _hashes;
        for (int i = 0; i < learnt; i++)
        {
            ulong hash = _scanner.Hash(contexts[i]);
            hashes[i] = hash;
            table.Prefetch(hash);
        }
        StartMemory();
        uint* entries = _singles;       // until they are read
        for (int i = 0; i < learnt; i++)
            entries[i] = table.Entry(hashes[i]);
        byte** lists = _lists;
        int* counts = _counts, totals = _totals, trust = _trust;
        ushort* values = _values;
        int orders = 0, longest = 0;
        for (int i = 0; i < learnt; i++)
        {
            byte* list = table.Read(entries[i], out int count, out uint head);
            lists[i] = list;
            counts[i] = count;
            if (count == 0)
            {
                totals[i] = 0;
                continue;
            }
            if (count == 1)
            {
                int size = (int)(head & 15) + 1;
                totals[i] = values[size];
                _candidates.Propose((int)(head >> 8 & 0xFF), trust[i] * (64 + 4 * size));
            }
            else
            {
                int total = (int)(head >> 8);
                totals[i] = total;
                _candidates.Propose(list[0], (int)((uint)(trust[i] * (values[list[1] + 1] << 6)) / (uint)total));
            }
            if (contexts[i] is > 0 and < 9)
            {
                orders++;
                longest = i;
            }
        }
        _orders = orders;
        _longest = longest;
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
                _candidates.Propose(newest, (2 + i) * (32 + 4 * run));
                if (older != newest)
                    _candidates.Propose(older, (2 + i) * 16);
            }
        }
        _memory.Look(_scanner.Hash(RecordScanner.FourBytes));
        _matched = _memory.Matched;
        if (_copied >= 0)
            _candidates.Propose(_copied, 200 + 150 * _memory.CopyStrength + 40 * Math.Min(_memory.CopyLength, 15));
        if (_matched >= 0)
            _candidates.Propose(_matched, 30 * _memory.MatchLength);
    }

    // The candidate most wanted, or -1 if there is none left.
    private int Best()
    {
        int best = _candidates.Best();
        if (best >= 0 || _all)
            return best;
        _all = true;
        for (int i = 0; i < _learnt; i++)
        {
            if (_counts[i] > 1 && _totals[i] > 0)
                _candidates.Propose(_lists[i], _counts[i], _values, (_trust[i] << 12) / _totals[i]);
        }
        return _candidates.Best();
    }

    // Rules out the candidate asked for last.
    private void Exclude(int symbol)
    {
        _candidates.Exclude(symbol);
        for (int i = 0; i < _learnt; i++)
            _totals[i] -= _values[_sizes[i]];
    }
}
