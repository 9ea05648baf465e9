using System.Runtime.Intrinsics;
using Tacit.Modeling.ContextMixing;

namespace Tacit.Modeling.Records;

/// <summary>Teaches a model: what its maps and weights are while they still change.</summary>
/// <remarks>
/// After each decision the model's own values follow, so a model is taught by exactly the answers it gives in use. Weights
/// are binary32, each changed by one product and one sum: every vector width gives the same.
/// </remarks>
internal sealed unsafe class RecordTeacher
{
    private const float StartSum = 2, MostWeight = 3.99f, StartRate = 0.012f;   // the weights of a set begin with that sum
    private const int RateHalf = 512, MaxUses = 1 << 20;
    private const int MapLimit = 1023, LiteralLimit = 255;

    private readonly RecordParameters _model;
    private readonly int[] _lastSets = new int[RecordPlan.MaxMixers];    // the set each mixer used last, or -1

    /// <summary>Begins with a model's first values, which it sets.</summary>
    public RecordTeacher(RecordParameters model)
    {
        _model = model;
        RecordPlan plan = model.Plan;
        Array.Fill(_lastSets, -1);
        Maps = Start(model);
        Direct = new uint[RecordPlan.DirectLength];
        Array.Fill(Direct, AdaptiveProbability.Start(32768));
        Uses = new int[plan.Sets];
        FinalUses = new int[RecordPlan.FinalSets];
        Weights = new float[plan.Sets * plan.Inputs];
        FinalWeights = new float[RecordPlan.FinalSets * RecordPlan.FinalInputs];
        for (int i = 0; i < Weights.Length; i++)
            Weights[i] = i % plan.Inputs < 2 * plan.Experts && i % plan.Inputs % 2 == 0 ? StartSum / plan.Experts : 0;
        for (int i = 0; i < FinalWeights.Length; i++)
            FinalWeights[i] = i % RecordPlan.FinalInputs < plan.Mixers ? 1f / plan.Mixers : 0;
        for (int i = 0; i < Weights.Length; i++)
            model.Weights[i] = (short)(Weights[i] * (1 << WeightCode.UseBits));
        for (int i = 0; i < FinalWeights.Length; i++)
            model.FinalWeights[i] = (short)(FinalWeights[i] * (1 << WeightCode.UseBits));
    }

    /// <summary>Adaptive probabilities behind the model's maps.</summary>
    public uint[] Maps { get; }

    /// <summary>And behind those no mixer has a part in.</summary>
    public uint[] Direct { get; }

    /// <summary>(sets, inputs).</summary>
    public float[] Weights { get; }

    /// <summary>How often each set was taught.</summary>
    public int[] Uses { get; }

    /// <summary>(sets, inputs) of the last mixer.</summary>
    public float[] FinalWeights { get; }

    /// <summary>How often each of its sets was taught.</summary>
    public int[] FinalUses { get; }

    /// <summary>What a set's rate of learning falls to.</summary>
    public float EndRate { get; set; } = 0.0015f;

    /// <summary>The rate of the last mixer.</summary>
    public float FinalRate { get; set; } = 0.002f;

    /// <summary>Sets a model's maps and direct probabilities to what they are before anything is learnt, and returns the former.</summary>
    public static uint[] Start(RecordParameters model)
    {
        uint[] maps = new uint[model.Plan.MapLength];
        for (int i = 0; i < maps.Length; i++)
        {
            maps[i] = AdaptiveProbability.Start(Math.Clamp(Prior(model.Plan, i), 16, 65520));
            model.Maps[i] = Logistic.InputTable[maps[i] >> 20];
        }
        for (int i = 0; i < RecordPlan.DirectLength; i++)
            model.Direct[i] = 1u << 31;
        return maps;
    }

    /// <summary>Teaches an entry of the maps.</summary>
    public void TeachMap(int index, int decision)
    {
        fixed (uint* p = &Maps[index])
        {
            AdaptiveProbability.Learn(p, AdaptiveProbability.Rates, decision, MapLimit);
            _model.Maps[index] = Logistic.InputTable[*p >> 20];
        }
    }

