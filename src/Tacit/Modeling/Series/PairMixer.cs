using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Series;

/// <summary>Two mixers over eight inputs, which stay in a register, and a final one over their answers; as <see cref="MixerNetwork"/>.</summary>
/// <remarks>Shapes: weights (sets, 8), aligned to 32 bytes; the final mixer's (finals, 2). Steps are held to what 32 bits can take.</remarks>
internal unsafe struct PairMixer
{
    /// <summary>Inputs.</summary>
    public const int Inputs = 8;

    private const int Shift = Logistic.SumBits - Logistic.InputBits;

    private readonly int* _weights, _finalWeights, _uses;
    private readonly int* _rates;
    private readonly uint* _squash;
    private int* _first, _second, _final;   // the chosen weights
    private int _firstSet, _secondSet;
    private int _z0, _z1, _x0, _x1, _z;

    /// <summary>Starts with equal weights in zeroed memory of <see cref="Size"/> bytes.</summary>
    public PairMixer(byte* memory, int usedInputs, int sets, int finals, int* rates)
    {
        _weights = (int*)memory;
        _finalWeights = _weights + sets * Inputs;
        _uses = _finalWeights + finals * 2;
        _rates = rates;
        _squash = Logistic.SquashTable;
        _first = _second = _weights;
        _final = _finalWeights;
        int start = MixerNetwork.StartWeight(usedInputs);
        for (int i = 0; i < sets * Inputs; i++)
            _weights[i] = i % Inputs < usedInputs ? start : 0;
        for (int i = 0; i < finals * 2; i++)
            _finalWeights[i] = (1 << MixerKernels.WeightBits) / 2;
    }

    /// <summary>Bytes of memory it takes.</summary>
    public static long Size(int sets, int finals) => sizeof(int) * ((long)sets * (Inputs + 1) + finals * 2);

    /// <summary>Chooses the second mixer's weights, counted over both mixers' sets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SelectSecond(int set)
    {
        _second = _weights + set * Inputs;
        _secondSet = set;
    }

    /// <summary>Mixes with the first mixer's and the final weights of <paramref name="set"/>: ln(p / (1 − p)) in units of 2^-16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Mix(Vector256<int> x, int set)
    {
        _first = _weights + set * Inputs;
        _firstSet = set;
        _final = _finalWeights + set * 2;
        _z0 = Dot(x, _first);
        _z1 = Dot(x, _second);
        _x0 = Math.Clamp(_z0 >> Shift, -Logistic.MaxInput, Logistic.MaxInput);
        _x1 = Math.Clamp(_z1 >> Shift, -Logistic.MaxInput, Logistic.MaxInput);
        int sum = ((_x0 * (_final[0] >> MixerKernels.WeightShift)) >> MixerKernels.DotShift) + ((_x1 * (_final[1] >> MixerKernels.WeightShift)) >> MixerKernels.DotShift);
        return _z = Math.Clamp(sum, -Logistic.MaxSum, Logistic.MaxSum);
    }

    /// <summary>Learns the bit that came; <paramref name="answer"/> is σ of the mix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Train(Vector256<int> x, int bit, uint answer)
    {
        int target = bit << 16;
        Train(x, _first, Step(target, _z0, _firstSet));
        Train(x, _second, Step(target, _z1, _secondSet));
        int step = (target - (int)(answer >> 16)) * MixerNetwork.FinalRate >> 4;
        _final[0] = MixerKernels.Moved(_final[0], _x0, step);
        _final[1] = MixerKernels.Moved(_final[1], _x1, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Dot(Vector256<int> x, int* w) =>
        Math.Clamp(Vector256.Sum((x * (Vector256.LoadAligned(w) >> MixerKernels.WeightShift)) >> MixerKernels.DotShift), -Logistic.MaxSum, Logistic.MaxSum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Train(Vector256<int> x, int* w, int step) => MixerKernels.Moved(Vector256.LoadAligned(w), x, step).StoreAligned(w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Step(int target, int z, int set)
    {
        int uses = _uses[set], error = target - (int)(Logistic.Squash(_squash, z) >> 16);
        _uses[set] = uses + (uses < MixerNetwork.MaxUses ? 1 : 0);
        return Math.Clamp(error * _rates[uses] >> 4, -MixerKernels.MaxStep, MixerKernels.MaxStep);
    }
}
