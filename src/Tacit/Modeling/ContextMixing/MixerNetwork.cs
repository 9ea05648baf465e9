using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tacit.Modeling.ContextMixing;

/// <summary>Two layers of logistic mixing: several mixers over all inputs, then one over their answers.</summary>
/// <remarks>
/// <para>
/// A mixer's answer is σ(Σ w · x). Each mixer of the first layer has many weight sets and a selector, a small context,
/// says which of them to use for this bit; each is trained on its own error. The second layer has one weight set for
/// each value of its own selector. Source: Mahoney, "Adaptive weighing of context models", 2005.
/// </para>
/// <para>Rates start high and fall towards their limit as bits go by, for every mixer alike.</para>
/// </remarks>
internal unsafe struct MixerNetwork
{
    /// <summary>Most mixers the first layer may have: the second layer's inputs are one group.</summary>
    public const int MaxMixers = MixerKernels.Group;

    /// <summary>Weight sets of the second layer.</summary>
    public const int FinalSets = 256;

    // Rates in sixteenths of this unit: an error of 2^-16 and an input of 2^-8 move a weight by 2^-35.
    private const int StartRate = 15 * 16;
    private const int EndRate = 8 * 16;
    private const int FinalRate = 2 * 16;
    private const int DecayInterval = 256;

    private readonly int* _inputs;
    private readonly int* _weights;       // (sets of all mixers, inputs)
    private readonly int* _finalInputs;   // (MaxMixers)
    private readonly int* _finalWeights;  // (FinalSets, MaxMixers)
    private readonly uint* _squash;
    private readonly int _inputCount;
    private readonly int _mixers;
    private readonly int _setCount;
    private fixed int _selected[MaxMixers];     // offset of each mixer's chosen weights
    private fixed uint _answers[MaxMixers];
    private uint _finalAnswer;
    private int _finalSelected;
    private int _rate;
    private int _untilDecay;

    /// <summary>Starts with equal weights in zeroed memory of <see cref="Size"/> bytes.</summary>
    public MixerNetwork(byte* memory, int inputs, int usedInputs, int mixers, int sets)
    {
        Debug.Assert(inputs % MixerKernels.Group == 0 && mixers <= MaxMixers);
        _inputCount = inputs;
        _mixers = mixers;
        _setCount = sets;
        _inputs = (int*)memory;
        _finalInputs = _inputs + inputs;
        _finalWeights = _finalInputs + MaxMixers;
        _weights = _finalWeights + FinalSets * MaxMixers;
        _squash = Logistic.SquashTable;
        _rate = StartRate;
        _untilDecay = DecayInterval;

        int first = (1 << MixerKernels.WeightBits) / (2 * usedInputs + 4) * 5;
        for (int i = 0; i < sets; i++)
        {
            for (int j = 0; j < usedInputs; j++)
                _weights[i * inputs + j] = first;
        }
        for (int i = 0; i < FinalSets; i++)
        {
            for (int j = 0; j < mixers; j++)
                _finalWeights[i * MaxMixers + j] = (1 << MixerKernels.WeightBits) / mixers;
        }
    }

    /// <summary>The inputs of the next bit; those that nobody sets stay 0.</summary>
    public readonly int* Inputs => _inputs;

    /// <summary>Bytes of memory a network takes.</summary>
    public static long Size(int inputs, int sets) =>
        sizeof(int) * ((long)inputs + MaxMixers + FinalSets * MaxMixers + (long)sets * inputs);

    /// <summary>Chooses the weight set of one mixer of the first layer, counted over all mixers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Select(int mixer, int set)
    {
        Debug.Assert((uint)mixer < (uint)_mixers && (uint)set < (uint)_setCount);
        _selected[mixer] = set * _inputCount;
    }

    /// <summary>Mixes: ln(p / (1 − p)) of the answer in units of 2^-16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Mix(int finalSet)
    {
        Debug.Assert((uint)finalSet < FinalSets);
        for (int i = 0; i < _mixers; i++)
        {
            int z = MixerKernels.Dot(_inputs, _weights + _selected[i], _inputCount);
            z = Math.Clamp(z, -Logistic.MaxSum, Logistic.MaxSum);
            _answers[i] = Logistic.Squash(_squash, z);
            const int Shift = Logistic.SumBits - Logistic.InputBits;
            _finalInputs[i] = Math.Clamp(z >> Shift, -Logistic.MaxInput, Logistic.MaxInput);
        }
        _finalSelected = finalSet * MaxMixers;
        int sum = MixerKernels.Dot(_finalInputs, _finalWeights + _finalSelected, MaxMixers);
        sum = Math.Clamp(sum, -Logistic.MaxSum, Logistic.MaxSum);
        _finalAnswer = Logistic.Squash(_squash, sum);
        return sum;
    }

    /// <summary>Learns the bit that came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Train(int bit)
    {
        int target = bit << 16;
        for (int i = 0; i < _mixers; i++)
        {
            int error = target - (int)(_answers[i] >> 16);
            MixerKernels.Train(_inputs, _weights + _selected[i], _inputCount, (error * _rate) >> 4);
        }
        int finalError = target - (int)(_finalAnswer >> 16);
        MixerKernels.Train(_finalInputs, _finalWeights + _finalSelected, MaxMixers, (finalError * FinalRate) >> 4);

        if (--_untilDecay == 0)
        {
            _untilDecay = DecayInterval;
            _rate -= (_rate - EndRate + 15) >> 4;
        }
    }
}
