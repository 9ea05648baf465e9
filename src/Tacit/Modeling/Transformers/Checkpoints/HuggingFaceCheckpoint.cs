using Tacit.Learning;
using Tacit.Learning.Safetensors;

namespace Tacit.Modeling.Transformers;

/// <summary>Checkpoints of Hugging Face's library: GPT-2, and models of Llama's kind, in safetensors with a config.json.</summary>
/// <remarks>
/// GPT-2 keeps linear layers as (inputs, outputs), and queries, keys and values in one; Llama as Tacit does. Both turn
/// or place positions as Tacit does, so that all values are copied as they are.
/// </remarks>
public static class HuggingFaceCheckpoint
{
    /// <summary>Reads a checkpoint.</summary>
    /// <param name="file">The tensors.</param>
    /// <param name="configuration">The config.json.</param>
    /// <param name="end">The token that ends a text, if the configuration says.</param>
    /// <param name="context">Tokens the model is to see at most, fewer than it could; 0 for all.</param>
    /// <exception cref="InvalidDataException">It is of another kind of model, damaged, or its parts do not fit together.</exception>
    public static Gpt Read(SafetensorsReader file, ReadOnlyMemory<byte> configuration, out int? end, int context = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        HuggingFaceConfiguration config = HuggingFaceConfiguration.Parse(configuration);
        string prefix = config.IsGpt2 && file.Find("wte.weight") is null ? "transformer." : "";
        bool tied = config.Tied || file.Find("lm_head.weight") is null;
        GptOptions options = config.Options(FindBiases(file, config.IsGpt2), tied);
        if (context > options.Context)
            throw new InvalidDataException($"The checkpoint's model sees {options.Context} tokens at most, not {context}.");
        if (context > 0 && options.Positions == PositionEncoding.Rope)
            options = options with { Context = context };
        else if (context > 0 && context < options.Context)
            throw new InvalidDataException("The context of a model with learnt positions cannot be made shorter.");
        GptModel.CheckTables(options);
        // Nothing larger than the file is made: the tensors prove what the configuration claims.
        long there = file.Entries.Sum(e => e.Count);
        if (GptModel.ParameterCount(options) > there)
        {
            throw new InvalidDataException(
                $"The checkpoint's config.json describes {GptModel.ParameterCount(options)} parameters, but the file has {there}.");
        }
        NamedLayout[] layout = [.. Layout(options, config.IsGpt2)];
        var known = new HashSet<string>(layout.Select(l => (l.Theirs == Head ? "" : prefix) + l.Theirs), StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!known.Contains(entry.Name) && !IsDerived(entry.Name) && !(tied && entry.Name == Head))
                throw new InvalidDataException($"The checkpoint has a tensor {entry} that its kind of model does not have.");
        }
        end = config.End;
        try
        {
            var model = new Gpt(options);
            Dictionary<string, Parameter> parameters = ByName(model);
            NamedLayout.Read(layout.Where(l => l.Theirs != Head), file, prefix, parameters);
            NamedLayout.Read(layout.Where(l => l.Theirs == Head), file, "", parameters);
            return model;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"The checkpoint's sizes do not do: {e.Message}", e);
        }
    }

    /// <summary>The tensors of a model as a checkpoint, and its config.json.</summary>
    /// <param name="model">The model.</param>
    /// <param name="start">The token texts begin with, if there is one.</param>
    /// <param name="end">The token that ends a text, if there is one.</param>
    /// <param name="configuration">The config.json.</param>
    /// <exception cref="InvalidDataException">Neither GPT-2 nor Llama has such parts.</exception>
    public static IReadOnlyList<SafetensorsTensor> Write(Gpt model, int? start, int? end, out string configuration)
    {
        ArgumentNullException.ThrowIfNull(model);
        GptOptions options = model.Options;
        bool gpt2 = options.Positions == PositionEncoding.Learned && options.Norm == NormKind.Layer
            && options.FeedForward != FeedForwardKind.SwiGlu && options.Biases == BiasKind.All && options.KeyHeadCount == options.Heads;
        bool llama = options.Positions == PositionEncoding.Rope && options.Norm == NormKind.Rms
            && options.FeedForward == FeedForwardKind.SwiGlu;
        if (!gpt2 && !llama)
        {
            throw new InvalidDataException("The model is neither like GPT-2 (learned positions, layer norm, gelu or relu, all biases, " +
                "as many heads of keys) nor like Llama (rope, rms norm, swiglu).");
        }
        configuration = HuggingFaceConfiguration.Write(options, gpt2, start, end);
        Dictionary<string, Parameter> parameters = ByName(model);
        string prefix = gpt2 ? "transformer." : "";
        return [.. Layout(options, gpt2).Select(l => l.Write(l.Theirs == Head ? "" : prefix, parameters))];
    }

    private const string Head = "lm_head.weight";

    private static Dictionary<string, Parameter> ByName(Gpt model) => model.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);

    // Tensors that are no parameters: masks of GPT-2, rotary frequencies of older Llamas.
    private static bool IsDerived(string name) =>
        name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal)
        || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    private static BiasKind FindBiases(SafetensorsReader file, bool gpt2)
    {
        if (gpt2)
            return BiasKind.All;
        bool query = Has("self_attn.q_proj"), output = Has("self_attn.o_proj"), feedForward = Has("mlp.up_proj");
        return (query, output, feedForward) switch
        {
            (false, false, false) => BiasKind.None,
            (true, false, false) => BiasKind.QueryKeyValue,
            (true, true, false) => BiasKind.Attention,
            (true, true, true) => BiasKind.All,
            _ => throw new InvalidDataException("The checkpoint has biases in a combination of layers that is not supported."),
        };

        bool Has(string layer) => file.Find($"model.layers.0.{layer}.bias") is not null;
    }

    private static IEnumerable<NamedLayout> Layout(GptOptions options, bool gpt2)
    {
        yield return new NamedLayout(gpt2 ? "wte.weight" : "model.embed_tokens.weight", ["tokens.weight"]);
        if (gpt2)
            yield return new NamedLayout("wpe.weight", ["positions.weight"]);
        for (int layer = 0; layer < options.Layers; layer++)
        {
            string ours = $"blocks.{layer}.";
            foreach (NamedLayout part in gpt2 ? Gpt2Block($"h.{layer}.", ours) : LlamaBlock($"model.layers.{layer}.", ours, options.Biases))
                yield return part;
        }
        foreach (string value in gpt2 ? (string[])["weight", "bias"] : ["weight"])
            yield return new NamedLayout((gpt2 ? "ln_f." : "model.norm.") + value, ["norm." + value]);
        if (!options.TiedOutput)
            yield return new NamedLayout(Head, ["output.weight"]);
    }

    private static IEnumerable<NamedLayout> Gpt2Block(string theirs, string ours)
    {
        foreach (string value in (string[])["weight", "bias"])
        {
            bool matrix = value == "weight";
            yield return new NamedLayout($"{theirs}ln_1.{value}", [$"{ours}attention_norm.{value}"]);
            yield return new NamedLayout($"{theirs}attn.c_attn.{value}",
                [$"{ours}attention.query.{value}", $"{ours}attention.key.{value}", $"{ours}attention.value.{value}"], matrix);
            yield return new NamedLayout($"{theirs}attn.c_proj.{value}", [$"{ours}attention.output.{value}"], matrix);
            yield return new NamedLayout($"{theirs}ln_2.{value}", [$"{ours}feed_forward_norm.{value}"]);
            yield return new NamedLayout($"{theirs}mlp.c_fc.{value}", [$"{ours}feed_forward.in.{value}"], matrix);
            yield return new NamedLayout($"{theirs}mlp.c_proj.{value}", [$"{ours}feed_forward.out.{value}"], matrix);
        }
    }

    private static IEnumerable<NamedLayout> LlamaBlock(string theirs, string ours, BiasKind biases)
    {
        yield return new NamedLayout($"{theirs}input_layernorm.weight", [$"{ours}attention_norm.weight"]);
        yield return new NamedLayout($"{theirs}post_attention_layernorm.weight", [$"{ours}feed_forward_norm.weight"]);
        foreach ((string name, string own, bool bias) in ((string, string, bool)[])
            [
                ("self_attn.q_proj", "attention.query", biases != BiasKind.None), ("self_attn.k_proj", "attention.key", biases != BiasKind.None),
                ("self_attn.v_proj", "attention.value", biases != BiasKind.None),
                ("self_attn.o_proj", "attention.output", biases is BiasKind.All or BiasKind.Attention),
                ("mlp.gate_proj", "feed_forward.in", biases == BiasKind.All), ("mlp.up_proj", "feed_forward.gated", biases == BiasKind.All),
                ("mlp.down_proj", "feed_forward.out", biases == BiasKind.All),
            ])
        {
            yield return new NamedLayout($"{theirs}{name}.weight", [$"{ours}{own}.weight"]);
            if (bias)
                yield return new NamedLayout($"{theirs}{name}.bias", [$"{ours}{own}.bias"]);
        }
    }
}
