using System.Globalization;
using System.Text;
using System.Text.Json;
using Tacit.Learning;

namespace Tacit.Modeling.Transformers;

/// <summary>The config.json beside a checkpoint of Hugging Face's: sizes of a GPT-2 or a model of Llama's kind.</summary>
/// <remarks>What would make another model of it, such as scaled rotary frequencies, is refused with its name.</remarks>
internal sealed class HuggingFaceConfiguration
{
    private const int Longest = 1 << 20;

    private readonly JsonElement _root;

    private HuggingFaceConfiguration(JsonElement root) => _root = root;

    /// <summary>Whether it is a GPT-2; otherwise it is of Llama's kind.</summary>
    public bool IsGpt2 { get; private init; }

    /// <summary>Whether it ties the output layer to the embedding.</summary>
    public bool Tied => Flag("tie_word_embeddings", IsGpt2);

    /// <summary>The token that ends a text, if it says; the first if it says several.</summary>
    public int? End => Find("eos_token_id") is not { } end ? null
        : (end.ValueKind == JsonValueKind.Array && end.GetArrayLength() > 0 ? end[0] : end) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt32(out int token) && token >= 0 ? token : null;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind of model.</exception>
    public static HuggingFaceConfiguration Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > Longest)
            throw Bad($"has {utf8.Length} bytes; at most {Longest} are read");
        JsonElement root;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 32 });
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Bad($"is not valid JSON ({e.Message})", e);
        }
        if (root.ValueKind != JsonValueKind.Object)
            throw Bad("is no JSON object");
        string? type = new HuggingFaceConfiguration(root).Text("model_type");
        return type is "gpt2" or "llama" or "mistral" or "qwen2" ? new HuggingFaceConfiguration(root) { IsGpt2 = type == "gpt2" }
            : throw Bad($"is of the model type '{type}'; gpt2, llama, mistral and qwen2 can be imported");
    }

    /// <summary>The sizes.</summary>
    /// <param name="biases">Which layers have biases, by the tensors.</param>
    /// <param name="tied">Whether the output is tied.</param>
    /// <exception cref="InvalidDataException">Something is missing, cannot be, or is not supported.</exception>
    public GptOptions Options(BiasKind biases, bool tied)
    {
        var settings = new Settings();
        Give("vocabulary", "vocab_size");
        settings.Give("tied_output", tied ? "true" : "false");
        if (IsGpt2)
            GiveGpt2();
        else
            GiveLlama();
        GptOptions options;
        try
        {
            options = GptModel.Options(settings) with { Biases = biases };
        }
        catch (InvalidDataException e)
        {
            throw Bad($"has sizes that cannot be: {e.Message}", e);
        }
        if (Find("head_dim") is { } size && (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out long columns)
            || columns != options.Columns / options.Heads))
            throw Bad("has a head_dim that is not hidden_size / num_attention_heads, which is not supported");
        return options;

        void GiveGpt2()
        {
            Give("context", "n_positions", "n_ctx");
            Give("columns", "n_embd");
            Give("layers", "n_layer");
            Give("heads", "n_head");
            if (Find("n_inner") is not null)
                Give("hidden", "n_inner");
            Refuse("scale_attn_by_inverse_layer_idx", false);
            Refuse("add_cross_attention", false);
            Refuse("scale_attn_weights", true);
            settings.Give("positions", "learned");
            settings.Give("norm", "layer");
            settings.Give("feed_forward", (Text("activation_function") ?? "gelu_new") switch
            {
                "gelu_new" or "gelu_pytorch_tanh" => "gelu_tanh",
                "gelu" => "gelu",
                "relu" => "relu",
                string other => throw Bad($"has the activation_function '{other}', which is not supported"),
            });
            GiveNumber("norm_epsilon", Find("layer_norm_epsilon"), "0.00001");
        }

        void GiveLlama()
        {
            Give("context", "max_position_embeddings");
            Give("columns", "hidden_size");
            Give("hidden", "intermediate_size");
            Give("layers", "num_hidden_layers");
            Give("heads", "num_attention_heads");
            if (Find("num_key_value_heads") is not null)
                Give("key_heads", "num_key_value_heads");
            if ((Text("hidden_act") ?? "silu") is not "silu" and string other)
                throw Bad($"has the hidden_act '{other}', which is not supported");
            if (Find("sliding_window") is not null && Flag("use_sliding_window", true))
                throw Bad("has a sliding_window, which is not supported");
            JsonElement? rope = Find("rope_parameters");    // since 2025; before, rope_theta and rope_scaling
            JsonElement? scaling = Find("rope_scaling") ?? rope;
            if (scaling is { } s && (Inner(s, "rope_type") ?? Inner(s, "type")) is { } kind
                && !(kind.ValueKind == JsonValueKind.String && kind.GetString() == "default"))
                throw Bad("has scaled rotary frequencies, which are not supported");
            GiveNumber("rope_base", Find("rope_theta") ?? (rope is { } r ? Inner(r, "rope_theta") : null), "10000");
            GiveNumber("norm_epsilon", Find("rms_norm_eps"), "0.000001");
        }

        void Give(string name, params ReadOnlySpan<string> keys)
        {
            foreach (string key in keys)
            {
                if (Find(key) is { } value)
                {
                    settings.Give(name, Number(value, key));
                    return;
                }
            }
            throw Bad($"has no {keys[0]}");
        }

        void GiveNumber(string name, JsonElement? value, string otherwise) => settings.Give(name, value is { } number ? Number(number, name) : otherwise);

        void Refuse(string key, bool usual)
        {
            if (Flag(key, usual) != usual)
                throw Bad($"has another {key} than usual, which is not supported");
        }
    }

    /// <summary>A config.json for a model.</summary>
    /// <param name="options">Its sizes.</param>
    /// <param name="gpt2">Whether it is written as a GPT-2; otherwise as a Llama.</param>
    /// <param name="start">The token texts begin with, if there is one.</param>
    /// <param name="end">The token that ends a text, if there is one.</param>
    public static string Write(GptOptions options, bool gpt2, int? start, int? end)
    {
        var json = new StringBuilder("{\n");
        NumberFormatInfo plain = NumberFormatInfo.InvariantInfo;
        string qkv = options.Biases == BiasKind.QueryKeyValue ? "qwen2" : "llama";
        Line("architectures", gpt2 ? "[\"GPT2LMHeadModel\"]" : qkv == "qwen2" ? "[\"Qwen2ForCausalLM\"]" : "[\"LlamaForCausalLM\"]");
        Line("model_type", gpt2 ? "\"gpt2\"" : $"\"{qkv}\"");
        Whole("vocab_size", options.Vocabulary);
        Whole(gpt2 ? "n_positions" : "max_position_embeddings", options.Context);
        Whole(gpt2 ? "n_embd" : "hidden_size", options.Columns);
        Whole(gpt2 ? "n_layer" : "num_hidden_layers", options.Layers);
        Whole(gpt2 ? "n_head" : "num_attention_heads", options.Heads);
        Whole(gpt2 ? "n_inner" : "intermediate_size", options.HiddenColumns);
        string epsilon = options.NormEpsilon.ToString("R", plain);
        if (gpt2)
        {
            Line("activation_function", options.FeedForward switch
            {
                FeedForwardKind.GeluTanh => "\"gelu_new\"",
                FeedForwardKind.Gelu => "\"gelu\"",
                _ => "\"relu\"",
            });
            Line("layer_norm_epsilon", epsilon);
        }
        else
        {
            Whole("num_key_value_heads", options.KeyHeadCount);
            Line("hidden_act", "\"silu\"");
            Line("rms_norm_eps", epsilon);
            Line("rope_theta", options.RopeBase.ToString("R", plain));
            if (qkv == "llama")
            {
                Line("attention_bias", options.Biases is BiasKind.All or BiasKind.Attention ? "true" : "false");
                Line("mlp_bias", options.Biases == BiasKind.All ? "true" : "false");
            }
        }
        if (start is { } first)
            Whole("bos_token_id", first);
        if (end is { } last)
            Whole("eos_token_id", last);
        Line("tie_word_embeddings", options.TiedOutput ? "true" : "false");
        return json.Append("  \"torch_dtype\": \"float32\"\n}\n").ToString();

        void Line(string name, string value) => json.Append(plain, $"  \"{name}\": {value},\n");

        void Whole(string name, int value) => Line(name, value.ToString(plain));
    }

    private static string Number(JsonElement value, string name) => value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: < 40 } text
        ? text : throw Bad($"has a {name} that is no number");

    private bool Flag(string name, bool otherwise) => Find(name) is not { } value ? otherwise : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"has a {name} that is neither true nor false"),
    };

    private string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Bad($"has a {name} that is not text");

    private JsonElement? Find(string name) => Inner(_root, name);

    private static JsonElement? Inner(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static InvalidDataException Bad(string what, Exception? cause = null) => new($"The checkpoint's config.json {what}.", cause);
}
