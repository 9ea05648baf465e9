using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

// What the experts say of one candidate, and what mixers make of it.
internal sealed unsafe partial class RecordPredictor
{
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
        int agreed = 0, longest = 0, learnt = _learnt, longestAt = _longest;
        int* totals = _totals, index = _index, inputs = (int*)_inputs, maps = _maps;
        byte* sizes = _sizes;
        ushort* values = _values;
        for (int i = 0; i < learnt; i++, map += RecordPlan.MapSize)
        {
            int total = totals[i];
            if (total == 0)
            {
                index[i] = NoEntry;
                inputs[i] = 0;
                sizes[i] = 0;
                continue;
            }
            int size = SizeOf(i, symbol), rest = ClassOf(total - values[size]), entry = map + size * CountClasses.Count + rest;
            sizes[i] = (byte)size;
            index[i] = entry;
            inputs[i] = maps[entry];
            agreed += size > 0 && rest == 0 ? 1 : 0;
            if (i == longestAt)
                longest = size == 0 ? 0 : rest == 0 ? 2 + Math.Min(size, 15) / 3 : 1;
        }
        map = rank * RecordPlan.RankSize;
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
        if (_matched >= 0 && !_candidates.Excluded(_matched))
        {
            int length = _memory.MatchLength;
            Opine(_matchExpert, map + length * 2 + (_matched == symbol ? 1 : 0));
            follows = _matched != symbol ? 1 : length < 8 ? 2 : length < 14 ? 3 : length < 24 ? 4 : 5;
        }
        else
        {
            Abstain(_matchExpert);
        }
        if (_copied >= 0 && !_candidates.Excluded(_copied))
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
        bool gone = _candidates.Excluded(newest);
        if (symbol == newest)
            return newest == older ? 1 : 2;
        if (symbol == older)
            return gone ? 3 : 4;
        if (!gone)
            return newest == older ? 5 : 6;
        return newest != older && !_candidates.Excluded(older) ? 7 : 0;
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
