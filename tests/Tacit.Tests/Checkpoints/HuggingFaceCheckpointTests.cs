using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Modeling.Transformers;
using Tacit.Tests.Support;

namespace Tacit.Tests.Checkpoints;

/// <summary>Checkpoints and logits made by tests/golden/torch/make_gpt.py.</summary>
public sealed class HuggingFaceCheckpointTests
{
    public static TheoryData<string> Names => ["gpt2", "gpt2-gelu", "llama", "llama-untied"];

    [Theory]
    [MemberData(nameof(Names))]
    public void LogitsAreThoseOfPyTorch(string name)
    {
        Gpt model = Read(File.ReadAllBytes(PathOf(name, ".safetensors")), File.ReadAllBytes(PathOf(name, ".config.json")), out int? end);
        Assert.Equal(name.StartsWith("gpt2", StringComparison.Ordinal) ? 0 : 2, end);
        byte[] golden = File.ReadAllBytes(PathOf(name, ".logits"));
        int length = model.Options.Context, vocabulary = model.Options.Vocabulary;
        int[] tokens = MemoryMarshal.Cast<byte, int>(golden.AsSpan(0, 4 * length)).ToArray();
        float[] expected = MemoryMarshal.Cast<byte, float>(golden.AsSpan(4 * length)).ToArray();
        float[] logits = model.Forward(new Tape { IsRecording = false }, tokens, 1, AttentionMask.Autoregressive).Value.Span.ToArray();
        Assert.Equal(expected.Length, logits.Length);
        Assert.Equal(length * vocabulary, logits.Length);
        Assert.True(expected.Max() - expected.Min() > 3, "The logits say too little.");
        for (int i = 0; i < logits.Length; i++)
            Assert.Equal(expected[i], logits[i], 2e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WrittenAgainEveryTensorHasTheSameBytes(string name)
    {
        byte[] original = File.ReadAllBytes(PathOf(name, ".safetensors"));
        Gpt model = Read(original, File.ReadAllBytes(PathOf(name, ".config.json")), out _);
        (byte[] file, string configuration) = Write(model);
        using var before = new SafetensorsReader(new MemoryStream(original));
        using var after = new SafetensorsReader(new MemoryStream(file));
        string prefix = name == "gpt2" ? "transformer." : "";      // what the library itself writes
        int same = 0;
        foreach (SafetensorsEntry entry in before.Entries.Where(e => !e.Name.EndsWith(".attn.bias", StringComparison.Ordinal)))
        {
            SafetensorsEntry written = after.Find(prefix + entry.Name)!;
            Assert.Equal(entry.Shape, written.Shape);
            Assert.Equal(Bytes(before, entry), Bytes(after, written));
            same++;
        }
        Assert.Equal(same, after.Entries.Count);
        Gpt again = Read(file, Encoding.UTF8.GetBytes(configuration), out _);
        Assert.Equal(model.Options with { Hidden = again.Options.Hidden }, again.Options);
        Assert.Equal(file, Write(again).File);
    }

    [Fact]
    public void AShorterContextIsAWindow()
    {
        byte[] file = File.ReadAllBytes(PathOf("llama", ".safetensors")), config = File.ReadAllBytes(PathOf("llama", ".config.json"));
        using var reader = new SafetensorsReader(new MemoryStream(file));
        Assert.Equal(5, HuggingFaceCheckpoint.Read(reader, config, out _, 5).Options.Context);
        Assert.Throws<InvalidDataException>(() => HuggingFaceCheckpoint.Read(reader, config, out _, 17));
    }

    [Fact]
    public void HostileConfigurationsAreRefused()
    {
        RefusedConfig("llama", "", "not valid JSON");
        RefusedConfig("llama", "[]", "no JSON object");
        RefusedConfig("llama", "{\"model_type\":7}", "not text");
        Change("llama", c => c["model_type"] = "bert", "bert");
        Change("gpt2", c => c["model_type"] = "llama", "no max_position");
        Change("llama", c => c["vocab_size"] = null, "no vocab_size");
        Change("llama", c => c["vocab_size"] = 22, "by its configuration");
        Change("llama", c => c["vocab_size"] = -23, "cannot be");
        Change("llama", c => c["vocab_size"] = 1e30, "cannot be");
        Change("llama", c => c["vocab_size"] = new string('7', 100000), "no number");
        Change("llama", c => c["vocab_size"] = 1 << 24, "parameters");
        Change("llama", c => c["num_hidden_layers"] = 1000, "parameters");
        Change("llama", c => c["num_hidden_layers"] = 1, "does not have");
        Change("llama", c => c["num_attention_heads"] = 3, "cannot be");
        Change("llama", c => c["num_key_value_heads"] = 4, "parameters");
        Change("llama", c => c["intermediate_size"] = 1 << 20, "parameters");
        Change("llama", c => c["hidden_size"] = 1 << 16, "parameters");
        Change("llama", c => c["max_position_embeddings"] = 1 << 30, "cannot be");
        Change("llama", c => { c["max_position_embeddings"] = 1 << 20; c["hidden_size"] = 1 << 10; }, "too large");
        Change("llama", c => c["hidden_act"] = "gelu", "hidden_act");
        Change("llama", c => c["rope_scaling"] = JsonNode.Parse("{\"rope_type\":\"llama3\",\"factor\":8}"), "scaled");
        Change("llama", c => c["sliding_window"] = 8, "sliding_window");
        Change("llama", c => c["head_dim"] = 8, "head_dim");
        Change("llama", c => c["tie_word_embeddings"] = "yes", "neither true nor false");
        Change("gpt2", c => c["activation_function"] = "swish", "swish");
        Change("gpt2", c => c["n_positions"] = 1 << 20, "parameters");
        Change("gpt2", c => c["scale_attn_by_inverse_layer_idx"] = true, "than usual");
        Change("llama-untied", c => c["tie_word_embeddings"] = true, null);        // the library then takes the embedding too
    }

    [Fact]
    public void HostileTensorsAreRefused()
    {
        byte[] good = File.ReadAllBytes(PathOf("llama", ".safetensors")), config = File.ReadAllBytes(PathOf("llama", ".config.json"));
        for (int length = 0; length < good.Length; length += 97)
            Assert.Throws<InvalidDataException>(() => Read(good[..length], config, out _));
        // Under another name a tensor is missing, and there is one too many.
        byte[] renamed = [.. good];
        "model.norm.weighs"u8.CopyTo(renamed.AsSpan(renamed.AsSpan().IndexOf("model.norm.weight"u8)));
        Assert.Contains("does not have", Assert.Throws<InvalidDataException>(() => Read(renamed, config, out _)).Message);
        byte[] missing = [.. good];      // under a name that is passed over
        "xyzmodel.attn.bias"u8[1..].CopyTo(missing.AsSpan(missing.AsSpan().IndexOf("model.norm.weight"u8)));
        Assert.Contains("no tensor 'model.norm.weight'", Assert.Throws<InvalidDataException>(() => Read(missing, config, out _)).Message);
        byte[] bad = [.. good];
        BitConverter.GetBytes(float.NaN).CopyTo(bad, bad.Length - 8);
        Assert.Contains("finite", Assert.Throws<InvalidDataException>(() => Read(bad, config, out _)).Message);
    }

    [Fact]
    public void AModelLikeNeitherIsNotWritten() => Assert.Throws<InvalidDataException>(() =>
        Write(new Gpt(new GptOptions { Context = 8, Layers = 1, Columns = 8, Heads = 2, Positions = PositionEncoding.Sinusoidal })));

    private static void Change(string name, Action<JsonNode> change, string? expected)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(PathOf(name, ".config.json")))!;
        change(config);
        if (expected is null)
            Read(File.ReadAllBytes(PathOf(name, ".safetensors")), Encoding.UTF8.GetBytes(config.ToJsonString()), out _);
        else
            RefusedConfig(name, config.ToJsonString(), expected);
    }

