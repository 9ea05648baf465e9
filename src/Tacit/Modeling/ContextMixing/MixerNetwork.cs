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
/// <para>A weight set's rate starts high and falls towards its limit the more it is used.</para>
/// </remarks>
internal unsafe struct MixerNetwork
{
    /// <summary>Most mixers the first layer may have: the second layer's inputs are one group.</summary>
    public const int MaxMixers = MixerKernels.Group;

    /// <summary>Weight sets of the second layer.</summary>
    public const int FinalSets = 256;

    // A rate of 1, an error of 2^-16 and an input of 2^-8 move a weight by 2^-39.
    private const int StartRate = 24 * 16;
    private const int FinalRate = 2 * 16;
    private const int StepShift = 39 - 15 - MixerKernels.WeightBits;

    // Uses of a weight set after which its rate is half way down.
    private const int RateHalf = 512;
    /// <summary>Uses of a weight set are counted up to here.</summary>
    public const int MaxUses = 4095;

    private readonly short* _inputs;
    private readonly short* _weights;       // (sets of all mixers, inputs)
    private readonly short* _finalInputs;   // (MaxMixers)
    private readonly short* _finalWeights;  // (FinalSets, MaxMixers)
    private readonly uint* _squash;
    private readonly int _inputCount;
    private readonly int _mixers;
    private readonly int _setCount;
    private fixed int _selected[MaxMixers];     // offset of each mixer's chosen weights
    private fixed uint _answers[MaxMixers];
    private uint _finalAnswer;
    private int _finalSelected;
    private fixed int _set[MaxMixers];          // each mixer's chosen set
    private readonly int* _uses;                // (sets of all mixers): how often each was trained, up to a limit
    private readonly int* _rates;               // (MaxUses + 1)

    /// <summary>Starts with equal weights in zeroed memory of <see cref="Size"/> bytes.</summary>
    public MixerNetwork(byte* memory, int inputs, int usedInputs, int mixers, int sets, int endRate)
    {
        Debug.Assert(inputs % MixerKernels.Group == 0 && inputs <= MixerKernels.MaxInputs && mixers <= MaxMixers);
        _inputCount = inputs;
        _mixers = mixers;
        _setCount = sets;
        _inputs = (short*)memory;
        _finalInputs = _inputs + inputs;
        _finalWeights = _finalInputs + MaxMixers;
        _weights = _finalWeights + FinalSets * MaxMixers;
        _uses = (int*)(_weights + (long)sets * inputs);
        _rates = _uses + sets;
        for (int i = 0; i <= MaxUses; i++)
            _rates[i] = endRate + (StartRate - endRate) * RateHalf / (RateHalf + i);
        _squash = Logistic.SquashTable;

        int first = (1 << MixerKernels.WeightBits) / (2 * usedInputs + 4) * 5;
        for (int i = 0; i < sets; i++)
        {
            for (int j = 0; j < usedInputs; j++)
                _weights[i * inputs + j] = (short)first;
        }
        for (int i = 0; i < FinalSets; i++)
        {
            for (int j = 0; j < mixers; j++)
                _finalWeights[i * MaxMixers + j] = (short)((1 << MixerKernels.WeightBits) / mixers);
        }
    }

    /// <summary>Takes over the weights another network has learnt, whose inputs are the first of this one's.</summary>
    /// <param name="memory">That network's memory.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="usedInputs">How many of them are set.</param>
    /// <param name="mixers">Its mixers, of which this one may have more.</param>
    /// <param name="sets">Its weight sets, of which this one may have more.</param>
    /// <param name="mostUses">How often a set counts as trained at most: the more, the slower it learns from now on.</param>
    public readonly void TakeOver(byte* memory, int inputs, int usedInputs, int mixers, int sets, int mostUses)
    {
        short* finalWeights = (short*)memory + inputs + MaxMixers;
        short* weights = finalWeights + FinalSets * MaxMixers;
        int* uses = (int*)(weights + (long)sets * inputs);
        for (int i = 0; i < FinalSets; i++)
            Unsafe.CopyBlock(_finalWeights + i * MaxMixers, finalWeights + i * MaxMixers, (uint)mixers * sizeof(short));
        for (int i = 0; i < sets; i++)
        {
            Unsafe.CopyBlock(_weights + (long)i * _inputCount, weights + (long)i * inputs, (uint)usedInputs * sizeof(short));
            _uses[i] = Math.Min(uses[i], mostUses);
        }
    }

