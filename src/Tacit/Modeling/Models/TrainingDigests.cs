using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tacit.Learning;
using Tacit.Learning.Safetensors;
using Tacit.Media;
using Tacit.Modeling.LanguageModels;
using Tacit.Modeling.Recurrent;
using Tacit.Modeling.Transformers;
using Tacit.Numerics;

namespace Tacit.Modeling;

/// <summary>Short runs of trained models, as bytes: for digests that must be the same on every machine.</summary>
/// <remarks>Small, because without fused multiply-add hardware a step costs a thousand times as much.</remarks>
public static class TrainingDigests
{
    /// <summary>A byte-level Transformer after 20 steps of AdamW, with grouped heads, rotary positions and dropout.</summary>
    public static byte[] Transformer()
    {
        var model = new Gpt(new GptOptions { Context = 7, Layers = 2, Columns = 8, Heads = 2, KeyHeads = 1, Hidden = 9, Dropout = 0.1f });
        model.Initialize(3);
        byte[] data = Data(200);
        var bytes = new ByteTokenizer();
        var training = new TokenSequence(bytes, data.AsMemory(0, 180));
        Train(new GptTask(model, training, new TokenSequence(bytes, data.AsMemory(180)), batch: 2, validationWindows: 2, seed: 3));
        return Bytes(model);
    }

    /// <summary>A Transformer's logits at each position; none if the whole sequence and steps with a cache differ in a bit.</summary>
    public static byte[] CachedLogits()
    {
        var options = new GptOptions { Context = 12, Layers = 2, Columns = 16, Heads = 4, KeyHeads = 2 };
        var model = new Gpt(options);
        model.Initialize(5);
        int[] tokens = new int[options.Context];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = (int)(Philox.Block(5, 0, (ulong)i).X & 255);
        var tape = new Tape { IsRecording = false };
        float[] whole = model.Forward(tape, tokens, 1, AttentionMask.Autoregressive).Value.Span.ToArray();
        tape.Reset();
        using var state = new GptState(options);
        var steps = new List<float>();
        for (int t = 0; t < tokens.Length; t++)
        {
            steps.AddRange(model.Step(tape, tokens.AsMemory(t, 1), state).Value.Span);
            tape.Reset();
        }
        byte[] bytes = LittleEndian(whole);
        return bytes.AsSpan().SequenceEqual(LittleEndian(CollectionsMarshal.AsSpan(steps))) ? bytes : [];
    }

    /// <summary>An LSTM autoencoder of tokens after 12 steps, with attention and dropout, and what it says of its data.</summary>
    public static byte[] SequenceAutoencoder()
    {
        var model = new LstmAutoencoder(new LstmAutoencoderOptions
        {
            Vocabulary = 6, Length = 6, Embedding = 5, Hidden = 6, Latent = 4, Attention = 3, Dropout = 0.1f, Withheld = 0.2f,
        });
        model.Initialize(3);
        int[][] sequences = new int[9][];
        for (int i = 0; i < sequences.Length; i++)
        {
            sequences[i] = new int[1 + i % 6];
            for (int t = 0; t < sequences[i].Length; t++)
                sequences[i][t] = (int)(Philox.Block(7, (ulong)i, (ulong)t).X % 6);
        }
        var data = new SequenceSet(sequences);
        new Trainer(new LstmAutoencoderTask(model, data, data, batch: 4, seed: 3)).Run(new TrainingOptions { Steps = 12, Rate = 0.02f, Seed = 3, ValidateEvery = 6 });
        var bytes = new List<byte>(Bytes(model));
        foreach (int[] said in model.ReconstructTokens(data))
        {
            bytes.Add((byte)said.Length);
            foreach (int token in said)
                bytes.Add((byte)token);
        }
        return [.. bytes];
    }

    internal static byte[] LittleEndian(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }

    private static void Train(ITrainingTask task) =>
        new Trainer(task).Run(new TrainingOptions { Steps = 20, Rate = 0.01f, Seed = 3, ValidateEvery = 10 });

    // Some bytes more likely after some than after others.
    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        for (int i = 2; i < length; i++)
            data[i] = (byte)(97 + (data[i - 1] + data[i - 2] + Philox.Block(3, 0, (ulong)i).X % 3) % 20);
        return data;
    }

    internal static byte[] Bytes(Module model)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [], ModuleFile.Tensors(model));
        return stream.ToArray();
    }
}
