using Tacit.Compression;
using Tacit.Compression.Blocks;
using Tacit.Media;
using Tacit.Modeling.ContextMixing;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Recurrent;

namespace Tacit.Reports;

/// <summary>Runs the context-mixing model over data and notes what each byte costs, and which part foresaw it best.</summary>
public static class CostMeasurement
{
    /// <summary>Most bytes that are measured at once.</summary>
    public const int MaxBytes = 64 << 20;

    // Bytes a language model is told of at a time, and computes at once.
    private const int MeasuredAhead = 4096, MeasuredRows = 64;

    // Cost of a bit that a part held for likely, by its opinion: −log2 of 1 / (1 + e^−x), x in units of 2^-8.
    private static readonly float[] CostOfOpinion = [.. Enumerable.Range(-2048, 4097).Select(x => (float)Math.Log2(1 + Math.Exp(-x / 256.0)))];

    /// <summary>Measures, block by block as codec cm would code them; with a language model, as codec lm mixes it in.</summary>
    /// <remarks>A network and a language model always take part here; a codec leaves them out of a block they make no smaller.</remarks>
    /// <param name="name">What the data is called.</param>
    /// <param name="data">At most <see cref="MaxBytes"/>.</param>
    /// <param name="level">1 to 9.</param>
    /// <param name="models">A prior of that level, a language model of bytes, both, or none (null).</param>
    /// <param name="network">Whether a network learns along.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too many bytes, or no such level.</exception>
    /// <exception cref="ArgumentException">The models are others, do not fit the level, or a language model is to learn with a network.</exception>
    /// <exception cref="InsufficientMemoryException">Half of the machine's memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ByteCosts Measure(string name, ReadOnlyMemory<byte> data, int level, IReadOnlyList<TacitModel>? models = null, bool network = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, MaxBytes, nameof(data));
        models ??= [];
        var codec = new TacitCompressionOptions { Codec = models.Count > 0 ? TacitCodecChoice.For(models) : TacitCodec.ContextMixing, Level = level, Models = models, Network = network };
        int blockSize = codec.EffectiveBlockSize;
        LanguageModel? language = models.Select(m => m.Content).OfType<LanguageModel>().FirstOrDefault();
        MixerPrior? prior = models.Select(m => m.Content).OfType<MixerPrior>().FirstOrDefault();
        if (language is { Tokenizer: not ByteTokenizer })
            throw new ArgumentException($"the model's tokens are not bytes ({language.Tokenizer.Name}), so it cannot be mixed with cm");
        int longest = Math.Min(blockSize, data.Length);
        BlockWorker.Check(2 * BlockWorker.Memory(codec.Description, codec.Description.ParametersFor(level), longest), BlockWorker.LimitBeside(0, models.Sum(m => m.Memory)));
        float[] bits = new float[data.Length];
        byte[] best = new byte[data.Length];
        var kinds = new List<string>();
        var saved = new List<double>();
        using NeuralExpert? learner = network ? new NeuralExpert(new OnlineLstmOptions()) : null;
        using LanguageModelExpert? expert = language is null ? null : new LanguageModelExpert(language.Serving(true), MeasuredRows, MeasuredAhead);
        IBitExpert[] experts = learner is not null ? [learner] : expert is not null ? [expert] : [];
        using var plain = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior });
        using var model = new ContextMixer(new ContextMixerOptions { Level = level, Prior = prior, Experts = experts });
        string with = (network ? " with a network" : language is not null ? $" with {NameOf(models, m => m.Content is LanguageModel)}" : "")
            + (prior is not null ? $" after {NameOf(models, m => m.Content is MixerPrior)}" : "");
        if (models.Count > 0 && !network)
            with += $" (without, {TotalBits(data, level, blockSize, cancellationToken) / 8:F0} bytes)";
        for (int start = 0; start < data.Length; start += blockSize)
        {
            int length = Math.Min(blockSize, data.Length - start);
            MeasureBlock(plain, model, expert, data.Span.Slice(start, length), bits.AsSpan(start, length), best.AsSpan(start, length), kinds, saved, cancellationToken);
        }
        return new ByteCosts(name, $"cm -{level}{with}", data, bits, best, kinds) { Saved = saved };
    }

    private static void MeasureBlock(ContextMixer plain, ContextMixer model, LanguageModelExpert? expert, ReadOnlySpan<byte> data, Span<float> bits, Span<byte> best, List<string> kinds,
        List<double> saved, CancellationToken cancellationToken)
    {
        BlockStructure structure = StructureTrial.Choose(data, plain);
        data = X86Addresses.Prepare(data, structure);
        model.Reset(data.Length, structure);
        byte[] kindOfPart = [.. model.PartNames().Select(part => KindNumber(kinds, part))];
        saved.AddRange(Enumerable.Repeat(0.0, kinds.Count - saved.Count));
        bool[][] silent = [.. Enumerable.Range(0, kinds.Count).Select(kind => kindOfPart.Select(k => k == kind).ToArray())];
        int[] opinions = new int[kindOfPart.Length];
        float[] costs = new float[kindOfPart.Length];
        for (int i = 0; i < data.Length; i++)
        {
            if (i % MeasuredAhead == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                expert?.Tell(data.Slice(i, Math.Min(MeasuredAhead, data.Length - i)));
            }
            Array.Clear(costs);
            double cost = 0;
            for (int shift = 7; shift >= 0; shift--)
            {
                int bit = data[i] >> shift & 1;
                double bitCost = Cost(model.Probability, bit);
                cost += bitCost;
                for (int kind = 0; kind < silent.Length; kind++)
                {
                    if (silent[kind].AsSpan().Contains(true))
                        saved[kind] += Cost(model.ProbabilityWithout(silent[kind]), bit) - bitCost;
                }
                model.ReadOpinions(opinions);
                for (int part = 0; part < opinions.Length; part++)
                    costs[part] += CostOfOpinion[2048 + Math.Clamp(bit != 0 ? opinions[part] : -opinions[part], -2048, 2048)];
                model.Update(bit);
            }
            bits[i] = (float)cost;
            best[i] = kindOfPart[costs.AsSpan().IndexOf(costs.Min())];
        }
    }

    // What all blocks cost with nothing but cm.
    private static double TotalBits(ReadOnlyMemory<byte> data, int level, int blockSize, CancellationToken cancellationToken)
    {
        using var model = new ContextMixer(new ContextMixerOptions { Level = level });
        double bits = 0;
        for (int start = 0; start < data.Length; start += blockSize)
        {
            ReadOnlySpan<byte> block = data.Span.Slice(start, Math.Min(blockSize, data.Length - start));
            BlockStructure structure = StructureTrial.Choose(block, model);
            block = X86Addresses.Prepare(block, structure);
            model.Reset(block.Length, structure);
            foreach (byte value in block)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (int shift = 7; shift >= 0; shift--)
                {
                    int bit = value >> shift & 1;
                    bits += Cost(model.Probability, bit);
                    model.Update(bit);
                }
            }
        }
        return bits;
    }

    // The kind of a model and how its SHA-256 begins.
    private static string NameOf(IReadOnlyList<TacitModel> models, Func<TacitModel, bool> isIt)
    {
        TacitModel model = models.First(isIt);
        return $"a {model.Kind} {model.Sha256[..8]}";
    }

    private static double Cost(uint probability, int bit)
    {
        double p = probability / 4294967296.0;
        return -Math.Log2(bit != 0 ? p : 1 - p);
    }

    private static byte KindNumber(List<string> kinds, string name)
    {
        if (!kinds.Contains(name))
            kinds.Add(name);
        return (byte)kinds.IndexOf(name);
    }
}