    /// <summary>Starts an input with another weight, in all sets.</summary>
    public readonly void Start(int input, int weight)
    {
        for (int i = 0; i < _setCount; i++)
            _weights[i * _inputCount + input] = (short)weight;
    }

    /// <summary>The inputs of the next bit; those that nobody sets stay 0.</summary>
    public readonly short* Inputs => _inputs;

    /// <summary>How many there are.</summary>
    public readonly int InputCount => _inputCount;

    /// <summary>Bytes of memory a network takes.</summary>
    public static long Size(int inputs, int sets) =>
        sizeof(short) * ((long)inputs + MaxMixers + FinalSets * MaxMixers + (long)sets * inputs) + sizeof(int) * ((long)sets + MaxUses + 1);

    /// <summary>Chooses the weight set of one mixer of the first layer, counted over all mixers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Select(int mixer, int set)
    {
        Debug.Assert((uint)mixer < (uint)_mixers && (uint)set < (uint)_setCount);
        _selected[mixer] = set * _inputCount;
        _set[mixer] = set;
    }

    /// <summary>Mixes: ln(p / (1 − p)) of the answer in units of 2^-16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Mix(int finalSet)
    {
        Debug.Assert((uint)finalSet < FinalSets);
        int mixers = _mixers, inputCount = _inputCount;
        short* inputs = _inputs, weights = _weights, finalInputs = _finalInputs;
        for (int i = 0; i < mixers; i++)
        {
            int z = MixerKernels.Dot(inputs, weights + _selected[i], inputCount);
            z = Math.Clamp(z, -Logistic.MaxSum, Logistic.MaxSum);
            _answers[i] = Logistic.Squash(_squash, z);
            const int Shift = Logistic.SumBits - Logistic.InputBits;
            finalInputs[i] = (short)Math.Clamp(z >> Shift, -Logistic.MaxInput, Logistic.MaxInput);
        }
        _finalSelected = finalSet * MaxMixers;
        int sum = MixerKernels.Dot(finalInputs, _finalWeights + _finalSelected, MaxMixers);
        sum = Math.Clamp(sum, -Logistic.MaxSum, Logistic.MaxSum);
        _finalAnswer = Logistic.Squash(_squash, sum);
        return sum;
    }

    /// <summary>The answer of an only mixer, in units of 2^-32: no second layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint MixAlone()
    {
        int z = MixerKernels.Dot(_inputs, _weights + _selected[0], _inputCount);
        return _answers[0] = Logistic.Squash(_squash, z);
    }

    /// <summary>Learns the bit that came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Train(int bit)
    {
        int target = bit << 16;
        int mixers = _mixers, inputCount = _inputCount;
        short* inputs = _inputs, weights = _weights;
        int* allUses = _uses, rates = _rates;
        for (int i = 0; i < mixers; i++)
        {
            int error = target - (int)(_answers[i] >> 16);
            int* uses = allUses + _set[i];
            int rate = rates[*uses];
            *uses += *uses < MaxUses ? 1 : 0;
            MixerKernels.Train(inputs, weights + _selected[i], inputCount, Step(error, rate));
        }
        if (mixers == 1)
            return;
        int finalError = target - (int)(_finalAnswer >> 16);
        MixerKernels.Train(_finalInputs, _finalWeights + _finalSelected, MaxMixers, Step(finalError, FinalRate));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(int error, int rate) =>
        Math.Clamp((error * rate + (1 << (StepShift - 1))) >> StepShift, -MixerKernels.MaxStep, MixerKernels.MaxStep);
}
