using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Series;

/// <summary>Two logistic mixers over eight inputs, which stay in a register, and a final one over their answers.</summary>
/// <remarks>
/// As <see cref="MixerNetwork"/>, but with weights of 32 bits: values are coded by few decisions, each of which must tell as much
/// as it can. Shapes: weights (sets, 8), aligned to 32 bytes; the final mixer's (finals, 2). |x| ≤ 2047 and a sum leaves the
/// weights' last 8 bits out, so its terms fit 32 bits; steps are held to what does.
/// </remarks>
internal unsafe struct PairMixer
{
    /// <summary>Inputs.</summary>
    public const int Inputs = 8;

    private const int WeightBits = 24, MaxWeight = (16 << WeightBits) - 1;
    private const int WeightShift = WeightBits - 16, DotShift = 8, AnswerShift = Logistic.SumBits - Logistic.InputBits;
    private const int StepShift = 11, MaxStep = (1 << 20) - 1;

    // Rates in sixteenths; uses of a weight set after which its rate is half way down.
    private const int StartRate = 24 * 16, EndRate = 20, FinalRate = 2 * 16, RateHalf = 512, MaxUses = 4095;

    private static readonly int* SharedRates = MakeRates();

    private readonly int* _weights, _finalWeights, _uses;
    private readonly int* _rates = SharedRates;
    private readonly uint* _squash = Logistic.SquashTable;
    private int* _first, _second, _final;   // the chosen weights
    private int _firstSet, _secondSet;
    private int _z0, _z1, _x0, _x1;

    /// <summary>Starts with equal weights of the first inputs in memory of <see cref="Size"/> bytes, zeroed.</summary>
    public PairMixer(byte* memory, int usedInputs, int sets, int finals)
    {
        Debug.Assert(usedInputs <= Inputs);
        _weights = (int*)memory;
        _finalWeights = _weights + sets * Inputs;
        _uses = _finalWeights + finals * 2;
        _first = _second = _weights;
        _final = _finalWeights;
        int start = (1 << WeightBits) / (2 * usedInputs + 4) * 5;
        for (int i = 0; i < sets * Inputs; i++)
            _weights[i] = i % Inputs < usedInputs ? start : 0;
        for (int i = 0; i < finals * 2; i++)
            _finalWeights[i] = (1 << WeightBits) / 2;
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
        _z0 = Held(Vector256.Sum((x * (Vector256.LoadAligned(_first) >> WeightShift)) >> DotShift));
        _z1 = Held(Vector256.Sum((x * (Vector256.LoadAligned(_second) >> WeightShift)) >> DotShift));
        _x0 = Math.Clamp(_z0 >> AnswerShift, -Logistic.MaxInput, Logistic.MaxInput);
        _x1 = Math.Clamp(_z1 >> AnswerShift, -Logistic.MaxInput, Logistic.MaxInput);
        return Held(((_x0 * (_final[0] >> WeightShift)) >> DotShift) + ((_x1 * (_final[1] >> WeightShift)) >> DotShift));
    }

    /// <summary>Learns the bit that came; <paramref name="answer"/> is σ of the mix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Train(Vector256<int> x, int bit, uint answer)
    {
        int target = bit << 16;
        Move(x, _first, Step(target, _z0, _firstSet));
        Move(x, _second, Step(target, _z1, _secondSet));
        int step = (target - (int)(answer >> 16)) * FinalRate >> 4;
        _final[0] = Math.Clamp(_final[0] + ((_x0 * step + (1 << (StepShift - 1))) >> StepShift), -MaxWeight, MaxWeight);
        _final[1] = Math.Clamp(_final[1] + ((_x1 * step + (1 << (StepShift - 1))) >> StepShift), -MaxWeight, MaxWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Held(int sum) => Math.Clamp(sum, -Logistic.MaxSum, Logistic.MaxSum);

    // w += round(x · step / 2^11).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(Vector256<int> x, int* w, int step)
    {
        Vector256<int> next = Vector256.LoadAligned(w) + ((x * Vector256.Create(step) + Vector256.Create(1 << (StepShift - 1))) >> StepShift);
        Vector256.Max(Vector256.Min(next, Vector256.Create(MaxWeight)), Vector256.Create(-MaxWeight)).StoreAligned(w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Step(int target, int z, int set)
    {
        int uses = _uses[set], error = target - (int)(Logistic.Squash(_squash, z) >> 16);
        _uses[set] = uses + (uses < MaxUses ? 1 : 0);
        return Math.Clamp(error * _rates[uses] >> 4, -MaxStep, MaxStep);
    }

    private static int* MakeRates()
    {
        int* rates = (int*)Shared.Allocate((MaxUses + 1) * sizeof(int));
        for (int i = 0; i <= MaxUses; i++)
            rates[i] = EndRate + (StartRate - EndRate) * RateHalf / (RateHalf + i);
        return rates;
    }
}