    private static void RefusedConfig(string name, string config, string expected)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(File.ReadAllBytes(PathOf(name, ".safetensors")), Encoding.UTF8.GetBytes(config), out _)).Message;
        Assert.Contains(expected, message);
        Assert.InRange(message.Length, 1, 1000);
    }

    private static Gpt Read(byte[] file, byte[] config, out int? end)
    {
        using var reader = new SafetensorsReader(new MemoryStream(file));
        return HuggingFaceCheckpoint.Read(reader, config, out end);
    }

    private static (byte[] File, string Configuration) Write(Gpt model)
    {
        using var file = new MemoryStream();
        IReadOnlyList<SafetensorsTensor> tensors = HuggingFaceCheckpoint.Write(model, null, null, out string configuration);
        SafetensorsWriter.Write(file, [new("format", "pt")], tensors);
        return (file.ToArray(), configuration);
    }

    private static byte[] Bytes(SafetensorsReader reader, SafetensorsEntry entry)
    {
        byte[] bytes = new byte[entry.End - entry.Begin];
        reader.ReadBytes(entry, 0, bytes);
        return bytes;
    }

    private static string PathOf(string name, string extension) =>
        Path.Combine(Repository.Root, "tests", "Tacit.Tests", "Golden", "checkpoints", name + extension);
}
