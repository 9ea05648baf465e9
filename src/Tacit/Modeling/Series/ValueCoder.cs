using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Series;

/// <summary>Codes integers e by decisions "at least b?", mixing what several distributions say of each.</summary>
/// <remarks>
/// <para>The decisions are those of <see cref="SignedSearch"/>.</para>
/// <para>
/// A decision's inputs: for each of four experts, who see e logistically distributed about a location with a scale, the
/// conditional probability; for each of three contexts what came of this decision before; a constant. Two mixers
/// (weights by decision, and by the outlook), a final one and a refiner make the probability, as in
/// <see cref="ContextMixer"/>.
/// </para>
/// </remarks>
internal sealed unsafe class ValueCoder : IDisposable
{
    /// <summary>Values of each context.</summary>
    public const int ContextValues = 256;

    /// <summary>Weight sets of the mixer that the outlook selects.</summary>
    public const int WeightSets = 64;

    private const int UsedInputs = 7, Contexts = 3, Nodes = SignedSearch.Nodes;
    private const int Limit = 255, Constant = 256;
    private const double LeastMass = 1e-9;
    private const double Magic = 1L << 52;     // added to a number from 0 to 2^51, leaves its integer in the low bits
    private const long MagicMask = (1L << 52) - 1;
    private const uint LeastProbability = 1 << 8;

    private static readonly short* Stretch = MakeStretch();

    private readonly NativeBuffer _memory = new();
    private readonly uint* _direct;            // (Contexts, ContextValues, Nodes)
    private readonly double* _distribution = LogisticDistribution.Table;
    private readonly short* _stretch = Stretch;
    private readonly int* _rates = AdaptiveProbability.Rates;
    private readonly uint* _squash = Logistic.SquashTable;
    private PairMixer _mixers;
    private ProbabilityRefiner _refiner;
    private Vector256<double> _low, _high, _location, _inverse;
    private uint* _context0, _context1, _context2;

    /// <summary>Starts with experts trusted alike.</summary>
    public ValueCoder()
    {
        byte* memory = _memory.Clear((nuint)Size);
        _mixers = new PairMixer(memory, UsedInputs, Nodes + WeightSets, Nodes);
        _refiner = new ProbabilityRefiner(memory + MixerSize, Nodes);
        _direct = (uint*)(memory + MixerSize + ProbabilityRefiner.Size(Nodes));
        for (int i = 0; i < Contexts * ContextValues * Nodes; i++)
            _direct[i] = AdaptiveProbability.Start(1 << 15);
    }

    /// <summary>Bytes of native memory.</summary>
    public static long Size => MixerSize + ProbabilityRefiner.Size(Nodes) + Contexts * ContextValues * Nodes * sizeof(uint);

    private static long MixerSize => (PairMixer.Size(Nodes + WeightSets, Nodes) + 63) & ~63;

