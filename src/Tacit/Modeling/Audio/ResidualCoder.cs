using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.Series;
using Tacit.Numerics.Lanes;

namespace Tacit.Modeling.Audio;

/// <summary>Codes integers e by decisions "at least b?", mixing what eight distributions and four contexts say of each.</summary>
/// <remarks>The decisions are those of <see cref="SignedSearch"/>.</remarks>
internal sealed unsafe class ResidualCoder : IDisposable
{
    /// <summary>Values of each context.</summary>
    public const int ContextValues = 256;

    /// <summary>Weight sets of each mixer that the outlook selects.</summary>
    public const int WeightSets = 64;

    /// <summary>Distributions.</summary>
    public const int Experts = 8;

    private const int Contexts = 4, Inputs = 16, UsedInputs = Experts + Contexts + 1, Nodes = SignedSearch.Nodes, Mixers = 3;
    private const int EndRate = 14, Limit = 255, Constant = 256;
    private const float LeastMass = 1e-24f, MostRatio = 2980f, LeastRatio = 1 / 2980f;
    private const uint LeastProbability = 1 << 8;

    // As if so many bits had come before, half of them 1: the first that come must not be believed too much.
    private const int FirstCount = 3;

    // Mean absolute deviation of the logistic distribution with scale 1.
    private const float TwiceLn2 = 1.38629436f;

    // What each input counts beforehand, in 256ths.
    private static readonly int[] FirstWeights = [51, 38, 13, 26, 26, 26, 26, 13, 20, 20, 20, 20, 0];

    private readonly NativeBuffer _memory = new();
    private readonly uint* _direct;            // (Contexts, ContextValues, Nodes)
    private readonly int* _inputTable = Logistic.InputTable;
    private readonly int* _rates = AdaptiveProbability.Rates;
    private readonly uint* _squash = Logistic.SquashTable;
    private MixerNetwork _mixers;
    private ProbabilityRefiner _refiner;
    private Vector256<float> _low, _high, _location, _inverse;   // tails at the bounds known so far
    private uint* _context0, _context1, _context2, _context3;

    /// <summary>Starts with experts trusted alike.</summary>
    public ResidualCoder()
    {
        byte* memory = _memory.Clear((nuint)Size);
        _mixers = new MixerNetwork(memory, Inputs, UsedInputs, Mixers, Nodes + 2 * WeightSets, EndRate);
        for (int i = 0; i < UsedInputs; i++)
            _mixers.Start(i, FirstWeights[i] << (MixerKernels.WeightBits - 8));
        _refiner = new ProbabilityRefiner(memory + MixerSize, Nodes);
        _direct = (uint*)(memory + MixerSize + ProbabilityRefiner.Size(Nodes));
        for (int i = 0; i < Contexts * ContextValues * Nodes; i++)
            _direct[i] = AdaptiveProbability.Start(1 << 15, FirstCount);
    }

    /// <summary>Bytes of native memory.</summary>
    public static long Size => MixerSize + ProbabilityRefiner.Size(Nodes) + Contexts * ContextValues * Nodes * sizeof(uint);

    private static long MixerSize => (MixerNetwork.Size(Inputs, Nodes + 2 * WeightSets) + 63) & ~63;

    /// <summary>Codes e, and returns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Code<T>(ref T coder, long e, in Outlook outlook)
        where T : struct, IBitCoder, allows ref struct
    {
        _low = Vector256<float>.One;
        _high = Vector256<float>.Zero;
        _location = outlook.Locations;
        _inverse = Vector256.Create(TwiceLn2) / outlook.Scales;
        _context0 = _direct + outlook.Contexts[0] * Nodes;
        _context1 = _direct + (ContextValues + outlook.Contexts[1]) * Nodes;
        _context2 = _direct + (2 * ContextValues + outlook.Contexts[2]) * Nodes;
        _context3 = _direct + (3 * ContextValues + outlook.Contexts[3]) * Nodes;
        _mixers.Select(1, Nodes + outlook.WeightSet0);
        _mixers.Select(2, Nodes + WeightSets + outlook.WeightSet1);

        float finest = outlook.Scales[0];
        for (int i = 1; i < Experts; i++)
            finest = Math.Min(finest, outlook.Scales[i]);
        return SignedSearch.Code(ref coder, new Decisions(this), e, outlook.Shift, (ulong)finest);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Decide<T>(ref T coder, bool beyond, ulong bound, int node)
        where T : struct, IBitCoder, allows ref struct
    {
        short* input = _mixers.Inputs;
        int* table = _inputTable;
        Vector256<float> middle = LogisticOpinions.Tail((Vector256.Create((float)((long)bound - 0.5)) - _location) * _inverse);
        // Of what is left between the bounds, the part beyond against the part before.
        Vector256<float> after = Lanes256.Max(middle - _high, Vector256<float>.Zero), before = Lanes256.Max(_low - middle, Vector256<float>.Zero);
        Vector256<float> known = Vector256.GreaterThan(_low - _high, Vector256.Create(LeastMass));
        Vector256<float> ratio = after / Lanes256.Max(before, Vector256.Create(LeastMass));
        ratio = Lanes256.Min(Lanes256.Max(ratio, Vector256.Create(LeastRatio)), Vector256.Create(MostRatio));
        ratio = Vector256.ConditionalSelect(known, ratio, Vector256<float>.One);
        Vector256<int> opinions = Vector256.ConvertToInt32(LogisticOpinions.Log(ratio) * Vector256.Create(256f));
        opinions = Vector256.Max(Vector256.Min(opinions, Vector256.Create(Logistic.MaxInput)), Vector256.Create(-Logistic.MaxInput));
        Vector128.Narrow(opinions.GetLower(), opinions.GetUpper()).Store(input);
        uint* d0 = _context0 + node, d1 = _context1 + node, d2 = _context2 + node, d3 = _context3 + node;
        input[8] = (short)table[*d0 >> 20];
        input[9] = (short)table[*d1 >> 20];
        input[10] = (short)table[*d2 >> 20];
        input[11] = (short)table[*d3 >> 20];
        input[12] = Constant;
        _mixers.Select(0, node);
        int z = _mixers.Mix(node);
        _refiner.Select((uint)node);
        uint refined = _refiner.Refine(z), mixed = Logistic.Squash(_squash, z);
        uint probability = Math.Clamp((uint)((3UL * mixed + refined) >> 2), LeastProbability, uint.MaxValue - LeastProbability);
        int bit = coder.Code(beyond ? 1 : 0, probability);
        _mixers.Train(bit);
        _refiner.Train(bit);
        AdaptiveProbability.Learn(d0, _rates, bit, Limit);
        AdaptiveProbability.Learn(d1, _rates, bit, Limit);
        AdaptiveProbability.Learn(d2, _rates, bit, Limit);
        AdaptiveProbability.Learn(d3, _rates, bit, Limit);
        if (bit != 0)
            _low = middle;
        else
            _high = middle;
        return bit != 0;
    }

    private readonly struct Decisions(ResidualCoder owner) : IDecisions
    {
        public static int ModelledHalvings => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Decide<T>(ref T coder, bool beyond, ulong bound, int node)
            where T : struct, IBitCoder, allows ref struct => owner.Decide(ref coder, beyond, bound, node);

        // The distribution is symmetric.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Mirror()
        {
            owner._location = Vector256.Create(-1f) - owner._location;
            owner._low = LogisticOpinions.Tail((Vector256.Create(-0.5f) - owner._location) * owner._inverse);
            owner._high = Vector256<float>.Zero;
        }
    }
}