    /// <summary>Teaches a probability of a literal's bit or of a quick guess.</summary>
    public void TeachDirect(int index, int bit)
    {
        fixed (uint* p = &Direct[index])
        {
            AdaptiveProbability.Learn(p, AdaptiveProbability.Rates, bit, index < RecordPlan.LiteralLength ? LiteralLimit : MapLimit);
            _model.Direct[index] = *p | AdaptiveProbability.MaxCount;
        }
    }

    /// <summary>Teaches a weight set of a mixer of the first layer. A set that never learnt begins as the one used last.</summary>
    public void TeachSet(int mixer, int set, uint answer, short* inputs, int decision)
    {
        int uses = Uses[set];
        if (uses == 0 && _lastSets[mixer] is var last and >= 0)
            Weights.AsSpan(last * _model.Plan.Inputs, _model.Plan.Inputs).CopyTo(Weights.AsSpan(set * _model.Plan.Inputs));
        _lastSets[mixer] = set;
        Uses[set] += uses < MaxUses ? 1 : 0;
        float rate = EndRate + (StartRate - EndRate) * RateHalf / (RateHalf + uses);
        int n = _model.Plan.Inputs;
        Teach(Weights, _model.Weights, set * n, inputs, n, Error(answer, decision) * rate);
    }

    /// <summary>Teaches a weight set of the last mixer.</summary>
    public void TeachFinal(int set, uint answer, short* inputs, int decision)
    {
        FinalUses[set] += FinalUses[set] < MaxUses ? 1 : 0;
        const int Count = RecordPlan.FinalInputs;
        Teach(FinalWeights, _model.FinalWeights, set * Count, inputs, Count, Error(answer, decision) * FinalRate);
    }

    private static float Error(uint answer, int decision) => decision - answer * (1f / 4294967296f);

    // w += x · step, and the model's copy rounded towards zero. Inputs have 8 fraction bits.
    private static void Teach(float[] master, short* copy, int start, short* inputs, int n, float step)
    {
        fixed (float* w = &master[start])
        {
            Vector256<float> factor = Vector256.Create(step * (1f / 256)), most = Vector256.Create(MostWeight),
                scale = Vector256.Create((float)(1 << WeightCode.UseBits));
            for (int i = 0; i < n; i += 16)
            {
                (Vector256<int> x0, Vector256<int> x1) = Vector256.Widen(Vector256.Load(inputs + i));
                Vector256<float> w0 = Vector256.Load(w + i) + Vector256.ConvertToSingle(x0) * factor;
                Vector256<float> w1 = Vector256.Load(w + i + 8) + Vector256.ConvertToSingle(x1) * factor;
                w0 = Vector256.Max(Vector256.Min(w0, most), -most);
                w1 = Vector256.Max(Vector256.Min(w1, most), -most);
                w0.Store(w + i);
                w1.Store(w + i + 8);
                Vector256.Narrow(Vector256.ConvertToInt32(w0 * scale), Vector256.ConvertToInt32(w1 * scale)).Store(copy + start + i);
            }
        }
    }

    // What the counts alone suggest, in units of 2^-16.
    private static int Prior(RecordPlan plan, int index)
    {
        int expert = index / RecordPlan.MapSize, entry = index % RecordPlan.RankSize;
        if (expert < plan.Contexts.Length)
        {
            int size = entry >> 4, rest = entry & 15;
            long yes = size == 0 ? 0 : CountClasses.Values[size - 1], no = rest == 0 ? 0 : CountClasses.Values[rest - 1];
            return (int)((10 * yes + 4) * 65536 / (10 * (yes + no) + 8));
        }
        if (expert < plan.MatchExpert)
            return (entry >> 4) switch { 1 => 50000, 2 or 3 => 40000, 4 => 16000, _ => 6000 };
        return (entry & 1) == 1 ? 50000 : 6000;
    }
}
