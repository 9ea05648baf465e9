using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Predicts that what followed the last bytes the previous time follows them again.</summary>
/// <remarks>
/// A table from a hash of the last few bytes to the position after them. A candidate is compared with what was really
/// there, so a match is never a hash collision. After a wrong prediction the same place is followed further, until it
/// has been wrong too often or a better one is found: repeats with small changes are recovered at once. How far to
/// trust the predicted bit is learnt for each class of length and of recent errors.
/// </remarks>
internal unsafe struct MatchModel
{
    /// <summary>Values of <see cref="LengthClass"/>.</summary>
    public const int LengthClasses = 16;

    /// <summary>Lengths are counted up to here.</summary>
    public const int MaxLength = 400;

    /// <summary>Inputs given to the mixer.</summary>
    public const int InputCount = 2;

    /// <summary>Probabilities a model learns: two for each length class and class of errors.</summary>
    public const int TrustCount = LengthClasses * 4;

    // Entries of a cache line: one for each low half of a byte.
    private const int LineLength = 16;
    private const int Limit = 1023;
    private const int MaxMisses = 8;

    private readonly int* _positions;
    private readonly int _hashShift;
    private readonly int _positionMask;
    private readonly int _minLength;
    private readonly byte* _history;
    private readonly uint _historyMask;
    private readonly uint* _trust;     // (LengthClasses, 4): P(the predicted bit comes)
    private readonly int* _rates;
    private readonly int* _inputTable;
    private int _pointer;              // where the predicted byte stands in the history; 0 if nowhere
    private int _length;               // bytes that agreed since the last miss
    private uint _misses;              // of the last bytes, newest lowest: 1 for a miss
    private int _lengthClass;
    private int _trustIndex;
    private int _predicted;            // the predicted byte with a leading 1
    private int _bit;                  // predicted bit
    private int _line;                 // first of the 16 entries of which the byte's low half will choose one
    private int _check;                // of what came before that half, beside the position in an entry

    /// <summary>Starts without a past, on zeroed memory.</summary>
    public MatchModel(int* positions, int count, int minLength, byte* history, uint historyMask, uint* trust)
    {
        Debug.Assert(int.IsPow2(count) && count >= LineLength && minLength is >= 1 and <= 32);
        _positions = positions;
        _hashShift = 64 - BitOperations.Log2((uint)count);
        _positionMask = (int)(2 * historyMask + 1);
        _minLength = minLength;
        _history = history;
        _historyMask = historyMask;
        _trust = trust;
        _rates = AdaptiveProbability.Rates;
        _inputTable = Logistic.InputTable;
        for (int i = 0; i < TrustCount; i++)
            trust[i] = AdaptiveProbability.Start(65535 - 65536 / (4 * (i >> 2) + 4), count: 4);
    }

    /// <summary>0 without a prediction, else 1 to 15, growing with the length of the match.</summary>
    public readonly int LengthClass => _lengthClass;

    /// <summary>The predicted byte after a leading 1, or 0 without a prediction.</summary>
    public readonly int PredictedByte => _lengthClass == 0 ? 0 : _predicted;

    /// <summary>The predicted bit: 1 or 2 for a 0 or 1, or 0 without a prediction.</summary>
    public readonly int PredictedBit => _lengthClass == 0 ? 0 : 1 + _bit;

    /// <summary>Learns half of a byte, and asks for the entries of all bytes it may be the half of to be brought near.</summary>
    /// <param name="context">The last bytes and the half that has come; together as many as must agree at least.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NextHalf(ulong context)
    {
        ulong hash = context * 0x9E3779B97F4A7C15UL;
        _line = (int)(hash >> _hashShift) & -LineLength;
        _check = (int)(hash >> 8) & ~_positionMask;
        if (Sse.IsSupported)
            Sse.Prefetch0(_positions + _line);
    }

    /// <summary>Remembers where a byte stood in the past that is there from the beginning: before <paramref name="position"/>.</summary>
    /// <param name="context">As for <see cref="NextHalf"/>, with the byte's first half.</param>
    /// <param name="position">Bytes up to and with it.</param>
    /// <param name="value">The byte.</param>
    public readonly void Remember(ulong context, int position, byte value)
    {
        ulong hash = context * 0x9E3779B97F4A7C15UL;
        _positions[((int)(hash >> _hashShift) & -LineLength) | value & (LineLength - 1)] = position & _positionMask | (int)(hash >> 8) & ~_positionMask;
    }

    /// <summary>Asks for the place where the byte came before to be brought near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ForeseeByte(byte value)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_history + ((uint)_positions[_line | value & (LineLength - 1)] & _historyMask));
    }

    /// <summary>Learns that a byte has come, after its half: now <paramref name="position"/> bytes are in the history.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NextByte(int position, byte value)
    {
        ref int entry = ref _positions[_line | value & (LineLength - 1)];
        if (_pointer > 0)
        {
            bool hit = _history[(uint)(position - 1) & _historyMask] == (byte)_predicted;
            _pointer++;
            _length = hit ? Math.Min(_length + 1, MaxLength) : 0;
            _misses = _misses << 1 | (hit ? 0u : 1u);
        }
        if (_length < _minLength)
            Look(position, (entry & ~_positionMask) == _check ? entry & _positionMask : 0);
        entry = position & _positionMask | _check;
        _lengthClass = _pointer > 0 ? ClassOf(_length) : 0;
        _trustIndex = _lengthClass << 2 | Math.Min(3, BitOperations.PopCount(_misses & 0xFFFF));
        _predicted = _history[(uint)_pointer & _historyMask] | 256;
    }

    /// <summary>Sets the inputs for the next bit of a byte whose bits so far, after a leading 1, are <paramref name="partial"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Predict(short* inputs, int partial, int bitIndex)
    {
        int next = _predicted >> (7 - bitIndex);
        if (next >> 1 != partial)
            _lengthClass = _trustIndex = 0;
        _bit = next & 1;
        int packed = _inputTable[_trust[_trustIndex] >> 20];
        int sign = _lengthClass == 0 ? 0 : 2 * _bit - 1;
        inputs[0] = (short)((short)packed * sign);
        inputs[1] = (short)((packed >> 16) * sign);
    }

    /// <summary>Learns whether the predicted bit came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Train(int bit) =>
        AdaptiveProbability.Learn(_trust + _trustIndex, _rates, bit == _bit ? 1 : 0, Limit);

    private static int ClassOf(int length) =>
        length < 16 ? 1 + (length * 5 >> 3)                       // 0 to 15: 1 to 10
        : length < 24 ? 11 : length < 32 ? 12 : length < 64 ? 13 : length < MaxLength ? 14 : 15;

    // Takes up the candidate if it agrees longer than the place followed now, and drops that one if it is of no use.
    private void Look(int position, int candidate)
    {
        int length = CommonLength(position, candidate);
        if (length >= _minLength)
        {
            _pointer = candidate;
            _length = length;
            _misses = 0;
        }
        else if (BitOperations.PopCount(_misses & 0xFFFF) > MaxMisses)
        {
            _pointer = 0;
            _length = 0;
            _misses = 0;
        }
    }

    private readonly int CommonLength(int position, int candidate)
    {
        int length = 0;
        while (length < MaxLength && length < candidate
            && _history[(uint)(candidate - 1 - length) & _historyMask] == _history[(uint)(position - 1 - length) & _historyMask])
        {
            length++;
        }
        return length;
    }
}
