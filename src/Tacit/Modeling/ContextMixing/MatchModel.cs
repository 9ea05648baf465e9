using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Predicts that what followed the last bytes the previous time follows them again.</summary>
/// <remarks>
/// A table from a hash of the last <see cref="MinLength"/> bytes to the position after them. A candidate is compared
/// with what was really there, so a match is never a hash collision. How far to trust the predicted bit is learnt for
/// each length class.
/// </remarks>
internal unsafe struct MatchModel
{
    /// <summary>Bytes that must agree.</summary>
    public const int MinLength = 6;

    /// <summary>Values of <see cref="LengthClass"/>.</summary>
    public const int LengthClasses = 16;

    /// <summary>Lengths are counted up to here.</summary>
    public const int MaxLength = 400;

    /// <summary>Inputs given to the mixer.</summary>
    public const int InputCount = 2;

    private const int Limit = 1023;

    private readonly int* _positions;
    private readonly uint _mask;
    private readonly byte* _history;
    private readonly uint _historyMask;
    private readonly uint* _trust;     // (LengthClasses): P(the predicted bit comes)
    private readonly int* _rates;
    private readonly int* _inputTable;
    private int _pointer;              // where the predicted byte stands in the history
    private int _length;
    private int _lengthClass;
    private int _predicted;            // the predicted byte with a leading 1
    private int _bit;                  // predicted bit

    /// <summary>Starts without a past, on zeroed memory.</summary>
    public MatchModel(int* positions, int count, byte* history, uint historyMask, uint* trust)
    {
        Debug.Assert(int.IsPow2(count));
        _positions = positions;
        _mask = (uint)(count - 1);
        _history = history;
        _historyMask = historyMask;
        _trust = trust;
        _rates = AdaptiveProbability.Rates;
        _inputTable = Logistic.InputTable;
        for (int i = 0; i < LengthClasses; i++)
            trust[i] = AdaptiveProbability.Start(65535 - 65536 / (4 * i + 4), count: 4);
    }

    /// <summary>0 without a match, else 1 to 15, growing with its length.</summary>
    public readonly int LengthClass => _lengthClass;

    /// <summary>The predicted byte, or 0 without a match.</summary>
    public readonly int PredictedByte => _lengthClass == 0 ? 0 : _predicted & 255;

    /// <summary>The predicted bit: 1 or 2 for a 0 or 1, or 0 without a match.</summary>
    public readonly int PredictedBit => _lengthClass == 0 ? 0 : 1 + _bit;

    /// <summary>Learns that <paramref name="position"/> bytes are in the history now; <paramref name="hash"/> is of the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NextByte(int position, uint hash)
    {
        ref int entry = ref _positions[hash & _mask];
        if (_length > 0)
        {
            _pointer++;
            _length = Math.Min(_length + 1, MaxLength);
        }
        else
        {
            _pointer = entry;
            _length = CommonLength(position, entry);
        }
        entry = position;
        _lengthClass = ClassOf(_length);
        _predicted = _history[(uint)_pointer & _historyMask] | 256;
    }

    /// <summary>Sets the inputs for the next bit of a byte whose bits so far, after a leading 1, are <paramref name="partial"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Predict(int* inputs, int partial, int bitIndex)
    {
        int next = _predicted >> (7 - bitIndex);
        if (_length > 0 && next >> 1 != partial)
            Lose();
        _bit = next & 1;
        int packed = _inputTable[_trust[_lengthClass] >> 20];
        int sign = _lengthClass == 0 ? 0 : 2 * _bit - 1;
        inputs[0] = (short)packed * sign;
        inputs[1] = (packed >> 17) * sign;
    }

    /// <summary>Learns whether the predicted bit came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Train(int bit) =>
        AdaptiveProbability.Learn(_trust + _lengthClass, _rates, bit == _bit ? 1 : 0, Limit);

    private void Lose()
    {
        _length = 0;
        _lengthClass = 0;
    }

    private static int ClassOf(int length) =>
        length < 16 ? Math.Max(0, length - MinLength + 1)                       // 6 to 15: 1 to 10
        : length < 24 ? 11 : length < 32 ? 12 : length < 64 ? 13 : length < MaxLength ? 14 : 15;

    private readonly int CommonLength(int position, int candidate)
    {
        if (candidate == 0)
            return 0;
        int length = 0;
        while (length < MaxLength && length < candidate
            && _history[(uint)(candidate - 1 - length) & _historyMask] == _history[(uint)(position - 1 - length) & _historyMask])
        {
            length++;
        }
        return length >= MinLength ? length : 0;
    }
}