    /// <summary>Codes e, and returns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Code<T>(ref T coder, long e, in Outlook outlook)
        where T : struct, IBitCoder, allows ref struct
    {
        Debug.Assert((uint)outlook.Context0 < ContextValues && (uint)outlook.Context1 < ContextValues && (uint)outlook.Context2 < ContextValues);
        _low = Vector256<double>.Zero;
        _high = Vector256<double>.One;
        _location = outlook.Locations;
        _inverse = Vector256.Create((double)LogisticDistribution.Steps) / outlook.Scales;
        _context0 = _direct + outlook.Context0 * Nodes;
        _context1 = _direct + (ContextValues + outlook.Context1) * Nodes;
        _context2 = _direct + (2 * ContextValues + outlook.Context2) * Nodes;
        _mixers.SelectSecond(Nodes + outlook.WeightSet);

        double finest = Math.Min(Math.Min(outlook.Scales[0], outlook.Scales[1]), Math.Min(outlook.Scales[2], outlook.Scales[3]));
        return SignedSearch.Code(ref coder, new Decisions(this), e, outlook.Shift, (ulong)finest);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Decide<T>(ref T coder, bool beyond, ulong bound, int node)
        where T : struct, IBitCoder, allows ref struct
    {
        short* stretch = _stretch;
        double* f = _distribution;
        Vector256<double> position = (Vector256.Create((long)bound - 0.5) - _location) * _inverse + Vector256.Create((double)LogisticDistribution.Middle);
        position = Vector256.Min(Vector256.Max(position, Vector256<double>.Zero), Vector256.Create((double)LogisticDistribution.Last));
        Vector256<double> magic = Vector256.Create(Magic);
        // Rounded after ½ is taken off, hence at most the floor or, at an integer, one less: either interpolates the same.
        Vector256<double> rounded = Vector256.Max(position - Vector256.Create(0.5), Vector256<double>.Zero) + magic;
        Vector256<long> at = rounded.AsInt64() & Vector256.Create(MagicMask);
        Vector256<double> weight = position - (rounded - magic);
        double* f0 = f + at[0], f1 = f + at[1], f2 = f + at[2], f3 = f + at[3];
        Vector256<double> below = Vector256.Create(f0[0], f1[0], f2[0], f3[0]);
        Vector256<double> middle = below + weight * (Vector256.Create(f0[1], f1[1], f2[1], f3[1]) - below);
        Vector256<double> all = _high - _low;
        // Where hardly any probability is left, an expert has no opinion.
        Vector256<double> known = Vector256.GreaterThan(all, Vector256.Create(LeastMass));
        Vector256<double> share = Vector256.ConditionalSelect(known, (_high - middle) / all, Vector256.Create(0.5));
        share = Vector256.Min(Vector256.Max(share, Vector256<double>.Zero), Vector256<double>.One);
        Vector256<long> entry = (share * Vector256.Create(4095.0) + magic).AsInt64() & Vector256.Create(MagicMask);
        uint* d0 = _context0 + node, d1 = _context1 + node, d2 = _context2 + node;
        Vector256<int> inputs = Vector256.Create(
            stretch[entry[0]], stretch[entry[1]], stretch[entry[2]], stretch[entry[3]],
            stretch[*d0 >> 20], stretch[*d1 >> 20], stretch[*d2 >> 20], Constant);
        int z = _mixers.Mix(inputs, node);
        _refiner.Select((uint)node);
        uint refined = _refiner.Refine(z), mixed = Logistic.Squash(_squash, z);
        uint probability = Math.Clamp((uint)((3UL * mixed + refined) >> 2), LeastProbability, uint.MaxValue - LeastProbability);
        int bit = coder.Code(beyond ? 1 : 0, probability);
        _mixers.Train(inputs, bit, mixed);
        _refiner.Train(bit);
        AdaptiveProbability.Learn(d0, _rates, bit, Limit);
        AdaptiveProbability.Learn(d1, _rates, bit, Limit);
        AdaptiveProbability.Learn(d2, _rates, bit, Limit);
        // Without a branch on the bit: the caller has one, and it is wrong often enough.
        Vector256<double> taken = Vector256.Create(-(long)bit).AsDouble();
        _low = Vector256.ConditionalSelect(taken, middle, _low);
        _high = Vector256.ConditionalSelect(taken, _high, middle);
        return bit != 0;
    }

    // Logistic.InputTable's low halves, which take half the cache by themselves.
    private static short* MakeStretch()
    {
        short* table = (short*)Shared.Allocate(4096 * sizeof(short));
        for (int p = 0; p < 4096; p++)
            table[p] = (short)Logistic.InputTable[p];
        return table;
    }

    private readonly struct Decisions(ValueCoder owner) : IDecisions
    {
        public static int ModelledHalvings => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Decide<T>(ref T coder, bool beyond, ulong bound, int node)
            where T : struct, IBitCoder, allows ref struct => owner.Decide(ref coder, beyond, bound, node);

        // The distribution is symmetric.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Mirror()
        {
            owner._location = Vector256.Create(-1.0) - owner._location;
            owner._low = Vector256<double>.One - owner._high;
            owner._high = Vector256<double>.One;
        }
    }
}
