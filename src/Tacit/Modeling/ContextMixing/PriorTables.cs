using System.Numerics;
using Tacit.Modeling.Series;

namespace Tacit.Modeling.ContextMixing;

/// <summary>The small tables of a prior as coded bytes: maps, mixers and refiners, quantised, as differences from how they start.</summary>
/// <remarks>
/// A probability is kept as its ln(p / (1 − p)), in 16ths (32nds for refiners), and its count as a power of two. A
/// mixer's weight sets are kept in 512ths, as differences from their mean over the mixer; sets that were hardly used become that mean.
/// </remarks>
internal static unsafe class PriorTables
{
    private const int WeightShift = 6, FinalShift = 5;

    /// <summary>Codes or decodes the tables.</summary>
    /// <param name="coder">Writes, or reads.</param>
    /// <param name="plan">Their sizes.</param>
    /// <param name="tables">The tables, one after another; a reader begins with those of an untaught mixer.</param>
    /// <param name="leastUses">Weight sets that were used less are left out.</param>
    public static void Code<TCoder>(ref TCoder coder, in MixerPlan plan, byte* tables, int leastUses)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        CodeProbabilities(ref coder, (uint*)tables, (int)((plan.MapSize + plan.RunMapSize + MixerPlan.TrustSize) / sizeof(uint)), shift: 4);
        CodeWeights(ref coder, plan, tables + plan.LearntSize, leastUses);
        if (plan.Refines)
            CodeProbabilities(ref coder, (uint*)(tables + plan.LearntSize + plan.MixerSize), (int)(plan.RefinersSize / sizeof(uint)), shift: 3);
    }

    // An untaught probability's count tells that it is untaught, as it is lower than after a lesson: all start with at most 6.
    private static void CodeProbabilities<TCoder>(ref TCoder coder, uint* values, int count, int shift)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        const int TaughtPlace = 0, CountPlace = 4, ValuePlace = 20, MostUntaught = 8;
        var bits = new AdaptiveBits(ValuePlace + AdaptiveBits.NumberSize * 2);
        int before = 0;
        for (int i = 0; i < count && !coder.Failed; i++)
        {
            int lessons = (int)(values[i] & AdaptiveProbability.MaxCount);
            int taught = bits.Bit(ref coder, TaughtPlace + before, lessons > MostUntaught ? 1 : 0);
            before = (before << 1 | taught) & 3;
            if (taught == 0)
                continue;
            int log = bits.Tree(ref coder, CountPlace, 4, BitOperations.Log2((uint)lessons | 1));
            int opinion = bits.Number(ref coder, ValuePlace, Opinion(values[i]) >> shift);
            int z = Math.Clamp(opinion, -Logistic.MaxInput >> shift, Logistic.MaxInput >> shift) * 2 + 1 << (Logistic.SumBits - Logistic.InputBits - 1 + shift);
            uint p = Logistic.Squash(Logistic.SquashTable, z);
            values[i] = p & ~(uint)AdaptiveProbability.MaxCount | (uint)Math.Min((3 << log) >> 1, AdaptiveProbability.MaxCount);
        }
    }

    private static int Opinion(uint value) => (short)Logistic.InputTable[value >> 20];

    private static void CodeWeights<TCoder>(ref TCoder coder, in MixerPlan plan, byte* memory, int leastUses)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        int inputs = plan.Inputs, used = plan.UsedInputs;
        short* finalWeights = (short*)memory + inputs + MixerNetwork.MaxMixers;
        short* weights = finalWeights + MixerNetwork.FinalSets * MixerNetwork.MaxMixers;
        int* uses = (int*)(weights + (long)plan.WeightSets * inputs);
        var bits = new AdaptiveBits(16 + AdaptiveBits.NumberSize * (used + MixerNetwork.MaxMixers + 1));
        int[] mean = new int[used];
        for (int mixer = 0; mixer < plan.Mixers; mixer++)
        {
            (int first, int end) = ContextMixer.SetsOf(mixer, plan.Mixers);
            Mean(weights, uses, first, end, inputs, mean);
            for (int j = 0; j < used; j++)
                mean[j] = bits.Number(ref coder, 16 + AdaptiveBits.NumberSize * used, mean[j] >> FinalShift) << FinalShift;
            for (int set = first; set < end && !coder.Failed; set++)
            {
                int log = bits.Tree(ref coder, 0, 4, uses[set] < leastUses ? 0 : BitOperations.Log2((uint)uses[set]) + 1);
                uses[set] = log == 0 ? 0 : Math.Min((3 << log) >> 2, MixerNetwork.MaxUses);
                short* row = weights + (long)set * inputs;
                for (int j = 0; j < used; j++)
                {
                    int middle = mean[j] >> WeightShift;
                    int weight = log == 0 ? middle : middle + bits.Number(ref coder, 16 + AdaptiveBits.NumberSize * j, (row[j] >> WeightShift) - middle);
                    row[j] = (short)Math.Clamp((weight << WeightShift) + (1 << (WeightShift - 1)), short.MinValue, short.MaxValue);
                }
            }
        }
        for (int set = 0; set < MixerNetwork.FinalSets && plan.Mixers > 1; set++)
        {
            for (int j = 0; j < plan.Mixers; j++)
            {
                ref short weight = ref finalWeights[set * MixerNetwork.MaxMixers + j];
                int equal = (1 << MixerKernels.WeightBits) / plan.Mixers >> FinalShift;
                int kept = equal + bits.Number(ref coder, 16 + AdaptiveBits.NumberSize * (used + 1 + j), (weight >> FinalShift) - equal);
                weight = (short)Math.Clamp((kept << FinalShift) + (1 << (FinalShift - 1)), short.MinValue, short.MaxValue);
            }
        }
    }

    // The weights' mean over sets, each counted as often as it was used.
    private static void Mean(short* weights, int* uses, int first, int end, int inputs, int[] mean)
    {
        long total = 1;
        long[] sums = new long[mean.Length];
        for (int set = first; set < end; set++)
        {
            total += uses[set];
            for (int j = 0; j < sums.Length; j++)
                sums[j] += (long)uses[set] * weights[(long)set * inputs + j];
        }
        for (int j = 0; j < sums.Length; j++)
            mean[j] = (int)(sums[j] / total);
    }
}
